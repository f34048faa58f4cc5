"""The issues that are overdue, or will be soon: whose they are, how many working days past due, and who is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.snapshot import Snapshot
from data.unit_work import UnitWork
from geo.clock import to_us
from geo.escalation import EscalationLevel
from geo.filter import IssueFilter
from geo.organisation import Unit
from geo.overdue import DUE_SOON, days_past
from geo.selection import OVERDUE


@dataclass(frozen=True, slots=True)
class OverdueIssue:
    """One issue (`row` in the snapshot). `unit` None: no rule covers it. `level` None: due soon, or a city without
    levels; `past_days` are working days, 0 while it is not overdue."""

    row: int
    due_us: int
    unit: Unit | None
    level: EscalationLevel | None
    past_days: int
    is_overdue: bool


def overdue_issues(
    snapshot: Snapshot,
    chosen: IssueFilter,
    work: UnitWork,
    *,
    most: int,
    soon: bool = False,
    unit: str | None = None,
) -> tuple[list[OverdueIssue], int]:
    """The first `most` by deadline, and how many there are; `soon` adds those that are due soon, `unit` keeps one
    unit's. `work` is that of the same snapshot and filter. Raises BadValueError for a unit that is not there."""
    city, organisation = snapshot.city, work.duties.organisation
    as_of_us, table = to_us(chosen.as_of), snapshot.issues_at(chosen.as_of)
    overdue = snapshot.stages(chosen) == OVERDUE
    kept = overdue | (work.level == DUE_SOON) if soon else overdue
    if unit is not None:
        organisation.unit(unit)
        kept = kept & (work.unit == organisation.index[unit])
    rows = np.flatnonzero(kept)
    rows = rows[np.argsort(table.due_us[rows], kind="stable")]
    first = rows[:most]
    past = days_past(table.due_us[first], as_of_us, calendar=city.calendar, time_zone=city.time_zone)
    listed = []
    for row, days in zip(first.tolist(), past.tolist(), strict=True):
        own, level = int(work.unit[row]), int(work.level[row])
        listed.append(
            OverdueIssue(
                row=row,
                due_us=int(table.due_us[row]),
                unit=organisation.units[own] if own >= 0 else None,
                level=city.escalation.levels[level - 1] if level > DUE_SOON else None,
                past_days=days,
                is_overdue=bool(overdue[row]),
            )
        )
    return listed, len(rows)
