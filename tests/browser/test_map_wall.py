"""The wall: its figures are those of the routes, nothing is cut off or too small, at every size and language."""

from __future__ import annotations

import pytest

from tests.browser.map_frame import map_frame, shown

SMALLEST_PX = 21.5
CLIPPED = """() => [...document.querySelectorAll('.wall-left, .wall-right, .strip .legend')]
  .filter(node => node.scrollHeight > node.clientHeight + 2 || node.scrollWidth > node.clientWidth + 2)
  .map(node => [node.className, node.scrollWidth, node.scrollHeight, node.clientWidth, node.clientHeight])"""
SMALL = """least => [...document.querySelectorAll('.wall-left *, .wall-right *, .wall-header *, .strip .legend *')]
  .filter(node => [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim()))
  .filter(node => node.getBoundingClientRect().width > 0 && parseFloat(getComputedStyle(node).fontSize) < least)
  .map(node => node.textContent)"""

OF_A_MILLION = """() => {
  const { summary, watch, roads } = xunjie.feed.data;
  Object.assign(summary.issues, { total: 977974, rectified: 933161, in_progress: 44813, overdue: 15020 });
  summary.oldest_overdue_days = 848;
  watch.overdue.forEach((issue) => { issue.days = 848; });
  for (const row of roads ? roads.rows : []) {
    Object.assign(row, { name: { zh: "", en: "" }, code: `S1049${row.class}`, per_km: 100 * row.per_km, open: 541 });
  }
  dispatchEvent(new Event("resize"));  // all is drawn anew
}"""


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("layer", ["heat", "roads", "subdistricts"])
def test_nothing_on_the_wall_is_cut_off_or_small(app, visitor, language, layer):
    with visitor(language=language, theme="dark") as seen:
        seen.page.goto(f"{app.url}/wall?lang={language}&layer={layer}")
        frame = map_frame(seen.page)
        assert shown(frame)["theme"] == "dark"
        assert frame.evaluate(CLIPPED) == []
        assert frame.evaluate(SMALL, SMALLEST_PX) == []
        frame.evaluate(OF_A_MILLION)
        assert "848" in frame.locator(".wall-right").inner_text()
        assert "977,974" in frame.locator(".wall-left").inner_text()
        assert frame.evaluate(CLIPPED) == []


@pytest.mark.parametrize("scale", ["1.25", "1.7"])
def test_a_larger_scale_drops_rows_and_cuts_nothing(app, visitor, scale):
    with visitor(language="zh-CN", theme="dark") as seen:
        seen.page.goto(f"{app.url}/wall?lang=zh-CN&scale={scale}")
        frame = map_frame(seen.page)
        assert not frame.locator(".overview").is_visible()
        assert frame.evaluate(CLIPPED) == []


def test_the_wall_says_what_the_routes_say(app, visitor):
    summary, watch = app.get("/api/summary"), app.get("/api/watch?overdue=8&newest=3")
    roads = app.get("/api/density/roads")["rows"]
    with visitor(language="en", theme="dark") as seen:
        seen.page.goto(f"{app.url}/wall?lang=en")
        frame = map_frame(seen.page)
        left, right = frame.locator(".wall-left").inner_text(), frame.locator(".wall-right").inner_text()
    for figure in ("2,366", "2,285", "96.6%", "94.0%", "298 / 317", "90.8–96.1%", "100%", "317 / 317"):
        assert figure in left
    assert str(summary["issues"]["overdue"]) in left
    assert max(roads, key=lambda row: row["per_km"])["name"]["en"] in right
    assert watch["newest"][0]["name"]["en"] in right


def test_a_wall_of_four_thousand_pixels_is_the_same_layout_twice_as_large(app, visitor):
    with visitor(language="zh-CN", theme="dark", size=(3840, 2160)) as seen:
        seen.page.goto(f"{app.url}/wall?lang=zh-CN")
        frame = map_frame(seen.page)
        assert frame.evaluate("() => document.querySelector('.wall-left').getBoundingClientRect().width") == 860
        assert frame.evaluate(CLIPPED) == []
