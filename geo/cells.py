"""Heat: counts in square cells of metres, and a raster of issues per km² from a Gaussian kernel on a grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.crs import lonlat_to_metric
from geo.errors import BadValueError
from geo.scale import compiled
from geo.selection import REJECTED, Stages, counted
from geo.tables import METRE_SCALE, IssueTable

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]

TRUNCATE: Final = 4.0
"""The kernel ends at this many bandwidths; of its mass 0.03 % lies beyond and is spread over the rest."""

MAX_GRID: Final = 4_000_000
"""The grid behind a raster has no more cells than this; beyond, they grow and the kernel grows with them."""

MAX_PIXELS: Final = 2_000_000
_CELLS_PER_BANDWIDTH = 6
_PIXELS_PER_CELL = 20
_EQUATOR_M = 2 * np.pi * 6_378_137
_MERCATOR_LATITUDE = 85.051128  # where the square Web-Mercator world ends


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Non-empty square cells: their centres (metric CRS, metres) and how many issues lie in each."""

    x_m: Floats
    y_m: Floats
    count: Floats


_NO_CELLS: Final = Cells(np.empty(0), np.empty(0), np.empty(0))


def cell_size_m(zoom: float) -> float:
    """Side in metres of the cells for a Web-Mercator zoom: 20 screen pixels at the equator, half at each zoom more."""
    return float(_PIXELS_PER_CELL * _EQUATOR_M / 256 / 2 ** min(max(zoom, 0), 24))


def cell_counts(table: IssueTable, stages: Stages, cell_m: float, *, most: int) -> tuple[Cells, float]:
    """Issues that count (of `stages`, geo.selection.chosen_stages) by the square cell that holds them, and the side of
    the cells in metres: `cell_m`, or the first doubling of it with at most `most` non-empty cells.

    Cells are ordered south to north, west to east; borders lie on multiples of the side, and a position on a border
    belongs to the cell north-east of it. Σ count = issues that count. None give no cells. Raises BadValueError for a
    size that is not positive.
    """
    if not 0 < cell_m < np.inf:
        raise BadValueError("cell_m", cell_m, "a number of metres above 0")
    while True:
        found = _cells(table, stages, cell_m)
        if len(found.count) <= most:
            return found, cell_m
        cell_m *= 2


def _cells(table: IssueTable, stages: Stages, cell_m: float) -> Cells:
    cell_cm = cell_m * METRE_SCALE
    if compiled(len(table)):
        from geo import kernels

        low_x, high_x, low_y, high_y, n = kernels.extent(stages, table.x_cm, table.y_cm, REJECTED).tolist()
        if n == 0:
            return _NO_CELLS
        west, south = int(np.floor(low_x / cell_cm)), int(np.floor(low_y / cell_cm))
        wide, high = int(np.floor(high_x / cell_cm)) - west + 1, int(np.floor(high_y / cell_cm)) - south + 1
        if wide * high <= MAX_GRID:
            grid = kernels.cell_grid(stages, table.x_cm, table.y_cm, REJECTED, cell_cm, west, south, wide, high)
            key = np.flatnonzero(grid)
            return _centres(key, grid[key], west, south, wide, cell_m)
    rows = np.flatnonzero(counted(stages))
    if not len(rows):
        return _NO_CELLS
    column = np.floor(table.x_cm[rows] / cell_cm).astype(np.int64)
    line = np.floor(table.y_cm[rows] / cell_cm).astype(np.int64)
    west, south = int(column.min()), int(line.min())
    wide = int(column.max()) - west + 1
    key, count = np.unique((line - south) * wide + (column - west), return_counts=True)
    return _centres(key, count, west, south, wide, cell_m)


