"""The current map on paper: one page with map, legend and badge, nothing interactive, light whatever the theme."""

from __future__ import annotations

import re

import pytest

from tests.browser.map_frame import map_frame


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
