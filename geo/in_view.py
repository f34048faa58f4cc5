"""The issues of a part of the map: one by one where they are few, else counted in squares of a metric grid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from geo.cells import MAX_GRID
from geo.scale import is_large
from geo.selection import OVERDUE, Stages
from geo.tables import METRE_SCALE, IssueTable

_WIDEST: Final = MAX_GRID // 8
_COLUMNS: Final = 4  # number, number overdue, Σ longitude, Σ latitude (ten-millionths of a degree)


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """Sums by square of `cell_cm`, row by row from square (west, south) on; shape (n, 4), whole numbers, hence exact.
    `doubled`: how often the side was doubled until there were few enough."""

    cell_cm: float
    west: int
    south: int
    wide: int
    sums: NDArray[np.int64]
    doubled: int

    @property
    def filled(self) -> NDArray[np.int64]:
        """Those with anything in them."""
        return self.sums[self.sums[:, 0] > 0]

    def plus(self, part: IssueTable, stages: Stages, met: NDArray[np.intp], *, sign: int) -> Squares | None:
        """With the issues at `met` added or taken away; None where one lies in no square of these."""
        column = np.floor(part.x_cm[met] / self.cell_cm).astype(np.int64) - self.west
        line = np.floor(part.y_cm[met] / self.cell_cm).astype(np.int64) - self.south
        high = len(self.sums) // self.wide
        if self.doubled or not ((column >= 0) & (column < self.wide) & (line >= 0) & (line < high)).all():
            return None
        values = np.stack([np.ones(len(met)), stages[met] == OVERDUE, part.lon_e7[met], part.lat_e7[met]], axis=1)
        sums = self.sums.copy()
        np.add.at(sums, line * self.wide + column, sign * values.astype(np.int64))
        return replace(self, sums=sums)


@dataclass(frozen=True, slots=True, eq=False)
class InView:
    """`total` issues with 0 ≤ stage < `below`. Up to `most` are named by `rows` (ascending, `stages` parallel), more
    are in at most so many `squares`, which are None where issues lie too far apart for them."""

    total: int
    below: int
    most: int
    rows: NDArray[np.int64]
    stages: Stages
    squares: Squares | None

    def plus(self, part: IssueTable, stages: Stages, rows: NDArray[np.integer], *, sign: int) -> Self | None:
        """See geo.figures.Figure."""
        met = np.flatnonzero((stages >= 0) & (stages < self.below))
        if not len(met):
            return self
        total = self.total + sign * len(met)
        if (total > self.most) != (self.total > self.most):
            return None
        if total > self.most:
            squares = self.squares and self.squares.plus(part, stages, met, sign=sign)
            return replace(self, total=total, squares=squares) if squares and self._few(squares) else None
        if sign < 0:
            kept = ~np.isin(self.rows, rows[met])
            return replace(self, total=total, rows=self.rows[kept], stages=self.stages[kept])
        every, of_every = np.concatenate([self.rows, rows[met]]), np.concatenate([self.stages, stages[met]])
        order = np.argsort(every, kind="stable")
        return replace(self, total=total, rows=every[order], stages=of_every[order])

    def _few(self, squares: Squares) -> bool:
        return len(squares.filled) <= self.most


def in_view(table: IssueTable, stages: Stages, *, below: int, cell_m: float, most: int) -> InView:
    """What `stages` leaves of the table, drawn in squares of `cell_m` or, so that there are at most `most`, a doubling
    of it."""
    met = (stages >= 0) & (stages < below)
    total = int(np.count_nonzero(met))
    if total <= most:
        rows = np.flatnonzero(met)
        return InView(total, below, most, rows, stages[rows], None)
    none = np.empty(0, np.int64)
    squares = _squares(table, stages, below=below, cell_cm=cell_m * METRE_SCALE, most=most)
    return InView(total, below, most, none, none.astype(np.int8), squares)


def _squares(table: IssueTable, stages: Stages, *, below: int, cell_cm: float, most: int) -> Squares | None:
    low_x, high_x, low_y, high_y = _extent(table, stages, below)
    for doubled in range(64):
        west, south = int(np.floor(low_x / cell_cm)), int(np.floor(low_y / cell_cm))
        wide, high = int(np.floor(high_x / cell_cm)) - west + 1, int(np.floor(high_y / cell_cm)) - south + 1
        if wide * high > _WIDEST:
            return None
        squares = Squares(cell_cm, west, south, wide, np.zeros((wide * high, _COLUMNS), np.int64), doubled)
        squares = replace(squares, sums=_sums(table, stages, below, squares, high))
        if len(squares.filled) <= most:
            return squares
        cell_cm *= 2
    return None


def _extent(table: IssueTable, stages: Stages, below: int) -> tuple[int, int, int, int]:
    if is_large(len(table)):
        from geo import counting_kernels

        west, east, south, north, _ = counting_kernels.extent(stages, table.x_cm, table.y_cm, below).tolist()
        return west, east, south, north
    met = (stages >= 0) & (stages < below)
    x, y = table.x_cm[met], table.y_cm[met]
    return int(x.min()), int(x.max()), int(y.min()), int(y.max())


def _sums(table: IssueTable, stages: Stages, below: int, empty: Squares, high: int) -> NDArray[np.int64]:
    if is_large(len(table)):
        from geo import kernels

        sums: NDArray[np.int64] = kernels.cluster_grid(
            stages, below, OVERDUE, table.x_cm, table.y_cm, table.lon_e7, table.lat_e7,
            empty.cell_cm, empty.west, empty.south, empty.wide, high,
        )  # fmt: skip
        return sums
    met = np.flatnonzero((stages >= 0) & (stages < below))
    added = replace(empty, doubled=0).plus(table, stages, met, sign=1)
    assert added is not None
    return added.sums
