"""Roads from afar: every segment in one line, lines that run on, and nothing lost on the way."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.city import RoadLayer
from geo.crs import geometries_to_metric, metric_to_lonlat
from geo.road_lines import CLASSES, road_lines
from geo.text import Text
from tests.small_city import CRS, ORIGIN, small_city


def layer(lines: list[list[tuple[float, float]]], classes: list[str] | None = None) -> RoadLayer:
    """Unnamed roads of one segment each, in metres from the small city's corner."""
    metric = np.array([shapely.affinity.translate(shapely.LineString(line), *ORIGIN) for line in lines], object)
    n = len(lines)
    return RoadLayer(
        segment_codes=tuple(f"s{i}" for i in range(n)),
        geometry=shapely.transform(metric, lambda xy: np.column_stack(metric_to_lonlat(xy[:, 0], xy[:, 1], CRS))),
        metric=metric,
        road=np.arange(n, dtype=np.int32),
        road_class=tuple(classes or ["minor"] * n),
        inside_m=shapely.length(metric),
        road_codes=tuple(f"s{i}" for i in range(n)),
        road_names=(Text("", ""),) * n,
        quality="real",
    )


def test_segments_that_run_on_become_one_line_and_a_bend_or_another_class_ends_it():
    straight = [[(0, 0), (100, 0)], [(200, 5), (100, 0)], [(200, 5), (300, 0)]]
    corner = [[(300, 0), (300, 100)]]
    avenue = [[(300, 0), (400, 0)]]
    made = road_lines(layer(straight + corner + avenue, ["minor"] * 4 + ["major"]), CRS, about_m=1e6, detail_m=0.1)
    assert len({*made.line[:3].tolist()}) == 1
    assert len({*made.line.tolist()}) == len(made) == 3
    assert sorted(made.rank.tolist()) == [0, 2, 2]
    assert made.length_m[made.line[0]] == pytest.approx(300, abs=1)


def test_at_a_crossing_the_straightest_goes_on():
    arms = [[(0, 0), (-100, 0)], [(0, 0), (100, 0)], [(0, 0), (0, 100)], [(0, 0), (30, -100)]]
    made = road_lines(layer(arms), CRS, about_m=1e6, detail_m=0.1)
    assert made.line[0] == made.line[1] != made.line[2] == made.line[3]


def test_a_line_is_cut_at_about_the_length_asked_for():
    row = [[(100.0 * at, 0), (100.0 * (at + 1), 0)] for at in range(10)]
    made = road_lines(layer(row), CRS, about_m=300, detail_m=1)
    assert sorted(made.length_m.round().tolist()) == [100, 300, 300, 300]
    assert np.diff(made.first).tolist() == [2] * 4  # corners that say nothing are left out


def test_a_ring_is_gone_round_once():
    ring = [[(100 * np.cos(a), 100 * np.sin(a)), (100 * np.cos(a + 0.5236), 100 * np.sin(a + 0.5236))]
            for a in np.arange(12) * 0.5236]  # fmt: skip
    made = road_lines(layer(ring), CRS, about_m=1e6, detail_m=0.1)
    assert len(made) == 1
    assert made.length_m.sum() == pytest.approx(shapely.length(layer(ring).metric).sum())


coordinates = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda at: (at[0] * 150.0, at[1] * 150.0))
segments = st.tuples(coordinates, coordinates).filter(lambda ends: ends[0] != ends[1])


@given(lines=st.lists(segments, min_size=1, max_size=30), about_m=st.floats(10, 2_000), seed=st.integers(0, 99))
def test_every_segment_is_in_one_line_near_itself(lines, about_m, seed):
    classes = np.random.default_rng(seed).choice(CLASSES, len(lines)).tolist()
    roads = layer([list(ends) for ends in lines], classes)
    made = road_lines(roads, CRS, about_m=about_m, detail_m=5)
    assert sorted(set(made.line.tolist())) == list(range(len(made)))
    assert made.length_m.sum() == pytest.approx(shapely.length(roads.metric).sum())
    assert np.bincount(made.line, roads.inside_m) == pytest.approx(made.inside_m)
    drawn = np.array([shapely.LineString(np.column_stack([made.lon[a:b], made.lat[a:b]]))
                      for a, b in zip(made.first[:-1], made.first[1:], strict=True)], object)  # fmt: skip
    metric = geometries_to_metric(drawn, CRS)
    for segment, line in enumerate(made.line.tolist()):
        assert classes[segment] == CLASSES[made.rank[line]]
        assert shapely.hausdorff_distance(roads.metric[segment], metric[line].intersection(
            shapely.buffer(roads.metric[segment], 8))) < 20  # fmt: skip
    assert np.allclose(made.box, shapely.bounds(drawn))


def test_only_lines_that_meet_the_box_are_within_it():
    roads = small_city().roads
    assert roads is not None
    made = road_lines(roads, CRS, about_m=1, detail_m=1)
    assert len(made) == len(roads.segment_codes)
    west, south, east, north = shapely.bounds(roads.geometry[2])
    assert made.within((west, south, east, north)).tolist() == [False, False, True, False]
