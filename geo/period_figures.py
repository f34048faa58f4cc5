"""What happened to issues in a period, by group: a balance that adds up, deadlines that were kept, and rework."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER
from geo.history import Endings
from geo.lifecycle import Status
from geo.selection import CLOSED, OVERDUE, REJECTED, Stages
from geo.tables import Bools, Ints


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one group, or of all.

    `opening` + `reported` − `closed` + `reopened` − `dropped` = `open`: what was open when the period began, what came,
    what was closed and still is at the cut-off, what had been closed and is open again, and what was rejected. `due`
    are the issues whose deadline fell into the period, `on_time` those of them that were closed by it. `overdue` is
    part of `open`; `returned` counts failed verifications, not issues.
    """

    opening: int
    reported: int
    closed: int
    reopened: int
    dropped: int
    open: int
    overdue: int
    due: int
    on_time: int
    returned: int

    def plus(self, other: Figures) -> Figures:
        """Both together."""
        return Figures(*(getattr(self, name) + getattr(other, name) for name in NAMES))


NAMES = ("opening", "reported", "closed", "reopened", "dropped", "open", "overdue", "due", "on_time", "returned")
NOTHING = Figures(*(0,) * len(NAMES))


def period_figures(
    group: Ints,
    stages: Stages,
    status_before: Ints,
    due_us: Ints,
    endings: Endings,
    rework_before: Ints,
    *,
    groups: int,
    begin_us: int,
    cut_off_us: int,
) -> list[Figures]:
    """The figures of each of `groups` groups, and at the end those of issues of none (`group` −1).

    All arrays are parallel: `stages` are those of the cut-off (−1: not meant), `status_before` the states just before
    the period (−1: not reported yet), `endings` and `rework_before` how each ended and how often its verification had
    failed at the cut-off and just before the period. A deadline counts to the period from `begin_us` to `cut_off_us`,
    both included.
    """
    own = np.where(group < 0, groups, group)
    counts = (stages >= 0) & (stages != REJECTED)
    is_closed = counts & (stages == CLOSED)
    is_open = counts & ~is_closed
    was_closed = status_before == Status.CLOSED
    was_there = (status_before >= 0) & (status_before != Status.REJECTED)
    was_open = was_there & ~was_closed
    due = counts & (due_us != NEVER) & (due_us >= begin_us) & (due_us <= cut_off_us)
    kept = due & is_closed & (endings.closed_us != NEVER) & (endings.closed_us <= due_us)

    def tally(chosen: Bools) -> NDArray[np.int64]:
        return np.bincount(own[chosen], minlength=groups + 1)

    failed = np.where(counts, endings.rework.astype(np.int64) - rework_before, 0)
    columns = (
        tally(was_open & (stages >= 0)),
        tally(counts & ~was_there),
        tally(is_closed & ~was_closed),
        tally(is_open & was_closed),
        tally(was_open & (stages == REJECTED)),
        tally(is_open),
        tally(stages == OVERDUE),
        tally(due),
        tally(kept),
        np.bincount(own, weights=failed, minlength=groups + 1).astype(np.int64),
    )
    return [Figures(*(int(column[at]) for column in columns)) for at in range(groups + 1)]


def total(figures: Iterable[Figures]) -> Figures:
    """All groups together."""
    whole = NOTHING
    for entry in figures:
        whole = whole.plus(entry)
    return whole
