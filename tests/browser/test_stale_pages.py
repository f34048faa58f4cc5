"""Every Streamlit page says by itself that the server is gone, keeps its figures, and goes live again."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.browser.app_server import free_port
from tests.browser.demo_app import running_demo
from tests.browser.streamlit_page import open_page

STALE = ".asof.stale"
OLD_MS = 5 * 60 * 1000


@pytest.fixture
def window(browser):
    """A window of its own, without the witness: a refused connection is what these tests are about."""
    with ExitStack() as contexts:

        def come(width: int, height: int, locale: str, scheme: str = "light"):
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale=locale, color_scheme=scheme
            )
            contexts.callback(context.close)
            return context.new_page()

        yield come


def test_a_page_with_a_map_and_one_without_outlive_their_server(tmp_path, window):
    port = free_port()
    situation, record = window(1920, 1080, "zh-CN"), window(390, 844, "en-US", "dark")
    with running_demo(tmp_path, port=port) as app:
        open_page(situation, f"{app.url}/?lang=zh-CN")
        open_page(record, f"{app.url}/record?lang=en")
        for page in (situation, record):
            page.locator(".asof").wait_for()
            page.wait_for_timeout(800)  # the event stream opens
            assert page.locator(STALE).count() == 0
        live = situation.locator(".asof").inner_text()
        figures = situation.locator(".xj-kpis").inner_text()
        assert "正在重连" not in live
    situation.locator(STALE).wait_for(timeout=15_000)
    record.locator(STALE).wait_for(timeout=15_000)
    said = situation.locator(".asof").inner_text()
    assert "正在重连" in said
    assert "2021-08-24 18:00" in said
    assert "offline" in record.locator(".asof").inner_text()
    assert situation.locator(".dot").evaluate("node => getComputedStyle(node).borderTopStyle") == "solid", "no ring"
    situation.wait_for_timeout(14_000)  # by now the framework has raised its own box over the page
    assert situation.locator("[data-testid=stDialog]").count() == 0
    assert situation.locator(".xj-kpis").inner_text() == figures
    situation.get_by_role("button", name="文昌阁").first.hover(timeout=2_000)  # nothing lies over the page
    with running_demo(tmp_path, port=port):
        for page in (situation, record):
            page.locator(STALE).wait_for(state="detached", timeout=30_000)
        assert situation.locator(".asof").inner_text() == live


@pytest.mark.parametrize("path", ["/", "/about"])
def test_after_five_minutes_the_clock_turns_vermilion(tmp_path, window, path):
    page = window(1920, 1080, "zh-CN")
    page.clock.install()
    with running_demo(tmp_path) as app:
        open_page(page, f"{app.url}{path}?lang=zh-CN")
        page.locator(".asof").wait_for()
        page.wait_for_timeout(800)
    page.locator(STALE).wait_for(timeout=15_000)
    assert page.locator(".asof.old").count() == 0
    before = page.locator(".asof").evaluate("node => getComputedStyle(node).color")
    page.clock.fast_forward(OLD_MS + 2_000)
    page.locator(".asof.old").wait_for(timeout=5_000)
    after = page.locator(".asof").evaluate("node => getComputedStyle(node).color")
    vermilion = page.evaluate(
        "() => { const probe = document.createElement('i'); probe.style.color = 'var(--negative)';"
        " document.body.append(probe); return getComputedStyle(probe).color; }"
    )
    assert before != after == vermilion
