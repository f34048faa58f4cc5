"""What a change costs an open map: nothing for what it does not show, little for what it does, on every browser."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.app_server import running_app
from tests.browser.demo_app import running_demo
from tests.browser.map_frame import map_frame, shown, wait_for_n
from tests.concern import concerns

if TYPE_CHECKING:
    from playwright.sync_api import Frame

HERE, ELSEWHERE = (106.7135, 26.5885), (106.63, 26.66)
OF_VIEW = ("/api/cells", "/api/marks", "/api/roads")
PHONE = (390, 844)
RESIDENT = "VmRSS:"


def report(app: Any, place: tuple[float, float], **more: Any) -> None:
    """Report an issue there."""
    point = {"type": "Point", "coordinates": list(place)}
    status, receipt = app.post("/api/issues", {"id": str(uuid.uuid4()), "type": "E0501", "geometry": point, **more})
    assert status == 201, receipt


def addresses_of(url: str) -> list[str]:
    """What a request asks for: its address, or those that it names together."""
    parts = urlsplit(url)
    return parse_qs(parts.query)["ask"] if parts.path == "/api/picture" else [url]


def paths_since(requests: list[str], start: int) -> list[str]:
    """Paths asked for since the request of that number."""
    return [urlsplit(address).path for url in requests[start:] for address in addresses_of(url)]


def settled(frame: Frame) -> None:
    """Wait until the page has gone half a second without asking for anything."""
    frame.page.wait_for_timeout(700)


@pytest.mark.parametrize("layer", ["heat", "subdistricts"])
def test_a_change_out_of_view_is_not_fetched_and_one_in_view_is(own_app, visitor, layer):
    with visitor(language="en") as seen:
        seen.page.goto(f"{own_app.url}/map?lang=en&layer={layer}")
        frame = map_frame(seen.page)
        frame.evaluate("([lon, lat]) => { xunjie.map.setView([lat, lon], 16, {animate: false}); }", list(HERE))
        settled(frame)
        n, start = shown(frame)["n"], len(seen.witness.requests)
        report(own_app, ELSEWHERE)
        wait_for_n(frame, n + 1)
        settled(frame)
        asked = paths_since(seen.witness.requests, start)
        assert "/api/summary" in asked
        assert not [path for path in asked if path.startswith(OF_VIEW)], [
            url[-150:] for url in seen.witness.requests if "cells" in url
        ]
        start = len(seen.witness.requests)
        report(own_app, HERE)
        wait_for_n(frame, n + 2)
        settled(frame)
        asked = paths_since(seen.witness.requests, start)
        assert "/api/marks" in asked
        assert ("/api/cells" in asked) == (layer == "heat")


def test_marks_in_columns_are_the_marks_of_the_list(app, visitor):
    with visitor(language="en") as seen:
        seen.page.goto(f"{app.url}/map?lang=en&layer=plain&show=open")
        frame = map_frame(seen.page)
        drawn = frame.evaluate("xunjie.feed.data.open.issues")
        listed = app.get(frame.evaluate("xunjie.feed.urls.open").replace("form=columns&", ""))["issues"]
        assert len(drawn) == len(listed) > 50
        for one, other in zip(drawn, listed, strict=True):
            assert (one["id"], one["number"], one["type"], one["stage"]) == (
                other["id"], other["number"], other["type"], other["stage"],
            )  # fmt: skip
            assert one["lon"] == pytest.approx(other["lon"], abs=1.1e-5)
            assert one["lat"] == pytest.approx(other["lat"], abs=1.1e-5)


def test_the_script_decides_by_the_rule_that_the_laws_are_proved_for(app, visitor):
    dice = random.Random(20210824)

    def box(size: float) -> list[float]:
        west, south = dice.uniform(106.6, 106.7), dice.uniform(26.5, 26.6)
        return [west, south, west + dice.uniform(0, size), south + dice.uniform(0, size)]

    def issue() -> dict[str, Any]:
        own = box(0.01)
        named = {"register": dice.choice(["a", "b"]), "type": dice.choice(["x", "y"]), "lon": own[0], "lat": own[1]}
        return named | ({"bbox": own} if dice.random() < 0.3 else {})

    cases = []
    for _ in range(2_000):
        issues = [issue() for _ in range(dice.randrange(4))]
        boxes = [one.get("bbox", [one["lon"], one["lat"]] * 2) for one in issues]
        edges = zip(*boxes, strict=True) if boxes else ()
        around = [pick(edge) for pick, edge in zip((min, min, max, max), edges, strict=False)] or None
        many = issues and dice.random() < 0.2
        delta = {
            "since": None if dice.random() < 0.1 else 5,
            "issues": [] if many else issues,
            "count": 25 if many else len(issues),
            "bbox": around,
        }
        about = {"register": dice.choice(["a", "b"]), "types": dice.choice([[], ["x"], ["x", "y"]])}
        cases.append((delta, box(0.08), about))
    expected = [concerns(delta, seen_box, **about) for delta, seen_box, about in cases]
    assert 200 < sum(expected) < 1_800
    with visitor(language="en") as seen:
        seen.page.goto(f"{app.url}/map?lang=en")
        frame = map_frame(seen.page)
        got = frame.evaluate("cases => cases.map(([d, b, about]) => xunjie.concern.concerns(d, b, about))", cases)
    assert got == expected


NO_SHARED_WORKER = "delete window.SharedWorker;"
SAY_HIDDEN = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_without_shared_workers_the_visible_tab_follows_and_a_hidden_one_catches_up(own_app, visitor):
    with visitor(language="en") as seen:
        seen.page.add_init_script(NO_SHARED_WORKER)
        seen.page.goto(f"{own_app.url}/map?lang=en")
        frame = map_frame(seen.page)
        assert frame.evaluate("'SharedWorker' in window") is False
        settled(frame)
        n = shown(frame)["n"]
        report(own_app, HERE)
        wait_for_n(frame, n + 1)
        frame.evaluate(SAY_HIDDEN, True)
        settled(frame)
        start = len(seen.witness.requests)
        report(own_app, HERE)
        settled(frame)
        assert paths_since(seen.witness.requests, start) == []
        assert shown(frame)["n"] == n + 1
        frame.evaluate(SAY_HIDDEN, False)
        wait_for_n(frame, n + 2)
        [stream] = [url for url in seen.witness.requests[start:] if urlsplit(url).path == "/api/stream"]
        assert "since=" in stream
        assert frame.evaluate("xunjie.layers.issues.placed().length") > 0


def test_a_phone_draws_heat_from_tiles_without_a_blank_moment(own_app, visitor):
    with visitor(language="en", size=PHONE) as seen:
        seen.page.goto(f"{own_app.url}/map?lang=en&layer=heat&show=")
        frame = map_frame(seen.page)
        frame.wait_for_function("() => document.querySelectorAll('.leaflet-tile-loaded').length > 0")
        paths = paths_since(seen.witness.requests, 0)
        assert any(path.startswith("/heat/") and path.endswith(".webp") for path in paths)
        assert "/api/cells" not in paths
        settled(frame)
        n = shown(frame)["n"]
        frame.evaluate(
            "() => { window.blank = 0; const look = () => {"
            " blank += document.querySelectorAll('.leaflet-tile-loaded').length === 0; requestAnimationFrame(look); };"
            " look(); }"
        )
        start = len(seen.witness.requests)
        centre = frame.evaluate("(({lng, lat}) => [lng, lat])(xunjie.map.getCenter())")
        report(own_app, tuple(centre))
        wait_for_n(frame, n + 1)
        settled(frame)
        assert any(path.startswith("/heat/") for path in paths_since(seen.witness.requests, start))
        frame.wait_for_function("() => document.querySelectorAll('.leaflet-tile-container').length >= 1")
        assert frame.evaluate("blank") == 0


@pytest.fixture(scope="module")
def wuhan_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A city of 13,594 road segments."""
    with running_app(tmp_path_factory.mktemp("wuhan"), city="data/cities/wuhan", wait_s=300) as running:
        yield running


