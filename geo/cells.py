"""Where issues are: counts in square cells of metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValueError
from geo.scale import is_large
from geo.selection import REJECTED, Stages, counted
from geo.tables import METRE_SCALE, IssueTable

Floats = NDArray[np.float64]

MAX_GRID: Final = 4_000_000
"""Cells are counted on a grid of at most so many; a wider scattering is sorted instead."""

_ROOMY: Final = 16  # a grid of so many cells for each entry is gone through rather than put in order
_PIXELS_PER_CELL = 20
_EQUATOR_M = 2 * np.pi * 6_378_137


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Non-empty square cells: their centres (metric CRS, metres) and how many issues lie in each."""

    x_m: Floats
    y_m: Floats
    count: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CellCounts:
    """Issues by cell of `cell_m` metres: cell (0, 0) lies north-east of the CRS's origin. Only cells that hold any, in
    the order of their lines and then columns. Counts of disjoint issues can be added and taken away."""

    cell_m: float
    column: NDArray[np.int64]
    line: NDArray[np.int64]
    count: NDArray[np.int64]

    def plus(self, other: CellCounts, *, sign: int = 1) -> CellCounts:
        """These counts with others of the same side added, or taken away (`sign` −1)."""
        if not len(other.count):
            return self
        columns = ((self.column, other.column), (self.line, other.line), (self.count, sign * other.count))
        return _gathered(self.cell_m, *(np.concatenate(pair) for pair in columns))

    def at_most(self, most: int) -> tuple[Cells, float]:
        """The cells and their side in metres: this one, or its first doubling with at most `most` cells (or four: those
        around the CRS's origin never become one)."""
        found = self
        while len(found.count) > max(most, 4):  # a doubled side is exact: every cell lies whole in one of these
            found = _gathered(found.cell_m * 2, found.column >> 1, found.line >> 1, found.count)
        side = found.cell_m
        x_m, y_m = ((at.astype(np.float64) + 0.5) * side for at in (found.column, found.line))
        return Cells(x_m, y_m, found.count), side


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
    return counted_cells(table, stages, cell_m).at_most(most)


def counted_cells(table: IssueTable, stages: Stages, cell_m: float) -> CellCounts:
    """The same in cells of `cell_m` metres, however many. Raises BadValueError for a size that is not positive."""
    if not 0 < cell_m < np.inf:
        raise BadValueError("cell_m", cell_m, "a number of metres above 0")
    cell_cm = cell_m * METRE_SCALE
    if is_large(len(table)):
        from geo import counting_kernels

        columns = (stages, table.x_cm, table.y_cm, REJECTED)
        low_x, high_x, low_y, high_y, n = counting_kernels.extent(*columns).tolist()
        if n == 0:
            return _gathered(cell_m, *(np.empty(0, np.int64),) * 3)
        west, south = int(np.floor(low_x / cell_cm)), int(np.floor(low_y / cell_cm))
        wide, high = int(np.floor(high_x / cell_cm)) - west + 1, int(np.floor(high_y / cell_cm)) - south + 1
        if wide * high <= MAX_GRID:
            grid = counting_kernels.cell_grid(*columns, cell_cm, west, south, wide, high)
            key = np.flatnonzero(grid)
            return CellCounts(cell_m, key % wide + west, key // wide + south, grid[key].astype(np.int64))
    rows = np.flatnonzero(counted(stages))
    column, line = (np.floor(place[rows] / cell_cm).astype(np.int64) for place in (table.x_cm, table.y_cm))
    return _gathered(cell_m, column, line, np.ones(len(rows), np.int64))


def _gathered(
    cell_m: float, column: NDArray[np.int64], line: NDArray[np.int64], count: NDArray[np.int64]
) -> CellCounts:
    """Counts of cells that may come several times, or come to nothing: each once, in order, those that hold any."""
    if not len(count):
        return CellCounts(cell_m, column, line, count)
    west, south = int(column.min()), int(line.min())
    wide, high = int(column.max()) - west + 1, int(line.max()) - south + 1
    key = (line - south) * wide + (column - west)
    if wide * high <= _ROOMY * len(key):
        cell, at = np.arange(wide * high), key
    else:
        cell, at = np.unique(key, return_inverse=True)
    total = np.bincount(at, count, len(cell)).astype(np.int64)  # whole numbers below 2^53 are exact in floats
    cell, total = cell[total > 0], total[total > 0]
    return CellCounts(cell_m, cell % wide + west, cell // wide + south, total)
