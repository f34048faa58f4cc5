"""What the issues were at a moment: the last change of status by then, for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER
from geo.lifecycle import Status
from geo.past import Past, before_amendments
from geo.scale import is_large
from geo.tables import Ints, IssueTable


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Every change of status of n issues. Entries `first[i]` to `first[i + 1]` are those of row i, in order of time.

    `later_*` are changes that came in since, of any rows, in the order of the log; each is newer than all others of
    its row. Every row has at least one entry (its report). Times are microseconds (geo.clock).
    """

    first: NDArray[np.int64]  # n + 1
    at_us: NDArray[np.int64]
    status: NDArray[np.int8]
    later_row: NDArray[np.int32]
    later_at_us: NDArray[np.int64]
    later_status: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def newest_us(self) -> int:
        """The moment of the newest change; NEVER without any."""
        ends = [int(times.max()) for times in (self.at_us, self.later_at_us) if len(times)]
        return max(ends, default=NEVER)

    def of_row(self, row: int) -> tuple[list[int], list[Status]]:
        """Moments and states of one issue, in order."""
        entries = slice(int(self.first[row]), int(self.first[row + 1]))
        later = np.flatnonzero(self.later_row == row)
        at = [*self.at_us[entries].tolist(), *self.later_at_us[later].tolist()]
        return at, [Status(s) for s in (*self.status[entries].tolist(), *self.later_status[later].tolist())]


@dataclass(frozen=True, slots=True, eq=False)
class Endings:
    """Moment of closing (NEVER while not closed) and failed verifications of a few rows, at one moment."""

    closed_us: NDArray[np.int64]
    rework: NDArray[np.int16]


def status_at(history: History, as_of_us: int) -> NDArray[np.int8]:
    """Status of every issue at `as_of_us` (inclusive), shape (n,); −1 for one without a change by then."""
    n = len(history)
    if is_large(len(history.at_us)):
        from geo import kernels

        status: NDArray[np.int8] = kernels.status_at(history.first, history.at_us, history.status, as_of_us)
    elif n:
        known = np.where(history.at_us <= as_of_us, np.arange(len(history.at_us)), -1)
        last = np.maximum.reduceat(known, history.first[:-1])
        status = np.where(last >= 0, history.status[last], -1).astype(np.int8)
    else:
        status = np.empty(0, np.int8)
    known_later = np.flatnonzero(history.later_at_us <= as_of_us)
    status[history.later_row[known_later]] = history.later_status[known_later]  # of several for a row the last stays
    return status


def endings_at(history: History, rows: Ints, as_of_us: int) -> Endings:
    """When each of `rows` was closed and how often its verification had failed, as known at `as_of_us`.

    An issue counts as closed while CLOSED is its last state; `rework` counts VERIFYING → DISPATCHED.
    """
    closed_us = np.full(len(rows), NEVER, np.int64)
    rework = np.zeros(len(rows), np.int16)
    size = history.first[rows + 1] - history.first[rows] if len(rows) else np.empty(0, np.int64)
    owner = np.repeat(np.arange(len(rows)), size)
    entry = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size) + np.repeat(history.first[rows], size)
    at_us, status = history.at_us[entry], history.status[entry]
    if len(history.later_row):
        position = {int(row): at for at, row in enumerate(rows)}
        theirs = np.array([position.get(int(row), -1) for row in history.later_row], np.int64)
        kept = theirs >= 0
        owner = np.concatenate([owner, theirs[kept]])
        order = np.argsort(owner, kind="stable")
        owner = owner[order]
        at_us = np.concatenate([at_us, history.later_at_us[kept]])[order]
        status = np.concatenate([status, history.later_status[kept]])[order]
    known = at_us <= as_of_us
    owner, at_us, status = owner[known], at_us[known], status[known]
    if len(owner):
        last = np.flatnonzero(np.append(owner[1:] != owner[:-1], True))
        closing = last[status[last] == Status.CLOSED]
        closed_us[owner[closing]] = at_us[closing]
        failed = (owner[1:] == owner[:-1]) & (status[:-1] == Status.VERIFYING) & (status[1:] == Status.DISPATCHED)
        rework = np.bincount(owner[1:][failed], minlength=len(rows)).astype(np.int16)
    return Endings(closed_us, rework)


def folded(history: History) -> History:
    """The same with every later change put in its row's place; costs one pass over all of them."""
    if not len(history.later_row):
        return history
    size = np.diff(history.first)
    row = np.concatenate([np.repeat(np.arange(len(history), dtype=np.int32), size), history.later_row])
    order = np.argsort(row, kind="stable")
    first = np.zeros(len(history) + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=len(history)), out=first[1:])
    return History(
        first,
        np.concatenate([history.at_us, history.later_at_us])[order],
        np.concatenate([history.status, history.later_status])[order],
        np.empty(0, np.int32),
        np.empty(0, np.int64),
        np.empty(0, np.int8),
    )


def table_at(table: IssueTable, history: History, as_of_us: int, past: Past | None = None) -> IssueTable:
    """`table` as it stood at `as_of_us`: the same rows, with the states of that moment, and as they were before what
    `past` tells of later amendments."""
    then = table if past is None else before_amendments(table, past, as_of_us)
    return replace(then, status=status_at(history, as_of_us))
