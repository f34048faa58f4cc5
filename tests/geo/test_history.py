"""The past: the state at a moment equals a replay of each issue's changes by itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import NEVER, to_us
from geo.history import state_at, table_at
from geo.lifecycle import Status
from geo.tables import Transitions
from tests.small_city import small_city
from tests.strategies import moments, records

CITY = small_city()


def replay(transitions: Transitions, row: int, as_of_us: int) -> tuple[int, int, int]:
    """Status, moment of closing and rework of one issue, change by change."""
    status, closed_us, rework = -1, NEVER, 0
    for position in np.flatnonzero(transitions.row == row):
        if transitions.at_us[position] > as_of_us:
            break
        after = int(transitions.status[position])
        if status == Status.VERIFYING and after == Status.DISPATCHED:
            rework += 1
        closed_us = int(transitions.at_us[position]) if after == Status.CLOSED else NEVER
        status = after
    return status, closed_us, rework


@given(records(CITY), moments(CITY))
def test_the_state_at_a_moment_is_the_replay_cut_there(drawn, as_of):
    n = len(drawn.issues)
    state = state_at(n, drawn.transitions, to_us(as_of))
    found = list(zip(state.status.tolist(), state.closed_us.tolist(), state.rework.tolist(), strict=True))
    assert found == [replay(drawn.transitions, row, to_us(as_of)) for row in range(n)]
    assert (state.status.dtype, state.closed_us.dtype, state.rework.dtype) == (np.int8, np.int64, np.int16)


@given(records(CITY), st.data())
def test_a_table_goes_to_any_moment_and_back(drawn, data):
    now_us = to_us(drawn.as_of)
    past = table_at(drawn.issues, drawn.transitions, to_us(data.draw(moments(CITY))))
    again = table_at(past, drawn.transitions, now_us)
    assert again.status.tolist() == drawn.issues.status.tolist()
    assert again.closed_us.tolist() == drawn.issues.closed_us.tolist()
    assert past.id is drawn.issues.id


def test_a_change_counts_from_its_own_microsecond():
    changes = Transitions(
        np.array([0, 0, 2], np.int32),
        np.array([100, 200, 150], np.int64),
        np.array([-1, Status.VERIFYING, -1], np.int8),
        np.array([Status.VERIFYING, Status.DISPATCHED, Status.REPORTED], np.int8),
    )
    assert state_at(3, changes, 99).status.tolist() == [-1, -1, -1]
    assert state_at(3, changes, 100).status.tolist() == [Status.VERIFYING, -1, -1]
    assert state_at(3, changes, 200).status.tolist() == [Status.DISPATCHED, -1, Status.REPORTED]
    assert state_at(3, changes, 199).rework.tolist() == [0, 0, 0]
    assert state_at(3, changes, 200).rework.tolist() == [1, 0, 0]


def test_no_issues_have_no_history():
    empty = Transitions(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int8))
    assert state_at(0, empty, 0).status.shape == (0,)
    assert state_at(2, empty, 0).status.tolist() == [-1, -1]
