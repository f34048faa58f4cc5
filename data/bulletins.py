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
from geo.history import Endings
from geo.lifecycle import Status
from geo.overdue import DUE_SOON
from geo.period_figures import Figures, period_figures, total
from geo.periods import Period
from geo.selection import Stages, counted, select_points
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
    lives = _Lives.of(snapshot, chosen, period)
    by_subdistrict = lives.by(table.subdistrict, len(city.areas.codes))
    late, _ = overdue_issues(snapshot, chosen, work, most=LISTED)
    levels = np.bincount(work.level[work.level >= DUE_SOON], minlength=1 + len(city.escalation.levels)).tolist()
    return Bulletin(
        period=period,
        chosen=chosen,
        has_ended=period.has_ended(city.time_zone, asked.as_of),
        duties=duties,
        all=total(by_subdistrict),
        before=_before(snapshot, chosen, period.before),
        by_subdistrict=by_subdistrict,
        by_unit=lives.by(work.unit, units),
        by_type=lives.by(table.type, kinds),
        due_soon=levels[DUE_SOON],
        levels=tuple(levels[1 + DUE_SOON :]),
        overdue=tuple(late),
        hard=_hard(lives, table.status),
        deferred=int(np.count_nonzero(counted(lives.stages) & (table.status == Status.DEFERRED))),
        points=_points(snapshot, chosen, period),
        exposures=_exposures(snapshot, chosen, period),
        meetings=_meetings(snapshot, chosen, period),
        synthetic=bool(table.synthetic[counted(lives.stages)].any()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Lives:
    """What the figures of every group are made of, read once: the issues of a filter at its moment and just before the
    period."""

    stages: Stages
    status_before: Ints
    due_us: Ints
    endings: Endings
    rework_before: Ints
    begin_us: int
    cut_off_us: int

    @staticmethod
    def of(snapshot: Snapshot, chosen: IssueFilter, period: Period) -> _Lives:
        begin_us, cut_off_us = to_us(period.begin(snapshot.city.time_zone)), to_us(chosen.as_of)
        just_before = from_us(begin_us - 1)
        assert just_before is not None
        return _Lives(
            stages=snapshot.stages(chosen),
            status_before=snapshot.issues_at(just_before).status,
            due_us=snapshot.issues_at(chosen.as_of).due_us,
            endings=endings_of_all(snapshot.history, cut_off_us),
            rework_before=endings_of_all(snapshot.history, begin_us - 1).rework,
            begin_us=begin_us,
            cut_off_us=cut_off_us,
        )

    def by(self, group: Ints, groups: int) -> tuple[Figures, ...]:
        """The figures of each group, and at the end of none."""
        found = period_figures(
            group,
            self.stages,
            self.status_before,
            self.due_us,
            self.endings,
            self.rework_before,
            groups=groups,
            begin_us=self.begin_us,
            cut_off_us=self.cut_off_us,
        )
        return tuple(found)


def _before(snapshot: Snapshot, chosen: IssueFilter, period: Period) -> Figures | None:
    """The period before, up to its own end."""
    if period.last < snapshot.city.campaign(chosen.campaign).start:
        return None
    then = replace(chosen, as_of=period.cut_off(snapshot.city.time_zone, chosen.as_of))
    nothing = np.full(len(snapshot.issues), -1, np.int32)
    [whole] = _Lives.of(snapshot, then, period).by(nothing, 0)
    return whole


def _hard(lives: _Lives, status: Ints) -> tuple[HardCase, ...]:
    """Open issues that came back in the period, the most often returned first."""
    now = lives.endings.rework.astype(np.int64)
    came = now - lives.rework_before
    rows = np.flatnonzero(counted(lives.stages) & (status != Status.CLOSED) & (came > 0))
    rows = rows[np.lexsort((rows, -came[rows], -now[rows]))][:LISTED]
    return tuple(HardCase(int(row), int(came[row]), int(now[row])) for row in rows)


def _points(snapshot: Snapshot, chosen: IssueFilter, period: Period) -> PointFigures:
    mask = select_points(snapshot.points, snapshot.city, chosen)
    now = compliance_at(snapshot.points, snapshot.visits, to_us(chosen.as_of))
    before = compliance_at(snapshot.points, snapshot.visits, to_us(period.begin(snapshot.city.time_zone)) - 1)
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
    """Items of the column that were shown in the period, about issues of the filter's place that the asker may see."""
    begin = period.begin(snapshot.city.time_zone)
    items: Sequence[Exposure] = [
        state.exposure for state in column_at(snapshot, replace(chosen, within=chosen.place)).items
    ]
    return tuple(item for item in items if item.shown_at >= begin)


def _meetings(snapshot: Snapshot, chosen: IssueFilter, period: Period) -> tuple[Meeting, ...]:
    held = meetings_of(snapshot, snapshot.city.campaign(chosen.campaign))
    return tuple(meeting for meeting in held if meeting.day is not None and period.first <= meeting.day <= period.last)
