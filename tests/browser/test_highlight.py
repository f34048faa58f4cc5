"""A row of a list and the map's feature highlight each other, by pointer and by focus, and only by our own messages."""

from __future__ import annotations

import re

import pytest

from tests.browser.map_frame import map_frame, pixel_of
from tests.browser.streamlit_page import open_page

IN_DAYING_LU = (106.7290, 26.6130)  # well inside 大营路街道, away from marks
DAYING_LU = "520103019"

TIP = "() => [...document.querySelectorAll('.tip')].filter((node) => !node.hidden).map((node) => node.innerText)"
OUTLINE = """() => [...document.querySelectorAll("path.highlight")].map((path) => {
  const style = getComputedStyle(path);
  return [style.strokeWidth, style.stroke, path.getBoundingClientRect().toJSON()];
})"""


def outlines(frame):
    """Width, colour and box of what is outlined on the map."""
    return frame.evaluate(OUTLINE)


def wait_for_outline(frame, count: int = 1) -> None:
    frame.wait_for_function(f"() => document.querySelectorAll('path.highlight').length === {count}", polling=30)


def box_of_area(frame, code: str) -> list[float]:
    """Left, top, right, bottom of a subdistrict in px of the map's frame."""
    return frame.evaluate(
        "code => { const bounds = xunjie.drill.boundsOf('subdistrict', code);"
        " const a = xunjie.map.latLngToContainerPoint(bounds.getNorthWest());"
        " const b = xunjie.map.latLngToContainerPoint(bounds.getSouthEast()); return [a.x, a.y, b.x, b.y]; }",
        code,
    )


@pytest.fixture
def situation(app, visitor):
    """The Situation page in Chinese with its map drawn: page and frame."""
    with visitor(language="zh-CN") as seen:
        open_page(seen.page, f"{app.url}/?lang=zh-CN")
        frame = map_frame(seen.page)
        seen.page.wait_for_timeout(300)
        yield seen.page, frame


def row_of(page, code: str):
    return page.locator(f'.line[data-code="{code}"]')


def test_a_row_under_the_pointer_outlines_its_subdistrict_and_leaving_it_ends_that(app, situation):
    page, frame = situation
    row = next(row for row in app.get("/api/density/subdistricts")["rows"] if row["code"] == DAYING_LU)
    row_of(page, DAYING_LU).hover()
    wait_for_outline(frame)
    width, colour, box = outlines(frame)[0]
    assert width == "3px"
    assert colour == frame.evaluate("getComputedStyle(document.body).color"), "not the colour of text"
    left, top, right, bottom = box_of_area(frame, DAYING_LU)
    assert [box["left"], box["top"], box["right"], box["bottom"]] == pytest.approx([left, top, right, bottom], abs=3)
    (tip,) = frame.evaluate(TIP)
    assert "大营路" in tip
    assert f"{row['count']:,.0f}" in tip
    assert 2 <= len(tip.splitlines()) <= 4
    page.locator(".xj-kpi").first.hover()
    wait_for_outline(frame, 0)
    assert frame.evaluate(TIP) == []


def test_a_feature_under_the_pointer_lights_its_row_and_no_other(situation):
    page, frame = situation
    page.mouse.move(*pixel_of(frame, *IN_DAYING_LU))
    page.locator(".line.lit").wait_for()
    assert [row.get_attribute("data-code") for row in page.locator(".line.lit").all()] == [DAYING_LU]
    page.mouse.move(5, 5)
    page.locator(".line.lit").wait_for(state="detached")


