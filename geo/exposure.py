"""The exposure column 镜头对准死角: is what was shown in public put right sooner than the like of it that was not?

The comparison starts the clock of both at the same age. An exposed issue is compared with others of its type that
were still open when they were as old as it was on the day it was shown: counting from their report would give the
exposed ones days in which, being shown as open, they could not have been closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER
from geo.survival import Median, median_of
from geo.tables import Floats

MOST_LIKE: Final = 5
_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """What the comparison needs of the issues of one register, parallel arrays: type and subdistrict (positions), when
    they were reported and closed (NEVER: not closed), at one moment `as_of_us`."""

    row: NDArray[np.integer]
    type: NDArray[np.integer]
    subdistrict: NDArray[np.integer]
    reported_us: NDArray[np.int64]
    closed_us: NDArray[np.int64]
    as_of_us: int


@dataclass(frozen=True, slots=True)
class ExposedIssue:
    """One exposed issue: `days` from being shown to being closed (or to now, `closed` False), and the rows compared
    with it: those of the same subdistrict (`near`) come first, others of its type fill up."""

    row: int
    shown_us: int
    days: float
    closed: bool
    like: tuple[int, ...]
    near: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """All exposed issues, and the medians of exposed and like ones in days since being shown, or as old as that."""

    issues: tuple[ExposedIssue, ...]
    exposed: Median
    like: Median


def compare_exposed(lives: Lives, shown: Mapping[int, int], *, most_like: int = MOST_LIKE) -> Comparison:
    """Compare the rows of `shown` (row → moment it was first shown, µs) with unexposed ones like them.

    Like: same type, unexposed, reported at least as long ago as the exposed issue's age when shown, and still open at
    that age. Of these up to `most_like`, of the same subdistrict first, then those reported at the closest time (then
    by row); no issue is used twice. Issues not in `lives`, closed before they were shown, or shown later than now,
    are left out. Days of those that are not closed yet count as not ended.
    """
    at = {int(row): position for position, row in enumerate(lives.row)}
    free = ~np.isin(lives.row, np.fromiter(shown, np.int64, len(shown)))
    found: list[ExposedIssue] = []
    days: list[float] = []
    ended: list[bool] = []
    for row, shown_us in sorted(shown.items(), key=lambda pair: (pair[1], pair[0])):
        place = at.get(row)
        if place is None or shown_us > lives.as_of_us or shown_us < lives.reported_us[place]:
            continue
        closed_us = int(lives.closed_us[place])
        if closed_us != NEVER and closed_us < shown_us:
            continue
        chosen, near = _like(lives, place, shown_us - int(lives.reported_us[place]), free, most_like)
        free[chosen] = False
        age_us = shown_us - int(lives.reported_us[place])
        starts = lives.reported_us[chosen] + age_us
        likes_days, likes_ended = _durations(lives, chosen, starts)
        days += likes_days.tolist()
        ended += likes_ended.tolist()
        own_days, own_ended = _durations(lives, np.array([place]), np.array([shown_us]))
        like = tuple(int(value) for value in lives.row[chosen])
        found.append(ExposedIssue(row, shown_us, float(own_days[0]), bool(own_ended[0]), like, near))
    exposed = median_of(np.array([e.days for e in found]), np.array([e.closed for e in found], bool))
    return Comparison(tuple(found), exposed, median_of(np.array(days), np.array(ended, bool)))


def _like(lives: Lives, place: int, age_us: int, free: NDArray[np.bool_], most: int) -> tuple[NDArray[np.intp], int]:
    """Positions of the issues like the one at `place`, and how many of them are of its subdistrict."""
    start = lives.reported_us + age_us
    open_then = (lives.closed_us == NEVER) | (lives.closed_us >= start)
    fits = np.flatnonzero(free & (lives.type == lives.type[place]) & (start <= lives.as_of_us) & open_then)
    away = np.abs(lives.reported_us[fits] - lives.reported_us[place])
    elsewhere = lives.subdistrict[fits] != lives.subdistrict[place]
    order = np.lexsort((lives.row[fits], away, elsewhere))[:most]
    return fits[order], int(np.count_nonzero(~elsewhere[order]))


def _durations(
    lives: Lives, places: NDArray[np.integer], starts: NDArray[np.integer]
) -> tuple[Floats, NDArray[np.bool_]]:
    closed = lives.closed_us[places]
    ended = closed != NEVER
    until = np.where(ended, closed, lives.as_of_us)
    return (until - starts) / _DAY_US, ended


def first_shown(pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Row → the first moment it was shown, from (row, moment) pairs."""
    first: dict[int, int] = {}
    for row, shown_us in pairs:
        first[row] = min(shown_us, first.get(row, shown_us))
    return first