def _centres(key: NDArray[Any], count: NDArray[Any], west: int, south: int, wide: int, cell_m: float) -> Cells:
    x_m, y_m = (key % wide + west + 0.5) * cell_m, (key // wide + south + 0.5) * cell_m
    return Cells(x_m, y_m, count.astype(np.float64))


def heat_raster(
    x_m: Floats, y_m: Floats, city_metric_crs: str, bounds: Bounds, nx: int, ny: int, *, bandwidth_m: float
) -> Floats:
    """Positions per km² at the pixel centres of a map image, shape (ny, nx), row 0 in the north.

    `bounds` is west, south, east, north in WGS-84 degrees; pixels are equally spaced in longitude and in Web-Mercator
    y, as a browser draws them. The kernel is Gaussian with standard deviation `bandwidth_m`, measured in the metric
    CRS of `x_m`, `y_m` and cut off at TRUNCATE bandwidths. Positions outside the bounds count where their kernel
    reaches in. Without positions, and beyond what the CRS can express, values are 0. Raises BadValueError for bounds
    or sizes that are none.

    Grid estimate: positions are shared among the four nearest nodes of a grid of a sixth of the bandwidth, filtered,
    and sampled bilinearly. Both interpolations widen the kernel by cell²/6, which the filter's width makes good.
    """
    _checked(bounds, nx, ny, bandwidth_m)
    pixel_x, pixel_y = _pixels(city_metric_crs, bounds, nx, ny)
    seen = np.isfinite(pixel_x) & np.isfinite(pixel_y)
    values = np.zeros((ny, nx))
    reach = (TRUNCATE + 1) * bandwidth_m
    if not seen.any():
        return values
    view = np.array([[pixel_x[seen].min(), pixel_x[seen].max()], [pixel_y[seen].min(), pixel_y[seen].max()]])
    near = (x_m >= view[0, 0] - reach) & (x_m <= view[0, 1] + reach)
    near &= (y_m >= view[1, 0] - reach) & (y_m <= view[1, 1] + reach)
    if not near.any():
        return values
    positions = np.stack([y_m[near], x_m[near]])
    pixels = np.stack([pixel_y[seen], pixel_x[seen]])
    values[seen] = _sampled(positions, pixels, bandwidth_m)
    return values


def _checked(bounds: Bounds, nx: int, ny: int, bandwidth_m: float) -> None:
    west, south, east, north = bounds
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise BadValueError("bounds", str(bounds), "west < east within ±180 and south < north within ±90 degrees")
    if nx < 1 or ny < 1 or nx * ny > MAX_PIXELS:
        raise BadValueError("size", f"{nx} × {ny}", f"at least 1 × 1 and at most {MAX_PIXELS:,} pixels")
    if not 0 < bandwidth_m < np.inf:
        raise BadValueError("bandwidth_m", bandwidth_m, "a number of metres above 0")


@lru_cache(maxsize=16)
def _pixels(metric_crs: str, bounds: Bounds, nx: int, ny: int) -> tuple[Floats, Floats]:
    """Metric coordinates of the pixel centres, shape (ny, nx); inf where the CRS has none. Kept: maps ask again."""
    west, south, east, north = bounds
    lon = west + (np.arange(nx) + 0.5) / nx * (east - west)
    low, high = np.arcsinh(np.tan(np.radians(np.clip([south, north], -_MERCATOR_LATITUDE, _MERCATOR_LATITUDE))))
    lat = np.degrees(np.arctan(np.sinh(high - (np.arange(ny) + 0.5) / ny * (high - low))))
    lon_grid, lat_grid = np.meshgrid(lon, lat)
    x, y = lonlat_to_metric(lon_grid, lat_grid, metric_crs, strict=False)
    x.flags.writeable = y.flags.writeable = False
    return x, y


def _sampled(positions: Floats, pixels: Floats, bandwidth_m: float) -> Floats:
    """Density (per km²) of `positions` (2, n: y, x) at `pixels` (2, m), by way of a grid around the positions."""
    margin = (TRUNCATE + 1) * bandwidth_m
    low = positions.min(axis=1) - margin
    extent = positions.max(axis=1) + margin - low
    cell = bandwidth_m / _CELLS_PER_BANDWIDTH
    cell = max(cell, float(np.sqrt(extent.prod() / MAX_GRID)), float(extent.max()) / MAX_GRID)
    shape = tuple(int(n) for n in np.ceil(extent / cell) + 2)
    grid = _binned((positions - low[:, np.newaxis]) / cell, shape)
    sigma = np.sqrt(max((bandwidth_m / cell) ** 2 - 1 / 3, 1.0))
    from scipy.ndimage import gaussian_filter, map_coordinates  # a tenth of the start: loaded with the first heat map

    smooth = gaussian_filter(grid, sigma, mode="constant", truncate=TRUNCATE)
    at = (pixels - low[:, np.newaxis]) / cell
    per_cell = map_coordinates(smooth, at, order=1, mode="constant", cval=0.0)
    return np.asarray(per_cell * (1e6 / cell**2), np.float64)


def _binned(at: Floats, shape: tuple[int, ...]) -> Floats:
    """Positions in units of cells shared among their four nearest nodes, nearer ones getting more."""
    node = np.floor(at).astype(np.int64)
    part = at - node
    flat = np.zeros(shape[0] * shape[1])
    for up, right in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = (part[0] if up else 1 - part[0]) * (part[1] if right else 1 - part[1])
        flat += np.bincount((node[0] + up) * shape[1] + node[1] + right, weights=weight, minlength=len(flat))
    return flat.reshape(shape)
