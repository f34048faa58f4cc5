"""The compiled passes that add issues up by place and by cell; see `geo.kernels` for when they are imported.

They go through the columns in blocks (as `geo.selection_kernels` does). Where a block holds few issues that count,
these are listed first, without a branch that the processor would guess wrong; where it holds many, all are worked out.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from geo.compiled import compiled

_BLOCK: Final = 2_048
_FEW: Final = 4  # a block of which less than one in so many counts holds few


@compiled
def _number(stage: Any, counted: int) -> Any:
    """How many have 0 ≤ stage < `counted`."""
    n = np.int64(0)
    for i in range(len(stage)):
        n += np.int64((stage[i] >= 0) & (stage[i] < counted))
    return n


@compiled
def _list(stage: Any, counted: int, rows: Any) -> None:
    """Which these are, at the front of `rows`."""
    at = np.int64(0)
    for i in range(len(stage)):
        rows[at] = i
        at += np.int64((stage[i] >= 0) & (stage[i] < counted))


@compiled
def count_issues(stage: Any, subdistrict: Any, segment: Any, is_point: Any, areas: int, segments: int) -> Any:
    """How many rows have each stage and place: int32 (6, areas + 2) and (6, segments + 2), by stage + 1 and place + 1.

    Lines and polygons, which lie in several places, are counted at the end of each line. Of the rows at no stage (−1)
    not all are counted.
    """
    many_areas, many_segments = np.int32(areas + 2), np.int32(segments + 2)
    by_area = np.zeros((4, 6 * many_areas), np.int32)  # in turns: adding to one number again makes the second wait
    by_segment = np.zeros(6 * many_segments, np.int32)
    rows = np.empty(_BLOCK, np.uint16)
    area_at, segment_at = np.empty(_BLOCK, np.uint32), np.empty(_BLOCK, np.uint32)
    for first in range(0, len(stage), _BLOCK):
        stages, points = stage[first : first + _BLOCK], is_point[first : first + _BLOCK]
        area, road = subdistrict[first : first + _BLOCK], segment[first : first + _BLOCK]
        n = _number(stages, 6)
        if n * _FEW < len(stages):
            if n:
                _list(stages, 6, rows)
            for at in range(n):
                i = rows[at]
                line, place, piece = stages[i] + 1, areas + 1, segments + 1
                if points[i]:
                    place, piece = area[i] + 1, road[i] + 1
                by_area[at & 3, line * many_areas + place] += 1
                by_segment[line * many_segments + piece] += 1
        else:
            for i in range(len(stages)):
                line = np.int32(stages[i]) + 1
                area_at[i] = np.uint32(line * many_areas + (np.int32(area[i]) + 1 if points[i] else areas + 1))
                segment_at[i] = np.uint32(line * many_segments + (np.int32(road[i]) + 1 if points[i] else segments + 1))
            for i in range(len(stages)):
                by_area[i & 3, area_at[i]] += 1
                by_segment[segment_at[i]] += 1
    return by_area.sum(axis=0).reshape((6, areas + 2)), by_segment.reshape((6, segments + 2))


@compiled
def extent(stage: Any, x_cm: Any, y_cm: Any, counted: int) -> Any:
    """Smallest and largest x and y of rows with 0 ≤ stage < `counted`, and how many there are; int64 (5,)."""
    low, high = np.int32(np.iinfo(np.int32).min), np.int32(np.iinfo(np.int32).max)
    west, east, south, north, n = high, low, high, low, np.int64(0)
    for first in range(0, len(stage), _BLOCK):
        stages = stage[first : first + _BLOCK]
        x, y = x_cm[first : first + _BLOCK], y_cm[first : first + _BLOCK]
        more = _number(stages, counted)
        n += more
        if more:
            for i in range(len(stages)):
                out = (stages[i] < 0) | (stages[i] >= counted)
                west, east = min(west, high if out else x[i]), max(east, low if out else x[i])
                south, north = min(south, high if out else y[i]), max(north, low if out else y[i])
    return np.array([west, east, south, north, n], np.int64)


@compiled
def cell_grid(
    stage: Any, x_cm: Any, y_cm: Any, counted: int, cell_cm: float, west: int, south: int, wide: int, high: int
) -> Any:
    """Rows with 0 ≤ stage < `counted` in each square cell, int32 (high × wide,), from cell (west, south) on."""
    grid = np.zeros(wide * high, np.int32)
    rows, cell = np.empty(_BLOCK, np.uint16), np.empty(_BLOCK, np.int32)
    for first in range(0, len(stage), _BLOCK):
        stages = stage[first : first + _BLOCK]
        x, y = x_cm[first : first + _BLOCK], y_cm[first : first + _BLOCK]
        n = _number(stages, counted)
        if n:
            _list(stages, counted, rows)
        if n * _FEW < len(stages):
            for at in range(n):
                i = rows[at]
                line, column = np.floor(y[i] / cell_cm) - south, np.floor(x[i] / cell_cm) - west
                grid[np.int64(line * wide + column)] += 1
        else:
            for i in range(len(stages)):  # a row that does not count may get any number here: it is not looked at
                line, column = np.floor(y[i] / cell_cm) - south, np.floor(x[i] / cell_cm) - west
                cell[i] = np.int32(line * wide + column)
            for at in range(n):
                grid[cell[rows[at]]] += 1
    return grid
