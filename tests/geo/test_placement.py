"""Placement: subdistrict and nearest road of points, lines and polygons, against hand-made cases and brute force."""

from __future__ import annotations

import dataclasses
import gzip
import json
import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.city import City, RoadLayer
from geo.crs import geometries_to_metric, metric_to_lonlat
from geo.errors import BadGeometryError, BadValueError
from geo.placement import Locator, Placement
from geo.shares import split_over_areas
from geo.tables import Shares

NETWORKS = Path(__file__).parents[1] / "data" / "networks"
A, B, C, D = range(4)
S1, S2, S3, S4, S5 = range(5)


class Toy:
    """The toy city, spoken to in metres from its origin."""

    def __init__(self, city: City, origin: tuple[float, float]) -> None:
        self.city, self.origin, self.locator = city, np.array(origin), Locator(city)

    def wgs84(self, *geometries: shapely.Geometry) -> np.ndarray:
        return shapely.transform(
            np.array(geometries, object),
            lambda xy: np.column_stack(metric_to_lonlat(*(xy + self.origin).T, self.city.metric_crs)),
        )

    def place(self, *geometries: shapely.Geometry, within_m: float | None = None) -> Placement:
        return self.locator.locate(self.wgs84(*geometries), within_m=within_m)


@pytest.fixture(scope="module")
def toy(toy_city, toy_origin) -> Toy:
    return Toy(toy_city, toy_origin)


def point(x, y):
    return shapely.Point(x, y)


def line(*corners):
    return shapely.LineString(corners)


def of_row(shares: Shares, row: int = 0) -> dict[int, float]:
    """Place → weight of one row."""
    mine = shares.row == row
    return dict(zip(shares.place[mine].tolist(), shares.weight[mine].tolist(), strict=True))


def with_roads(city: City, segments: list[shapely.Geometry], wgs84: np.ndarray) -> City:
    """The city with other roads, each segment a road of its own."""
    n = len(segments)
    codes = tuple(f"r{i}" for i in range(n))
    roads = RoadLayer(
        segment_codes=codes,
        geometry=wgs84,
        metric=geometries_to_metric(wgs84, city.metric_crs),
        road=np.arange(n, dtype=np.int32),
        road_class=("minor",) * n,
        inside_m=shapely.length(np.array(segments, object)),
        road_codes=codes,
        road_names=(city.name,) * n,
        quality="schematic",
    )
    return dataclasses.replace(city, roads=roads)


def on_roads(toy: Toy, *segments: shapely.Geometry) -> Toy:
    return Toy(with_roads(toy.city, list(segments), toy.wgs84(*segments)), tuple(toy.origin))


# Points


@pytest.mark.parametrize(
    ("x", "y", "subdistrict", "segment", "distance"),
    [
        (250, 510, A, S1, 10),
        (1250, 490, B, S2, 10),
        (510, 1250, C, S3, 10),
        (1750, 1810, D, S5, 10),
        (1200, 1200, -1, -1, None),  # in the gap
        (2300, 1790, D, S5, 10),
        (2600, 1800, -1, S5, 0),  # on the road, beyond the boundary
        (250, 551, A, -1, None),
        (250, 549, A, S1, 49),
        (-5000, 0, -1, -1, None),
    ],
)
def test_a_point_gets_its_subdistrict_and_the_nearest_road_within_the_limit(toy, x, y, subdistrict, segment, distance):
    placed = toy.place(point(x, y))
    assert (placed.subdistrict[0], placed.segment[0]) == (subdistrict, segment)
    if distance is None:
        assert np.isnan(placed.distance_m[0])
    else:
        assert placed.distance_m[0] == pytest.approx(distance, abs=1e-6)
    assert of_row(placed.subdistrict_shares) == ({subdistrict: 1.0} if subdistrict >= 0 else {})
    assert of_row(placed.segment_shares) == ({segment: 1.0} if segment >= 0 else {})


def test_a_point_on_a_corner_that_subdistricts_share_belongs_to_the_first_and_is_not_lost(toy):
    areas = toy.city.areas.geometry
    for area, corners in enumerate(map(shapely.get_coordinates, areas)):
        placed = toy.locator.locate(shapely.points(corners))
        lowest = [min(i for i, other in enumerate(areas) if other.covers(shapely.Point(c))) for c in corners]
        assert placed.subdistrict.tolist() == lowest
        assert max(lowest) <= area


