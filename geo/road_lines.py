"""Roads as they are drawn from afar: segments joined where they run on, cut to a length for the zoom, simplified."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.city import RoadLayer
from geo.crs import metric_to_lonlat
from geo.tables import Bools, Floats, Ints

CLASSES: Final = ("major", "secondary", "minor")
"""The most important first."""

_STRAIGHT: Final = -0.5
"""Segments run on into each other where their directions differ by less than 60°: cosine of the angle between them."""

_NODE_M: Final = 0.05
"""Ends nearer than this are one place."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadLines:
    """Lines that stand for segments: each segment lies in exactly one line, and lines keep the segments' order.

    Arrays over lines, but `line` (over segments) and `lon`, `lat` (over corners, those of line i from `first[i]` to
    `first[i + 1]`, WGS-84). `rank` is the position in CLASSES, `road` that of the longest member's road.
    """

    line: NDArray[np.int32]
    first: NDArray[np.int64]
    lon: Floats
    lat: Floats
    box: Floats  # shape (n, 4): west, south, east, north
    rank: NDArray[np.int8]
    road: NDArray[np.int32]
    inside_m: Floats
    length_m: Floats
    detail_m: float  # what was left out of the segments' corners stands out less than this

    def __len__(self) -> int:
        return len(self.rank)

    def within(self, bbox: tuple[float, float, float, float]) -> Bools:
        """Which lines' boxes meet `bbox` (WGS-84)."""
        west, south, east, north = bbox
        box = self.box
        return np.asarray((box[:, 0] <= east) & (box[:, 2] >= west) & (box[:, 1] <= north) & (box[:, 3] >= south))


@lru_cache(maxsize=32)
def road_lines(roads: RoadLayer, metric_crs: str, *, about_m: float, detail_m: float) -> RoadLines:
    """The roads in lines of about `about_m` metres (longer only where a segment is), without corners that stand out
    less than `detail_m`. Kept: a city has one for each zoom."""
    strokes = _strokes(roads)
    lengths = shapely.length(roads.metric)
    line = np.full(len(roads.metric), -1, np.int32)
    members: list[list[tuple[int, bool]]] = []
    for stroke in strokes:
        part: list[tuple[int, bool]] = []
        run = 0.0
        for segment, turned in stroke:
            part.append((segment, turned))
            run += lengths[segment]
            if run >= about_m:
                members.append(part)
                part, run = [], 0.0
        if part:
            members.append(part)
    for number, part in enumerate(members):
        for segment, _ in part:
            line[segment] = number
    return _lines(roads, metric_crs, members, line, lengths, detail_m)


def _lines(
    roads: RoadLayer,
    metric_crs: str,
    members: list[list[tuple[int, bool]]],
    line: NDArray[np.int32],
    lengths: Floats,
    detail_m: float,
) -> RoadLines:
    shapes = np.array([shapely.LineString(_corners(roads, part)) for part in members], object)
    simpler = shapely.simplify(shapes, detail_m)
    xy, owner = shapely.get_coordinates(simpler, return_index=True)
    lon, lat = metric_to_lonlat(xy[:, 0], xy[:, 1], metric_crs)
    first = np.searchsorted(owner, np.arange(len(members) + 1))
    starts = first[:-1]
    edges = (np.minimum, lon), (np.minimum, lat), (np.maximum, lon), (np.maximum, lat)
    box = np.stack([reduce.reduceat(values, starts) for reduce, values in edges], axis=1) if len(members) else None
    rank = np.array([CLASSES.index(name) for name in roads.road_class], np.int8)
    longest = [max(part, key=lambda member: lengths[member[0]])[0] for part in members]
    return RoadLines(
        line=line,
        first=first,
        lon=lon,
        lat=lat,
        box=np.empty((0, 4)) if box is None else box,
        rank=rank[longest],
        road=roads.road[longest],
        inside_m=np.asarray(np.bincount(line, roads.inside_m, len(members)), np.float64),
        length_m=np.asarray(np.bincount(line, lengths, len(members)), np.float64),
        detail_m=detail_m,
    )


def _corners(roads: RoadLayer, part: list[tuple[int, bool]]) -> Floats:
    pieces = []
    for segment, turned in part:
        corners = shapely.get_coordinates(roads.metric[segment])
        pieces.append(corners[::-1] if turned else corners)
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


@lru_cache(maxsize=4)
def _strokes(roads: RoadLayer) -> list[list[tuple[int, bool]]]:
    """Every segment once, in chains of (segment, whether it is run through from its end to its beginning)."""
    partner = _partners(roads)
    seen = np.zeros(len(roads.metric), bool)
    strokes = []
    # From ends without a partner first, so that chains are whole; what is left runs in rings.
    ends = [(segment, end) for segment in range(len(seen)) for end in (0, 1) if (segment, end) not in partner]
    for segment, end in ends + [(segment, 0) for segment in range(len(seen))]:
        stroke: list[tuple[int, bool]] = []
        while not seen[segment]:
            seen[segment] = True
            stroke.append((segment, end == 1))
            onward = partner.get((segment, 1 - end))
            if onward is None:
                break
            segment, end = onward
        if stroke:
            strokes.append(stroke)
    return strokes


def _partners(roads: RoadLayer) -> dict[tuple[int, int], tuple[int, int]]:
    """For an end (segment, 0 its beginning or 1 its end) the end of another segment that it runs on into: of the same
    road, or, between roads without a name, of the same class straight on."""
    node, towards = _ends(roads)
    named = [bool(name.zh or name.en) for name in roads.road_names]
    at: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for segment in range(len(roads.metric)):
        for end in (0, 1):
            at[tuple(node[segment, end])].append((segment, end))
    partner: dict[tuple[int, int], tuple[int, int]] = {}
    for ends in at.values():
        pairs = []
        for i, one in enumerate(ends):
            for other in ends[i + 1 :]:
                if one[0] == other[0] or roads.road_class[one[0]] != roads.road_class[other[0]]:
                    continue
                first, second = int(roads.road[one[0]]), int(roads.road[other[0]])
                same_road = first == second
                if not same_road and (named[first] or named[second]):
                    continue
                bend = float(towards[one] @ towards[other])
                if same_road or bend < _STRAIGHT:
                    pairs.append((not same_road, bend, one, other))
        for _, _, one, other in sorted(pairs):
            if one not in partner and other not in partner:
                partner[one], partner[other] = other, one
    return partner


def _ends(roads: RoadLayer) -> tuple[Ints, Floats]:
    """Place (rounded, shape (n, 2, 2)) of each segment's two ends, and the unit direction in which it leaves each."""
    xy, owner = shapely.get_coordinates(roads.metric, return_index=True)
    first = np.searchsorted(owner, np.arange(len(roads.metric)))
    last = np.append(first[1:], len(xy)) - 1
    ends = np.stack([xy[first], xy[last]], axis=1)
    towards = np.stack([xy[first + 1] - xy[first], xy[last - 1] - xy[last]], axis=1)
    norm = np.linalg.norm(towards, axis=2, keepdims=True)
    return np.rint(ends / _NODE_M).astype(np.int64), towards / np.maximum(norm, 1e-9)
