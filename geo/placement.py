"""Where an issue lies: its subdistricts, and the road segment nearest to it within a limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.city import City
from geo.crs import geometries_to_metric, lonlat_to_metric
from geo.errors import BadValueError
from geo.geometry_check import LINE, POINT, POLYGON, checked_geometries
from geo.nearest_split import TIE_M, Parts, split_by_nearest
from geo.road_edges import RoadEdges, lines_between, straight_edges
from geo.shares import gathered, largest, split_over_areas
from geo.tables import Bools, Floats, Shares

Geometries = NDArray[np.object_]
Ints = NDArray[np.int64]

_ROWS_AT_ONCE = 1_000  # lines and polygons split together: bounds the memory, not the result


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Places of n geometries, in the columns of `geo.tables.IssueTable`.

    `lon`/`lat` (WGS-84) and `x_m`/`y_m` (metric CRS) are one point on each geometry: the point itself, the middle of
    a line, a point inside a polygon. `subdistrict` and `segment` have the largest share (lowest index in a tie), −1
    without any. `distance_m` is from the geometry to `segment`, NaN without one.
    """

    lon: Floats
    lat: Floats
    x_m: Floats
    y_m: Floats
    is_point: Bools
    subdistrict: NDArray[np.int16]
    segment: NDArray[np.int32]
    distance_m: Floats
    subdistrict_shares: Shares
    segment_shares: Shares


class Locator:
    """Places geometries in one city; build it once, it may be shared by threads.

    A point belongs to the lowest subdistrict whose WGS-84 polygon covers it, border included, and to the nearest
    segment within the limit (measured in the metric CRS, limit included). Each point of a multi-point counts alike.
    A line is split by length, a polygon by area, both in the metric CRS; a line of no length counts as a point.
    """

    def __init__(self, city: City) -> None:
        self._city = city
        self._area_tree = shapely.STRtree(city.areas.metric)
        self._segments: Geometries = np.empty(0, object) if city.roads is None else city.roads.metric
        self._segment_tree = shapely.STRtree(self._segments)
        self._edges = RoadEdges.of(self._segments)

    def locate(self, geometries: Geometries, *, within_m: float | None = None) -> Placement:
        """Place WGS-84 geometries (points, lines, polygons mixed, also multi-part; Z is dropped).

        `within_m` is the snap limit in metres, the city's own for None. An empty array gives empty columns. Raises
        BadGeometryError naming the first position that is missing, empty, of another kind, not finite, invalid or
        outside the world, and BadValueError for a limit that is negative or not finite.
        """
        limit = self._city.snap_limit_m if within_m is None else within_m
        if not 0 <= limit < np.inf:
            raise BadValueError("within_m", limit, "a number of metres, 0 or more")
        geometries = checked_geometries(geometries)
        metric = geometries_to_metric(geometries, self._city.metric_crs)
        dimension = shapely.get_dimensions(geometries)
        dimension[(dimension == LINE) & (shapely.length(metric) == 0)] = POINT
        split = dimension != POINT
        areas, roads = self._points(geometries, metric, ~split, limit + TIE_M)
        for start in range(0, int(split.sum()), _ROWS_AT_ONCE):
            chunk = np.flatnonzero(split)[start : start + _ROWS_AT_ONCE]
            for kind in (LINE, POLYGON):
                rows = chunk[dimension[chunk] == kind]
                if len(rows):
                    areas += [self._over_areas(rows, metric[rows], kind)]
                    roads += [self._over_roads(rows, metric[rows], kind, limit + TIE_M)]
        return self._placement(geometries, metric, _joined(areas), _joined(roads))

    def _points(
        self, geometries: Geometries, metric: Geometries, chosen: Bools, limit: float
    ) -> tuple[list[Shares], list[Shares]]:
        """Shares of points: every vertex of a row counts alike."""
        rows = np.flatnonzero(chosen)
        lonlat, position = shapely.get_coordinates(geometries[rows], return_index=True)
        points = shapely.points(lonlat)
        weight = 1 / np.bincount(position, minlength=len(rows))[position]
        area = self._area_of(points)
        segment = self._nearest(shapely.points(shapely.get_coordinates(metric[rows])), limit)
        row = rows[position]
        return [gathered(row, area, weight)], [gathered(row, segment, weight)]

    def _area_of(self, points: Geometries) -> Ints:
        """The lowest subdistrict that covers each WGS-84 point, −1 outside all."""
        # The tree holds the points and the polygons ask: each is prepared once. The other way about is 32× slower.
        polygon, point = shapely.STRtree(points).query(self._city.areas.geometry, predicate="covers")
        return _lowest(len(points), point, polygon)

    def _nearest(self, points: Geometries, limit: float) -> Ints:
        """The nearest segment within the limit of each metric point (lowest in a tie), −1 where there is none."""
        tree = self._segment_tree
        (point, _), distance = tree.query_nearest(points, max_distance=limit, return_distance=True, all_matches=False)
        # Asked again a little wider: where segments meet, reprojection leaves distances that differ in the last bits.
        again, segment = tree.query(points[point], predicate="dwithin", distance=distance + TIE_M)
        return _lowest(len(points), point[again], segment)

    def _over_areas(self, rows: Ints, metric: Geometries, kind: int) -> Shares:
        if kind == POLYGON:
            return split_over_areas(rows, metric, self._city.areas.metric, self._area_tree)
        a, b, position = straight_edges(metric)
        return split_over_areas(rows[position], lines_between(a, b), self._city.areas.metric, self._area_tree)

    def _over_roads(self, rows: Ints, metric: Geometries, kind: int, limit: float) -> Shares:
        if not len(self._edges.a):
            return Shares.empty()
        position, corners = _triangles(metric) if kind == POLYGON else _intervals(metric)
        parts = split_by_nearest(position, corners, self._edges, limit)
        return _weighed(rows, parts)

    def _placement(self, geometries: Geometries, metric: Geometries, areas: Shares, roads: Shares) -> Placement:
        n = len(geometries)
        on = _point_on(geometries)
        lon, lat = shapely.get_x(on), shapely.get_y(on)
        x_m, y_m = lonlat_to_metric(lon, lat, self._city.metric_crs)
        segment = largest(roads, n)
        distance = np.full(n, np.nan)
        snapped = segment >= 0
        distance[snapped] = shapely.distance(metric[snapped], self._segments[segment[snapped]])
        return Placement(
            lon=lon,
            lat=lat,
            x_m=x_m,
            y_m=y_m,
            is_point=shapely.get_type_id(geometries) == shapely.GeometryType.POINT,
            subdistrict=largest(areas, n).astype(np.int16),
            segment=segment.astype(np.int32),
            distance_m=distance,
            subdistrict_shares=areas,
            segment_shares=roads,
        )


