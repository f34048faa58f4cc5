"""Responsibility in a browser: the map shows nobody and several, the tip names owners, a rule explains itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.app_server import App
from tests.browser.conftest import DESK, PHONE
from tests.browser.map_frame import map_frame, pixel_of
from tests.browser.streamlit_page import assert_fits, at_rest, open_page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_shows_the_two_roads_that_are_wrong(app: App, visitor: Callable, size: tuple[int, int]) -> None:
    with visitor(size=size) as seen:
        open_page(seen.page, f"{app.url}/organisation")
        rows = seen.page.locator(".xj-table.duties").first.locator("tbody tr")
        rows.first.wait_for()
        assert [row.split()[0] for row in rows.all_inner_texts()] == ["改茶路", "雅关路"]
        assert_fits(seen.page)
        frame = map_frame(seen.page)
        assert frame.evaluate("xunjie.state.layer") == "responsibility"
        assert frame.evaluate("xunjie.state.show") == []
        counts = frame.evaluate("xunjie.feed.data.responsibility.counts.road")
        assert counts == {"none": 1, "one": 38, "several": 1}


def test_a_road_and_an_area_tell_their_owners(app: App, visitor: Callable) -> None:
    with visitor() as seen:
        open_page(seen.page, f"{app.url}/organisation")
        frame = map_frame(seen.page)
        tip = frame.locator(".tip")
        for code, words in (("YR39", "无人负责"), ("YR30", "区交通运输局")):
            lon, lat = frame.evaluate(
                "code => { const { roads, segments } = xunjie.city.roads;"
                " const line = segments.find((s) => roads[s.road].code === code).coordinates;"
                " const [a, b] = line; return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]; }",
                code,
            )
            seen.page.mouse.move(*pixel_of(frame, lon, lat))
            tip.filter(has_text=words).wait_for()
        lon, lat = frame.evaluate("xunjie.city.areas.items[0].anchor")
        x, y = pixel_of(frame, lon, lat)
        for away in (0, 8, -8, 16, -16):  # a road may run by the anchor, and comes first
            seen.page.mouse.move(x + away, y + away)
            seen.page.wait_for_timeout(400)
            if tip.filter(has_text="包保领导 01").count():
                break
        tip.filter(has_text="包保领导 01").wait_for()


def test_the_layer_is_offered_only_where_it_is_the_subject(app: App, visitor: Callable) -> None:
    with visitor() as seen:
        open_page(seen.page, f"{app.url}/organisation")
        frame = map_frame(seen.page)
        assert frame.locator('.choice[data-layer="responsibility"]').count() == 1
        open_page(seen.page, f"{app.url}/")
        frame = map_frame(seen.page)
        assert frame.locator('.choice[data-layer="responsibility"]').count() == 0


def test_another_type_has_another_rule(app: App, visitor: Callable) -> None:
    with visitor(language="en") as seen:
        open_page(seen.page, f"{app.url}/organisation?lang=en")
        answer = seen.page.locator(".st-key-panel-rules .xj-say")
        answer.filter(has_text="District Municipal Facilities Office").wait_for()
        box = seen.page.get_by_role("combobox", name="Issue type")
        box.scroll_into_view_if_needed()
        seen.page.wait_for_timeout(300)  # a list that is open while the page scrolls is closed by it
        box.click()
        seen.page.get_by_role("option", name="Street vending").click()
        answer.filter(has_text="District Urban Management").wait_for()
        at_rest(seen.page)
        assert "Rule 16 (street-order)" in answer.inner_text()
