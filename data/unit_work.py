"""What every unit of the organisation has to do: the issues of a filter by the unit that the rules give them to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.duties import Duties, duties_at
from data.snapshot import Snapshot
from geo.clock import to_us
from geo.endings import endings_of_all
from geo.filter import IssueFilter
from geo.overdue import UnitFigures, escalation_levels, unit_figures


@dataclass(frozen=True, slots=True, eq=False)
class UnitWork:
    """`figures` by position in the organisation of `duties`, the last entry for issues that no rule covers; `unit` and
    `level` are those of each issue (geo.overdue)."""

    duties: Duties
    figures: UnitFigures
    unit: NDArray[np.int32]
    level: NDArray[np.int8]


def unit_work(snapshot: Snapshot, chosen: IssueFilter) -> UnitWork:
    """The figures of every unit over the issues that `chosen` means, at its moment, by the organisation of that moment:
    who was overdue then is not rewritten when a rule changes. May raise StoreError."""
    city, table = snapshot.city, snapshot.issues_at(chosen.as_of)
    stages, as_of_us = snapshot.stages(chosen), to_us(chosen.as_of)
    duties = duties_at(snapshot, chosen.as_of)
    unit = duties.unit_of(table)
    endings = endings_of_all(snapshot.history, as_of_us)
    level = escalation_levels(
        stages,
        table.due_us,
        as_of_us,
        escalation=city.escalation,
        calendar=city.calendar,
        time_zone=city.time_zone,
    )
    figures = unit_figures(
        unit,
        stages,
        table.due_us,
        endings.closed_us,
        endings.rework,
        level,
        units=len(duties.organisation.units),
        most_level=len(city.escalation.levels),
    )
    return UnitWork(duties, figures, unit, level)
