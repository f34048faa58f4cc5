"""How overdue work is: levels of escalation by working days past due, and for every unit its zero of open overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER
from geo.escalation import Escalation
from geo.lifecycle import OPEN
from geo.selection import CLOSED, OVERDUE, REJECTED, Stages
from geo.standing import due_between
from geo.tables import Bools, Ints, IssueTable
from geo.working_days import WorkingCalendar, working_days_between

NO_LEVEL: Final = -1
DUE_SOON: Final = 0
_HOUR_US: Final = 3_600_000_000
_QUARTER_US: Final = 900_000_000


def local_days(us: Ints, time_zone: str) -> NDArray[np.int32]:
    """The city's calendar date of each moment (microseconds), as date.toordinal(); shape as `us`.

    Every offset from UTC since 1972 is a whole number of quarter hours, so that each quarter lies in one date.
    """
    zone, epoch = ZoneInfo(time_zone), datetime(1970, 1, 1, tzinfo=UTC)
    quarters, inverse = np.unique(np.asarray(us) // _QUARTER_US, return_inverse=True)
    days = [
        (epoch + timedelta(minutes=15 * quarter)).astimezone(zone).date().toordinal() for quarter in quarters.tolist()
    ]
    return np.array(days, np.int32)[inverse]


def days_past(due_us: Ints, as_of_us: int, *, calendar: WorkingCalendar, time_zone: str) -> NDArray[np.int32]:
    """How many working days `as_of_us` lies past each deadline, today included; the day of the deadline counts as 0."""
    today = int(local_days(np.array([as_of_us]), time_zone)[0])
    return working_days_between(calendar, local_days(due_us, time_zone), today)


def escalation_levels(
    stages: Stages, due_us: Ints, as_of_us: int, *, escalation: Escalation, calendar: WorkingCalendar, time_zone: str
) -> NDArray[np.int8]:
    """The level of each issue at `as_of_us`; shape (n,): NO_LEVEL, DUE_SOON, or 1 + the position in the levels.

    Only open issues with a deadline have one. The day on which it is due counts as 0 working days past due.
    """
    levels = np.full(len(stages), NO_LEVEL, np.int8)
    open_now = (stages >= 0) & (stages != CLOSED) & (stages != REJECTED) & (due_us != NEVER)
    soon = open_now & (due_us >= as_of_us) & (due_us - as_of_us <= escalation.due_soon_hours * _HOUR_US)
    levels[soon] = DUE_SOON
    late = np.flatnonzero(open_now & (due_us < as_of_us))
    if len(late) and escalation.levels:
        past = days_past(due_us[late], as_of_us, calendar=calendar, time_zone=time_zone)
        starts = [level.from_working_days for level in escalation.levels]
        levels[late] = np.searchsorted(starts, past, side="right").astype(np.int8)
    return levels


def fell_due(table: IssueTable, campaigns: Bools, after_us: int, until_us: int) -> bool:
    """Whether any open issue of `campaigns` (by position) that was not overdue at `after_us` is so at `until_us`."""
    rows = due_between(table, after_us, until_us)
    return bool((np.isin(table.status[rows], [int(status) for status in OPEN]) & campaigns[table.campaign[rows]]).any())


@dataclass(frozen=True, slots=True, eq=False)
class UnitFigures:
    """What each of n units has: arrays of shape (n + 1,), the last entry for issues that no unit has.

    `by_level` is (n + 1, 1 + levels): due soon, then every level. `zero_since_us` is the moment from which on no open
    issue was overdue: NEVER where one still is (`overdue` > 0), or where none ever was.
    """

    open: NDArray[np.int64]
    overdue: NDArray[np.int64]
    closed: NDArray[np.int64]
    rework: NDArray[np.int64]
    by_level: NDArray[np.int64]
    zero_since_us: NDArray[np.int64]

    def is_zero(self, unit: int) -> bool:
        """Rolling zero 动态清零: nothing that is open is overdue."""
        return int(self.overdue[unit]) == 0


def unit_figures(
    unit: Ints,
    stages: Stages,
    due_us: Ints,
    closed_us: Ints,
    rework: Ints,
    levels: Ints,
    *,
    units: int,
    most_level: int,
) -> UnitFigures:
    """The figures of `units` units; all arrays are parallel, `unit` is a position or −1.

    `stages` −1 are issues that are not meant, rejected ones count nowhere; `closed_us` is when an issue was closed,
    NEVER while it is not; `rework` how often its verification failed; `most_level` the highest level there is.
    """
    own = np.where(unit < 0, units, unit)
    counts = (stages >= 0) & (stages != REJECTED)
    closed = counts & (stages == CLOSED)
    is_open = counts & ~closed

    def tally(chosen: Bools, weights: Ints | None = None) -> NDArray[np.int64]:
        picked = None if weights is None else weights[chosen]
        return np.bincount(own[chosen], weights=picked, minlength=units + 1).astype(np.int64)

    overdue = tally(stages == OVERDUE)
    was_late = closed & (due_us != NEVER) & (closed_us != NEVER) & (closed_us > due_us)
    since = np.full(units + 1, NEVER, np.int64)
    np.maximum.at(since, own[was_late], closed_us[was_late])
    since[overdue > 0] = NEVER
    return UnitFigures(
        open=tally(is_open),
        overdue=overdue,
        closed=tally(closed),
        rework=tally(counts, rework),
        by_level=np.stack([tally(is_open & (levels == level)) for level in range(most_level + 1)], axis=1),
        zero_since_us=since,
    )
