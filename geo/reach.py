"""How far from its city a record may lie, and how long it may be: beyond that it is a mistake, not a place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.city import City
from geo.tables import Bools

LEAST_DEG: Final = 0.1
"""Some 11 km: so much around a city is always within reach, however small the city."""

_M_PER_DEG: Final = 111_320.0
_POLAR_DEG: Final = 85.0


@dataclass(frozen=True, slots=True)
class Reach:
    """A box in WGS-84 degrees, and the longest that a line or an outline within it may be, in metres."""

    west: float
    south: float
    east: float
    north: float
    longest_m: float

    def covers(self, geometries: NDArray[np.object_]) -> Bools:
        """Whether each WGS-84 geometry lies in the box, its border included; False for None and for an empty one."""
        west, south, east, north = shapely.bounds(geometries).T
        within = (west >= self.west) & (east <= self.east) & (south >= self.south) & (north <= self.north)
        return np.asarray(within, bool)

    def __str__(self) -> str:
        return (
            f"longitude {self.west:.2f} to {self.east:.2f}, latitude {self.south:.2f} to {self.north:.2f} "
            "(the city and as much again on every side)"
        )


@lru_cache(maxsize=8)
def reach_of(city: City) -> Reach:
    """The box around the boundary of `city` and, on every side, as much again as it is wide or high, whichever is more
    (at least LEAST_DEG of latitude). Rounded outward to a hundredth of a degree; the longest line is its perimeter."""
    west, south, east, north = city.boundary.bounds
    shrinking = cos(radians(min(max(abs(south), abs(north)), _POLAR_DEG)))  # of a degree of longitude
    margin = max(north - south, (east - west) * shrinking, LEAST_DEG)
    aside = margin / shrinking
    west, east = np.floor((west - aside) * 100) / 100, np.ceil((east + aside) * 100) / 100
    south, north = np.floor((south - margin) * 100) / 100, np.ceil((north + margin) * 100) / 100
    west, south, east, north = max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)
    longest_m = 2 * ((east - west) * shrinking + (north - south)) * _M_PER_DEG
    return Reach(float(west), float(south), float(east), float(north), float(longest_m))
