"""Density as a surface over the whole city: issues per km² by a Gaussian kernel, worked out once and then looked up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.city import City
from geo.crs import lonlat_to_metric
from geo.errors import BadValueError
from geo.scale import is_large
from geo.selection import REJECTED, Stages, counted
from geo.tables import METRE_SCALE, IssueTable

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]

BANDWIDTH_M: Final = 150.0
"""Standard deviation of the kernel in metres, wherever the map looks and however far it is zoomed."""

TRUNCATE: Final = 4.0
"""The kernel ends at this many bandwidths; of its mass 0.03 % lies beyond and is spread over the rest."""

MAX_NODES: Final = 1_000_000
"""The grid has no more nodes than this; beyond, its cells grow and the kernel grows with them."""

MAX_PIXELS: Final = 2_000_000

PARTS: Final = 32
"""A position is taken to this part of a cell, so that the shares of its four nodes are whole numbers."""

_CELLS_PER_BANDWIDTH: Final = 3
_MARGIN: Final = 0.1
_LATTICE_STEP: Final = 0.006  # degrees
_LATTICE_UP_TO: Final = 0.5
_KERNEL_SUM: Final = 16_384  # of the whole-numbered weights, about: a million issues in one cell stay exact
_MERCATOR_LATITUDE: Final = 85.051128  # where the square Web-Mercator world ends


@dataclass(frozen=True, slots=True)
class HeatGrid:
    """Nodes of a square grid in the metric CRS: the first at (west_m, south_m), rows from south to north."""

    crs: str
    west_m: float
    south_m: float
    cell_m: float
    wide: int
    high: int

    @property
    def kernel(self) -> Floats:
        """Weights of the kernel along one axis, whole numbers, the middle one at 0 cells."""
        return _kernel(self.cell_m)

    @property
    def reach_m(self) -> float:
        """Farthest that an issue is felt along one axis, looked up between nodes: kernel and two cells."""
        return (len(self.kernel) // 2 + 2) * self.cell_m


def heat_bounds(city: City) -> Bounds:
    """The city's box with a margin of a tenth (WGS-84): outside it no heat is drawn."""
    west, south, east, north = city.boundary.bounds
    dx, dy = (east - west) * _MARGIN, (north - south) * _MARGIN
    return max(-180.0, west - dx), max(-85.0, south - dy), min(180.0, east + dx), min(85.0, north + dy)


@lru_cache(maxsize=16)
def heat_grid(bounds: Bounds, crs: str) -> HeatGrid:
    """The grid of a city whose heat is drawn in `bounds` (west, south, east, north, WGS-84), with room for the kernel.

    Cells are a third of the bandwidth, larger where that would make more than MAX_NODES.
    """
    west, south, east, north = bounds
    steps = np.linspace(0, 1, 17)
    lon = np.concatenate([west + (east - west) * steps] * 2 + [np.full(17, west), np.full(17, east)])
    lat = np.concatenate([np.full(17, south), np.full(17, north)] + [south + (north - south) * steps] * 2)
    x, y = lonlat_to_metric(lon, lat, crs)
    room = (TRUNCATE + 1) * BANDWIDTH_M
    width, height = float(np.ptp(x)) + 2 * room, float(np.ptp(y)) + 2 * room
    cell = max(BANDWIDTH_M / _CELLS_PER_BANDWIDTH, float(np.sqrt(width * height / MAX_NODES)))
    cell = float(np.ceil(cell * 2) / 2)
    west_m, south_m = (float(np.floor(v.min() - room)) for v in (x, y))
    return HeatGrid(crs, west_m, south_m, cell, int(width / cell) + 3, int(height / cell) + 3)


