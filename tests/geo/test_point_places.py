"""Two ways to place points, by search trees and by lookup grids, are one: the same places and the same bits."""

from __future__ import annotations

import dataclasses
import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import geo.road_grid
from geo.city import AreaLayer, City, RoadLayer
from geo.crs import geometries_to_metric, lonlat_to_metric, metric_to_lonlat
from geo.errors import BadGeometryError
from geo.placement import Locator
from geo.point_places import PointPlaces
from geo.road_edges import RoadEdges
from geo.road_grid import RoadGrid

ROOT = Path(__file__).parents[2]
NETWORKS = ROOT / "tests" / "data" / "networks"
NEVER = sys.maxsize


def with_roads(city: City, wgs84: np.ndarray, metric_crs: str) -> City:
    n = len(wgs84)
    metric = geometries_to_metric(wgs84, metric_crs)
    codes = tuple(f"r{i}" for i in range(n))
    roads = RoadLayer(
        segment_codes=codes,
        geometry=wgs84,
        metric=metric,
        road=np.arange(n, dtype=np.int32),
        road_class=("minor",) * n,
        inside_m=shapely.length(metric),
        road_codes=codes,
        road_names=(city.name,) * n,
        quality="real",
    )
    return dataclasses.replace(city, roads=roads, metric_crs=metric_crs)


def with_areas(city: City, wgs84: np.ndarray) -> City:
    codes = tuple(f"a{i}" for i in range(len(wgs84)))
    names = (city.name,) * len(wgs84)
    metric = geometries_to_metric(wgs84, city.metric_crs)
    return dataclasses.replace(city, areas=AreaLayer(codes, names, names, wgs84, metric, "approximate"))


def network_city(toy_city: City, name: str, metric_crs: str) -> City:
    """A real road network; areas: ragged stars with a hole each over its box, overlapping, one of two parts."""
    features = json.loads(gzip.decompress((NETWORKS / name).read_bytes()))["features"]
    lines = np.array([shapely.geometry.shape(feature["geometry"]) for feature in features], object)
    west, south, east, north = shapely.total_bounds(lines)
    dice = np.random.default_rng(7)
    stars = []
    for _ in range(25):
        turn = np.sort(dice.uniform(0, 2 * np.pi, 200))
        reach = dice.uniform(0.05, 0.2, 200)[:, None]
        centre = dice.uniform((west, south), (east, north))
        ring = centre + reach * np.column_stack([np.cos(turn), np.sin(turn)]) * (east - west, north - south)
        stars.append(shapely.make_valid(shapely.Polygon(ring)).difference(shapely.Point(centre).buffer(0.002)))
    stars[3] = shapely.union(stars[3], shapely.box(west, south, west + 0.001, south + 0.001))
    stars = [star for star in stars if star.geom_type in ("Polygon", "MultiPolygon")]
    return with_areas(with_roads(toy_city, lines, metric_crs), np.array(stars, object))


@pytest.fixture(scope="module")
def helsinki(toy_city) -> City:
    return network_city(toy_city, "helsinki_named_roads.geojson.gz", "EPSG:3067")


@pytest.fixture(scope="module")
def wuhan(toy_city) -> City:
    return network_city(toy_city, "wuhan_centre_roads.geojson.gz", "EPSG:4547")


def both(city: City) -> tuple[Locator, Locator]:
    return Locator(city, grid_from=NEVER), Locator(city, grid_from=0)


def assert_the_same(by_tree: Locator, by_grid: Locator, lon, lat, within_m: float | None = None) -> None:
    tree = by_tree.locate_points(lon, lat, within_m=within_m)
    grid = by_grid.locate_points(lon, lat, within_m=within_m)
    for name in ("lon", "lat", "x_m", "y_m", "subdistrict", "segment", "distance_m"):
        one, other = getattr(tree, name), getattr(grid, name)
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes(), f"{name} differs at {np.flatnonzero(one != other)[:5]}"


