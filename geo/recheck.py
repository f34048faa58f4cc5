"""Which points are due for a recheck, and by when: those whose latest visit found them not compliant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.tables import VisitTable

DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Recheck:
    """One point to look at again: which visit it failed, and by when it is looked at again (`due_us`, inclusive)."""

    point: int  # row of the PointTable
    visit: str
    failed_us: int
    due_us: int
    score: float  # NaN where the visit has none

    def overdue(self, as_of_us: int) -> bool:
        """Whether the moment has passed."""
        return self.due_us < as_of_us


def rechecks_due(visits: VisitTable, as_of_us: int, days_of: Callable[[int], int]) -> list[Recheck]:
    """The points whose latest visit until `as_of_us` failed, the most pressing first (then by row).

    `days_of` gives, for the row of a point, after how many days (24 hours each, from the failed visit) it is due. A
    second failure starts a new term. Of several visits at one moment the one with the greatest id is the latest.
    """
    made = np.flatnonzero(visits.at_us <= as_of_us)
    if not len(made):
        return []
    point = visits.point[made]
    latest = made[np.flatnonzero(np.append(point[1:] != point[:-1], True))]
    found = [
        Recheck(
            point=int(visits.point[row]),
            visit=str(visits.id[row]),
            failed_us=int(visits.at_us[row]),
            due_us=int(visits.at_us[row]) + days_of(int(visits.point[row])) * DAY_US,
            score=float(visits.score[row]),
        )
        for row in latest[~visits.compliant[latest]]
    ]
    return sorted(found, key=lambda entry: (entry.due_us, entry.point))


def in_time(visits: VisitTable, as_of_us: int, days_of: Callable[[int], int]) -> tuple[int, int, int]:
    """Of all failed visits until `as_of_us`: how many had their next visit in time, too late, and not yet.

    The three add up to the failed visits; "not yet" holds those within their term and those past it.
    """
    timely = late = waiting = 0
    made = visits.at_us <= as_of_us
    for row in np.flatnonzero(made & ~visits.compliant):
        after = row + 1
        follows = after < len(visits.point) and visits.point[after] == visits.point[row] and made[after]
        if not follows:
            waiting += 1
        elif visits.at_us[after] - visits.at_us[row] <= days_of(int(visits.point[row])) * DAY_US:
            timely += 1
        else:
            late += 1
    return timely, late, waiting