@pytest.mark.slow
def test_a_large_citys_roads_come_with_the_view(wuhan_app, visitor):
    with visitor(language="en") as seen:
        seen.page.goto(f"{wuhan_app.url}/map?lang=en&layer=roads&show=")
        frame = map_frame(seen.page)
        frame.wait_for_function("() => xunjie.feed.data.roadLines && xunjie.feed.data.roadLines.segments.length > 500")
        assert frame.evaluate("xunjie.city.roads.segments.length") == 0
        assert frame.evaluate("xunjie.feed.data.roadLines.segments.length") <= 1_000
        assert frame.evaluate("xunjie.roadShapes.densities().size") > 300
        west, south, east, north = frame.evaluate("xunjie.city.bounds")
        middle = [(west + east) / 2, (south + north) / 2]
        frame.evaluate("([lon, lat]) => { xunjie.map.setView([lat, lon], 17, {animate: false}); }", middle)
        frame.wait_for_function("() => xunjie.feed.data.roadLines.count && xunjie.feed.data.roadLines.z === 17")
        assert frame.evaluate("xunjie.roadShapes.roads().every(({code}) => Boolean(code))")


def resident_kb(pid: int) -> int:
    """The process's memory."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(RESIDENT))


@pytest.mark.slow
def test_a_wall_that_runs_all_day_does_not_grow(tmp_path, visitor, soak):
    """After every collection the script's memory is what it was, however many changes were drawn; the server's too.

    Warm is when the browser has compiled what runs often, which takes 600 updates and three quarters of a megabyte.
    """
    warm, updates = (1_000, 2_000) if soak else (40, 60)
    with running_demo(tmp_path) as own, visitor(language="zh-CN", theme="dark") as seen:
        seen.page.goto(f"{own.url}/wall?lang=zh-CN&layer=heat")
        frame = map_frame(seen.page)
        tools = seen.page.context.new_cdp_session(seen.page)

        def heap() -> int:
            seen.page.wait_for_timeout(2_000)  # rings end
            tools.send("HeapProfiler.enable")
            for _ in range(3):
                tools.send("HeapProfiler.collectGarbage")
            return int(tools.send("Runtime.getHeapUsage")["usedSize"])

        def update(times: int) -> None:
            dice = random.Random(times)
            for _ in range(times):
                revision = frame.evaluate("xunjie.feed.data.summary.revision")
                place = (HERE[0] + dice.uniform(-0.03, 0.03), HERE[1] + dice.uniform(-0.02, 0.02))
                # Into another register: everything is drawn anew, but what there is to draw does not become more.
                report(own, place, register="facility_survey")
                frame.wait_for_function("known => xunjie.feed.data.summary.revision > known", arg=revision, polling=30)

        update(warm)
        before, server_before = heap(), resident_kb(own.pid)
        update(updates)
        after, server_after = heap(), resident_kb(own.pid)
        assert after < before * 1.05, f"{before:,} → {after:,} bytes"
        assert server_after < server_before * 1.05, f"{server_before:,} → {server_after:,} kB"
