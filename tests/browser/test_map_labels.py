"""Names on the map: every subdistrict has one, in its own area or at a line's end; none covers another or a mark."""

from __future__ import annotations

import pytest

from tests.browser.map_frame import map_frame

LABELS = """() => {
  const frame = xunjie.map.getContainer().getBoundingClientRect();
  const boxOf = (node) => {
    const b = node.getBoundingClientRect();
    return [b.left - frame.left, b.top - frame.top, b.right - frame.left, b.bottom - frame.top];
  };
  const areaAt = (x, y) => xunjie.pointer.areaAt(xunjie.map.containerPointToLatLng([x, y]))?.code ?? null;
  return [...document.querySelectorAll(".label.area")].map((node) => {
    const [left, top, right, bottom] = boxOf(node);
    const foot = document.querySelector(`.callouts .foot[data-code="${node.dataset.code}"]`);
    const at = foot && boxOf(foot);
    return {
      code: node.dataset.code,
      box: [left, top, right, bottom],
      called: node.classList.contains("callout"),
      under: areaAt((left + right) / 2, (top + bottom) / 2),
      corners: [[left, top], [right, top], [left, bottom], [right, bottom]].map(([x, y]) => areaAt(x, y)),
      foot: at && areaAt((at[0] + at[2]) / 2, (at[1] + at[3]) / 2),
      colour: getComputedStyle(node).color,
    };
  });
}"""
MARKS = """() => xunjie.layers.issues.placed().map(({latLng, size}) => {
  const at = xunjie.map.latLngToContainerPoint(latLng);
  return [at.x - size / 2, at.y - size / 2, at.x + size / 2, at.y + size / 2];
})"""
FILLS = """() => Object.fromEntries(xunjie.feed.data.subdistricts.rows.map((row) =>
  [row.code, xunjie.layers.subdistricts.options.colours[xunjie.state.theme][row.class]]))"""


def overlap(a, b) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def luminance(colour: str) -> float:
    if colour.startswith("#"):
        channels = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    else:
        channels = [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture
def labels_of(app, visitor):
    """Labels, marks and fills of Yunyan's choropleth at its first view."""

    def look(**how):
        with visitor(**how) as seen:
            language, theme = how["language"], how["theme"]
            seen.page.goto(f"{app.url}/map?lang={language}&theme={theme}")
            frame = map_frame(seen.page)
            seen.page.wait_for_timeout(600)
            outside = frame.evaluate("getComputedStyle(document.getElementById('frame')).backgroundColor")
            return frame.evaluate(LABELS), frame.evaluate(MARKS), frame.evaluate(FILLS) | {None: outside}

    return look


SIZES = [(1920, 1080), (1404, 806)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}")
def test_every_subdistrict_has_its_name_at_the_first_view(labels_of, size, theme):
    labels, marks, fills = labels_of(language="zh-CN", theme=theme, size=size)
    assert {label["code"] for label in labels} == set(fills) - {None}
    for place, label in enumerate(labels):
        assert not [other["code"] for other in labels[place + 1 :] if overlap(label["box"], other["box"])]
        assert not any(overlap(label["box"], mark) for mark in marks), label["code"]
        if label["called"]:
            assert label["foot"] == label["code"], "the line ends in another area"
            assert set(label["corners"]) == {None}, "a name beside the city lies over it"
        else:
            assert label["under"] == label["code"], "a name stands in another area"
        for ground in {label["under"], *label["corners"]}:
            assert contrast(label["colour"], fills[ground]) >= 4.5, (label["code"], ground)


def test_the_three_densest_are_among_them_in_english_too(app, labels_of):
    rows = sorted(app.get("/api/density/subdistricts")["rows"], key=lambda row: -row["per_km2"])
    labels, _, _ = labels_of(language="en", theme="light", size=(1404, 806))
    assert {row["code"] for row in rows[:3]} <= {label["code"] for label in labels}


def test_discs_with_a_number_never_lie_over_each_other_and_add_up(app, visitor):
    """The server's squares are merged on the screen where they would touch; nothing is lost by that."""
    total = app.get("/api/summary")["issues"]["total"]
    with visitor(language="en") as seen:
        seen.page.goto(f"{app.url}/map?lang=en&layer=plain&show=open,closed")
        frame = map_frame(seen.page)
        frame.wait_for_function("() => xunjie.feed.data.marks?.mode === 'clusters'")
        seen.page.wait_for_timeout(300)
        discs = frame.evaluate(
            "() => xunjie.layers.issues.placed().map(({latLng, size, record}) => {"
            " const at = xunjie.map.latLngToContainerPoint(latLng); return [at.x, at.y, size / 2, record.count]; })"
        )
    assert len(discs) > 5
    assert sum(disc[3] for disc in discs) == total
    for place, (x, y, radius, _) in enumerate(discs):
        for other in discs[place + 1 :]:
            gap = ((x - other[0]) ** 2 + (y - other[1]) ** 2) ** 0.5
            assert gap >= radius + other[2] - 4, "two numbers cover each other"
