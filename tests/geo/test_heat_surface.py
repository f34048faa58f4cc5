"""The density surface: the Gaussian sum it claims to be, exact under changes, and without seams."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import lonlat_to_metric, metric_to_lonlat
from geo.errors import BadValueError
from geo.heat_surface import BANDWIDTH_M, MAX_NODES, TRUNCATE, heat_bounds, heat_grid, heat_surface
from geo.tables import IssueTable, subset
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records, compiled_passes

CRS = "EPSG:4545"
BOUNDS = (106.68, 26.57, 106.74, 26.62)
GRID = heat_grid((106.63, 26.52, 106.79, 26.67), CRS)


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


def exact(x, y, bounds, nx, ny):
    """The full Gaussian sum per km² at pixel centres, without grid or truncation."""
    px, py = lonlat_to_metric(*pixel_centres(bounds, nx, ny), CRS)
    square = (px[..., None] - x) ** 2 + (py[..., None] - y) ** 2
    return np.exp(-square / (2 * BANDWIDTH_M**2)).sum(axis=-1) / (2 * np.pi * BANDWIDTH_M**2) * 1e6


ONE = build_records(small_city(), 1, 0, CLOCK).issues


def placed(x, y) -> IssueTable:
    """A table of issues at these metric positions."""
    n = len(x)
    columns = (name for name in ONE.__slots__ if isinstance(getattr(ONE, name), np.ndarray))
    table = replace(ONE, **{name: np.repeat(getattr(ONE, name), n) for name in columns})
    return replace(
        table, x_cm=np.rint(np.asarray(x) * 100).astype(np.int32), y_cm=np.rint(np.asarray(y) * 100).astype(np.int32)
    )


def surface(x, y, grid=GRID):
    """The surface of issues in progress at these positions."""
    return heat_surface(placed(x, y), np.zeros(len(x), np.int8), grid)


@pytest.mark.parametrize("n", [1, 1000])
def test_it_is_the_exact_gaussian_sum_within_one_percent(n):
    x, y = positions(n)
    got, expected = surface(x, y).raster(BOUNDS, 64, 54), exact(x, y, BOUNDS, 64, 54)
    # What lies beyond the truncation, seen from a pixel, is less than exp(−8) of a kernel's peak for each position.
    counts = expected > expected.max() * 0.01
    error = np.abs(got - expected)[counts] / expected[counts]
    assert np.median(error) <= 0.01
    assert error.max() <= 0.05
    peak = n * 1e6 / (2 * np.pi * BANDWIDTH_M**2)
    assert np.abs(got - expected).max() <= max(0.02 * expected.max(), np.exp(-(TRUNCATE**2) / 2) * peak)


@given(east=st.floats(-300, 300), north=st.floats(-300, 300))
def test_when_all_positions_move_the_picture_moves_with_them(east, north):
    x, y = positions(50)
    moved = surface(x + east, y + north).raster(BOUNDS, 40, 40)
    expected = exact(x + east, y + north, BOUNDS, 40, 40)
    assert np.abs(moved - expected).max() <= 0.03 * expected.max()


def test_row_0_is_the_north_and_column_0_the_west():
    x, y = lonlat_to_metric([106.6905], [26.6155], CRS)
    north_west = surface(x, y).raster(BOUNDS, 60, 50)
    assert np.unravel_index(north_west.argmax(), north_west.shape) == (4, 10)


def test_the_mass_under_the_raster_is_the_number_of_positions():
    x, y = positions(500)
    west, _, east, _ = bounds = (106.64, 26.53, 106.78, 26.66)
    nx, ny = 400, 420
    values = surface(x, y).raster(bounds, nx, ny)
    lat = pixel_centres(bounds, nx, ny)[1]
    side = np.radians((east - west) / nx) * 6_378_137
    # On the ground a Mercator pixel is smaller by cos(latitude) each way; the ellipsoid changes that by 0.2 %.
    area_km2 = (side * np.cos(np.radians(lat))) ** 2 * 0.9946 / 1e6
    assert (values * area_km2).sum() == pytest.approx(500, rel=0.01)
    assert values[0].max() == values[-1].max() == 0


def test_a_position_outside_the_picture_still_warms_its_border():
    x, y = lonlat_to_metric([BOUNDS[0] - 0.001], [26.595], CRS)
    values = surface(x, y).raster(BOUNDS, 96, 80)
    assert values[:, 0].max() > 0
    assert values[:, 50:].max() == 0


def test_two_pictures_side_by_side_are_the_halves_of_one():
    made = surface(*positions())
    west, south, east, north = BOUNDS
    middle = (west + east) / 2
    whole = made.raster(BOUNDS, 80, 60)
    halves = [made.raster(box, 40, 60) for box in ((west, south, middle, north), (middle, south, east, north))]
    assert np.abs(np.hstack(halves) - whole).max() <= 1e-4 * whole.max()  # pixels are placed a centimetre exact


def test_without_positions_it_is_cold_everywhere():
    values = surface([], []).raster(BOUNDS, 8, 6)
    assert values.shape == (6, 8)
    assert not values.any()


def test_issues_and_pictures_beyond_the_grid_are_cold():
    far = lonlat_to_metric([75.0, 134.0, 110.0], [40.0, 47.0, 19.0], CRS)
    assert not surface(*far).values.any()
    made = surface(*positions(20))
    for bounds in ((-180, -90, 180, 90), (60, -10, 170, 80), (0, 0, 1, 1)):
        assert np.isfinite(made.raster(bounds, 64, 64)).all()
    assert not made.raster((0, 0, 1, 1), 9, 9).any()


def test_seen_from_afar_the_heat_is_still_where_the_positions_are():
    x, y = positions(200)
    values = surface(x, y).raster((106.0, 26.0, 107.4, 27.2), 700, 660)
    row, column = np.unravel_index(values.argmax(), values.shape)
    lon, lat = (c[row, column] for c in pixel_centres((106.0, 26.0, 107.4, 27.2), 700, 660))
    near_lon, near_lat = metric_to_lonlat(x, y, CRS)
    assert np.hypot(near_lon - lon, near_lat - lat).min() < 0.005


@pytest.mark.parametrize("bounds", [(106.0, 26.0, 106.5, 26.4), (73.0, 18.0, 135.0, 54.0)])
def test_the_grid_is_bounded_however_large_the_city(bounds):
    grid = heat_grid(bounds, CRS)
    assert grid.wide * grid.high <= MAX_NODES * 1.02
    assert grid.cell_m >= BANDWIDTH_M / 3


def test_the_grid_has_room_for_all_that_is_felt_where_heat_is_drawn():
    west, south, east, north = heat_bounds(small_city())
    grid = heat_grid((west, south, east, north), CRS)
    x, y = lonlat_to_metric([west, east, west, east], [south, south, north, north], CRS)
    reach = TRUNCATE * BANDWIDTH_M
    assert (x - reach > grid.west_m).all()
    assert (y - reach > grid.south_m).all()
    assert (x + reach < grid.west_m + (grid.wide - 1) * grid.cell_m).all()
    assert (y + reach < grid.south_m + (grid.high - 1) * grid.cell_m).all()


# Changes

places = st.lists(st.tuples(st.integers(-30_000_00, 30_000_00), st.integers(-30_000_00, 30_000_00)), max_size=12)


def metres(found):
    """Some places around the middle of BOUNDS, a few of them beyond the grid, as metric coordinates."""
    x, y = lonlat_to_metric(106.71, 26.595, CRS)
    table = np.array(found, np.float64).reshape(-1, 2) / 400
    return x + table[:, 0], y + table[:, 1]


@given(kept=places, gone=places, come=places)
def test_a_surface_carried_along_is_the_same_to_the_last_bit_as_one_made_anew(kept, gone, come):
    before = metres(kept + gone)
    taken, added = placed(*metres(gone)), placed(*metres(come))
    carried = surface(*before).plus(taken.x_cm, taken.y_cm, sign=-1).plus(added.x_cm, added.y_cm)
    assert np.array_equal(carried.values, surface(*metres(kept + come)).values)


@given(come=places.filter(bool))
def test_what_lies_out_of_reach_of_a_change_stays_as_it_was(come):
    x, y = positions(200)
    before = surface(x, y)
    added = placed(*metres(come[:1]))
    after = before.plus(added.x_cm, added.y_cm)
    line, column = np.nonzero(before.values != after.values)
    far = np.maximum(
        np.abs(GRID.west_m + column * GRID.cell_m - added.x_cm[0] / 100),
        np.abs(GRID.south_m + line * GRID.cell_m - added.y_cm[0] / 100),
    )
    assert far.max(initial=0) <= GRID.reach_m - GRID.cell_m


@given(n=st.integers(0, 60), seed=st.integers(0, 2**31))
def test_the_compiled_pass_gives_the_same_to_the_last_bit(n, seed):
    x, y = positions(n, seed % 1000) if n else (np.empty(0), np.empty(0))
    table = placed(x, y)
    stages = np.random.default_rng(seed).integers(-1, 5, n).astype(np.int8)
    plain = heat_surface(table, stages, GRID)
    with compiled_passes():
        assert np.array_equal(plain.values, heat_surface(table, stages, GRID).values)
    rows = np.flatnonzero((stages >= 0) & (stages < 4))
    assert np.array_equal(plain.values, surface(*subset(table, rows).xy_m(np.arange(len(rows)))).values)


@pytest.mark.parametrize(
    ("bounds", "nx", "ny"),
    [
        ((106.74, 26.57, 106.68, 26.62), 10, 10),
        ((106.68, 26.62, 106.74, 26.57), 10, 10),
        ((106.68, 26.57, 190.0, 26.62), 10, 10),
        ((np.nan, 26.57, 106.74, 26.62), 10, 10),
        (BOUNDS, 0, 10),
        (BOUNDS, 100_000, 100_000),
    ],
)
def test_a_picture_that_cannot_be_is_refused(bounds, nx, ny):
    with pytest.raises(BadValueError):
        surface([], []).raster(bounds, nx, ny)
