"""Every page, both languages, both themes, two sizes: loads without a trouble, and its map shows the campaign."""

from __future__ import annotations

import itertools

import pytest

from tests.browser.map_frame import map_frame, shown
from tests.browser.streamlit_page import assert_fits, at_rest, open_page
from tests.conftest import SOAK

PAGES = [
    *("/", "/explore", "/points", "/work", "/case?issue=YY-02122", "/inspections", "/report", "/inbox"),
    *("/organisation", "/reviews?tab=month", "/record", "/about"),
]
WITH_MAP = {"/", "/explore", "/points", "/case?issue=YY-02122", "/organisation"}
ALONE = ["/map", "/wall"]
DESK, PHONE = (1920, 1080), (390, 844)
AREAS, ISSUES = 18, 2366

EVERY_LOOK = list(itertools.product(["zh-CN", "en"], ["light", "dark"], [DESK, PHONE]))
# Half of them hold every pair of language, theme and size; a soak takes all.
LOOKS = (
    EVERY_LOOK
    if SOAK
    else [look for look in EVERY_LOOK if (look[0] == "en") ^ (look[1] == "dark") ^ (look[2] == PHONE)]
)


def look_id(look) -> str:
    language, theme, size = look
    return f"{language}-{theme}-{size[0]}"


@pytest.mark.parametrize("look", LOOKS, ids=look_id)
def test_every_page_loads_calmly(app, visitor, look):
    language, theme, size = look
    with visitor(language=language, theme=theme, size=size) as seen:
        for path in PAGES:
            open_page(seen.page, f"{app.url}{path}{'&' if '?' in path else '?'}lang={language}")
            if path in WITH_MAP:
                state = shown(map_frame(seen.page))
                assert (state["areasDrawn"], state["n"]) == (AREAS, ISSUES), path
                assert (state["language"], state["theme"]) == (language, theme), path
            at_rest(seen.page)
            assert_fits(seen.page)
        for path in ALONE:
            seen.page.goto(f"{app.url}{path}?lang={language}&theme={theme}")
            frame = map_frame(seen.page)
            state = shown(frame)
            assert (state["areasDrawn"], state["n"]) == (AREAS, ISSUES), path
            assert (state["language"], state["theme"]) == (language, theme), path
            assert frame.evaluate("document.documentElement.lang") == language
            assert "2,366" in frame.inner_text("body"), path
            assert_fits(seen.page)


@pytest.mark.parametrize("path", ["/map", "/wall", "/"])
def test_a_page_opened_again_shows_its_map_again(app, visitor, path):
    """The second time the browser revalidates: what a 304 says must suit the page that it keeps."""
    with visitor(language="en") as seen:
        for again in range(3):
            seen.page.goto(f"{app.url}{path}?lang=en") if again == 0 else seen.page.reload()
            assert shown(map_frame(seen.page))["n"] == ISSUES


@pytest.mark.parametrize("layer", ["subdistricts", "roads", "heat", "plain"])
def test_every_layer_draws_and_its_legend_counts_all(app, visitor, layer):
    with visitor(language="en") as seen:
        seen.page.goto(f"{app.url}/map?lang=en&layer={layer}&show=open,points,closed")
        frame = map_frame(seen.page)
        assert shown(frame)["n"] == ISSUES
        assert "2,366" in frame.locator(".legend").inner_text()


def test_the_language_switches_in_place(app, visitor):
    with visitor(language="zh-CN") as seen:
        seen.page.goto(f"{app.url}/?lang=zh-CN")
        map_frame(seen.page)
        chinese = seen.page.inner_text("[data-testid=stMain]")
        seen.page.goto(f"{app.url}/?lang=en")
        map_frame(seen.page)
        english = seen.page.inner_text("[data-testid=stMain]")
    assert "问题" in chinese
    assert chinese != english
    assert "issues" in english.lower()
