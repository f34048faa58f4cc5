"""The figures of a period for joint review, bulletin and ranking, as of its cut-off: the same whenever they are asked.

They rest on the log up to the cut-off, the deadlines and states of that moment, and the organisation that was in force
then. What is recorded later with an earlier date changes them, as it changes every figure of the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from data.documents.exposure_book import Exposure
from data.duties import Duties
from data.overdue_list import OverdueIssue, overdue_issues
from data.recording.agenda import meetings_of
from data.recording.exposures import column_at
from data.snapshot import Snapshot
from data.unit_work import unit_work
from geo.agenda import Meeting
from geo.clock import from_us, to_us
from geo.compliance import compliance_at
from geo.endings import endings_of_all
from geo.filter import IssueFilter
from geo.lifecycle import Status
from geo.overdue import DUE_SOON
from geo.period_figures import Figures, period_figures, total
from geo.periods import Period
from geo.selection import counted, select_points
from geo.tables import Ints

LISTED = 20


@dataclass(frozen=True, slots=True)
class PointFigures:
    """Inspection points as of the cut-off. `first_visited` are those whose first visit fell into the period, of which
    `first_compliant`; of all `points` `visited` were, and `current_compliant` comply by their latest visit."""

    points: int
    visited: int
    current_compliant: int
    first_visited: int
    first_compliant: int


@dataclass(frozen=True, slots=True)
class HardCase:
    """An open issue (`row` in the snapshot) whose verification failed in the period; `returned` so often, `in_all`
    since it was reported."""

    row: int
    returned: int
    in_all: int


@dataclass(frozen=True, eq=False)
class Bulletin:
    """One period of one register. `chosen` is the filter at the cut-off, from which every figure can be asked again;
    `before` the total of the period before it, None where that lies before the campaign. The last entry of a list is
    what has no place, unit or (never) type; `levels` are parallel to the city's levels of escalation."""

    period: Period
    chosen: IssueFilter
    has_ended: bool
    duties: Duties
    all: Figures
    before: Figures | None
    by_subdistrict: tuple[Figures, ...]
    by_unit: tuple[Figures, ...]
    by_type: tuple[Figures, ...]
    due_soon: int
    levels: tuple[int, ...]
    overdue: tuple[OverdueIssue, ...]
    hard: tuple[HardCase, ...]
    deferred: int
    points: PointFigures
    exposures: tuple[Exposure, ...]
    meetings: tuple[Meeting, ...]
    synthetic: bool

    @property
    def cut_off(self) -> datetime:
        """The moment up to which the figures go (aware UTC)."""
        return self.chosen.as_of


def bulletin_of(snapshot: Snapshot, asked: IssueFilter, period: Period) -> Bulletin:
    """The figures of `period` for the register of `asked`, within what the asker may see; its moment is "now", of its
    other conditions places and kinds hold too."""
    city = snapshot.city
    cut_off = period.cut_off(city.time_zone, asked.as_of)
    chosen = replace(asked, as_of=cut_off, since=None, until=None, statuses=(), stages=())
    table, work = snapshot.issues_at(cut_off), unit_work(snapshot, chosen)
    duties = work.duties
    units, kinds = len(duties.organisation.units), len(city.catalogue.types)
    by_subdistrict = _by(snapshot, chosen, period, table.subdistrict, len(city.areas.codes))
    late, _ = overdue_issues(snapshot, chosen, work, most=LISTED)
    stages = snapshot.stages(chosen)
    levels = np.bincount(work.level[work.level >= DUE_SOON], minlength=1 + len(city.escalation.levels)).tolist()
    return Bulletin(
        period=period,
        chosen=chosen,
        has_ended=period.has_ended(city.time_zone, asked.as_of),
        duties=duties,
        all=total(by_subdistrict),
        before=_before(snapshot, chosen, period.before),
        by_subdistrict=tuple(by_subdistrict),
        by_unit=tuple(_by(snapshot, chosen, period, work.unit, units)),
        by_type=tuple(_by(snapshot, chosen, period, table.type, kinds)),
        due_soon=levels[DUE_SOON],
        levels=tuple(levels[1 + DUE_SOON :]),
        overdue=tuple(late),
        hard=_hard(snapshot, chosen, period),
        deferred=int(np.count_nonzero(counted(stages) & (table.status == Status.DEFERRED))),
        points=_points(snapshot, chosen, period),
        exposures=_exposures(snapshot, chosen, period),
        meetings=_meetings(snapshot, chosen, period),
        synthetic=bool(table.synthetic[counted(stages)].any()),
    )


