"""How long an answer has stood: nothing is otherwise until the next event or the next deadline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER
from geo.tables import IssueTable


def deadlines_from(table: IssueTable, first_us: int) -> NDArray[np.int64]:
    """The deadlines of the issues from `first_us` on: ascending, each once."""
    due = table.due_us
    return np.unique(due[(due >= first_us) & (due != NEVER)])


def deadlines_onward(deadlines: NDArray[np.int64], changed: IssueTable, first_us: int) -> NDArray[np.int64]:
    """`deadlines` once the issues of `changed` are as they are now, from a later `first_us` on. What they were before
    may still be among them: an answer is then kept for a shorter while than it stands."""
    kept, new = deadlines[np.searchsorted(deadlines, first_us) :], deadlines_from(changed, first_us)
    at = np.searchsorted(kept, new)
    fresh = at == np.searchsorted(kept, new, side="right")  # not among them yet
    return np.insert(kept, at[fresh], new[fresh])


def standing_since(deadlines: NDArray[np.int64], newest_us: int, as_of_us: int) -> int:
    """The first moment that is answered as `as_of_us` is: that of the newest event, or just after the last deadline
    before `as_of_us` (an issue is late after its deadline, not at it). Itself where it lies before the newest event,
    or there is none (NEVER).

    `deadlines` are those from the newest event on, as of `deadlines_from`.
    """
    if as_of_us < newest_us or newest_us == NEVER:
        return as_of_us
    passed = int(np.searchsorted(deadlines, as_of_us, side="left"))
    return int(deadlines[passed - 1]) + 1 if passed else newest_us


def due_between(table: IssueTable, since_us: int, until_us: int) -> NDArray[np.intp]:
    """Positions of the issues that are late at `until_us` by their deadline, and were not at `since_us`."""
    return np.flatnonzero((table.due_us >= since_us) & (table.due_us < until_us))
