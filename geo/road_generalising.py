"""Roads for a whole city on one screen: joined, simplified and ranked for a zoom, never more than a screen can show.

A picture, not a table: short roads are left out and twin carriageways are drawn as one, so its lines do not add up.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.city import RoadLayer
from geo.crs import metric_to_lonlat
from geo.road_chains import Chain, chains, joined, node_ids, stretches

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BBox = tuple[float, float, float, float]

SEGMENTS_FROM: Final = 16
"""From this zoom on the segments are given as they are."""

LEAST_ZOOM: Final = 8
MAX_LINES: Final = 1_500
MAX_CORNERS: Final = 7_000
"""Together some 60 kB as compressed JSON."""

SHORT_PX: Final = 2.0
LONGEST_PX: Final = 120.0
"""Longer roads are drawn in stretches, each with its own density: the mean of an avenue would hide its hot spot."""

TOLERANCE_PX: Final = 0.6
_M_PER_PX_AT_0: Final = 156_543.034  # on the equator, of the tiles that all web maps use
_CLASSES: Final = ("minor", "secondary", "major")
_CLASS_WEIGHT: Final = np.array([0.0, 1.0, 2.5])
_VALUE_WEIGHT, _LENGTH_WEIGHT, _LONG_PX = 4.0, 1.0, 120.0


@dataclass(frozen=True, slots=True, eq=False)
class RoadLines:
    """The lines to draw, the least important first, so that the others lie above it.

    `coordinates` are WGS-84 corners (k, 2), rounded to what the zoom shows. `segments` are the positions of the
    segments in each line, `value` their mean by length (NaN without values), `rank` the position in _CLASSES.
    """

    coordinates: tuple[Floats, ...]
    road_class: tuple[str, ...]
    value: Floats
    segments: tuple[Ints, ...]
    left_out: int  # lines in view that the limits kept out


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """All lines of one zoom. The segments of line i are `member[first[i]:first[i + 1]]`."""

    metric: list[Floats]
    lonlat: list[Floats]
    bounds: Floats  # (n, 4) in degrees
    rank: Ints
    length_m: Floats
    member: Ints
    first: Ints


class RoadPyramid:
    """The roads of one city at every zoom. A level is made from the next finer one when first asked for."""

    def __init__(self, roads: RoadLayer, metric_crs: str) -> None:
        self._crs = metric_crs
        south, north = shapely.total_bounds(roads.geometry)[[1, 3]]
        self._m_per_px_at_0 = _M_PER_PX_AT_0 * float(np.cos(np.radians((south + north) / 2)))
        self._inside_m = roads.inside_m
        names = {name: position for position, name in enumerate(dict.fromkeys(roads.road_names))}
        self._name = np.array([names[roads.road_names[road]] for road in roads.road.tolist()], np.int64)
        rank = np.array([_CLASSES.index(name) for name in roads.road_class], np.int64)
        corners = [shapely.get_coordinates(line) for line in roads.metric]
        self._levels = {SEGMENTS_FROM: self._level(corners, rank, [np.array([i]) for i in range(len(corners))], 7)}
        self._lock = threading.Lock()

    def lines(self, bbox: BBox, zoom: int, values: Floats | None = None) -> RoadLines:
        """The most important lines that touch `bbox` (west, south, east, north in WGS-84) at a tile zoom.

        `values` is a density (per km) of each segment. Importance grows with the class, the value as part of the
        highest in view, and the length on the screen. At most MAX_LINES and MAX_CORNERS, whichever comes first.
        The same arguments give the same lines.
        """
        level = self._at(zoom)
        west, south, east, north = bbox
        low_x, low_y, high_x, high_y = level.bounds.T
        seen = np.flatnonzero((low_x <= east) & (high_x >= west) & (low_y <= north) & (high_y >= south))
        value = self._values(level, values)
        shown = np.nan_to_num(value[seen])
        height = shown.max(initial=0.0)
        importance = (
            _CLASS_WEIGHT[level.rank[seen]]
            + _VALUE_WEIGHT * (shown / height if height > 0 else shown)
            + _LENGTH_WEIGHT * np.minimum(level.length_m[seen] / self._m_per_px(zoom), _LONG_PX) / _LONG_PX
        )
        order = seen[np.lexsort((seen, -importance))][:MAX_LINES]
        corners = np.cumsum([len(level.lonlat[line]) for line in order.tolist()])
        chosen = order[: int(np.searchsorted(corners, MAX_CORNERS, side="right"))][::-1]
        return RoadLines(
            coordinates=tuple(level.lonlat[line] for line in chosen.tolist()),
            road_class=tuple(_CLASSES[rank] for rank in level.rank[chosen].tolist()),
            value=value[chosen],
            segments=tuple(level.member[level.first[line] : level.first[line + 1]] for line in chosen.tolist()),
            left_out=len(seen) - len(chosen),
        )

    def _m_per_px(self, zoom: int) -> float:
        return float(self._m_per_px_at_0 / 2.0**zoom)

    def _values(self, level: _Level, values: Floats | None) -> Floats:
        """Mean value of the segments of each line, by their length within the city."""
        if values is None or not len(level.first) - 1:
            return np.full(len(level.first) - 1, np.nan)
        weight = self._inside_m[level.member]
        total = np.add.reduceat(np.nan_to_num(values[level.member]) * weight, level.first[:-1])
        return np.asarray(total / np.add.reduceat(weight, level.first[:-1]), np.float64)

    def _at(self, zoom: int) -> _Level:
        zoom = min(max(zoom, LEAST_ZOOM), SEGMENTS_FROM)
        with self._lock:
            finest = min(level for level in self._levels if level >= zoom)
            for level in range(finest - 1, zoom - 1, -1):
                self._levels[level] = self._coarser(self._levels[level + 1], level)
            return self._levels[zoom]

    def _coarser(self, fine: _Level, zoom: int) -> _Level:
        """Twins drawn as one, what is left joined, what is still short left out, corners that nobody sees removed."""
        px = self._m_per_px(zoom)
        ends = np.array([[line[0], line[-1]] for line in fine.metric]).reshape(-1, 2)
        start, end = node_ids(ends, px).reshape(-1, 2).T if len(ends) else (np.empty(0, np.int64),) * 2
        members = [fine.member[a:b] for a, b in zip(fine.first[:-1], fine.first[1:], strict=True)]
        kept = _one_of_twins(start, end, fine, members, px)
        kind = fine.rank * (self._name.max(initial=0) + 1) + self._name[fine.member[fine.first[:-1]]]
        lines, rank, united = [], [], []
        found = _chains_of(fine.metric, kept, start, end, kind)
        for chain in (part for whole in found for part in stretches(whole, fine.length_m, LONGEST_PX * px)):
            line = joined(fine.metric, chain)
            if len(line) > 1 and np.hypot(*np.diff(line, axis=0).T).sum() >= SHORT_PX * px:
                lines.append(line)
                rank.append(int(fine.rank[chain[0][0]]))
                united.append(np.sort(np.concatenate([members[part] for part, _ in chain])))
        simple = shapely.simplify([shapely.LineString(line) for line in lines], TOLERANCE_PX * px)
        decimals = int(np.ceil(np.log10(111_320.0 / px))) + 1
        return self._level(
            [shapely.get_coordinates(line) for line in simple], np.array(rank, np.int64), united, decimals
        )

    def _level(self, metric: list[Floats], rank: Ints, members: list[Ints], decimals: int) -> _Level:
        count = np.array([len(line) for line in metric], np.int64)
        x, y = np.concatenate(metric).T if metric else np.empty((2, 0))
        lon, lat = metric_to_lonlat(x, y, self._crs)
        lonlat = np.column_stack([lon, lat]).round(decimals)
        at = np.cumsum(count) - count
        bounds = (
            np.column_stack([np.minimum.reduceat(lonlat, at), np.maximum.reduceat(lonlat, at)])
            if metric
            else np.empty((0, 4))
        )
        first = np.concatenate([[0], np.cumsum([len(member) for member in members])]).astype(np.int64)
        member = np.concatenate(members) if members else np.empty(0, np.int64)
        length_m = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in metric])
        return _Level(metric, np.split(lonlat, at[1:]) if metric else [], bounds, rank, length_m, member, first)


def _one_of_twins(start: Ints, end: Ints, fine: _Level, members: list[Ints], px: float) -> Ints:
    """Lines without those that have a twin: the same ends, the same class, as long within two pixels.

    The lowest stays, and takes over the segments of the others in `members`.
    """
    keys: dict[tuple[int, int, int], list[int]] = {}
    kept = []
    for line, (a, b, rank) in enumerate(zip(start.tolist(), end.tolist(), fine.rank.tolist(), strict=True)):
        group = keys.setdefault((min(a, b), max(a, b), rank), [])
        twin = next((o for o in group if abs(fine.length_m[o] - fine.length_m[line]) <= SHORT_PX * px), None)
        if twin is None:
            group.append(line)
            kept.append(line)
        else:
            members[twin] = np.concatenate([members[twin], members[line]])
    return np.array(kept, np.int64)


def _chains_of(lines: list[Floats], kept: Ints, start: Ints, end: Ints, kind: Ints) -> list[Chain]:
    found = chains([lines[line] for line in kept.tolist()], start[kept], end[kept], kind[kept])
    return [[(int(kept[line]), turned) for line, turned in chain] for chain in found]
