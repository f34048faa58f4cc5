"""What a map shows when its server goes away and comes back: the old figures, a sentence, then live again."""

from __future__ import annotations

from tests.browser.app_server import free_port
from tests.browser.demo_app import running_demo
from tests.browser.map_frame import map_frame, shown

STALE = ".pill.stale"


def test_a_map_outlives_its_server_and_goes_live_again(tmp_path, browser):
    """Without the witness: a refused connection is what this test is about."""
    port = free_port()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    try:
        with running_demo(tmp_path, port=port) as app:
            page.goto(f"{app.url}/map?lang=en")
            before = shown(map_frame(page))
            page.wait_for_timeout(500)  # the event stream opens
            assert page.locator(STALE).count() == 0
        page.locator(STALE).wait_for(timeout=15_000)
        assert "reconnecting" in page.locator(STALE).inner_text().lower()
        assert shown(page.main_frame)["n"] == before["n"]
        assert page.locator("#legend").is_visible()
        page.evaluate("window.sameDocument = true")
        with running_demo(tmp_path, port=port):
            page.locator(STALE).wait_for(state="detached", timeout=30_000)
            assert page.evaluate("window.sameDocument") is True
            assert shown(page.main_frame)["n"] == before["n"]
    finally:
        context.close()
