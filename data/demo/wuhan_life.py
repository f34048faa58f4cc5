"""The dated states of Wuhan's invented issues, as another office's ledger would hold them: some coarse, some full."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.lifecycle import Status

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
S = Status

PATHS: Final[tuple[tuple[float, tuple[tuple[Status, int], ...]], ...]] = (
    (0.40, ((S.DISPATCHED, 100), (S.CLOSED, 1_000))),
    (0.24, ((S.ACCEPTED, 40), (S.DISPATCHED, 110), (S.CLOSED, 1_000))),
    (0.16, ((S.ACCEPTED, 30), (S.DISPATCHED, 120), (S.VERIFYING, 800), (S.CLOSED, 1_000))),
    (
        0.12,
        (
            *((S.ACCEPTED, 30), (S.FILED, 70), (S.DISPATCHED, 130)),
            *((S.HANDLING, 300), (S.VERIFYING, 720), (S.CLOSED, 1_000)),
        ),
    ),
    (0.05, ((S.DISPATCHED, 80), (S.VERIFYING, 400), (S.DISPATCHED, 430), (S.VERIFYING, 900), (S.CLOSED, 1_000))),
    (0.03, ((S.ACCEPTED, 300), (S.REJECTED, 1_000))),
)
"""Part of all issues, and its steps with their moment in thousandths of the time from report to end.

An imported ledger need not follow our own table of changes: many keep only the dispatch and the end.
"""

_LENGTH: Final = np.array([len(steps) for _, steps in PATHS])
_FIRST: Final = np.cumsum(_LENGTH) - _LENGTH
_STATUS: Final = np.array([int(status) for _, steps in PATHS for status, _ in steps])
_PART: Final = np.array([part for _, steps in PATHS for _, part in steps])
_CHANCE: Final = np.cumsum([chance for chance, _ in PATHS])
_STUCK: Final = 0.25  # chance to be stuck, of an issue reported just now; of older ones less, by the sixth power


def lives(draws: Floats, reported_s: Ints, due_s: Ints, start_s: int, now_s: int) -> tuple[Ints, Ints, Ints]:
    """First step of each issue (and the end of the last), and the statuses and moments (seconds) of all steps.

    `draws` has shape (6, n), uniform in [0, 1); `due_s` are seconds from report to deadline. Nothing is dated after
    `now_s`: what would end later is open, and so is what got stuck.
    """
    which, kind, one, other, stuck, at_step = draws
    path = np.minimum(np.searchsorted(_CHANCE, which, side="right"), len(PATHS) - 1)
    on_sight = 1_500 + 5_700 * one
    late = due_s * (1.05 + 0.75 * one)
    usual = due_s * (0.06 + 0.86 * np.maximum(one * other, 0.5 * one))
    lag_s = np.where(kind < 0.12, on_sight, np.where(kind < 0.185, late, usual)).astype(np.int64)
    length = _LENGTH[path]
    owner = np.repeat(np.arange(len(path)), length)
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
    step = _FIRST[path][owner] + turn
    at_s = reported_s[owner] + lag_s[owner] * _PART[step] // 1_000
    age = (reported_s - start_s) / (now_s - start_s)
    age_3 = age * age * age
    reached = np.where(stuck < _STUCK * age_3 * age_3, (at_step * length).astype(np.int64), length)
    kept = (at_s <= now_s) & (turn < reached[owner])
    first_step = np.concatenate([[0], np.cumsum(np.bincount(owner[kept], minlength=len(path)))]).astype(np.int64)
    return first_step, _STATUS[step[kept]].astype(np.int64), at_s[kept]
