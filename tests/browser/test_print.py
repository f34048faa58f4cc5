"""The current map and a bulletin on paper: all of it, nothing interactive, light whatever the theme."""

from __future__ import annotations

import re

import pytest

from tests.browser.map_frame import map_frame
from tests.browser.streamlit_page import open_page


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_map_prints_on_one_page(app, visitor, theme):
    with visitor(language="en", theme=theme) as seen:
        seen.page.goto(f"{app.url}/map?lang=en&theme={theme}")
        frame = map_frame(seen.page)
        seen.page.emulate_media(media="print")
        seen.page.wait_for_timeout(300)
        assert frame.locator(".legend").is_visible()
        assert not frame.locator(".zoom").is_visible()
        pdf = seen.page.pdf(format="A4", landscape=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
        assert len(pdf) > 20_000, "a page without a map"


def test_a_bulletin_prints_whole_over_several_pages(app, visitor):
    """Streamlit scrolls inside the window: without our rules paper would hold the first screen only."""
    with visitor(language="en") as seen:
        open_page(seen.page, f"{app.url}/reviews?tab=month&lang=en")
        seen.page.emulate_media(media="print")
        last = seen.page.get_by_text("What this rests on")
        last.wait_for()
        assert not seen.page.locator(".st-key-filterrow").is_visible()
        assert not seen.page.locator(".st-key-nav").is_visible()
        pdf = seen.page.pdf(format="A4", print_background=True)
        assert 2 <= len(re.findall(rb"/Type\s*/Page[^s]", pdf)) <= 6
