"""Totals: what adds up to what, under any filter."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import NEVER, to_us
from geo.density import counts_of
from geo.lifecycle import OPEN, Status
from geo.selection import stage_of
from geo.summary import IssueTotals, issue_totals
from tests.small_city import small_city
from tests.strategies import filters, records

CITY = small_city()


@given(data=st.data())
def test_totals_are_what_counting_one_by_one_gives(data):
    drawn = data.draw(records(CITY))
    table, as_of_us = drawn.issues, to_us(drawn.as_of)
    stages = drawn.stages(CITY, data.draw(filters(CITY, as_of=drawn.as_of)))
    totals = issue_totals(counts_of(table, CITY, stages))
    status = [Status(value) for value in table.status[stages >= 0]]
    late = [due != NEVER and due < as_of_us for due in table.due_us[stages >= 0]]
    assert totals.rectified == status.count(Status.CLOSED)
    assert totals.rejected == status.count(Status.REJECTED)
    assert totals.in_progress == sum(value in OPEN for value in status)
    assert totals.overdue == sum(value in OPEN and over for value, over in zip(status, late, strict=True))
    assert totals.total == totals.rectified + totals.in_progress
    assert totals.in_progress == totals.handling + totals.verifying + totals.overdue
    verifying = zip(status, late, strict=True)
    assert totals.verifying == sum(value == Status.VERIFYING and not over for value, over in verifying)


@given(records(CITY))
def test_rejected_issues_stand_beside_the_total(drawn):
    everything = stage_of(drawn.issues.status, drawn.issues.due_us, to_us(drawn.as_of))
    totals = issue_totals(counts_of(drawn.issues, CITY, everything))
    assert totals.total + totals.rejected == int((drawn.issues.status >= 0).sum())


@given(records(CITY))
def test_nothing_selected_is_nothing(drawn):
    nothing = np.full(len(drawn.issues), -1, np.int8)
    assert issue_totals(counts_of(drawn.issues, CITY, nothing)) == IssueTotals(0, 0, 0, 0, 0, 0, 0)
