"""The daily digest of a unit: what is new, due, overdue, returned and closed, by the figures that the routes give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from data.duties import duties_at
from data.overdue_list import OverdueIssue, overdue_issues
from data.snapshot import Snapshot
from data.unit_work import unit_work
from geo.campaign import Register
from geo.clock import NEVER, to_us
from geo.endings import endings_of_all
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.iso_time import day_end, day_start, local_date
from geo.organisation import ASSIGNABLE, Unit
from geo.selection import CLOSED, REJECTED

LISTED: Final = 20


@dataclass(frozen=True, slots=True)
class RegisterDigest:
    """One register's part; registers are never added. `levels` is parallel to the city's levels of escalation;
    `reported`, `returned` and `ended` (closed) are those of the day. `zero_since_us`: from when on nothing was overdue,
    NEVER where something is or nothing ever was. `first` are those due first."""

    register: Register
    open: int
    due_soon: int
    overdue: int
    levels: tuple[int, ...]
    closed: int
    reported: int
    returned: int
    ended: int
    zero_since_us: int
    first: tuple[OverdueIssue, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the unit has nothing to do with this register."""
        return not (self.open or self.closed or self.reported or self.returned)


@dataclass(frozen=True, slots=True)
class UnitDigest:
    """A unit's day, as of a moment of it."""

    unit: Unit
    day: date
    as_of: datetime
    registers: tuple[RegisterDigest, ...]


def moment_of_day(snapshot: Snapshot, day: date | None) -> tuple[date, datetime]:
    """The day (today without one), and its last moment as far as it has come. Raises BadValueError for a day ahead."""
    zone, now = snapshot.city.time_zone, snapshot.now(snapshot.city.campaign())
    today = local_date(now, zone)
    if day is None or day == today:
        return today, now
    if day > today:
        raise BadValueError("day", day.isoformat(), f"a day up to {today.isoformat()}")
    return day, day_end(day, zone)


def digests(snapshot: Snapshot, *, day: date | None = None, unit: str | None = None) -> list[UnitDigest]:
    """The digests of every unit that is given issues, in their order, or of one. The default register is always in
    them, others where the unit has to do with them. Raises BadValueError for a day ahead and for an unknown unit."""
    day, as_of = moment_of_day(snapshot, day)
    organisation = duties_at(snapshot, as_of).organisation
    chosen = [organisation.unit(unit)] if unit is not None else organisation.of_kind(*ASSIGNABLE)
    campaign = snapshot.city.campaign()
    parts: dict[str, list[RegisterDigest]] = {one.code: [] for one in chosen}
    for register in campaign.registers:
        for one, part in _parts(snapshot, campaign.code, register, day, as_of, chosen):
            if not part.is_empty or register.code == campaign.default_register:
                parts[one.code].append(part)
    return [UnitDigest(one, day, as_of, tuple(parts[one.code])) for one in chosen]


def _parts(
    snapshot: Snapshot,
    campaign: str,
    register: Register,
    day: date,
    as_of: datetime,
    units: Sequence[Unit],
) -> Iterator[tuple[Unit, RegisterDigest]]:
    chosen = IssueFilter(campaign, register.code, as_of)
    work, stages, table = unit_work(snapshot, chosen), snapshot.stages(chosen), snapshot.issues_at(as_of)
    begin_us, as_of_us = to_us(day_start(day, snapshot.city.time_zone)), to_us(as_of)
    now = endings_of_all(snapshot.history, as_of_us)
    before = endings_of_all(snapshot.history, begin_us - 1)
    counts = (stages >= 0) & (stages != REJECTED)
    reported = counts & (table.reported_us >= begin_us)
    ended = counts & (stages == CLOSED) & (now.closed_us != NEVER) & (now.closed_us >= begin_us)
    returned = np.where(counts, now.rework.astype(np.int64) - before.rework, 0)
    index = work.duties.organisation.index
    for one in units:
        at, figures = index[one.code], work.figures
        own = work.unit == at
        first, _ = overdue_issues(snapshot, chosen, work, most=LISTED, soon=True, unit=one.code)
        yield (
            one,
            RegisterDigest(
                register=register,
                open=int(figures.open[at]),
                due_soon=int(figures.by_level[at, 0]),
                overdue=int(figures.overdue[at]),
                levels=tuple(figures.by_level[at, 1:].tolist()),
                closed=int(figures.closed[at]),
                reported=int(np.count_nonzero(own & reported)),
                returned=int(returned[own].sum()),
                ended=int(np.count_nonzero(own & ended)),
                zero_since_us=int(figures.zero_since_us[at]),
                first=tuple(first),
            ),
        )


def days_before(day: date, count: int) -> list[date]:
    """The `count` days before `day`, the earliest first."""
    return [day - timedelta(days=back) for back in range(count, 0, -1)]
