"""What the issues were at a moment: the last change of status by then, for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER
from geo.lifecycle import Status
from geo.tables import IssueTable, Transitions


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Status (−1: not yet reported), moment of closing (NEVER while not closed) and failed verifications."""

    status: NDArray[np.int8]
    closed_us: NDArray[np.int64]
    rework: NDArray[np.int16]


def state_at(n: int, transitions: Transitions, as_of_us: int) -> State:
    """The state of `n` issues at `as_of_us` (inclusive), from changes ordered by (row, time, order of the log).

    An issue without a change by then has status −1. `rework` counts VERIFYING → DISPATCHED.
    """
    known = transitions.at_us <= as_of_us
    row, after, at_us = transitions.row[known], transitions.status[known], transitions.at_us[known]
    status = np.full(n, -1, np.int8)
    closed_us = np.full(n, NEVER, np.int64)
    if len(row):
        last = np.flatnonzero(np.append(row[1:] != row[:-1], True))
        status[row[last]] = after[last]
        closing = last[after[last] == Status.CLOSED]
        closed_us[row[closing]] = at_us[closing]
    failed = (transitions.before[known] == Status.VERIFYING) & (after == Status.DISPATCHED)
    rework = np.bincount(row[failed], minlength=n).astype(np.int16)
    return State(status=status, closed_us=closed_us, rework=rework)


def table_at(table: IssueTable, transitions: Transitions, as_of_us: int) -> IssueTable:
    """`table` as it stood at `as_of_us`: the same rows, with the states of that moment."""
    state = state_at(len(table), transitions, as_of_us)
    return replace(table, status=state.status, closed_us=state.closed_us, rework=state.rework)
