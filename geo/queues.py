"""What waits for whom: the queues of the campaign's work, each a pure choice among the issues of a filter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.access import Role
from geo.clock import NEVER
from geo.errors import BadValueError
from geo.history import History, endings_at
from geo.lifecycle import OPEN, Status
from geo.selection import CLOSED, OVERDUE, Stages
from geo.tables import Bools, IssueTable


class Pick(StrEnum):
    """What a queue asks for besides a state."""

    ANY = "any"
    FRESH = "fresh"  # has not failed a verification, nor been reopened, since it was dispatched
    RETURNED = "returned"
    LATE = "late"  # overdue
    PRESSING = "pressing"  # overdue or due soon, and not handed in yet
    STRAY = "stray"  # off the roads or outside every subdistrict
    DUPLICATE = "duplicate"
    OWN = "own"  # reported by who looks


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: for whom it is, which states it holds, and what else it asks for."""

    code: str
    roles: tuple[Role, ...]
    states: frozenset[Status]
    pick: Pick = Pick.ANY


_HQ, _UNIT, _STREET, _PLAN = (Role.COMMANDER,), (Role.DEPARTMENT,), (Role.INSPECTOR,), (Role.PLANNER,)
_UNDONE: Final = OPEN - {Status.VERIFYING}
OPEN_QUEUE: Final = "open"
QUEUES: Final[tuple[Queue, ...]] = (
    Queue("accept", _HQ, frozenset({Status.REPORTED})),
    Queue("file", _HQ, frozenset({Status.ACCEPTED})),
    Queue("dispatch", _HQ, frozenset({Status.FILED})),
    Queue("overdue", _HQ, OPEN, Pick.LATE),
    Queue("deferred", _HQ, frozenset({Status.DEFERRED})),
    Queue("begin", _UNIT, frozenset({Status.DISPATCHED}), Pick.FRESH),
    Queue("returned", _UNIT, frozenset({Status.DISPATCHED}), Pick.RETURNED),
    Queue("handling", _UNIT, frozenset({Status.HANDLING})),
    Queue("pressing", _UNIT, _UNDONE, Pick.PRESSING),
    Queue("verify", _STREET, frozenset({Status.VERIFYING})),
    Queue("mine", _STREET, OPEN, Pick.OWN),
    Queue("stray", _PLAN, OPEN, Pick.STRAY),
    Queue("duplicates", _PLAN, OPEN, Pick.DUPLICATE),
    Queue(OPEN_QUEUE, (), OPEN),
)
"""In the order in which the work goes. The last one is everybody's: all that is in progress."""

_BY_CODE: Final = {queue.code: queue for queue in QUEUES}


def queue_of(code: str) -> Queue:
    """The queue of that code. Raises BadValueError."""
    if code not in _BY_CODE:
        raise BadValueError("queue", code, "one of " + ", ".join(_BY_CODE))
    return _BY_CODE[code]


def queues_for(roles: Collection[Role]) -> tuple[Queue, ...]:
    """The queues of somebody with these roles, in their order."""
    return tuple(queue for queue in QUEUES if not set(queue.roles).isdisjoint(roles))


def waiting(
    queue: Queue,
    table: IssueTable,
    stages: Stages,
    *,
    history: History,
    as_of_us: int,
    due_soon_hours: int,
    has_roads: bool,
    own: Collection[int] = (),
) -> NDArray[np.intp]:
    """Positions, ascending, of the issues of a filter that wait in `queue`.

    `table` is that of the moment `as_of_us`; `stages` what the filter means there (−1: not meant, geo.selection);
    `own` are the positions of what the viewer reported themselves.
    """
    states = np.zeros(len(Status) + 1, bool)
    states[[int(status) for status in queue.states]] = True  # the last entry stands for −1: not yet reported
    rows = np.flatnonzero((stages >= 0) & (stages < CLOSED) & states[table.status])
    match queue.pick:
        case Pick.LATE:
            kept: Bools = stages[rows] == OVERDUE
        case Pick.PRESSING:
            kept = _pressing(table, rows, as_of_us, due_soon_hours)
        case Pick.FRESH | Pick.RETURNED:
            kept = _came_back(history, rows, as_of_us) == (queue.pick is Pick.RETURNED)
        case Pick.STRAY:
            kept = (table.subdistrict[rows] < 0) | (has_roads & (table.segment[rows] < 0))
        case Pick.DUPLICATE:
            kept = table.duplicate[rows]
        case Pick.OWN:
            kept = np.isin(rows, np.array(sorted(own), np.int64))
        case Pick.ANY:
            return rows
    return rows[kept]


ORDERS: Final = ("due", "newest", "oldest", "rework")


def in_order(
    rows: NDArray[np.intp], table: IssueTable, order: str, *, history: History, as_of_us: int
) -> NDArray[np.intp]:
    """`rows` by deadline (none last), report (newest or oldest first), or failed verifications (most first, then by
    deadline). Raises BadValueError for another order."""
    if order not in ORDERS:
        raise BadValueError("order", order, "one of " + ", ".join(ORDERS))
    if order == "newest":
        return rows[np.lexsort((rows, -table.reported_us[rows]))]
    if order == "oldest":
        return rows[np.lexsort((rows, table.reported_us[rows]))]
    due = np.where(table.due_us[rows] == NEVER, np.iinfo(np.int64).max, table.due_us[rows])
    if order == "rework":
        return rows[np.lexsort((rows, due, -endings_at(history, rows, as_of_us).rework))]
    return rows[np.lexsort((rows, due))]


def _pressing(table: IssueTable, rows: NDArray[np.intp], as_of_us: int, due_soon_hours: int) -> Bools:
    due = table.due_us[rows]
    return np.asarray((due != NEVER) & (due - as_of_us <= due_soon_hours * 3_600_000_000))


def returned(table: IssueTable, rows: NDArray[np.intp], *, history: History, as_of_us: int) -> Bools:
    """Which of `rows` wait for their unit once more: dispatched, after a failed verification or a reopening."""
    return np.asarray((table.status[rows] == Status.DISPATCHED) & _came_back(history, rows, as_of_us))


def _came_back(history: History, rows: NDArray[np.intp], as_of_us: int) -> Bools:
    """Which of `rows` had been handed in or closed before: what is dispatched once more was refused or reopened."""
    before = np.zeros(len(rows), bool)
    first, last = history.first[rows], history.first[rows + 1]
    owner = np.repeat(np.arange(len(rows)), last - first)
    entry = np.arange(len(owner)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    entry = entry + np.repeat(first, last - first)
    ended = np.isin(history.status[entry], (int(Status.VERIFYING), int(Status.CLOSED)))
    before[owner[ended & (history.at_us[entry] <= as_of_us)]] = True
    later = np.isin(history.later_status, (int(Status.VERIFYING), int(Status.CLOSED)))
    back = history.later_row[later & (history.later_at_us <= as_of_us)]
    return np.asarray(before | np.isin(rows, back))
