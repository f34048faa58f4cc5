"""What every unit of the organisation has to do: the issues of a filter by the unit that the rules give them to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data.snapshot import Snapshot
from geo.city import City
from geo.clock import NEVER, to_us
from geo.filter import IssueFilter
from geo.history import endings_at
from geo.overdue import UnitFigures, escalation_levels, unit_figures
from geo.rule_table import RuleTable, rule_table
from geo.tables import IssueTable


@dataclass(frozen=True, slots=True, eq=False)
class UnitWork:
    """`figures` by position in the organisation, the last entry for issues that no rule covers; `unit` and `level`
    are those of each issue (geo.overdue)."""

    figures: UnitFigures
    unit: NDArray[np.int32]
    level: NDArray[np.int8]


@lru_cache(maxsize=4)
def rules_of(city: City) -> RuleTable:
    """The assignment rules of `city`, worked out for every combination."""
    return rule_table(city.assignment_rules, city.organisation, city.catalogue, city.areas.codes)


def assigned(table: IssueTable, city: City) -> NDArray[np.int32]:
    """Position in the organisation of the unit that each issue goes to by the rules, −1 where none covers it."""
    return rules_of(city).unit_of(table.type, table.subdistrict, table.task)


def unit_work(snapshot: Snapshot, chosen: IssueFilter) -> UnitWork:
    """The figures of every unit over the issues that `chosen` means, at its moment."""
    city, table = snapshot.city, snapshot.issues_at(chosen.as_of)
    stages, as_of_us = snapshot.stages(chosen), to_us(chosen.as_of)
    unit = assigned(table, city)
    rows = np.flatnonzero(stages >= 0)
    endings = endings_at(snapshot.history, rows, as_of_us)
    closed_us, rework = np.full(len(table), NEVER, np.int64), np.zeros(len(table), np.int16)
    closed_us[rows], rework[rows] = endings.closed_us, endings.rework
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
        closed_us,
        rework,
        level,
        units=len(city.organisation.units),
        most_level=len(city.escalation.levels),
    )
    return UnitWork(figures, unit, level)
