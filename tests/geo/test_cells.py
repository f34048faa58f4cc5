"""Heat cells and the heat raster: nothing is lost, and the picture is the Gaussian sum it claims to be."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.cells import MAX_GRID, TRUNCATE, cell_counts, cell_size_m, heat_raster
from geo.crs import lonlat_to_metric, metric_to_lonlat
from geo.errors import BadValueError
from geo.tables import subset
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records, compiled_passes

CRS = "EPSG:4545"
BOUNDS = (106.68, 26.57, 106.74, 26.62)
metres = st.floats(-1e5, 1e5)


def positions(n=1000, seed=3, spread=700.0):
    """Clustered positions in the middle of BOUNDS, metric."""
    random = np.random.default_rng(seed)
    x, y = lonlat_to_metric(106.71, 26.595, CRS)
    cluster = random.normal(0, 1200, (12, 2))[random.integers(0, 12, n)]
    return (np.array([[x], [y]]) + (cluster + random.normal(0, spread / 3, (n, 2))).T).astype(float)


def pixel_centres(bounds, nx, ny):
    """Longitudes and latitudes of pixel centres by the book: Mercator y is ln(tan(45° + latitude / 2))."""
    west, south, east, north = bounds
    y = [np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) for lat in (north, south)]
    at = y[0] + (np.arange(ny) + 0.5) / ny * (y[1] - y[0])
    lat = np.degrees(2 * np.arctan(np.exp(at)) - np.pi / 2)
    return np.meshgrid(west + (np.arange(nx) + 0.5) / nx * (east - west), lat)


def exact(x, y, bounds, nx, ny, bandwidth):
    """The full Gaussian sum per km² at pixel centres, without grid or truncation."""
    px, py = lonlat_to_metric(*pixel_centres(bounds, nx, ny), CRS)
    square = (px[..., None] - x) ** 2 + (py[..., None] - y) ** 2
    return np.exp(-square / (2 * bandwidth**2)).sum(axis=-1) / (2 * np.pi * bandwidth**2) * 1e6


# Cells


def test_the_cell_halves_with_each_zoom_and_stays_a_fit_for_the_screen():
    assert cell_size_m(13) == pytest.approx(382.19, abs=0.01)
    assert [cell_size_m(z) / cell_size_m(z + 1) for z in range(20)] == [2.0] * 20
    for latitude in (0.0, 26.6, 41.9):
        pixel_m = 40_075_016.686 / 256 / 2**14 * np.cos(np.radians(latitude))
        cells_on_screen = (1920 * pixel_m / cell_size_m(14)) * (1080 * pixel_m / cell_size_m(14))
        assert 2_000 < cells_on_screen < 5_200


def placed(x, y):
    """A table of issues in progress at these metric positions."""
    n = len(x)
    issue = build_records(small_city(), 1, 0, CLOCK).issues
    table = subset(issue, np.zeros(n, np.intp)) if n == 0 else replace(
        issue, **{name: np.repeat(getattr(issue, name), n) for name in issue.__slots__
                  if isinstance(getattr(issue, name), np.ndarray)}
    )  # fmt: skip
    return replace(
        table, x_cm=np.rint(np.array(x) * 100).astype(np.int32), y_cm=np.rint(np.array(y) * 100).astype(np.int32)
    )


@given(
    x=arrays(float, 30, elements=metres),
    y=arrays(float, 30, elements=metres),
    stages=arrays(np.int8, 30, elements=st.integers(-1, 4)),
    cell=st.sampled_from([0.5, 7.0, 382.2, 1e6]),
)
def test_the_cells_hold_every_issue_once_and_each_lies_in_its_cell(x, y, stages, cell):
    table = placed(x, y)
    cells, size = cell_counts(table, stages, cell, most=100)
    kept = np.flatnonzero((stages >= 0) & (stages < 4))
    assert (cells.count.sum(), size) == (len(kept), cell)
    assert len(set(zip(cells.x_m, cells.y_m, strict=True))) == len(cells.count)
    for px, py in zip(*table.xy_m(kept), strict=True):
        assert ((np.abs(cells.x_m - px) <= cell * 0.500001) & (np.abs(cells.y_m - py) <= cell * 0.500001)).any()
    with compiled_passes():
        again, _ = cell_counts(table, stages, cell, most=100)
    for name in ("x_m", "y_m", "count"):
        np.testing.assert_array_equal(getattr(again, name), getattr(cells, name))


def test_cells_are_ordered_and_borders_belong_north_east():
    table = placed([10.0, 9.9, 0.0, -0.1, -0.1], [0.0, 0.0, 10.0, 0.0, 1.0])
    cells, _ = cell_counts(table, np.zeros(5, np.int8), 10, most=100)
    assert cells.x_m.tolist() == [-5, 5, 15, 5]
    assert cells.y_m.tolist() == [5, 5, 5, 15]
    assert cells.count.tolist() == [2, 1, 1, 1]


def test_cells_double_until_they_are_few_enough():
    table = placed(np.arange(64) * 10.0, np.zeros(64))
    cells, size = cell_counts(table, np.zeros(64, np.int8), 10, most=20)
    assert (size, len(cells.count), cells.count.sum()) == (40, 16, 64)


def test_no_positions_give_no_cells():
    assert len(cell_counts(placed([], []), np.empty(0, np.int8), 10, most=1)[0].count) == 0
    with compiled_passes():
        assert len(cell_counts(placed([], []), np.empty(0, np.int8), 10, most=1)[0].count) == 0


@pytest.mark.parametrize("size", [0, -1, np.nan, np.inf])
def test_a_cell_without_size_is_refused(size):
    with pytest.raises(BadValueError, match="cell_m"):
        cell_counts(placed([0.0], [0.0]), np.zeros(1, np.int8), size, most=1)


# Raster


@pytest.mark.parametrize("bandwidth", [60.0, 150.0, 400.0])
@pytest.mark.parametrize("n", [1, 1000])
def test_the_raster_is_the_exact_gaussian_sum_within_one_percent(n, bandwidth):
    x, y = positions(n)
    got = heat_raster(x, y, CRS, BOUNDS, 64, 54, bandwidth_m=bandwidth)
    expected = exact(x, y, BOUNDS, 64, 54, bandwidth)
    # What lies beyond the truncation, seen from a pixel, is less than exp(−8) of a kernel's peak for each position.
    counts = expected > expected.max() * 0.01
    error = np.abs(got - expected)[counts] / expected[counts]
    assert np.median(error) <= 0.01
    assert error.max() <= 0.05
    peak = n * 1e6 / (2 * np.pi * bandwidth**2)
    assert np.abs(got - expected).max() <= max(0.02 * expected.max(), np.exp(-(TRUNCATE**2) / 2) * peak)


def test_row_0_is_the_north_and_column_0_the_west():
    x, y = lonlat_to_metric([106.6905], [26.6155], CRS)
    north_west = heat_raster(x, y, CRS, BOUNDS, 60, 50, bandwidth_m=150)
    assert np.unravel_index(north_west.argmax(), north_west.shape) == (4, 10)


def test_the_mass_under_the_raster_is_the_number_of_positions():
    x, y = positions(500)
    west, _, east, _ = bounds = (106.64, 26.53, 106.78, 26.66)
    nx, ny = 400, 420
    values = heat_raster(x, y, CRS, bounds, nx, ny, bandwidth_m=150)
    lat = pixel_centres(bounds, nx, ny)[1]
    side = np.radians((east - west) / nx) * 6_378_137
    # On the ground a Mercator pixel is smaller by cos(latitude) each way; the ellipsoid changes that by 0.2 %.
    area_km2 = (side * np.cos(np.radians(lat))) ** 2 * 0.9946 / 1e6
    assert (values * area_km2).sum() == pytest.approx(500, rel=0.01)
    assert values[0].max() == values[-1].max() == 0


@given(east=st.floats(-300, 300), north=st.floats(-300, 300))
def test_when_all_positions_move_the_picture_moves_with_them(east, north):
    x, y = positions(50)
    still = heat_raster(x, y, CRS, BOUNDS, 40, 40, bandwidth_m=300)
    moved = heat_raster(x + east, y + north, CRS, BOUNDS, 40, 40, bandwidth_m=300)
    assert np.abs(moved - exact(x + east, y + north, BOUNDS, 40, 40, 300)).max() <= 0.02 * still.max()


def test_a_position_outside_the_picture_still_warms_its_border():
    x, y = lonlat_to_metric([BOUNDS[0] - 0.001], [26.595], CRS)
    values = heat_raster(x, y, CRS, BOUNDS, 96, 80, bandwidth_m=150)
    assert values[:, 0].max() > 0
    assert values[:, 50:].max() == 0


def test_two_pictures_side_by_side_are_the_halves_of_one():
    x, y = positions()
    west, south, east, north = BOUNDS
    middle = (west + east) / 2
    whole = heat_raster(x, y, CRS, BOUNDS, 80, 60, bandwidth_m=150)
    left = heat_raster(x, y, CRS, (west, south, middle, north), 40, 60, bandwidth_m=150)
    right = heat_raster(x, y, CRS, (middle, south, east, north), 40, 60, bandwidth_m=150)
    assert np.abs(np.hstack([left, right]) - whole).max() <= 0.01 * whole.max()


def test_without_positions_it_is_cold_everywhere():
    values = heat_raster(np.empty(0), np.empty(0), CRS, BOUNDS, 8, 6, bandwidth_m=150)
    assert values.shape == (6, 8)
    assert not values.any()


@pytest.mark.parametrize("bounds", [(-180, -90, 180, 90), (60, -10, 170, 80), (0, 0, 1, 1)])
def test_the_work_is_bounded_however_wide_the_picture_and_the_positions_are(bounds):
    x, y = positions(200)
    far_x, far_y = lonlat_to_metric([75.0, 134.0, 110.0], [40.0, 47.0, 19.0], CRS)
    start = time.perf_counter()
    values = heat_raster(np.append(x, far_x), np.append(y, far_y), CRS, bounds, 256, 256, bandwidth_m=150)
    assert time.perf_counter() - start < 10
    assert MAX_GRID < 10_000_000
    assert np.isfinite(values).all()
    assert values.min() >= 0


def test_seen_from_afar_the_heat_is_still_where_the_positions_are():
    x, y = positions(200)
    values = heat_raster(x, y, CRS, (106.0, 26.0, 107.4, 27.2), 700, 660, bandwidth_m=150)
    row, column = np.unravel_index(values.argmax(), values.shape)
    lon, lat = (c[row, column] for c in pixel_centres((106.0, 26.0, 107.4, 27.2), 700, 660))
    near_lon, near_lat = metric_to_lonlat(x, y, CRS)
    assert np.hypot(near_lon - lon, near_lat - lat).min() < 0.005


@pytest.mark.parametrize(
    ("bounds", "nx", "ny", "bandwidth"),
    [
        ((106.74, 26.57, 106.68, 26.62), 10, 10, 150),
        ((106.68, 26.62, 106.74, 26.57), 10, 10, 150),
        ((106.68, 26.57, 190.0, 26.62), 10, 10, 150),
        ((np.nan, 26.57, 106.74, 26.62), 10, 10, 150),
        (BOUNDS, 0, 10, 150),
        (BOUNDS, 100_000, 100_000, 150),
        (BOUNDS, 10, 10, 0),
        (BOUNDS, 10, 10, np.nan),
    ],
)
def test_a_picture_that_cannot_be_is_refused(bounds, nx, ny, bandwidth):
    with pytest.raises(BadValueError):
        heat_raster(np.zeros(1), np.zeros(1), CRS, bounds, nx, ny, bandwidth_m=bandwidth)
