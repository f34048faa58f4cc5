"""Kernel density of issues as rasters, and the value at which its colours end, the same for the whole city."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from api.viewport import BBox, grid_of
from geo.cells import heat_raster
from geo.city import City
from geo.selection import Stages, counted
from geo.tables import DEGREE_SCALE, Bools, Floats, IssueTable
from layers.legend import heat_cap

BANDWIDTH_M: Final = 150
_REACH_M: Final = 4.5 * BANDWIDTH_M  # beyond it a Gaussian kernel adds less than 1e-4 of its peak
_CITY_PIXELS: Final = 320
_MARGIN: Final = 0.1


def heat(city: City, issues: IssueTable, stages: Stages, bounds: BBox, nx: int, ny: int) -> Floats:
    """Issues that count (of `stages`) per km² over `bounds`, shape (ny, nx), north first; zeros for none."""
    rows = np.flatnonzero(counted(stages) & _near(issues, bounds))
    if len(rows) == 0:
        return np.zeros((ny, nx))
    return heat_raster(*issues.xy_m(rows), city.metric_crs, bounds, nx, ny, bandwidth_m=BANDWIDTH_M)


def city_cap(city: City, issues: IssueTable, stages: Stages) -> float:
    """The density of full colour: of the issues that count over the whole city, so that panning does not change it."""
    bounds = extent(city)
    return heat_cap(heat(city, issues, stages, bounds, *grid_of(bounds, _CITY_PIXELS)))


def _near(issues: IssueTable, bounds: BBox) -> Bools:
    """The issues whose kernel reaches into `bounds`."""
    west, south, east, north = bounds
    reach_lat = _REACH_M / 110_000
    reach_lon = reach_lat / max(0.05, math.cos(math.radians(max(abs(south), abs(north)))))
    low, high = (west - reach_lon) * DEGREE_SCALE, (east + reach_lon) * DEGREE_SCALE
    inside: Bools = (issues.lon_e7 >= low) & (issues.lon_e7 <= high)
    low, high = (south - reach_lat) * DEGREE_SCALE, (north + reach_lat) * DEGREE_SCALE
    inside &= (issues.lat_e7 >= low) & (issues.lat_e7 <= high)
    return inside


def extent(city: City) -> BBox:
    """The city's box with a margin of a tenth: outside it no heat is drawn."""
    west, south, east, north = city.boundary.bounds
    dx, dy = (east - west) * _MARGIN, (north - south) * _MARGIN
    return max(-180.0, west - dx), max(-85.0, south - dy), min(180.0, east + dx), min(85.0, north + dy)
