"""A survey or programme made in rounds: what each round found and what became of it, by type and by subdistrict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER
from geo.selection import CLOSED
from geo.tables import IssueTable


@dataclass(frozen=True, slots=True)
class Round:
    """One round, from `first` to `last` day (both included) in the city's calendar."""

    number: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, eq=False)
class SurveyTable:
    """Counts of the issues of one register: `found` and `closed`, shape (rounds + 1, types, subdistricts + 1).

    The last round holds what no round covers, the last subdistrict what lies in none: nothing is lost.
    """

    found: NDArray[np.int64]
    closed: NDArray[np.int64]


def survey_table(
    table: IssueTable, stages: NDArray[np.int8], rounds: Sequence[Round], *, types: int, subdistricts: int
) -> SurveyTable:
    """Count the issues that `stages` means (the stage of each row, −1 for those left out; rejected ones left out by
    the caller or counted as found). A whole issue counts where most of it lies. Rounds must not overlap."""
    days = [(entry.first.toordinal(), entry.last.toordinal()) for entry in rounds]
    for (_, last), (first, _) in zip(sorted(days)[:-1], sorted(days)[1:], strict=True):
        if first <= last:
            raise ValueError("two rounds share a day: expected rounds one after the other")
    rows = np.flatnonzero(stages >= 0)
    of_round = np.full(len(rows), len(rounds), np.int64)
    for position, (first, last) in enumerate(days):
        of_round[(table.day[rows] >= first) & (table.day[rows] <= last)] = position
    area = table.subdistrict[rows].astype(np.int64)
    area[area < 0] = subdistricts
    shape = (len(rounds) + 1, types, subdistricts + 1)
    cell = np.ravel_multi_index((of_round, table.type[rows].astype(np.int64), area), shape)
    size = int(np.prod(shape))
    found = np.bincount(cell, minlength=size).reshape(shape)
    closed = np.bincount(cell[stages[rows] == CLOSED], minlength=size).reshape(shape)
    return SurveyTable(found, closed)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a programme has come at the end of one day: `done` of `total`, and what an even pace would have done."""

    day: date
    done: int
    total: int
    even_pace: float


def progress(closed_days: NDArray[np.integer], total: int, *, first: date, due: date, until: date) -> list[Progress]:
    """Progress by week from `first` to `until` (both shown), against an even pace from 0 at `first` to all at `due`.

    `closed_days` are the ordinals of the days on which something was finished.
    """
    ordered = np.sort(closed_days)
    days = list(range(first.toordinal(), until.toordinal() + 1, 7))
    if days[-1:] != [until.toordinal()]:
        days.append(until.toordinal())
    span = max(due.toordinal() - first.toordinal(), 1)
    return [
        Progress(
            day=date.fromordinal(day),
            done=int(np.searchsorted(ordered, day, side="right")),
            total=total,
            even_pace=total * min(max((day - first.toordinal()) / span, 0.0), 1.0),
        )
        for day in days
    ]


def closing_days(closed_us: NDArray[np.int64], offset_us: int) -> NDArray[np.int64]:
    """The ordinals (city calendar, at a fixed offset from UTC) of those moments that are not NEVER."""
    done = closed_us[closed_us != NEVER]
    days: NDArray[np.int64] = (done + offset_us) // 86_400_000_000 + date(1970, 1, 1).toordinal()
    return days
