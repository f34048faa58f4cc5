"""Which points are due for a recheck, and by when: those whose latest visit found them not compliant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.tables import Bools, VisitTable

DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Recheck:
    """One point to look at again: which visit it failed, and by when it is looked at again (`due_us`, inclusive; None
    where no term is set)."""

    point: int  # row of the PointTable
    visit: str
    failed_us: int
    due_us: int | None
    score: float  # NaN where the visit has none

    def overdue(self, as_of_us: int) -> bool:
        """Whether the moment has passed."""
        return self.due_us is not None and self.due_us < as_of_us


Terms = Callable[[int], int | None]
"""From the row of a point to the days within which a failed visit is rechecked; None where no term is set."""


def rechecks_due(visits: VisitTable, as_of_us: int, days_of: Terms) -> list[Recheck]:
    """The points whose latest visit until `as_of_us` failed, the most pressing first; those without a term last, the
    one that failed first before the others (of equal ones by row).

    A term is in days of 24 hours from the failed visit; a second failure starts a new one. Of several visits at one
    moment the one with the greatest id is the latest.
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
            due_us=_due(int(visits.at_us[row]), days_of(int(visits.point[row]))),
            score=float(visits.score[row]),
        )
        for row in latest[~visits.compliant[latest]]
    ]
    return sorted(found, key=lambda entry: (entry.due_us is None, entry.due_us or entry.failed_us, entry.point))


def _due(failed_us: int, days: int | None) -> int | None:
    return None if days is None else failed_us + days * DAY_US


def in_time(visits: VisitTable, as_of_us: int, days_of: Terms, *, among: Bools | None = None) -> tuple[int, int, int]:
    """Of the failed visits until `as_of_us` at points with a term (of the points `among`, where given): how many had
    their next visit in time, too late, and not yet. The three add up; "not yet" holds those within their term and those
    past it.
    """
    timely = late = waiting = 0
    made = visits.at_us <= as_of_us
    failed = made & ~visits.compliant
    for row in np.flatnonzero(failed if among is None else failed & among[visits.point]):
        days = days_of(int(visits.point[row]))
        if days is None:
            continue
        after = row + 1
        follows = after < len(visits.point) and visits.point[after] == visits.point[row] and made[after]
        if not follows:
            waiting += 1
        elif visits.at_us[after] - visits.at_us[row] <= days * DAY_US:
            timely += 1
        else:
            late += 1
    return timely, late, waiting
