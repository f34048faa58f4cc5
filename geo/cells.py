"""Heat: counts in square cells of metres, and a raster of issues per km² from a Gaussian kernel on a grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.crs import lonlat_to_metric
from geo.errors import BadValueError

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
    """Non-empty square cells: their centres (metric CRS, metres) and the sum of the weights in each."""

    x_m: Floats
    y_m: Floats
    count: Floats


def cell_size_m(zoom: float) -> float:
    """Side in metres of the cells for a Web-Mercator zoom: 20 screen pixels at the equator, half at each zoom more."""
    return float(_PIXELS_PER_CELL * _EQUATOR_M / 256 / 2 ** min(max(zoom, 0), 24))


def cell_counts(x_m: Floats, y_m: Floats, weights: Floats, cell_m: float) -> Cells:
    """Sums of `weights` by the cell that holds each position; cells are ordered south to north, west to east.

    Cell borders lie on multiples of `cell_m`; a position on a border belongs to the cell north-east of it. The sum of
    counts is the sum of weights. No positions give no cells. Raises BadValueError for a size that is not positive.
    """
    if not 0 < cell_m < np.inf:
        raise BadValueError("cell_m", cell_m, "a number of metres above 0")
    if not len(x_m):
        return Cells(np.empty(0), np.empty(0), np.empty(0))
    column = np.floor(x_m / cell_m).astype(np.int64)
    row = np.floor(y_m / cell_m).astype(np.int64)
    west, width = column.min(), column.max() - column.min() + 1
    key, position = np.unique(row * width + (column - west), return_inverse=True)
    count = np.asarray(np.bincount(position, weights=weights, minlength=len(key)), np.float64)
    return Cells((key % width + west + 0.5) * cell_m, (key // width + 0.5) * cell_m, count)


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
