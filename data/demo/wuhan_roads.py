"""Where Wuhan's invented issues lie: along its real road segments, more of them around a few hot spots."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from data.intake.point_block import at_grid
from geo.city import RoadLayer

Floats = NDArray[np.float64]

# Metres a degree at 30.6° N, to three figures: positions are invented, but the same on every machine.
_EAST_M, _NORTH_M = 95_900.0, 110_900.0
_BESIDE_M: Final = 25.0  # no issue on a road is farther from its middle line in either direction
_YARD_SHARE: Final = 0.08  # in yards behind the road, up to this far:
_YARD_M: Final = 150.0
_CLASS_WEIGHT: Final = {"major": 1.6, "secondary": 1.3, "minor": 1.0}
# Hot spots (lon, lat, radius in degrees, how much more): markets and stations of nobody's city.
_HOT: Final = (
    (114.262, 30.590, 0.0060, 9.0),
    (114.283, 30.552, 0.0040, 14.0),
    (114.301, 30.601, 0.0080, 5.0),
    (114.316, 30.545, 0.0030, 18.0),
    (114.331, 30.578, 0.0050, 8.0),
    (114.268, 30.562, 0.0025, 20.0),
    (114.344, 30.606, 0.0070, 4.0),
)


class WuhanRoads:
    """Draws positions. Only sums, products, quotients and roots: libm differs in the last digit between processors."""

    def __init__(self, roads: RoadLayer) -> None:
        ends = shapely.get_coordinates(shapely.get_point(roads.geometry, 0))
        self._start, self._along = ends, shapely.get_coordinates(shapely.get_point(roads.geometry, -1)) - ends
        x, y = self._along[:, 0] * _EAST_M, self._along[:, 1] * _NORTH_M
        weight = np.sqrt(x * x + y * y) * np.array([_CLASS_WEIGHT[name] for name in roads.road_class])
        middle = self._start + 0.5 * self._along
        heat = np.ones(len(weight))
        for lon, lat, radius, more in _HOT:
            east, north = (middle[:, 0] - lon) / radius, (middle[:, 1] - lat) / radius
            nearness = 1.0 / (1.0 + east * east + north * north)
            heat = heat + more * nearness * nearness
        self._cumulated = np.cumsum(weight * heat)

    def positions(self, draws: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Segment, longitude and latitude for each column of `draws`, shape (7, n), uniform in [0, 1)."""
        which, where, yard, *aside = draws
        segment = np.searchsorted(self._cumulated, which * self._cumulated[-1], side="right")
        segment = np.minimum(segment, len(self._cumulated) - 1)
        reach = np.where(yard < _YARD_SHARE, _YARD_M, _BESIDE_M)
        east, north = ((one + other - 1.0) * reach for one, other in (aside[:2], aside[2:]))
        lon = self._start[segment, 0] + where * self._along[segment, 0] + east / _EAST_M
        lat = self._start[segment, 1] + where * self._along[segment, 1] + north / _NORTH_M
        return segment, at_grid(lon), at_grid(lat)
