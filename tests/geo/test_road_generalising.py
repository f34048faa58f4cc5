"""Roads for a screen: bounded in lines and bytes, near to the truth, the important ones first, always the same."""

from __future__ import annotations

import dataclasses
import gzip
from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.city_folder.load import load_city
from geo.city import City
from geo.crs import geometries_to_metric
from geo.road_generalising import LEAST_ZOOM, MAX_CORNERS, MAX_LINES, SEGMENTS_FROM, RoadLines, RoadPyramid

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wuhan() -> City:
    return load_city(ROOT / "data" / "cities" / "wuhan")


@pytest.fixture(scope="module")
def pyramid(wuhan: City) -> RoadPyramid:
    return RoadPyramid(wuhan.roads, wuhan.metric_crs)


@pytest.fixture(scope="module")
def values(wuhan: City) -> np.ndarray:
    return np.random.default_rng(1).gamma(0.3, 10, len(wuhan.roads.inside_m))


@pytest.fixture(scope="module")
def toy(toy_city: City) -> RoadPyramid:
    return RoadPyramid(toy_city.roads, toy_city.metric_crs)


def everywhere(city: City) -> tuple[float, float, float, float]:
    return tuple(shapely.total_bounds(city.roads.geometry))


def compressed(lines: RoadLines) -> int:
    """Bytes of what a page would need, as compressed JSON."""
    rows = zip(lines.coordinates, lines.road_class, lines.value, strict=True)
    body = [{"coordinates": c.tolist(), "class": k, "per_km": round(float(v), 3)} for c, k, v in rows]
    return len(gzip.compress(orjson.dumps(body), 6))


def px_of(zoom: int) -> float:
    return 156_543.034 * np.cos(np.radians(30.58)) / 2**zoom


@pytest.mark.parametrize("zoom", range(LEAST_ZOOM, SEGMENTS_FROM + 3))
def test_no_screen_gets_more_than_it_can_show(wuhan, pyramid, values, zoom):
    lines = pyramid.lines(everywhere(wuhan), zoom, values)
    assert 0 < len(lines.coordinates) <= MAX_LINES
    assert sum(map(len, lines.coordinates)) <= MAX_CORNERS
    assert compressed(lines) <= 60_000


@pytest.mark.parametrize("zoom", range(10, SEGMENTS_FROM))
def test_lines_lie_where_their_segments_lie(wuhan, pyramid, zoom):
    """Within a few pixels: half of one for corners left out, one or two where twins are drawn as one."""
    lines = pyramid.lines(everywhere(wuhan), zoom)
    drawn = geometries_to_metric(np.array([shapely.LineString(c) for c in lines.coordinates]), wuhan.metric_crs)
    truth = np.array([shapely.union_all(wuhan.roads.metric[members]) for members in lines.segments], object)
    off = np.array(
        [shapely.hausdorff_distance(shapely.segmentize(d, 20), t) for d, t in zip(drawn, truth, strict=True)]
    )
    spread = np.array(
        [
            shapely.distance(shapely.points(shapely.get_coordinates(d)), t).max()
            for d, t in zip(drawn, truth, strict=True)
        ]
    )
    assert spread.max() <= 3 * px_of(zoom)
    assert np.median(off) <= 4 * px_of(zoom)