def test_a_point_where_roads_meet_belongs_to_the_first_of_them(toy):
    assert toy.place(point(1000, 500), point(500, 500), point(1500, 500)).segment.tolist() == [S1, S1, S2]


def test_the_limit_is_an_argument_and_counts_as_inside(toy):
    assert toy.place(point(250, 550)).segment[0] == S1
    assert toy.place(point(250, 550), within_m=49.99).segment[0] == -1
    assert toy.place(point(250, 620), within_m=120).segment[0] == S1
    assert toy.place(point(250, 500), point(250, 500.1), within_m=0).segment.tolist() == [S1, -1]


@pytest.mark.parametrize("limit", [-1.0, np.nan, np.inf])
def test_a_limit_that_is_no_distance_is_refused(toy, limit):
    with pytest.raises(BadValueError, match="within_m"):
        toy.place(point(0, 0), within_m=limit)


def test_a_city_without_roads_has_every_issue_unsnapped(toy):
    bare = Toy(dataclasses.replace(toy.city, roads=None), tuple(toy.origin))
    placed = bare.place(point(250, 500), line((0, 0), (100, 0)), shapely.box(0, 0, 10, 10))
    assert placed.segment.tolist() == [-1, -1, -1]
    assert np.isnan(placed.distance_m).all()
    assert len(placed.segment_shares.row) == 0
    assert placed.subdistrict.tolist() == [A, A, A]


def test_z_is_dropped(toy):
    flat, high = toy.wgs84(point(250, 510))[0], toy.wgs84(point(250, 510))[0]
    placed = toy.locator.locate(np.array([flat, shapely.force_3d(high, 99.0)], object))
    assert placed.lon[0] == placed.lon[1]
    assert placed.segment.tolist() == [S1, S1]


# Lines


def test_a_line_is_split_by_length_over_subdistricts_and_the_rest_is_outside(toy):
    placed = toy.place(line((800, 1200), (1600, 1200)))  # 200 m in C, 500 m in the gap, 100 m in D
    assert of_row(placed.subdistrict_shares) == pytest.approx({C: 0.25, D: 0.125}, abs=1e-9)
    assert placed.subdistrict[0] == C


def test_a_line_along_a_common_border_goes_to_the_first_subdistrict():
    squares = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.box(5, 5, 15, 15)], object)
    spans = np.array([line((10, 0), (10, 10)), line((10, 0), (10, 20))], object)
    shares = split_over_areas(np.array([0, 1]), spans, squares, shapely.STRtree(squares))
    assert of_row(shares, 0) == {0: 1.0}
    assert of_row(shares, 1) == {0: 0.5, 2: 0.25}


def test_a_line_that_runs_there_and_back_counts_both_ways(toy):
    placed = toy.place(line((900, 200), (1100, 200), (900, 200), (900, 100)))
    assert of_row(placed.subdistrict_shares) == pytest.approx({A: 0.6, B: 0.4}, abs=1e-9)


def test_between_parallel_roads_each_half_of_a_crossing_line_goes_to_the_nearer(toy):
    parallel = on_roads(toy, line((0, 0), (1000, 0)), line((0, 60), (1000, 60)))
    placed = parallel.place(line((300, 0), (300, 60)))
    assert of_row(placed.segment_shares) == pytest.approx({0: 0.5, 1: 0.5}, abs=1e-6)
    assert placed.segment[0] == 0


def test_a_line_midway_between_parallel_roads_goes_to_the_first(toy):
    parallel = on_roads(toy, line((0, 0), (1000, 0)), line((0, 60), (1000, 60)))
    assert of_row(parallel.place(line((100, 30), (900, 30))).segment_shares) == pytest.approx({0: 1})


