"""Figures of the issues that a filter means which are carried along by changes instead of being worked out anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from geo.scale import is_large
from geo.selection import OVERDUE, Stages, counted
from geo.tables import IssueTable

_NEVER_LEFT: Final = int(np.iinfo(np.int64).max)
_WIDEST_DAYS: Final = 100_000


class Figure(Protocol):
    """Something added up over issues, that can tell what it is with some more of them, or without."""

    def plus(self, part: IssueTable, stages: Stages, rows: NDArray[np.integer], *, sign: int) -> Self | None:
        """This with the issues of `part` added, or taken away (`sign` −1): positions `rows` of the whole table,
        ascending, at these `stages` of the filter. Itself where they say nothing; None where it must be worked out
        anew."""


@dataclass(frozen=True, slots=True, eq=False)
class DayCounts:
    """How many issues that count were reported on each day: `day` ascending (date.toordinal()), none of them empty."""

    day: NDArray[np.int64]
    count: NDArray[np.int64]

    def plus(self, part: IssueTable, stages: Stages, rows: NDArray[np.integer], *, sign: int) -> Self | None:
        """See Figure."""
        met = part.day[counted(stages)]
        if not len(met):
            return self
        day, group = np.unique(np.concatenate([self.day, met]), return_inverse=True)
        weight = np.concatenate([self.count, np.full(len(met), sign)])
        count = np.bincount(group, weights=weight).astype(np.int64)
        return replace(self, day=day[count > 0], count=count[count > 0])

    def between(self, first: int, size: int) -> NDArray[np.int64]:
        """The counts of `size` days from `first` on, zeros too."""
        counts = np.zeros(size, np.int64)
        inside = (self.day >= first) & (self.day < first + size)
        counts[self.day[inside] - first] = self.count[inside]
        return counts


def day_counts(day: NDArray[np.int32], stages: Stages) -> DayCounts:
    """The days of the reports that `stages` counts."""
    if is_large(len(day)):
        from geo import kernels
        from geo.selection import REJECTED

        first, last = (int(edge) for edge in kernels.day_range(stages, day, REJECTED))
        if 0 <= last - first < _WIDEST_DAYS:
            counts = kernels.day_counts(stages, day, REJECTED, first, last - first + 1)
            found = np.flatnonzero(counts)
            return DayCounts(found + first, counts[found])
    days, number = np.unique(day[counted(stages)].astype(np.int64), return_counts=True)
    return DayCounts(days, number.astype(np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Overdue:
    """The overdue issues by subdistrict (position + 1; 0: outside all of them), and the oldest of their deadlines in
    microseconds (the largest number without any)."""

    by_area: NDArray[np.int64]
    oldest_us: int

    def plus(self, part: IssueTable, stages: Stages, rows: NDArray[np.integer], *, sign: int) -> Self | None:
        """See Figure."""
        met = np.flatnonzero(stages == OVERDUE)
        if not len(met):
            return self
        first = int(part.due_us[met].min())
        if sign < 0 and first <= self.oldest_us:
            return None  # who is the oldest without it is not known
        by_area = self.by_area + sign * _by_area(part, met, len(self.by_area))
        return replace(self, by_area=by_area, oldest_us=min(self.oldest_us, first) if sign > 0 else self.oldest_us)


def overdue(table: IssueTable, stages: Stages, areas: int) -> Overdue:
    """The overdue issues of `stages`, in a city of so many subdistricts."""
    rows = np.flatnonzero(stages == OVERDUE)
    oldest = int(table.due_us[rows].min()) if len(rows) else _NEVER_LEFT
    return Overdue(_by_area(table, rows, areas + 1), oldest)


def _by_area(table: IssueTable, rows: NDArray[np.intp], size: int) -> NDArray[np.int64]:
    return np.bincount(table.subdistrict[rows].astype(np.int64) + 1, minlength=size).astype(np.int64)