def awkward_points(city: City, n: int) -> np.ndarray:
    """Metric points where mistakes would show: ends, middles, the limit, cell borders, anywhere, far outside."""
    dice = np.random.default_rng(3)
    metric = city.roads.metric
    grid = RoadGrid.of(RoadEdges.of(metric), city.snap_limit_m)
    ends = shapely.get_coordinates(metric)[:n]
    chosen = metric[dice.integers(0, len(metric), n)]
    a, b = (shapely.get_coordinates(shapely.get_point(chosen, end)) for end in (0, -1))
    middle = (a + b) / 2
    across = np.column_stack([(a - b)[:, 1], (b - a)[:, 0]])
    across /= np.maximum(np.hypot(*across.T), 1e-9)[:, None]
    at_limit = [middle + across * (city.snap_limit_m + off) for off in (-1e-9, 0.0, 1e-9, 1e-6, 2e-6)]
    past_end = a + (a - b) / np.maximum(np.hypot(*(a - b).T), 1e-9)[:, None] * city.snap_limit_m
    corner = np.column_stack(
        [
            grid.west + dice.integers(0, grid.columns, n) * grid.side,
            grid.south + dice.integers(0, grid.rows, n) * grid.side,
        ]
    )
    west, south, east, north = shapely.total_bounds(metric)
    anywhere = dice.uniform((west - 500, south - 500), (east + 500, north + 500), (n, 2))
    near = middle + dice.normal(0, 15, (n, 2))
    far = dice.uniform((west - 50_000, south - 50_000), (east + 50_000, north + 50_000), (n // 10, 2))
    beside = [np.nextafter(corner, way) for way in (-np.inf, np.inf)]
    return np.concatenate([ends, middle, *at_limit, past_end, corner, *beside, anywhere, near, far])


@pytest.mark.parametrize("network", ["helsinki", "wuhan"])
def test_trees_and_grids_agree_on_real_roads_to_the_last_bit(network, request, soak):
    city = request.getfixturevalue(network)
    by_tree, by_grid = both(city)
    lon, lat = metric_to_lonlat(*awkward_points(city, 5_000 if soak else 600).T, city.metric_crs)
    for within_m in (None, 0.0, 10.0, 400.0):  # 400 m is more than the grid knows
        assert_the_same(by_tree, by_grid, lon, lat, within_m)
    found = by_grid.locate_points(lon, lat)
    assert 0.2 < (found.segment >= 0).mean() < 1
    assert 0.2 < (found.subdistrict >= 0).mean() < 1


@pytest.mark.parametrize("network", ["helsinki", "wuhan"])
def test_trees_and_grids_agree_on_the_borders_of_areas(network, request, soak):
    city = request.getfixturevalue(network)
    corners = shapely.get_coordinates(city.areas.geometry)
    middles = (corners[1:] + corners[:-1]) / 2
    around = np.concatenate(
        [corners, middles, *(np.nextafter(corners, way) for way in (-np.inf, np.inf)), corners + 1e-10]
    )
    level = np.column_stack([corners[:-1, 0] + 1e-3, corners[1:, 1]])  # a ray that meets corners
    lon, lat = np.concatenate([around, level]).T
    assert_the_same(*both(city), lon, lat)


@pytest.fixture(scope="module")
def toy_pair(toy_city):
    return both(toy_city)


steps = st.one_of(st.integers(-300, 3_000).map(float), st.floats(-300, 3_000), st.sampled_from([450.0, 500.0, 550.0]))


@given(places=st.lists(st.tuples(steps, steps), max_size=60), within_m=st.sampled_from([None, 0.0, 49.0, 50.0, 80.0]))
def test_trees_and_grids_agree_wherever_the_points_lie(toy_city, toy_origin, toy_pair, places, within_m):
    xy = np.array(places, float).reshape(-1, 2) + np.array(toy_origin)
    lon, lat = metric_to_lonlat(xy[:, 0], xy[:, 1], toy_city.metric_crs)
    assert_the_same(*toy_pair, lon, lat, within_m)


coordinate = st.integers(0, 40).map(lambda n: 10.0 * n)
segments = st.lists(
    st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=4).map(shapely.LineString), min_size=1, max_size=8
)


@given(lines=segments, places=st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=40))
def test_trees_and_grids_agree_whatever_the_roads_are(toy_city, toy_origin, lines, places):
    """On a lattice ties are the rule: crossings, roads laid twice, roads there and back, roads of no length."""
    metric = shapely.transform(np.array(lines, object), lambda xy: xy + np.array(toy_origin))
    city = with_roads(toy_city, shapely.transform(metric, lambda xy: np.column_stack(
        metric_to_lonlat(*xy.T, toy_city.metric_crs))), toy_city.metric_crs)  # fmt: skip
    lon, lat = metric_to_lonlat(*(np.array(places) + toy_origin).T, toy_city.metric_crs)
    assert_the_same(*both(city), lon, lat)


def test_a_road_of_no_length_is_found_by_both(toy_city, toy_origin):
    spot = shapely.transform(
        np.array([shapely.LineString([(100, 100), (100, 100)])], object), lambda xy: xy + toy_origin
    )
    lonlat = np.column_stack(metric_to_lonlat(*shapely.get_coordinates(spot).T, toy_city.metric_crs))
    city = with_roads(toy_city, shapely.linestrings([lonlat]), toy_city.metric_crs)
    for locator in both(city):
        placed = locator.locate_points(lonlat[:1, 0], lonlat[:1, 1] + 1e-4)
        assert placed.segment.tolist() == [0]
        assert placed.distance_m[0] == pytest.approx(11.08, abs=0.02)


def test_without_roads_every_point_is_unsnapped(toy_city):
    bare = dataclasses.replace(toy_city, roads=None)
    lon, lat = np.array([106.701, 106.702]), np.array([26.601, 26.602])
    assert_the_same(*both(bare), lon, lat)
    assert Locator(bare, grid_from=0).locate_points(lon, lat).segment.tolist() == [-1, -1]


