"""The straight edges of all road segments, indexed, with their exact distances to points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RoadEdges:
    """Edges `a` → `b` (metric, shape (n, 2)) and the segment that each belongs to."""

    a: Floats
    b: Floats
    segment: Ints
    tree: shapely.STRtree

    @staticmethod
    def of(segments: Geometries) -> RoadEdges:
        """The edges of metric line strings (multi-part ones too), by segment; edges without length are left out."""
        a, b, segment = straight_edges(segments)
        return RoadEdges(a, b, segment, shapely.STRtree(lines_between(a, b)))

    def with_spots(self, segments: Geometries) -> RoadEdges:
        """These edges of `segments`, and for each segment of no length one from its place to itself; by segment."""
        without = np.bincount(self.segment, minlength=len(segments)) == 0
        whole = np.flatnonzero(without & ~shapely.is_empty(segments))
        if not len(whole):
            return self
        spot = shapely.get_coordinates(shapely.get_point(shapely.get_geometry(segments[whole], 0), 0)).reshape(-1, 2)
        segment = np.concatenate([self.segment, whole])
        order = np.argsort(segment, kind="stable")
        a, b = np.concatenate([self.a, spot])[order], np.concatenate([self.b, spot])[order]
        return RoadEdges(a, b, segment[order], shapely.STRtree(lines_between(a, b)))

    @cached_property
    def length(self) -> Floats:
        """Length of each edge in metres, never 0."""
        return np.asarray(np.hypot(*(self.b - self.a).T), np.float64)

    def may_reach(self, corners: Floats, within_m: float) -> NDArray[np.bool_]:
        """Whether pieces (n, corners, 2) come within `within_m` of the box around all edges."""
        if not len(self.a):
            return np.zeros(len(corners), bool)
        ends = np.concatenate([self.a, self.b])
        low, high = ends.min(axis=0) - within_m, ends.max(axis=0) + within_m
        return np.asarray(((corners.max(axis=1) >= low) & (corners.min(axis=1) <= high)).all(axis=1), np.bool_)

    def project(self, edge: Ints, points: Floats) -> tuple[Floats, Floats]:
        """Where points lie along their edges, and how far off, squared.

        `edge` has shape (n,), `points` (n, k, 2) in metres. Returns (t, d²) of shape (n, k): t < 0 means that the
        nearest place of the edge is its start `a`, t > 1 its end `b`, between them the foot of the perpendicular.
        """
        a, along = self.a[edge][:, None], (self.b[edge] - self.a[edge])[:, None]
        from_a = points - a
        t = (from_a * along).sum(axis=2) / (along * along).sum(axis=2)
        # The end itself is used past the end, so that all edges meeting there give the same distance.
        off = np.where(
            (t >= 1)[:, :, None], points - self.b[edge][:, None], from_a - np.clip(t, 0, 1)[:, :, None] * along
        )
        return t, (off * off).sum(axis=2)


def straight_edges(lines: Geometries) -> tuple[Floats, Floats, Ints]:
    """Start, end and row of each straight edge of line strings or multi line strings, without those of no length."""
    parts, row_of_part = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    joined = part[1:] == part[:-1]
    a, b, row = xy[:-1][joined], xy[1:][joined], row_of_part[part[1:][joined]]
    long = (a != b).any(axis=1)
    return a[long], b[long], np.asarray(row[long], np.int64)


def lines_between(a: Floats, b: Floats) -> Geometries:
    """Two-point line strings from each `a` to its `b`."""
    return np.asarray(shapely.linestrings(np.stack([a, b], axis=1)), object)


def distance_to_segments(edges: RoadEdges, segment: NDArray[np.integer], x_m: Floats, y_m: Floats) -> Floats:
    """Distance of each metric point to its own segment, NaN for segment −1. `edges` are those `with_spots`.

    In the very steps of GEOS (and of `geo.grid_loops`), so that a point has the same bits whoever measured it.
    """
    distance = np.full(len(segment), np.nan)
    row = np.flatnonzero(segment >= 0)
    if not len(row):
        return distance
    first = np.searchsorted(edges.segment, segment[row])
    count = np.searchsorted(edges.segment, segment[row], side="right") - first
    begin = np.cumsum(count) - count
    edge = np.repeat(first - begin, count) + np.arange(count.sum())
    own = np.repeat(row, count)
    (ax, ay), (bx, by), x, y = edges.a[edge].T, edges.b[edge].T, x_m[own], y_m[own]
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    along = (x - ax) * dx + (y - ay) * dy
    with np.errstate(invalid="ignore"):
        beside = np.abs(((x - ax) * dy - (y - ay) * dx) / square) * np.sqrt(square)
    at_a = np.sqrt((x - ax) * (x - ax) + (y - ay) * (y - ay))
    at_b = np.sqrt((x - bx) * (x - bx) + (y - by) * (y - by))
    each = np.where(along <= 0, at_a, np.where(along >= square, at_b, beside))
    distance[row] = np.minimum.reduceat(each, begin)
    return distance