def test_two_roads_on_one_line_leave_it_to_the_first(toy):
    twice = on_roads(toy, line((100, 0), (500, 0)), line((0, 0), (1000, 0)))
    placed = twice.place(line((0, 10), (1000, 10)), shapely.box(0, 5, 1000, 15))
    assert of_row(placed.segment_shares, 0)[0] == pytest.approx(0.4, abs=3e-6)  # 3 mm of 1,000 m
    assert of_row(placed.segment_shares, 1)[0] == pytest.approx(0.4, abs=5e-3)


def test_at_a_crossroads_a_line_around_the_corner_is_split_at_the_diagonal(toy):
    crossroads = on_roads(toy, line((0, 0), (500, 0)), line((0, 0), (0, 500)))
    placed = crossroads.place(line((100, 10), (10, 10), (10, 40)))  # 90 m along the first, 30 m along the second
    assert of_row(placed.segment_shares) == pytest.approx({0: 0.75, 1: 0.25}, abs=1e-6)


def test_outside_a_bend_all_that_is_nearest_to_the_junction_goes_to_the_first_road(toy):
    bend = on_roads(toy, line((0, 0), (500, 0)), line((0, 0), (0, 500)))
    assert of_row(bend.place(line((-30, -10), (-5, -10))).segment_shares) == pytest.approx({0: 1})
    assert of_row(bend.place(shapely.box(-30, -30, -5, -5)).segment_shares) == pytest.approx({0: 1})


def test_a_line_half_beyond_the_limit_is_half_unsnapped(toy):
    one = on_roads(toy, line((0, 0), (1000, 0)))
    placed = one.place(line((500, 0), (500, 100)), line((0, 40), (1000, 40)), line((0, 50), (1000, 50)))
    assert of_row(placed.segment_shares, 0) == pytest.approx({0: 0.5}, abs=1e-6)
    assert of_row(placed.segment_shares, 1) == pytest.approx({0: 1})
    assert of_row(placed.segment_shares, 2) == pytest.approx({0: 1})  # the limit itself counts
    assert placed.distance_m.tolist() == pytest.approx([0, 40, 50], abs=1e-6)


def test_past_the_end_of_a_road_the_limit_is_a_circle(toy):
    one = on_roads(toy, line((0, 0), (1000, 0)))
    inside = np.sqrt(50**2 - 30**2)
    placed = one.place(line((1000, 30), (1100, 30)))
    assert of_row(placed.segment_shares) == pytest.approx({0: inside / 100}, abs=1e-5)


def test_a_line_without_length_counts_as_a_point_but_is_not_one(toy):
    placed = toy.place(line((250, 510), (250, 510)))
    assert (placed.subdistrict[0], placed.segment[0], placed.is_point[0]) == (A, S1, False)
    assert of_row(placed.segment_shares) == {S1: 1.0}


# Polygons


def test_a_polygon_is_split_by_area_over_subdistricts(toy):
    placed = toy.place(shapely.box(900, 900, 1100, 1100))  # a quarter each in A, B and C, a quarter outside
    assert of_row(placed.subdistrict_shares) == pytest.approx({A: 0.25, B: 0.25, C: 0.25}, abs=1e-9)
    assert placed.subdistrict[0] == A


def test_where_subdistricts_overlap_the_first_has_the_overlap(toy):
    areas = toy.city.areas
    metric = areas.metric.copy()
    metric[B] = shapely.union(metric[B], metric[A])
    coarse = dataclasses.replace(areas, metric=metric)
    overlapping = Toy(dataclasses.replace(toy.city, areas=coarse), tuple(toy.origin))
    placed = overlapping.place(shapely.box(900, 100, 1100, 200), line((900, 100), (1100, 100)))
    assert of_row(placed.subdistrict_shares, 0) == pytest.approx({A: 0.5, B: 0.5}, abs=1e-9)
    assert of_row(placed.subdistrict_shares, 1) == pytest.approx({A: 0.5, B: 0.5}, abs=1e-9)


def test_a_polygon_between_parallel_roads_is_split_in_the_middle_and_cut_at_the_limit(toy):
    parallel = on_roads(toy, line((0, 0), (1000, 0)), line((0, 80), (1000, 80)))
    placed = parallel.place(shapely.box(400, 20, 450, 80), shapely.box(400, -100, 450, 0))
    assert of_row(placed.segment_shares, 0) == pytest.approx({0: 1 / 3, 1: 2 / 3}, abs=1e-6)
    assert of_row(placed.segment_shares, 1) == pytest.approx({0: 0.5}, abs=1e-6)