@lru_cache(maxsize=16)
def _kernel(cell_m: float) -> Floats:
    """Sharing among nodes and looking up between them each widen the kernel by cell²/6, which its width makes good."""
    sigma = np.sqrt(max((BANDWIDTH_M / cell_m) ** 2 - 1 / 3, 0.25))
    half = int(TRUNCATE * sigma + 0.5)
    weights = np.exp(-(np.arange(-half, half + 1) ** 2) / (2 * sigma**2))
    whole = np.rint(weights / weights.sum() * _KERNEL_SUM)
    whole.flags.writeable = False
    return np.asarray(whole, np.float64)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class HeatSurface:
    """The smoothed number of issues at the nodes of `grid`, shape (high, wide), in whole units of `_unit`.

    All values are whole numbers below 2^53, so sums are exact: a surface that was carried along by changes is the same
    to the last bit as one made anew, and what lies out of a change's reach is untouched.
    """

    grid: HeatGrid
    values: Floats

    def plus(self, x_cm: NDArray[np.integer], y_cm: NDArray[np.integer], *, sign: int = 1) -> HeatSurface:
        """With these positions (metric CRS, centimetres) added, or taken away (`sign` −1). Costs a copy and the few."""
        values, kernel = self.values.copy(), self.grid.kernel
        half = len(kernel) // 2
        for column, line, weight in zip(*_shares(x_cm, y_cm, self.grid), strict=True):
            low_y, low_x = max(0, line - half), max(0, column - half)
            rows = kernel[low_y - line + half : self.grid.high - line + half]
            columns = kernel[low_x - column + half : self.grid.wide - column + half]
            stamp = np.outer(rows, columns)
            values[low_y : low_y + len(rows), low_x : low_x + len(columns)] += sign * weight * stamp
        values.flags.writeable = False
        return HeatSurface(self.grid, values)

    @property
    def per_km2(self) -> float:
        """What one unit of `values` means in issues per km²."""
        unit = PARTS**2 * float(self.grid.kernel.sum()) ** 2
        return float(1e6 / (unit * self.grid.cell_m**2))

    def raster(self, bounds: Bounds, nx: int, ny: int) -> Floats:
        """Issues per km² at the pixel centres of a map image, shape (ny, nx), row 0 in the north.

        `bounds` is west, south, east, north in WGS-84 degrees; pixels are equally spaced in longitude and in
        Web-Mercator y, as a browser draws them. Beyond the grid, and beyond what the CRS can express, values are 0.
        Raises BadValueError for bounds or sizes that are none.
        """
        _checked(bounds, nx, ny)
        column, line, inside = _pixels(self.grid, bounds, nx, ny)
        found = np.zeros((ny, nx))
        if inside.any():
            found[inside] = _between_nodes(self.values, column, line) * self.per_km2
        return found


def heat_surface(table: IssueTable, stages: Stages, grid: HeatGrid) -> HeatSurface:
    """The surface of the issues that count, of `stages` (geo.selection.chosen_stages). Issues beyond the grid have no
    say: the grid has room for all that is felt where heat is drawn. Costs one pass over the issues."""
    origin = (grid.west_m * METRE_SCALE, grid.south_m * METRE_SCALE, grid.cell_m * METRE_SCALE / PARTS)
    if is_large(len(table)):
        from geo import kernels

        bins = kernels.shared_bins(
            stages, table.x_cm, table.y_cm, REJECTED, *origin, PARTS.bit_length() - 1, grid.wide, grid.high
        ).reshape(grid.high, grid.wide)
    else:
        rows = np.flatnonzero(counted(stages))
        column, line, weight = _shares(table.x_cm[rows], table.y_cm[rows], grid)
        bins = np.bincount(line * grid.wide + column, weights=weight, minlength=grid.wide * grid.high)
        bins = bins.reshape(grid.high, grid.wide)
    values = _smoothed(bins.astype(np.float64, copy=False), grid.kernel)
    values.flags.writeable = False
    return HeatSurface(grid, values)


