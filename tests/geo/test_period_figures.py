"""The figures of a period: what each history says by itself, a balance that adds up, groups that make the whole."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import NEVER, from_us, to_us
from geo.endings import endings_of_all
from geo.filter import IssueFilter
from geo.history import table_at
from geo.lifecycle import Status
from geo.period_figures import NAMES, Figures, period_figures, total
from geo.selection import chosen_stages
from tests.small_city import CLOCK, small_city
from tests.strategies import STEP, Records, build_records, records

CITY = small_city()
OPEN, CLOSED, REJECTED, ABSENT = "open", "closed", "rejected", "absent"


def state_of(status: Status | None) -> str:
    if status is None:
        return ABSENT
    return {Status.CLOSED: CLOSED, Status.REJECTED: REJECTED}.get(status, OPEN)


def figures_of(drawn: Records, begin_us: int, cut_off_us: int) -> list[Figures]:
    cut_off = from_us(cut_off_us)
    assert cut_off is not None
    then = table_at(drawn.issues, drawn.history, cut_off_us)
    stages = chosen_stages(then, CITY, IssueFilter("first", "supervision", cut_off))
    before = table_at(drawn.issues, drawn.history, begin_us - 1).status
    return period_figures(
        then.subdistrict,
        stages,
        before,
        then.due_us,
        endings_of_all(drawn.history, cut_off_us),
        endings_of_all(drawn.history, begin_us - 1).rework,
        groups=len(CITY.areas.codes),
        begin_us=begin_us,
        cut_off_us=cut_off_us,
    )


def one_by_one(drawn: Records, row: int, begin_us: int, cut_off_us: int) -> Figures:
    """The same of a single issue, from its own history."""
    at, states = drawn.history.of_row(row)
    known = [(us, state) for us, state in zip(at, states, strict=True) if us <= cut_off_us]
    then = [state for us, state in known if us < begin_us]
    was, now = state_of(then[-1] if then else None), state_of(known[-1][1] if known else None)
    due_us = int(drawn.issues.due_us[row])
    counts = now in (OPEN, CLOSED)
    due = counts and due_us != NEVER and begin_us <= due_us <= cut_off_us
    failed = [b[0] >= begin_us for a, b in pairwise(known) if a[1] is Status.VERIFYING and b[1] is Status.DISPATCHED]
    return Figures(
        opening=int(was == OPEN and now != ABSENT),
        reported=int(counts and was in (ABSENT, REJECTED)),
        closed=int(now == CLOSED and was != CLOSED),
        reopened=int(now == OPEN and was == CLOSED),
        dropped=int(now == REJECTED and was == OPEN),
        open=int(now == OPEN),
        overdue=int(now == OPEN and due_us != NEVER and due_us < cut_off_us),
        due=int(due),
        on_time=int(due and now == CLOSED and known[-1][0] <= due_us),
        returned=sum(failed) if counts else 0,
    )


@given(records(CITY), st.integers(-30, 190), st.integers(0, 60))
def test_they_are_what_each_history_says_and_the_balance_adds_up(drawn: Records, first: int, steps: int) -> None:
    begin_us = to_us(CLOCK - timedelta(days=82)) + first * (STEP // timedelta(microseconds=1))
    cut_off_us = begin_us + steps * (STEP // timedelta(microseconds=1))
    found = figures_of(drawn, begin_us, cut_off_us)
    expected = [Figures(*(0,) * len(NAMES)) for _ in found]
    table = drawn.issues
    for row in range(len(table)):
        if (int(table.campaign[row]), int(table.register[row])) == (0, 0):
            at = int(table.subdistrict[row])
            expected[at] = expected[at].plus(one_by_one(drawn, row, begin_us, cut_off_us))
    assert found == expected
    for entry in (*found, total(found)):
        assert entry.opening + entry.reported - entry.closed + entry.reopened - entry.dropped == entry.open
        assert entry.on_time <= entry.due
        assert entry.overdue <= entry.open


@given(records(CITY), st.integers(0, 150), st.integers(1, 20), st.integers(1, 20))
def test_what_two_periods_leave_open_is_what_they_leave_together(
    drawn: Records, first: int, some: int, more: int
) -> None:
    step = STEP // timedelta(microseconds=1)
    begin = to_us(CLOCK - timedelta(days=82)) + first * step
    middle, end = begin + some * step, begin + (some + more) * step
    early, late = total(figures_of(drawn, begin, middle - 1)), total(figures_of(drawn, middle, end))
    both = total(figures_of(drawn, begin, end))
    assert (both.opening, both.open) == (early.opening, late.open)
    assert early.open == late.opening


def test_nothing_has_no_figures() -> None:
    drawn = build_records(CITY, 0, 1, CLOCK)
    assert total(figures_of(drawn, 0, to_us(CLOCK))) == Figures(*(0,) * len(NAMES))
    assert np.array(drawn.issues.status).size == 0