def test_a_polygon_at_a_crossroads_is_split_at_the_diagonal(toy):
    crossroads = on_roads(toy, line((0, 0), (500, 0)), line((0, 0), (0, 500)))
    assert of_row(crossroads.place(shapely.box(0, 0, 40, 40)).segment_shares) == pytest.approx(
        {0: 0.5, 1: 0.5}, abs=1e-4
    )


def test_the_hole_of_a_polygon_does_not_count(toy):
    ring = shapely.difference(shapely.box(900, 0, 1100, 100), shapely.box(1010, 10, 1090, 90))
    of_a = 100 * 100 / ring.area
    placed = toy.place(ring)
    assert of_row(placed.subdistrict_shares) == pytest.approx({A: of_a, B: 1 - of_a}, abs=1e-9)


# Kinds, order, refusals


def test_multi_part_geometries_are_placed_part_by_part(toy):
    points = shapely.MultiPoint([(250, 510), (250, 520), (1250, 510), (1200, 1200)])
    lines = shapely.MultiLineString([[(100, 500), (200, 500)], [(1100, 500), (1400, 500)]])
    polygons = shapely.MultiPolygon([shapely.box(0, 480, 30, 520), shapely.box(1100, 480, 1110, 520)])
    placed = toy.place(points, lines, polygons)
    assert of_row(placed.subdistrict_shares, 0) == pytest.approx({A: 0.5, B: 0.25})
    assert of_row(placed.segment_shares, 0) == pytest.approx({S1: 0.5, S2: 0.25})
    assert of_row(placed.segment_shares, 1) == pytest.approx({S1: 0.25, S2: 0.75}, abs=1e-6)
    assert of_row(placed.segment_shares, 2) == pytest.approx({S1: 0.75, S2: 0.25}, abs=1e-6)
    assert not placed.is_point.any()


def test_kinds_may_be_mixed_and_one_geometry_is_placed_alone_as_among_others(toy):
    mixed = [point(250, 510), line((800, 490), (1300, 490)), shapely.box(980, 480, 1040, 530), point(1200, 1200)]
    together = toy.place(*mixed)
    assert together.is_point.tolist() == [True, False, False, True]
    assert (np.diff(together.segment_shares.row) >= 0).all()
    for row, geometry in enumerate(mixed):
        alone = toy.place(geometry)
        for name in ("lon", "lat", "x_m", "y_m", "subdistrict", "segment"):
            assert getattr(together, name)[row] == getattr(alone, name)[0]
        assert of_row(together.segment_shares, row) == of_row(alone.segment_shares)
        assert of_row(together.subdistrict_shares, row) == of_row(alone.subdistrict_shares)


def test_the_columns_have_the_types_of_the_issue_table_and_the_point_lies_on_the_geometry(toy):
    lot, span = shapely.box(100, 100, 140, 120), line((0, 0), (100, 0))
    placed = toy.place(lot, span)
    assert [c.dtype for c in (placed.subdistrict, placed.segment, placed.distance_m)] == [
        np.int16,
        np.int32,
        np.float64,
    ]
    assert [placed.subdistrict_shares.row.dtype, placed.subdistrict_shares.place.dtype] == [np.int32, np.int32]
    x, y = placed.x_m - toy.origin[0], placed.y_m - toy.origin[1]
    assert lot.contains(shapely.Point(x[0], y[0]))
    assert (x[1], y[1]) == pytest.approx((50, 0), abs=0.01)
    assert metric_to_lonlat(placed.x_m, placed.y_m, toy.city.metric_crs)[0] == pytest.approx(placed.lon, abs=1e-9)