def _shares(
    x_cm: NDArray[np.integer], y_cm: NDArray[np.integer], grid: HeatGrid
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Column, line and weight (PARTS² for a whole issue) of the nodes that share positions; beyond the grid none."""
    part_cm = grid.cell_m * METRE_SCALE / PARTS
    at_x = np.floor((x_cm - grid.west_m * METRE_SCALE) / part_cm + 0.5).astype(np.int64)
    at_y = np.floor((y_cm - grid.south_m * METRE_SCALE) / part_cm + 0.5).astype(np.int64)
    column, right = np.divmod(at_x, PARTS)
    line, up = np.divmod(at_y, PARTS)
    inside = (column >= 0) & (column < grid.wide - 1) & (line >= 0) & (line < grid.high - 1)
    column, right, line, up = (values[inside] for values in (column, right, line, up))
    corners = [(dx, dy) for dy in (0, 1) for dx in (0, 1)]
    return (
        np.concatenate([column + dx for dx, _ in corners]),
        np.concatenate([line + dy for _, dy in corners]),
        np.concatenate([(right if dx else PARTS - right) * (up if dy else PARTS - up) for dx, dy in corners]),
    )


def _smoothed(bins: Floats, kernel: Floats) -> Floats:
    """`bins` under the kernel along both axes; only the part of the grid that holds anything is gone through."""
    lines, columns = np.flatnonzero(bins.any(axis=1)), np.flatnonzero(bins.any(axis=0))
    values = np.zeros(bins.shape)
    if not len(lines):
        return values
    from scipy.ndimage import correlate1d  # a tenth of the start: loaded with the first heat map

    half = len(kernel) // 2
    rows = slice(max(0, lines[0] - half), lines[-1] + half + 1)
    part = slice(max(0, columns[0] - half), columns[-1] + half + 1)
    once = correlate1d(bins[rows, part], kernel, axis=0, mode="constant")
    values[rows, part] = correlate1d(once, kernel, axis=1, mode="constant")
    return values


def _between_nodes(values: Floats, column: Floats, line: Floats) -> Floats:
    """Bilinear look-up at places inside the grid, in cells from its first node."""
    left, low = column.astype(np.int64), line.astype(np.int64)
    right, up = column - left, line - low
    at = low * values.shape[1] + left
    flat, wide = values.ravel(), values.shape[1]
    below = flat[at] * (1 - right) + flat[at + 1] * right
    above = flat[at + wide] * (1 - right) + flat[at + wide + 1] * right
    return np.asarray(below * (1 - up) + above * up)


def _checked(bounds: Bounds, nx: int, ny: int) -> None:
    west, south, east, north = bounds
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise BadValueError("bounds", str(bounds), "west < east within ±180 and south < north within ±90 degrees")
    if nx < 1 or ny < 1 or nx * ny > MAX_PIXELS:
        raise BadValueError("size", f"{nx} × {ny}", f"at least 1 × 1 and at most {MAX_PIXELS:,} pixels")


@lru_cache(maxsize=32)
def _pixels(grid: HeatGrid, bounds: Bounds, nx: int, ny: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Columns and lines of the pixel centres inside the grid, and which of the (ny, nx) these are. Kept: maps ask
    again."""
    x, y = _metric_pixels(grid.crs, bounds, nx, ny)
    column, line = (x - grid.west_m) / grid.cell_m, (y - grid.south_m) / grid.cell_m
    with np.errstate(invalid="ignore"):
        inside = (column >= 0) & (column < grid.wide - 1) & (line >= 0) & (line < grid.high - 1)
    kept = (column[inside], line[inside], inside)
    for values in kept:
        values.flags.writeable = False
    return kept


def _metric_pixels(crs: str, bounds: Bounds, nx: int, ny: int) -> tuple[Floats, Floats]:
    """Metric coordinates of the pixel centres, shape (ny, nx); not finite where the CRS has none.

    In a picture of less than half a degree they are laid between a lattice of about 600 m: a centimetre exact, and a
    tenth of the time.
    """
    west, south, east, north = bounds
    low, high = np.arcsinh(np.tan(np.radians(np.clip([south, north], -_MERCATOR_LATITUDE, _MERCATOR_LATITUDE))))
    across, down = (np.arange(nx) + 0.5) / nx, (np.arange(ny) + 0.5) / ny
    small = max(east - west, north - south) < _LATTICE_UP_TO
    steps = int(np.ceil(max(east - west, north - south) / _LATTICE_STEP)) + 1 if small else 0
    at_x, at_y = (np.linspace(0, 1, steps + 1),) * 2 if small else (across, down)
    lat = np.degrees(np.arctan(np.sinh(high - at_y * (high - low))))
    lon_grid, lat_grid = np.meshgrid(west + at_x * (east - west), lat)
    x, y = lonlat_to_metric(lon_grid, lat_grid, crs, strict=False)
    if not small:
        return x, y
    right, below = _between(across, steps), _between(down, steps)
    return below @ x @ right.T, below @ y @ right.T


def _between(at: Floats, steps: int) -> Floats:
    """Weights, shape (n, steps + 1), of the lattice's lines for places 0 ≤ `at` ≤ 1."""
    place = at * steps
    return np.asarray(np.maximum(0.0, 1 - np.abs(place[:, np.newaxis] - np.arange(steps + 1))))
