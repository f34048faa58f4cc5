"""Exposed issues beside the like of them: same type, open at the same age, none used twice."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import NEVER
from geo.exposure import Lives, compare_exposed, first_shown

DAY = 86_400_000_000


def lives(*rows: tuple[int, int, float, float | None], now: float = 40) -> Lives:
    """(type, subdistrict, reported on day, closed on day or None)."""
    return Lives(
        row=np.arange(len(rows)),
        type=np.array([row[0] for row in rows]),
        subdistrict=np.array([row[1] for row in rows]),
        reported_us=np.array([int(row[2] * DAY) for row in rows], np.int64),
        closed_us=np.array([NEVER if row[3] is None else int(row[3] * DAY) for row in rows], np.int64),
        as_of_us=int(now * DAY),
    )


def test_days_are_counted_from_being_shown_and_for_the_like_from_the_same_age():
    table = lives(
        (0, 0, 0, 9),  # exposed on day 4: 5 days
        (0, 0, 1, 11),  # at age 4 on day 5: 6 days more
        (0, 0, 2, 5),  # closed at age 3, before that age: not like it
        (1, 0, 0, 20),  # another type
        (0, 1, 0, None),  # elsewhere, still open: fills up
    )
    found = compare_exposed(table, {0: 4 * DAY})
    [issue] = found.issues
    assert (issue.days, issue.closed, issue.like, issue.near) == (5.0, True, (1, 4), 1)
    assert (found.exposed.n, found.exposed.median) == (1, 5.0)
    assert (found.like.n, found.like.done, found.like.median) == (2, 1, 6.0)


def test_what_was_closed_before_it_was_shown_or_shown_later_than_now_is_left_out():
    table = lives((0, 0, 0, 3), (0, 0, 0, None), (0, 0, 5, 6))
    shown = {0: 4 * DAY, 1: 50 * DAY, 2: 1 * DAY, 99: DAY}
    found = compare_exposed(table, shown)
    assert found.issues == ()
    assert (found.exposed.n, found.exposed.median, found.like.n) == (0, None, 0)


def test_the_first_time_it_was_shown_counts():
    assert first_shown([(3, 9), (3, 4), (5, 7)]) == {3: 4, 5: 7}


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 30), st.integers(0, 20)), max_size=40),
    st.data(),
)
def test_no_issue_is_compared_twice_none_with_itself_and_all_were_open_at_that_age(rows, data):
    table = lives(*((t, s, r, None if d > 15 else r + d) for t, s, r, d in rows))
    shown_rows = data.draw(st.sets(st.integers(0, len(rows) - 1), max_size=6)) if rows else set()
    shown = {row: int(table.reported_us[row]) + 2 * DAY for row in shown_rows}
    found = compare_exposed(table, shown)
    used = [row for issue in found.issues for row in issue.like]
    assert len(set(used)) == len(used)
    assert not set(used) & set(shown)
    for issue in found.issues:
        for row in issue.like:
            assert table.type[row] == table.type[issue.row]
            closed = int(table.closed_us[row])
            assert closed == NEVER or closed >= int(table.reported_us[row]) + 2 * DAY
    assert found.like.n == len(used)