def test_an_empty_array_gives_empty_columns(toy):
    placed = toy.locator.locate(np.array([], object))
    assert len(placed.lon) == len(placed.segment) == len(placed.subdistrict_shares.row) == 0


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (None, "not nothing"),
        (shapely.Point(), "not empty"),
        (shapely.GeometryCollection([shapely.Point(106.7, 26.6)]), "point, line string or polygon"),
        (shapely.LinearRing([(106.7, 26.6), (106.71, 26.6), (106.7, 26.61)]), "point, line string or polygon"),
        (shapely.Polygon([(106.7, 26.6), (106.71, 26.61), (106.71, 26.6), (106.7, 26.61)]), "Self-intersection"),
        (shapely.Point(106.7, np.inf), "finite"),
        (shapely.Point(106.7, np.nan), "empty|finite"),
        (shapely.LineString([(106.7, 26.6), (np.inf, 26.6)]), "finite"),
    ],
)
def test_a_bad_geometry_is_refused_and_its_position_named(toy, bad, why):
    with pytest.raises(BadGeometryError, match=f"position 1.*({why})"):
        toy.locator.locate(np.array([shapely.Point(106.7, 26.6), bad], object))


def test_a_geometry_outside_the_world_is_refused(toy):
    with pytest.raises(BadGeometryError, match="Earth"):
        toy.locator.locate(np.array([shapely.Point(106.7, 126.6)], object))


def test_a_polygon_as_large_as_a_country_is_placed_in_bounded_work(toy):
    start = time.perf_counter()
    placed = toy.locator.locate(np.array([shapely.box(100, 20, 112, 32), line((100, 26.6), (112, 26.601))], object))
    assert time.perf_counter() - start < 10
    assert 0 < placed.subdistrict_shares.weight.max() < 1e-5


# Laws and brute force

coordinate = st.integers(-200, 2700)
toy_point = st.builds(point, coordinate, coordinate)
toy_line = st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=4).map(shapely.LineString)
toy_box = st.builds(
    lambda x, y, w, h, turn: shapely.affinity.rotate(shapely.box(x, y, x + w, y + h), turn),
    *(coordinate, coordinate, st.integers(1, 300), st.integers(1, 300), st.integers(0, 89)),
)


@given(geometries=st.lists(st.one_of(toy_point, toy_line, toy_box), max_size=5))
def test_shares_never_exceed_the_whole_and_the_primary_place_has_the_largest(toy, geometries):
    placed = toy.place(*geometries)
    for shares, primary in (
        (placed.subdistrict_shares, placed.subdistrict),
        (placed.segment_shares, placed.segment),
    ):
        assert (shares.weight > 0).all()
        for row in range(len(geometries)):
            mine = of_row(shares, row)
            assert sum(mine.values()) <= 1 + 1e-12
            assert list(mine) == sorted(mine)
            if mine:
                assert mine[int(primary[row])] >= max(mine.values()) - 1e-9
            else:
                assert primary[row] == -1
    assert np.array_equal(np.isnan(placed.distance_m), placed.segment < 0)


@given(geometry=st.one_of(toy_line.filter(lambda g: g.length > 0), toy_box))
def test_the_split_over_roads_agrees_with_dense_sampling(toy, geometry):
    """Points spread evenly over the geometry, each given to its nearest segment, make about the same shares."""
    if geometry.area:
        west, south, east, north = geometry.bounds
        side = np.linspace(0, 1, 61)[:-1] + 1 / 120
        x, y = (grid.ravel() for grid in np.meshgrid(west + side * (east - west), south + side * (north - south)))
        inside = shapely.contains_xy(geometry, x, y)
        samples = shapely.points(x[inside], y[inside])
    else:
        samples = shapely.line_interpolate_point(geometry, (np.arange(4000) + 0.5) / 4000, normalized=True)
    nearest = toy.place(*samples).segment
    got = of_row(toy.place(geometry).segment_shares)
    for segment in range(5):
        assert got.get(segment, 0.0) == pytest.approx((nearest == segment).mean(), abs=0.02 if geometry.area else 0.002)


def read_network(name: str) -> np.ndarray:
    features = json.loads(gzip.decompress((NETWORKS / name).read_bytes()))["features"]
    return np.array([shapely.geometry.shape(feature["geometry"]) for feature in features], object)


@pytest.fixture(scope="module")
def helsinki(toy_city):
    return network_city(toy_city, "helsinki_named_roads.geojson.gz", "EPSG:3067", 747)


@pytest.fixture(scope="module")
def wuhan(toy_city):
    return network_city(toy_city, "wuhan_centre_roads.geojson.gz", "EPSG:4547", 13_594)


