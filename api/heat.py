"""Kernel density of issues as rasters, and the value at which its colours end, the same for the whole city."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from api.viewport import BBox, grid_of
from geo.cells import heat_raster
from geo.city import City
from geo.tables import Bools, Floats, IssueTable
from layers.legend import heat_cap

BANDWIDTH_M: Final = 150
_REACH_M: Final = 4.5 * BANDWIDTH_M  # beyond it a Gaussian kernel adds less than 1e-4 of its peak
_CITY_PIXELS: Final = 320
_MARGIN: Final = 0.1


def heat(city: City, issues: IssueTable, mask: Bools, bounds: BBox, nx: int, ny: int) -> Floats:
    """Issues of `mask` per km² over `bounds`, shape (ny, nx), north first; zeros for an empty mask."""
    rows = np.flatnonzero(mask)
    if len(rows) == 0:
        return np.zeros((ny, nx))
    values: Floats = heat_raster(
        issues.x_m[rows], issues.y_m[rows], city.metric_crs, bounds, nx, ny, bandwidth_m=BANDWIDTH_M
    )
    return values


def city_cap(city: City, issues: IssueTable, mask: Bools) -> float:
    """The density of full colour: of the issues of `mask` over the whole city, so that panning does not change it."""
    bounds = extent(city)
    return heat_cap(heat(city, issues, mask, bounds, *grid_of(bounds, _CITY_PIXELS)))


def near(issues: IssueTable, mask: Bools, bounds: BBox) -> Bools:
    """The issues of `mask` whose kernel reaches into `bounds`."""
    west, south, east, north = bounds
    reach_lat = _REACH_M / 110_000
    reach_lon = reach_lat / max(0.05, math.cos(math.radians(max(abs(south), abs(north)))))
    inside = (issues.lon >= west - reach_lon) & (issues.lon <= east + reach_lon)
    inside &= (issues.lat >= south - reach_lat) & (issues.lat <= north + reach_lat)
    found: Bools = mask & inside
    return found


def extent(city: City) -> BBox:
    """The city's box with a margin of a tenth: outside it no heat is drawn."""
    west, south, east, north = city.boundary.bounds
    dx, dy = (east - west) * _MARGIN, (north - south) * _MARGIN
    return max(-180.0, west - dx), max(-85.0, south - dy), min(180.0, east + dx), min(85.0, north + dy)
