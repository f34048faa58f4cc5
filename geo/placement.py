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
from geo.point_places import GRID_FROM, PointPlaces
from geo.road_edges import RoadEdges, distance_to_segments, lines_between, straight_edges
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

    def __init__(self, city: City, *, grid_from: int = GRID_FROM) -> None:
        """`grid_from`: from how many points at once the lookup grids are worth building (`geo.point_places`)."""
        self._city = city
        self._area_tree = shapely.STRtree(city.areas.metric)
        self._segments: Geometries = np.empty(0, object) if city.roads is None else city.roads.metric
        self._edges = RoadEdges.of(self._segments)
        self._points = PointPlaces(city, self._edges, grid_from=grid_from)

    def locate(self, geometries: Geometries, *, within_m: float | None = None) -> Placement:
        """Place WGS-84 geometries (points, lines, polygons mixed, also multi-part; Z is dropped).

        `within_m` is the snap limit in metres, the city's own for None. An empty array gives empty columns. Raises
        BadGeometryError naming the first position that is missing, empty, of another kind, not finite, invalid or
        outside the world, and BadValueError for a limit that is negative or not finite.
        """
        limit = self._checked_limit(within_m)
        points = _positions(geometries)
        if points is not None:
            return self.locate_points(*points, within_m=limit)
        geometries = checked_geometries(geometries)
        metric = geometries_to_metric(geometries, self._city.metric_crs)
        dimension = shapely.get_dimensions(geometries)
        dimension[(dimension == LINE) & (shapely.length(metric) == 0)] = POINT
        split = dimension != POINT
        areas, roads = self._split_points(geometries, metric, ~split, limit)
        for start in range(0, int(split.sum()), _ROWS_AT_ONCE):
            chunk = np.flatnonzero(split)[start : start + _ROWS_AT_ONCE]
            for kind in (LINE, POLYGON):
                rows = chunk[dimension[chunk] == kind]
                if len(rows):
                    areas += [self._over_areas(rows, metric[rows], kind)]
                    roads += [self._over_roads(rows, metric[rows], kind, limit + TIE_M)]
        return self._placement(geometries, metric, _joined(areas), _joined(roads))

    def locate_points(self, lon: Floats, lat: Floats, *, within_m: float | None = None) -> Placement:
        """`locate` of the points at these WGS-84 degrees, without making geometries of them; for a million at once.

        Raises BadGeometryError for a position that is not finite or outside the world.
        """
        limit = self._checked_limit(within_m)
        x_m, y_m = lonlat_to_metric(lon, lat, self._city.metric_crs)
        area, segment, distance = self._points.find(lon, lat, x_m, y_m, limit)
        return Placement(
            lon=lon,
            lat=lat,
            x_m=x_m,
            y_m=y_m,
            is_point=np.ones(len(lon), np.bool_),
            subdistrict=area.astype(np.int16),
            segment=segment.astype(np.int32),
            distance_m=distance,
            subdistrict_shares=_whole(area),
            segment_shares=_whole(segment),
        )

    def _checked_limit(self, within_m: float | None) -> float:
        limit = self._city.snap_limit_m if within_m is None else within_m
        if not 0 <= limit < np.inf:
            raise BadValueError("within_m", limit, "a number of metres, 0 or more")
        return limit

    def _split_points(
        self, geometries: Geometries, metric: Geometries, chosen: Bools, limit: float
    ) -> tuple[list[Shares], list[Shares]]:
        """Shares of points: every vertex of a row counts alike."""
        rows = np.flatnonzero(chosen)
        lonlat, position = shapely.get_coordinates(geometries[rows], return_index=True)
        weight = 1 / np.bincount(position, minlength=len(rows))[position]
        xy = shapely.get_coordinates(metric[rows])
        area, segment, _ = self._points.find(*_columns(lonlat), *_columns(xy), limit)
        row = rows[position]
        return [gathered(row, area, weight)], [gathered(row, segment, weight)]

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
        is_point = shapely.get_type_id(geometries) == shapely.GeometryType.POINT
        # A point's distance has one way to be measured, so that it has the same bits alone and in any batch.
        distance = distance_to_segments(self._points.edges, np.where(is_point, segment, -1), x_m, y_m)
        rest = (segment >= 0) & ~is_point
        distance[rest] = shapely.distance(metric[rest], self._segments[segment[rest]])
        return Placement(
            lon=lon,
            lat=lat,
            x_m=x_m,
            y_m=y_m,
            is_point=is_point,
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


def _positions(geometries: Geometries) -> tuple[Floats, Floats] | None:
    """x and y of geometries that are all single points with finite coordinates; None if any is something else."""
    try:
        x, y = shapely.get_x(geometries), shapely.get_y(geometries)  # NaN for other kinds, and for None
    except shapely.errors.GEOSException:  # a point without a place
        return None
    return (x, y) if np.isfinite(x).all() and np.isfinite(y).all() else None


def _columns(pairs: Floats) -> tuple[Floats, Floats]:
    return np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])


def _whole(place: NDArray[np.integer]) -> Shares:
    """Shares of rows that lie whole in one place each, or (−1) in none."""
    row = np.flatnonzero(place >= 0)
    return Shares(row.astype(np.int32), place[row].astype(np.int32), np.ones(len(row)))


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
