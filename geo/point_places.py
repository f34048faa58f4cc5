"""The places of points in one city: a few by search trees, many by lookup grids, with the same answers."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area_grid import AreaGrid
from geo.city import City
from geo.nearest_split import TIE_M
from geo.road_edges import RoadEdges, distance_to_segments
from geo.road_grid import RoadGrid

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.integer]

GRID_FROM: Final = 30_000
"""So many points at once are worth building the grids for: they need about half a second in a process (numba), once
on a machine two more to be compiled, and then 0.2 µs a point, the trees 13 µs. Fewer points never wait for that."""


class PointPlaces:
    """Finds subdistrict and segment of points; may be shared by threads. `edges` are those of the city's segments.

    The first batch of `grid_from` points or more builds the grids, which from then on answer every batch.
    """

    def __init__(self, city: City, edges: RoadEdges, *, grid_from: int = GRID_FROM) -> None:
        self._grid_from = grid_from
        self._areas: Geometries = city.areas.geometry
        self._segments: Geometries = np.empty(0, object) if city.roads is None else city.roads.metric
        self._limit_m = city.snap_limit_m + TIE_M
        self._tree = shapely.STRtree(self._segments)
        self.edges = edges.with_spots(self._segments)
        self._grids: tuple[AreaGrid, RoadGrid | None] | None = None
        self._lock = threading.Lock()

    def find(self, lon: Floats, lat: Floats, x_m: Floats, y_m: Floats, within_m: float) -> tuple[Ints, Ints, Floats]:
        """Subdistrict, segment (−1 where there is none) and distance (NaN) of points given in WGS-84 and in metres.

        The subdistrict is the lowest that covers the point, border included; the segment the nearest within
        `within_m` + TIE_M, the lowest in a tie.
        """
        limit = within_m + TIE_M
        grids = self._grids_for(len(lon))
        area = self._area_by_tree(shapely.points(lon, lat)) if grids is None else grids[0].area_of(lon, lat)
        if grids is None or limit > self._limit_m:  # the grid knows only the edges within the city's own limit
            segment = self._nearest_by_tree(shapely.points(x_m, y_m), limit)
            return area, segment, distance_to_segments(self.edges, segment, x_m, y_m)
        if grids[1] is None:
            return area, np.full(len(lon), -1, np.int32), np.full(len(lon), np.nan)
        return area, *grids[1].nearest(x_m, y_m, limit)

    def _grids_for(self, count: int) -> tuple[AreaGrid, RoadGrid | None] | None:
        """The grids, built where `count` points are worth it; None: use the trees."""
        if self._grids is None and count >= self._grid_from:
            with self._lock:
                if self._grids is None:
                    roads = RoadGrid.of(self.edges, self._limit_m) if len(self.edges.a) else None
                    self._grids = (AreaGrid.of(self._areas, self._area_by_tree), roads)
        return self._grids

    def _area_by_tree(self, points: Geometries) -> NDArray[np.int64]:
        """The lowest subdistrict that covers each WGS-84 point, −1 outside all."""
        # The tree holds the points and the polygons ask: each is prepared once. The other way about is 32× slower.
        polygon, point = shapely.STRtree(points).query(self._areas, predicate="covers")
        return _lowest(len(points), point, polygon)

    def _nearest_by_tree(self, points: Geometries, limit: float) -> NDArray[np.int64]:
        """The nearest segment within the limit of each metric point (lowest in a tie), −1 where there is none."""
        tree = self._tree
        (point, _), distance = tree.query_nearest(points, max_distance=limit, return_distance=True, all_matches=False)
        # Asked again a little wider: where segments meet, reprojection leaves distances that differ in the last bits.
        again, segment = tree.query(points[point], predicate="dwithin", distance=distance + TIE_M)
        return _lowest(len(points), point[again], segment)


def _lowest(n: int, row: Ints, place: Ints) -> NDArray[np.int64]:
    """For each of `n` rows the lowest of its places, −1 without any."""
    lowest = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(lowest, row, place)
    lowest[lowest == np.iinfo(np.int64).max] = -1
    return lowest
