"""An answer stands until the next event or the next deadline."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import NEVER
from geo.selection import stage_of
from geo.standing import deadlines_from, deadlines_onward, due_between, standing_since
from geo.tables import IssueTable

MOMENTS = st.integers(-5, 40)
DUE = st.lists(MOMENTS | st.just(NEVER), max_size=12)


def table_of(due: list[int]) -> IssueTable:
    return cast(IssueTable, SimpleNamespace(due_us=np.array(due, np.int64)))


@given(DUE, MOMENTS, MOMENTS)
def test_every_stage_is_the_same_from_then_on(due: list[int], newest: int, as_of: int) -> None:
    table = table_of(due)
    since = standing_since(deadlines_from(table, newest), newest, as_of)
    assert since <= as_of
    assert (since >= newest) == (as_of >= newest)
    opened = np.zeros(len(due), np.int8)
    for moment in range(since, as_of + 1):
        np.testing.assert_array_equal(stage_of(opened, table.due_us, moment), stage_of(opened, table.due_us, as_of))


def test_without_an_event_every_moment_stands_for_itself() -> None:
    assert standing_since(deadlines_from(table_of([]), NEVER), NEVER, 7) == 7


@given(DUE, MOMENTS, MOMENTS)
def test_it_is_the_first_such_moment_since_the_newest_event(due: list[int], newest: int, as_of: int) -> None:
    table = table_of(due)
    since = standing_since(deadlines_from(table, newest), newest, as_of)
    if since > newest:
        opened = np.zeros(len(due), np.int8)
        before, then = (stage_of(opened, table.due_us, moment) for moment in (since - 1, since))
        assert (before != then).any() or as_of < newest


@given(DUE, DUE, MOMENTS, MOMENTS, MOMENTS)
def test_deadlines_that_are_carried_on_hold_all_there_are(
    old: list[int], new: list[int], newest: int, later: int, as_of: int
) -> None:
    onward = max(newest, later)
    carried = deadlines_onward(deadlines_from(table_of(old), newest), table_of(new), onward)
    assert carried.tolist() == deadlines_from(table_of(old + new), onward).tolist()
    since = standing_since(carried, onward, as_of)
    opened, due = np.zeros(len(new), np.int8), np.array(new, np.int64)
    np.testing.assert_array_equal(stage_of(opened, due, since), stage_of(opened, due, as_of))


@given(DUE, MOMENTS, MOMENTS)
def test_what_falls_due_is_what_becomes_late(due: list[int], since: int, until: int) -> None:
    table, opened = table_of(due), np.zeros(len(due), np.int8)
    before, after = (stage_of(opened, table.due_us, moment) for moment in (since, max(since, until)))
    assert due_between(table, since, until).tolist() == np.flatnonzero(before != after).tolist()
