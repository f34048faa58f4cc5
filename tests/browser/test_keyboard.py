"""The keyboard alone: the order of Tab through a page, and every key of the map."""

from __future__ import annotations

import pytest

from tests.browser.map_frame import map_frame, shown, view
from tests.browser.streamlit_page import open_page

# What has the focus, as a path of names: through shadow roots and the map's frame.
WHERE = """() => {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (focused?.tagName === "IFRAME") {
    const inner = focused.contentDocument.activeElement;
    if (inner.closest(".switch")) return "layers";
    if (inner.closest("#map_xunjie")) return "map";
    return inner.closest(".twin") ? "twin" : "panel";
  }
  const zones = {
    bar: ".st-key-nav", controls: ".st-key-bar", filter: ".st-key-filterrow", rail: ".st-key-panel-rail",
  };
  let node = focused;
  while (node) {
    for (const [name, selector] of Object.entries(zones)) if (node.closest?.(selector)) return name;
    node = node.getRootNode().host;
  }
  return focused?.tagName ?? "";
}"""
RING = """() => {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (focused.tagName === "IFRAME") focused = focused.contentDocument.activeElement;
  const style = getComputedStyle(focused);
  const within = focused.closest("label") ? getComputedStyle(focused.closest("label")) : style;
  const shown = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1.5) || s.boxShadow !== "none";
  // The twin's highlight on the map is tested elsewhere; a page cannot ask for the style of a slider's thumb.
  const elsewhere = focused.closest(".visually-hidden, .handle") !== null;
  return elsewhere || [style, within].some(shown) ? "" : focused.outerHTML.slice(0, 200);
}"""
ORDER = ["bar", "controls", "filter", "layers", "map", "twin", "rail"]


@pytest.fixture
def open_map(app, visitor):
    """The map by itself, nothing focused: page and frame."""
    with visitor(language="en") as seen:
        seen.page.goto(f"{app.url}/map?lang=en")
        frame = map_frame(seen.page)
        seen.page.wait_for_timeout(400)
        yield seen.page, frame


def test_tab_goes_from_the_bar_to_the_layers_the_map_and_the_rail_and_is_always_seen(app, visitor):
    with visitor(language="en") as seen:
        open_page(seen.page, f"{app.url}/?lang=en")
        map_frame(seen.page)
        seen.page.wait_for_timeout(500)
        walked: list[str] = []
        unseen: list[str] = []
        for _ in range(70):
            seen.page.keyboard.press("Tab")
            walked.append(seen.page.evaluate(WHERE))
            ring = seen.page.evaluate(RING)
            if ring:
                unseen.append(ring)
            if walked[-1] == "rail":
                break
        assert [zone for zone in ORDER if zone not in walked] == []
        firsts = [walked.index(zone) for zone in ORDER]
        assert firsts == sorted(firsts), walked
        assert unseen == [], "\n".join(unseen)


@pytest.mark.parametrize("focused", [True, False], ids=["the map has the focus", "nothing has the focus"])
def test_arrows_pan_and_plus_and_minus_zoom(open_map, focused):
    page, frame = open_map
    if focused:
        frame.locator("#map_xunjie").focus()
    for key, axis, sign in (("ArrowRight", 0, 1), ("ArrowLeft", 0, -1), ("ArrowUp", 1, 1), ("ArrowDown", 1, -1)):
        before = view(frame)
        page.keyboard.press(key)
        frame.wait_for_function(
            "([at, axis, sign]) => { const { lng, lat } = xunjie.map.getCenter();"
            " return ([lng, lat][axis] - at) * sign > 1e-4; }",
            arg=[before[axis], axis, sign],
        )
        page.wait_for_timeout(350)
    for key, sign in (("+", 1), ("-", -1)):
        zoom = view(frame)[2]
        page.keyboard.press(key)
        frame.wait_for_function("([zoom, sign]) => (xunjie.map.getZoom() - zoom) * sign > 0.3", arg=[zoom, sign])
        page.wait_for_timeout(400)


def test_space_plays_and_pauses_the_period(open_map):
    page, frame = open_map
    frame.locator("#map_xunjie").focus()
    page.keyboard.press("Space")
    frame.wait_for_function("() => xunjie.state.filter.includes('until=')")
    page.keyboard.press("Space")
    page.wait_for_timeout(600)
    stood = shown(frame)["filter"]
    page.wait_for_timeout(1200)
    assert shown(frame)["filter"] == stood


def test_f_fills_the_screen_and_home_shows_the_whole_city(open_map):
    page, frame = open_map
    frame.locator("#map_xunjie").focus()
    whole = view(frame)
    page.keyboard.press("f")
    frame.wait_for_function("() => document.fullscreenElement !== null")
    page.keyboard.press("F")
    frame.wait_for_function("() => document.fullscreenElement === null")
    page.keyboard.press("+")
    page.wait_for_timeout(500)
    page.keyboard.press("Home")
    frame.wait_for_function("zoom => Math.abs(xunjie.map.getZoom() - zoom) < 0.1", arg=whole[2])


def test_a_key_typed_with_control_or_into_a_field_of_time_is_left_alone(open_map):
    page, frame = open_map
    frame.locator("#map_xunjie").focus()
    page.keyboard.press("Control+2")
    assert shown(frame)["layer"] == "subdistricts"
    frame.locator(".handle.h1").focus()
    page.keyboard.press("2")
    page.keyboard.press("ArrowLeft")
    assert shown(frame)["layer"] == "subdistricts"
    frame.wait_for_function("() => xunjie.state.filter.includes('until=')")
