"""The past: the state at a moment equals a replay of each issue's changes by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import NEVER, to_us
from geo.history import History, endings_at, folded, status_at, table_at
from geo.lifecycle import Status
from tests.small_city import small_city
from tests.strategies import compiled_passes, moments, records

CITY = small_city()


def replay(history: History, row: int, as_of_us: int) -> tuple[int, int, int]:
    """Status, moment of closing and rework of one issue, change by change."""
    status, closed_us, rework = -1, NEVER, 0
    for at_us, after in zip(*history.of_row(row), strict=True):
        if at_us > as_of_us:
            break
        if status == Status.VERIFYING and after == Status.DISPATCHED:
            rework += 1
        closed_us = at_us if after == Status.CLOSED else NEVER
        status = int(after)
    return status, closed_us, rework


def history(*lives: tuple[tuple[int, Status], ...]) -> History:
    """A history of these (moment, status) lists."""
    entries = [entry for life in lives for entry in life]
    return History(
        np.cumsum([0, *map(len, lives)]),
        np.array([at for at, _ in entries], np.int64),
        np.array([status for _, status in entries], np.int8),
        *(np.empty(0, kind) for kind in (np.int32, np.int64, np.int8)),
    )


@given(records(CITY), moments(CITY), st.booleans())
def test_the_state_at_a_moment_is_the_replay_cut_there(drawn, as_of, fold):
    n, as_of_us = len(drawn.issues), to_us(as_of)
    changes = folded(drawn.history) if fold else drawn.history
    status, endings = status_at(changes, as_of_us), endings_at(changes, np.arange(n), as_of_us)
    found = list(zip(status.tolist(), endings.closed_us.tolist(), endings.rework.tolist(), strict=True))
    assert found == [replay(drawn.history, row, as_of_us) for row in range(n)]
    assert (status.dtype, endings.closed_us.dtype, endings.rework.dtype) == (np.int8, np.int64, np.int16)
    with compiled_passes():
        np.testing.assert_array_equal(status_at(changes, as_of_us), status)


@given(records(CITY), moments(CITY), st.data())
def test_endings_of_a_few_rows_are_those_among_all(drawn, as_of, data):
    n = len(drawn.issues)
    rows = np.array(data.draw(st.lists(st.integers(0, max(n - 1, 0)), unique=True, max_size=n)), np.int64)
    some, all_ = (endings_at(drawn.history, chosen, to_us(as_of)) for chosen in (rows, np.arange(n)))
    assert some.closed_us.tolist() == all_.closed_us[rows].tolist()
    assert some.rework.tolist() == all_.rework[rows].tolist()


@given(records(CITY), st.data())
def test_a_table_goes_to_any_moment_and_back(drawn, data):
    past = table_at(drawn.issues, drawn.history, to_us(data.draw(moments(CITY))))
    again = table_at(past, drawn.history, to_us(drawn.as_of))
    assert again.status.tolist() == drawn.issues.status.tolist()
    assert past.reported_us is drawn.issues.reported_us


def test_a_change_counts_from_its_own_microsecond():
    changes = history(((100, Status.VERIFYING), (200, Status.DISPATCHED)), ((150, Status.REPORTED),))
    assert status_at(changes, 99).tolist() == [-1, -1]
    assert status_at(changes, 100).tolist() == [Status.VERIFYING, -1]
    assert status_at(changes, 200).tolist() == [Status.DISPATCHED, Status.REPORTED]
    assert endings_at(changes, np.arange(2), 199).rework.tolist() == [0, 0]
    assert endings_at(changes, np.arange(2), 200).rework.tolist() == [1, 0]


def test_a_later_change_outranks_those_before_it():
    changes = replace(
        history(((100, Status.REPORTED),), ((100, Status.REPORTED),)),
        later_row=np.array([1, 1], np.int32),
        later_at_us=np.array([150, 150], np.int64),
        later_status=np.array([Status.ACCEPTED, Status.REJECTED], np.int8),
    )
    assert changes.newest_us == 150
    assert status_at(changes, 149).tolist() == [Status.REPORTED, Status.REPORTED]
    assert status_at(changes, 150).tolist() == [Status.REPORTED, Status.REJECTED]


def test_no_issues_have_no_history():
    empty = history()
    assert status_at(empty, 0).shape == (0,)
    assert endings_at(empty, np.empty(0, np.int64), 0).closed_us.shape == (0,)
    assert empty.newest_us == NEVER
