"""Where issues are: counts in square cells of metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValueError
from geo.scale import is_large
from geo.selection import REJECTED, Stages, counted
from geo.tables import METRE_SCALE, IssueTable

Floats = NDArray[np.float64]

MAX_GRID: Final = 4_000_000
"""Cells are counted on a grid of at most so many; a wider scattering is sorted instead."""

_PIXELS_PER_CELL = 20
_EQUATOR_M = 2 * np.pi * 6_378_137


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Non-empty square cells: their centres (metric CRS, metres) and how many issues lie in each."""

    x_m: Floats
    y_m: Floats
    count: NDArray[np.int64]


_NO_CELLS: Final = Cells(np.empty(0), np.empty(0), np.empty(0, np.int64))


def cell_size_m(zoom: float) -> float:
    """Side in metres of the cells for a Web-Mercator zoom: 20 screen pixels at the equator, half at each zoom more."""
    return float(_PIXELS_PER_CELL * _EQUATOR_M / 256 / 2 ** min(max(zoom, 0), 24))


def cell_counts(table: IssueTable, stages: Stages, cell_m: float, *, most: int) -> tuple[Cells, float]:
    """Issues that count (of `stages`, geo.selection.chosen_stages) by the square cell that holds them, and the side of
    the cells in metres: `cell_m`, or the first doubling of it with at most `most` non-empty cells.

    Cells are ordered south to north, west to east; borders lie on multiples of the side, and a position on a border
    belongs to the cell north-east of it. Σ count = issues that count. None give no cells. Raises BadValueError for a
    size that is not positive.
    """
    if not 0 < cell_m < np.inf:
        raise BadValueError("cell_m", cell_m, "a number of metres above 0")
    while True:
        found = _cells(table, stages, cell_m)
        if len(found.count) <= most:
            return found, cell_m
        cell_m *= 2


def _cells(table: IssueTable, stages: Stages, cell_m: float) -> Cells:
    cell_cm = cell_m * METRE_SCALE
    if is_large(len(table)):
        from geo import kernels

        low_x, high_x, low_y, high_y, n = kernels.extent(stages, table.x_cm, table.y_cm, REJECTED).tolist()
        if n == 0:
            return _NO_CELLS
        west, south = int(np.floor(low_x / cell_cm)), int(np.floor(low_y / cell_cm))
        wide, high = int(np.floor(high_x / cell_cm)) - west + 1, int(np.floor(high_y / cell_cm)) - south + 1
        if wide * high <= MAX_GRID:
            grid = kernels.cell_grid(stages, table.x_cm, table.y_cm, REJECTED, cell_cm, west, south, wide, high)
            key = np.flatnonzero(grid)
            return _centres(key, grid[key], west, south, wide, cell_m)
    rows = np.flatnonzero(counted(stages))
    if not len(rows):
        return _NO_CELLS
    column = np.floor(table.x_cm[rows] / cell_cm).astype(np.int64)
    line = np.floor(table.y_cm[rows] / cell_cm).astype(np.int64)
    west, south = int(column.min()), int(line.min())
    wide = int(column.max()) - west + 1
    key, count = np.unique((line - south) * wide + (column - west), return_counts=True)
    return _centres(key, count, west, south, wide, cell_m)


def _centres(key: NDArray[Any], count: NDArray[Any], west: int, south: int, wide: int, cell_m: float) -> Cells:
    x_m, y_m = (key % wide + west + 0.5) * cell_m, (key // wide + south + 0.5) * cell_m
    return Cells(x_m, y_m, count.astype(np.int64))