def _begin_us(snapshot: Snapshot, period: Period) -> int:
    return to_us(period.begin(snapshot.city.time_zone))


def _by(snapshot: Snapshot, chosen: IssueFilter, period: Period, group: Ints, groups: int) -> list[Figures]:
    begin_us, cut_off_us = _begin_us(snapshot, period), to_us(chosen.as_of)
    just_before = from_us(begin_us - 1)
    assert just_before is not None
    return period_figures(
        group,
        snapshot.stages(chosen),
        snapshot.issues_at(just_before).status,
        snapshot.issues_at(chosen.as_of).due_us,
        endings_of_all(snapshot.history, cut_off_us),
        endings_of_all(snapshot.history, begin_us - 1).rework,
        groups=groups,
        begin_us=begin_us,
        cut_off_us=cut_off_us,
    )


def _before(snapshot: Snapshot, chosen: IssueFilter, period: Period) -> Figures | None:
    """The period before, up to its own end."""
    if period.last < snapshot.city.campaign(chosen.campaign).start:
        return None
    then = replace(chosen, as_of=period.cut_off(snapshot.city.time_zone, chosen.as_of))
    table = snapshot.issues_at(then.as_of)
    return total(_by(snapshot, then, period, np.zeros(len(table), np.int32), 1))


def _hard(snapshot: Snapshot, chosen: IssueFilter, period: Period) -> tuple[HardCase, ...]:
    """Open issues that came back in the period, the most often returned first."""
    begin_us, cut_off_us = _begin_us(snapshot, period), to_us(chosen.as_of)
    now = endings_of_all(snapshot.history, cut_off_us).rework.astype(np.int64)
    came = now - endings_of_all(snapshot.history, begin_us - 1).rework
    table, stages = snapshot.issues_at(chosen.as_of), snapshot.stages(chosen)
    rows = np.flatnonzero(counted(stages) & (table.status != Status.CLOSED) & (came > 0))
    rows = rows[np.lexsort((rows, -came[rows], -now[rows]))][:LISTED]
    return tuple(HardCase(int(row), int(came[row]), int(now[row])) for row in rows)


def _points(snapshot: Snapshot, chosen: IssueFilter, period: Period) -> PointFigures:
    mask = select_points(snapshot.points, snapshot.city, chosen)
    now = compliance_at(snapshot.points, snapshot.visits, to_us(chosen.as_of))
    before = compliance_at(snapshot.points, snapshot.visits, _begin_us(snapshot, period) - 1)
    fresh = mask & (now.first >= 0) & (before.first < 0)

    def count(chosen_ones: np.typing.NDArray[np.bool_]) -> int:
        return int(np.count_nonzero(chosen_ones))

    return PointFigures(
        points=count(mask),
        visited=count(mask & (now.current >= 0)),
        current_compliant=count(mask & (now.current == 1)),
        first_visited=count(fresh),
        first_compliant=count(fresh & (now.first == 1)),
    )


def _exposures(snapshot: Snapshot, chosen: IssueFilter, period: Period) -> tuple[Exposure, ...]:
    """Items of the column that were shown in the period, about issues that the asker may see."""
    begin = period.begin(snapshot.city.time_zone)
    items: Sequence[Exposure] = [state.exposure for state in column_at(snapshot, chosen).items]
    return tuple(item for item in items if item.shown_at >= begin)


def _meetings(snapshot: Snapshot, chosen: IssueFilter, period: Period) -> tuple[Meeting, ...]:
    held = meetings_of(snapshot, snapshot.city.campaign(chosen.campaign))
    return tuple(meeting for meeting in held if meeting.day is not None and period.first <= meeting.day <= period.last)