def _point_on(geometries: Geometries) -> Geometries:
    """The point itself, the middle of a line, else a point on the geometry."""
    is_line = shapely.get_type_id(geometries) == shapely.GeometryType.LINESTRING
    on = shapely.point_on_surface(geometries)
    on[is_line] = shapely.line_interpolate_point(geometries[is_line], 0.5, normalized=True)
    return np.asarray(on, object)


def _lowest(n: int, row: NDArray[np.integer], place: NDArray[np.integer]) -> Ints:
    """For each of `n` rows the lowest of its places, −1 without any."""
    lowest = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(lowest, row, place)
    lowest[lowest == np.iinfo(np.int64).max] = -1
    return lowest


def _intervals(metric: Geometries) -> tuple[Ints, Floats]:
    a, b, position = straight_edges(metric)
    return position, np.stack([a, b], axis=1)


def _triangles(metric: Geometries) -> tuple[Ints, Floats]:
    """Row and corners of the triangles of polygons (constrained Delaunay, so that holes stay holes)."""
    triangles, position = shapely.get_parts(shapely.constrained_delaunay_triangles(metric), return_index=True)
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    return np.asarray(position, np.int64), corners


def _weighed(rows: Ints, parts: Parts) -> Shares:
    whole = np.bincount(parts.row, weights=parts.measure, minlength=len(rows))
    return gathered(rows[parts.row], parts.segment, parts.measure / whole[parts.row])


def _joined(shares: list[Shares]) -> Shares:
    """Shares of different rows as one, sorted by (row, place)."""
    row, place, weight = (np.concatenate([getattr(s, name) for s in shares]) for name in ("row", "place", "weight"))
    order = np.lexsort((place, row))
    return Shares(row[order], place[order], weight[order])