def test_geometries_of_points_are_placed_like_their_coordinates_and_among_others(wuhan):
    lon, lat = metric_to_lonlat(*awkward_points(wuhan, 50).T, wuhan.metric_crs)
    points = shapely.points(lon, lat)
    mixed = np.append(points, shapely.LineString([(114.27, 30.55), (114.272, 30.551)]))
    for locator in both(wuhan):
        alone, together = locator.locate_points(lon, lat), locator.locate(mixed)
        same = locator.locate(points)
        for name in ("lon", "lat", "x_m", "y_m", "subdistrict", "segment", "distance_m", "is_point"):
            assert getattr(same, name).tobytes() == getattr(alone, name).tobytes()
            assert getattr(together, name)[:-1].tobytes() == getattr(alone, name).tobytes()
        for shares, of_all in (
            (alone.segment_shares, together.segment_shares),
            (alone.subdistrict_shares, together.subdistrict_shares),
        ):
            count = len(shares.row)
            assert shares.row.tolist() == of_all.row[:count].tolist()
            assert shares.place.tolist() == of_all.place[:count].tolist()
            assert shares.weight.tolist() == of_all.weight[:count].tolist()


def test_a_point_alone_and_in_a_batch_has_the_same_bits(helsinki):
    lon, lat = metric_to_lonlat(*awkward_points(helsinki, 20).T, helsinki.metric_crs)
    by_tree, by_grid = both(helsinki)
    batch = by_grid.locate_points(lon, lat)
    for i in range(0, len(lon), 7):
        alone = by_tree.locate(shapely.points(lon[i : i + 1], lat[i : i + 1]))
        assert alone.segment[0] == batch.segment[i]
        assert alone.distance_m.tobytes() == batch.distance_m[i : i + 1].tobytes()


def test_distances_are_those_of_geos(wuhan):
    xy = awkward_points(wuhan, 300)
    lon, lat = metric_to_lonlat(*xy.T, wuhan.metric_crs)
    placed = Locator(wuhan, grid_from=0).locate_points(lon, lat)
    snapped = placed.segment >= 0
    points = shapely.points(placed.x_m[snapped], placed.y_m[snapped])
    theirs = shapely.distance(points, wuhan.roads.metric[placed.segment[snapped]])
    assert np.abs(placed.distance_m[snapped] - theirs).max() < 1e-9


def test_a_position_that_is_not_on_earth_is_refused(toy_city):
    for lon, lat in ((np.nan, 26.6), (106.7, np.inf), (106.7, 91.0)):
        with pytest.raises(BadGeometryError, match="Earth"):
            Locator(toy_city).locate_points(np.array([lon]), np.array([lat]))


# The grids stay within bounds.


def test_roads_far_apart_and_a_wide_limit_make_no_large_grid(toy_city, toy_origin):
    far = [shapely.LineString([(x, y), (x + 30, y + 40)]) for x, y in ((0, 0), (0, 200_000), (150_000, 90_000))]
    metric = shapely.transform(np.array(far, object), lambda xy: xy + np.array(toy_origin))
    for limit in (50.0, 1_000.0):
        grid = RoadGrid.of(RoadEdges.of(metric), limit)
        assert grid.columns * grid.rows < 1.1 * geo.road_grid.MAX_CELLS
        x, y = np.array([15.0, 15.0, 5_000.0]) + toy_origin[0], np.array([20.0, 45.0, 0.0]) + toy_origin[1]
        segment, distance = grid.nearest(x, y, limit)
        assert segment.tolist() == [0, 0, -1]
        assert distance[:2] == pytest.approx([0.0, 15.0], abs=1e-6)


def test_lists_that_grow_too_long_make_larger_cells_with_the_same_answers(wuhan, monkeypatch):
    lon, lat = metric_to_lonlat(*awkward_points(wuhan, 300).T, wuhan.metric_crs)
    x, y = lonlat_to_metric(lon, lat, wuhan.metric_crs)
    edges = RoadEdges.of(wuhan.roads.metric)
    fine = RoadGrid.of(edges, 60.0)
    monkeypatch.setattr(geo.road_grid, "MAX_CANDIDATES", len(fine.candidate) // 2)
    coarse = RoadGrid.of(edges, 60.0)
    assert coarse.side > fine.side
    assert len(coarse.candidate) <= len(fine.candidate) // 2
    for one, other in zip(fine.nearest(x, y, 60.0), coarse.nearest(x, y, 60.0), strict=True):
        assert one.tobytes() == other.tobytes()


def test_grids_are_built_by_the_first_large_batch_only(toy_city):
    places = PointPlaces(toy_city, RoadEdges.of(toy_city.roads.metric), grid_from=3)
    column = np.array([106.701, 106.702, 106.703])
    places.find(column[:2], column[:2] - 80, np.zeros(2), np.zeros(2), 50.0)
    assert places._grids is None
    places.find(column, column - 80, np.zeros(3), np.zeros(3), 50.0)
    assert places._grids is not None


def test_a_live_report_never_waits_for_the_compiler():
    """One point is placed without numba being so much as imported."""
    program = (
        "import sys, shapely, numpy as np\n"
        "from data.city_folder.load import load_city\n"
        "from geo.placement import Locator\n"
        "placed = Locator(load_city('data/cities/yunyan')).locate(np.array([shapely.Point(106.71, 26.6)]))\n"
        "assert placed.subdistrict[0] >= 0\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
