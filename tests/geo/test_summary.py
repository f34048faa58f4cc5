"""Totals: what adds up to what, under any filter."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import NEVER, to_us
from geo.lifecycle import OPEN, Status
from geo.selection import select_issues
from geo.summary import IssueTotals, issue_totals
from tests.small_city import small_city
from tests.strategies import filters, records

CITY = small_city()


@given(data=st.data())
def test_totals_are_what_counting_one_by_one_gives(data):
    drawn = data.draw(records(CITY))
    table, as_of_us = drawn.issues, to_us(drawn.as_of)
    f = data.draw(filters(CITY, as_of=drawn.as_of))
    mask = select_issues(table, CITY, f, with_rejected=data.draw(st.booleans()))
    totals = issue_totals(table, mask, as_of_us)
    status = [Status(value) for value in table.status[mask]]
    late = [due != NEVER and due < as_of_us for due in table.due_us[mask]]
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
    everything = np.ones(len(drawn.issues), bool)
    totals = issue_totals(drawn.issues, everything, to_us(drawn.as_of))
    assert totals.total + totals.rejected == int((drawn.issues.status >= 0).sum())


@given(records(CITY))
def test_nothing_selected_is_nothing(drawn):
    nothing = np.zeros(len(drawn.issues), bool)
    assert issue_totals(drawn.issues, nothing, to_us(drawn.as_of)) == IssueTotals(0, 0, 0, 0, 0, 0, 0)
