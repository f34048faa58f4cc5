"""Into a subdistrict by the map or the rail and back again: address, figures and map say the same at every step."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.browser.map_frame import map_frame, shown, view, wait_for_n
from tests.browser.streamlit_page import at_rest, open_page

ISSUES = 2366

# A spot of the map that nothing covers and where a click means this subdistrict.
FREE_SPOT = """() => {
  const box = xunjie.map.getContainer().getBoundingClientRect();
  for (let y = 60; y < box.height - 60; y += 14) {
    for (let x = 60; x < box.width - 60; x += 14) {
      const on = document.elementFromPoint(box.x + x, box.y + y);
      const hit = xunjie.pointer.at(L.point(x, y));
      if (on && on.closest(".leaflet-container") && hit && hit.kind === "subdistrict") {
        return [hit.record.code, box.x + x, box.y + y];
      }
    }
  }
  return null;
}"""


def query_of(page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_click_on_the_map_opens_a_subdistrict_and_back_leaves_it(app, visitor):
    with visitor(language="en") as seen:
        page = seen.page
        open_page(page, f"{app.url}/?lang=en")
        frame = map_frame(page)
        whole = view(frame)
        page.wait_for_timeout(300)
        code, x, y = frame.evaluate(FREE_SPOT)
        expected = app.get(f"/api/summary?subdistrict={code}")["issues"]["total"]
        box = frame.frame_element().bounding_box()
        page.mouse.click(box["x"] + x, box["y"] + y)
        wait_for_n(frame, expected)
        page.wait_for_url(f"**subdistrict={code}*")
        at_rest(page)
        assert query_of(page)["subdistrict"] == [code]
        page.wait_for_timeout(500)
        assert view(frame)[2] > whole[2], "the map did not go nearer"
        page.go_back()
        wait_for_n(frame, ISSUES)
        assert "subdistrict" not in query_of(page)
        assert shown(map_frame(page))["n"] == ISSUES


def test_the_rail_leads_to_the_same_place_and_the_map_is_never_remounted(app, visitor):
    rows = app.get("/api/density/subdistricts")["rows"]
    densest = max(rows, key=lambda row: row["per_km2"])
    expected = app.get(f"/api/summary?subdistrict={densest['code']}")["issues"]["total"]
    with visitor(language="zh-CN") as seen:
        page = seen.page
        open_page(page, f"{app.url}/?lang=zh-CN")
        frame = map_frame(page)
        frame.evaluate("window.sameDocument = true")
        page.get_by_role("button", name=densest["name"]["zh"].removesuffix("街道")).first.click()
        wait_for_n(frame, expected)
        assert query_of(page)["subdistrict"] == [densest["code"]]
        assert frame.evaluate("window.sameDocument") is True


def test_a_copied_link_opens_the_same_selection(app, visitor):
    code = app.get("/api/density/subdistricts")["rows"][3]["code"]
    query = f"subdistrict={code}&status=CLOSED&since=2021-07-01"
    expected = app.get(f"/api/summary?{query}")["issues"]["total"]
    with visitor(language="en") as seen:
        for path in ("/", "/explore", "/map"):
            seen.page.goto(f"{app.url}{path}?{query}&lang=en")
            assert shown(map_frame(seen.page))["n"] == expected, path