def test_a_coarser_zoom_loses_little_length_until_roads_are_shorter_than_pixels(wuhan, pyramid):
    whole = shapely.length(wuhan.roads.metric).sum()
    lengths = [pyramid._at(zoom).length_m.sum() / whole for zoom in range(SEGMENTS_FROM, 9, -1)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[SEGMENTS_FROM - 12] > 0.95
    assert lengths[-1] > 0.85


def test_no_segment_is_drawn_twice(wuhan, pyramid):
    for zoom in range(LEAST_ZOOM, SEGMENTS_FROM + 1):
        level = pyramid._at(zoom)
        assert len(np.unique(level.member)) == len(level.member)
        classes = np.array([("minor", "secondary", "major").index(name) for name in wuhan.roads.road_class])
        owner = np.repeat(level.rank, np.diff(level.first))
        assert (classes[level.member] == owner).all()


def test_close_up_the_segments_are_given_as_they_are(wuhan, pyramid, values):
    west, south, east, north = everywhere(wuhan)
    x, y = (west + east) / 2, (south + north) / 2
    lines = pyramid.lines((x - 0.01, y - 0.005, x + 0.01, y + 0.005), 17, values)
    assert all(len(members) == 1 for members in lines.segments)
    assert lines.left_out == 0
    members = np.concatenate(lines.segments)
    assert lines.value.tolist() == pytest.approx(values[members].tolist())
    for drawn, member in zip(lines.coordinates, members, strict=True):
        assert np.abs(drawn - shapely.get_coordinates(wuhan.roads.geometry[member])).max() < 1e-6


def test_a_value_is_the_mean_of_its_segments_by_length(wuhan, pyramid, values):
    lines = pyramid.lines(everywhere(wuhan), 12, values)
    length = wuhan.roads.inside_m
    for members, value in zip(lines.segments, lines.value, strict=True):
        assert value == pytest.approx((values[members] * length[members]).sum() / length[members].sum())


def test_a_crowded_lane_comes_before_a_quiet_avenue(wuhan, pyramid):
    """With values the crowded ones stay although they are minor; the least important are drawn first, the most last."""
    minor = np.array([name == "minor" for name in wuhan.roads.road_class])
    crowded = np.flatnonzero(minor)[::300]
    heat = np.zeros(len(minor))
    heat[crowded] = 50.0
    with_heat = pyramid.lines(everywhere(wuhan), SEGMENTS_FROM, heat)
    without = pyramid.lines(everywhere(wuhan), SEGMENTS_FROM)
    shown = set(np.concatenate(with_heat.segments).tolist())
    assert set(crowded.tolist()) <= shown
    assert not set(crowded.tolist()) <= set(np.concatenate(without.segments).tolist())
    assert with_heat.value[-1] == 50.0
    assert np.isnan(without.value).all()
    assert without.road_class[-1] == "major"


def test_the_same_question_has_the_same_answer_in_whatever_order_levels_are_made(wuhan, pyramid, values):
    other = RoadPyramid(wuhan.roads, wuhan.metric_crs)
    for zoom in (9, 15, 12):
        one, two = (p.lines(everywhere(wuhan), zoom, values) for p in (pyramid, other))
        assert [c.tolist() for c in one.coordinates] == [c.tolist() for c in two.coordinates]
        assert one.value.tobytes() == two.value.tobytes()


def test_only_what_touches_the_view_is_given(wuhan, pyramid):
    west, south, east, north = everywhere(wuhan)
    view = (west, south, (west + east) / 2, (south + north) / 2)
    lines = pyramid.lines(view, 13)
    for corners in lines.coordinates:
        low, high = corners.min(axis=0), corners.max(axis=0)
        assert low[0] <= view[2]
        assert low[1] <= view[3]
        assert high[0] >= view[0]
        assert high[1] >= view[1]
    assert pyramid.lines((0.0, 0.0, 1.0, 1.0), 13).coordinates == ()


@given(zoom=st.integers(-3, 30), corner=st.tuples(st.floats(106.6, 106.8), st.floats(26.5, 26.7)))
def test_any_zoom_and_view_has_an_answer(toy, zoom, corner):
    x, y = corner
    lines = toy.lines((x, y, x + 0.05, y + 0.05), zoom, np.array([1.0, 0.0, np.nan, 3.0, 0.0]))
    assert len(lines.coordinates) == len(lines.segments) == len(lines.value) <= 5
    assert np.isfinite(lines.value).all()


def test_two_carriageways_become_one_line_with_both_their_issues(toy_city):
    """Two lanes 6 m apart with common ends: one line at a coarse zoom, whose value is the mean of both."""
    a, b = shapely.get_coordinates(toy_city.roads.geometry[0])
    aside = np.array([0.0, 6 / 111_000])
    lanes = np.array([shapely.LineString([a, a + (b - a) / 2 + aside * sign, b]) for sign in (0.5, -0.5)], object)
    roads = dataclasses.replace(
        toy_city.roads,
        segment_codes=("one", "two"),
        geometry=lanes,
        metric=geometries_to_metric(lanes, toy_city.metric_crs),
        road=np.array([0, 0], np.int32),
        road_class=("major", "major"),
        inside_m=np.array([1_000.0, 1_000.0]),
    )
    pyramid, view = RoadPyramid(roads, toy_city.metric_crs), (106.6, 26.5, 106.8, 26.7)
    assert len(pyramid.lines(view, 16, np.array([4.0, 8.0])).coordinates) == 2
    coarse = pyramid.lines(view, 13, np.array([4.0, 8.0]))
    assert [members.tolist() for members in coarse.segments] == [[0, 1]]
    assert coarse.value.tolist() == pytest.approx([6.0])
    assert len(coarse.coordinates[0]) == 2