def network_city(toy_city, name, metric_crs, count) -> City:
    segments = read_network(name)
    assert len(segments) == count
    return with_roads(dataclasses.replace(toy_city, metric_crs=metric_crs), list(segments), segments)


def scattered(city: City, n: int) -> np.ndarray:
    """WGS-84 points around the network: half anywhere in its box, half within a stone's throw of a road."""
    random = np.random.default_rng(11)
    west, south, east, north = shapely.total_bounds(city.roads.metric)
    x, y = random.uniform(west, east, n), random.uniform(south, north, n)
    segment = city.roads.metric[random.integers(0, len(city.roads.metric), n // 2)]
    near = shapely.get_coordinates(
        shapely.line_interpolate_point(segment, random.uniform(0, 1, n // 2), normalized=True)
    )
    x[: n // 2], y[: n // 2] = (near + random.normal(0, 20, near.shape)).T
    return shapely.points(*metric_to_lonlat(x, y, city.metric_crs))


def distances_by_the_book(points: np.ndarray, segments: np.ndarray):
    """For each point (x, y) its distances to all segments: every straight edge is looked at, without any index."""
    xy, segment = shapely.get_coordinates(segments, return_index=True)
    start = np.flatnonzero(segment[1:] == segment[:-1])
    (ax, ay), (dx, dy) = xy[start].T, (xy[start + 1] - xy[start]).T
    square = np.maximum(dx * dx + dy * dy, 1e-12)
    first_edge = np.flatnonzero(np.diff(segment[start], prepend=-1))
    for x, y in points:
        px, py = x - ax, y - ay
        foot = np.clip((px * dx + py * dy) / square, 0, 1)
        yield np.sqrt(np.minimum.reduceat((px - foot * dx) ** 2 + (py - foot * dy) ** 2, first_edge))


@pytest.mark.parametrize("network", ["helsinki", "wuhan"])
def test_the_nearest_road_equals_brute_force_on_two_thousand_points(network, request):
    city = request.getfixturevalue(network)
    points = scattered(city, 2000)
    placed = Locator(city).locate(points)
    metric = geometries_to_metric(points, city.metric_crs)
    snapped = 0
    for row, distances in enumerate(distances_by_the_book(shapely.get_coordinates(metric), city.roads.metric)):
        least = distances.min()
        if least <= city.snap_limit_m:
            assert placed.segment[row] == np.flatnonzero(distances <= least + 1e-6)[0]
            assert placed.distance_m[row] == pytest.approx(least, abs=1e-6)
            snapped += 1
        else:
            assert placed.segment[row] == -1
    assert 1000 < snapped < 2000


@pytest.mark.slow
def test_spans_and_lots_among_the_roads_of_wuhan_are_split_as_sampling_says(wuhan):
    random = np.random.default_rng(5)
    centres = shapely.get_coordinates(geometries_to_metric(scattered(wuhan, 12)[:6], wuhan.metric_crs))
    locator = Locator(wuhan)
    side = (np.arange(60) + 0.5) / 60 - 0.5
    grid = np.stack(np.meshgrid(60 * side, 40 * side), axis=-1).reshape(-1, 2)
    along = np.column_stack([120 * (np.arange(2000) + 0.5) / 2000 - 60, np.zeros(2000)])
    for centre in centres:
        angle = random.uniform(0, np.pi)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])

        def wgs84(local, turn=turn, centre=centre):
            return np.column_stack(metric_to_lonlat(*(local @ turn + centre).T, wuhan.metric_crs))

        shapes = shapely.transform(np.array([line((-60, 0), (60, 0)), shapely.box(-30, -20, 30, 20)], object), wgs84)
        placed = locator.locate(shapes)
        for row, samples, tolerance in ((0, along, 0.002), (1, grid, 0.01)):
            nearest = locator.locate(shapely.points(wgs84(samples))).segment
            mine = of_row(placed.segment_shares, row)
            for segment in {*mine, *nearest[nearest >= 0].tolist()}:
                assert mine.get(segment, 0.0) == pytest.approx((nearest == segment).mean(), abs=tolerance)