def test_a_road_of_the_rail_is_outlined_along_all_its_segments(app, situation):
    page, frame = situation
    row = max(app.get("/api/density/roads")["rows"], key=lambda row: row["per_km"])
    row_of(page, row["code"]).hover()
    wait_for_outline(frame)
    bounds = frame.evaluate(
        "code => { const roads = xunjie.city.roads; const at = roads.roads.findIndex(road => road.code === code);"
        " const points = roads.segments.filter(s => s.road === at).flatMap(s => s.coordinates)"
        ".map(([lon, lat]) => xunjie.map.latLngToContainerPoint([lat, lon]));"
        " return [Math.min(...points.map(p => p.x)), Math.max(...points.map(p => p.x))]; }",
        row["code"],
    )
    box = outlines(frame)[0][2]
    assert [box["left"], box["right"]] == pytest.approx(bounds, abs=4)


def test_the_focus_of_a_key_highlights_as_the_pointer_does_both_ways(situation):
    page, frame = situation
    first = page.locator(".line[data-code]").first
    page.locator(".line[data-code]").nth(1).focus()
    page.keyboard.press("Shift+Tab")
    assert first.evaluate("node => node.matches(':focus-visible')")
    wait_for_outline(frame)
    page.keyboard.press("Tab")
    page.wait_for_timeout(250)
    second = page.locator(".line[data-code]").nth(1).inner_text().split()[1]
    assert second in frame.evaluate(TIP)[0]
    frame.locator(".twin button").first.focus()
    page.locator(".line.lit").wait_for()
    assert page.locator(".line.lit").get_attribute("data-code") == first.get_attribute("data-code")
    wait_for_outline(frame)


def test_a_message_from_elsewhere_highlights_nothing(situation):
    page, frame = situation
    frame.evaluate(f"window.postMessage({{type: 'xunjie:hover', kind: 'subdistrict', code: '{DAYING_LU}'}}, '*')")
    page.evaluate(f"window.postMessage({{type: 'xunjie:hover', kind: 'subdistrict', code: '{DAYING_LU}'}}, '*')")
    page.wait_for_timeout(400)
    assert outlines(frame) == []
    assert page.locator(".line.lit").count() == 0


def test_a_point_of_the_list_is_ringed_on_the_map(app, visitor):
    with visitor(language="zh-CN") as seen:
        open_page(seen.page, f"{app.url}/points?lang=zh-CN")
        frame = map_frame(seen.page)
        frame.wait_for_function("() => xunjie.layers.points.placed().length > 300")
        code = seen.page.locator("td button").first.inner_text()
        seen.page.locator("td button").first.hover()
        wait_for_outline(frame)
        assert code in frame.evaluate(TIP)[0]
        middle = frame.evaluate(
            "code => { const { latLng } = xunjie.highlight.find('point', code);"
            " const at = xunjie.map.latLngToContainerPoint(latLng); return [at.x, at.y]; }",
            code,
        )
        box = outlines(frame)[0][2]
        assert [(box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2] == pytest.approx(middle, abs=1)


def test_on_the_wall_rows_and_roads_highlight_each_other(app, visitor):
    with visitor(language="zh-CN", theme="dark") as seen:
        seen.page.goto(f"{app.url}/wall?lang=zh-CN&layer=roads")
        frame = map_frame(seen.page)
        seen.page.wait_for_timeout(300)
        row = seen.page.locator(".wall-right tr[data-place]").nth(1)
        place = row.get_attribute("data-place")
        row.hover()
        wait_for_outline(frame)
        assert re.match(r"road:.+", place)
        seen.page.mouse.move(5, 5)
        wait_for_outline(frame, 0)
        at = frame.evaluate(
            "place => { const found = xunjie.highlight.find(...place.split(':'));"
            " const [[lon, lat], [lon2, lat2]] = found.record.segment.coordinates;"
            " return [(lon + lon2) / 2, (lat + lat2) / 2]; }",
            place,
        )
        frame.evaluate("() => { xunjie.set({show: []}); }")  # no mark in the way
        seen.page.wait_for_timeout(500)
        seen.page.mouse.move(*pixel_of(frame, *at))
        seen.page.locator(f'.wall-right tr.lit[data-place="{place}"]').wait_for()
