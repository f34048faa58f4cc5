"""Sums of tally entries keep what their bounds mean, and are compared with what was published."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.campaign import Tally
from geo.tally import TallyEntry, add_up, agrees, by_unit, overlapping, trend
from geo.text import Text

DAY = date(2021, 6, 7)
NAME = Text("数", "tally")
entries = st.lists(
    st.builds(
        lambda code, unit, start, days, value, bound: (code, unit, start, days, value, bound),
        st.sampled_from("xy"),
        st.sampled_from("AB"),
        st.integers(0, 20),
        st.integers(0, 8),
        st.integers(0, 500),
        st.sampled_from(["eq", "ge", "approx"]),
    ),
    max_size=12,
).map(
    lambda rows: [
        TallyEntry(f"e{n}", code, unit, DAY + timedelta(start), DAY + timedelta(start + days), value, bound)
        for n, (code, unit, start, days, value, bound) in enumerate(rows)
    ]
)


def entry(value: int, bound: str = "eq", *, unit: str = "A", start: int = 0, days: int = 0) -> TallyEntry:
    first = DAY + timedelta(start)
    return TallyEntry(f"{unit}{start}{bound}{value}", "x", unit, first, first + timedelta(days), value, bound)


@pytest.mark.parametrize(
    ("parts", "figures"),
    [
        ((), ((0, "eq"),)),
        ((entry(3), entry(4)), ((7, "eq"),)),
        ((entry(3), entry(4, "ge")), ((7, "ge"),)),
        ((entry(3, "ge"), entry(4, "ge")), ((7, "ge"),)),
        ((entry(3), entry(4, "approx")), ((7, "approx"),)),
        ((entry(3), entry(0, "ge")), ((3, "ge"),)),
        ((entry(1), entry(3, "ge"), entry(4, "approx")), ((4, "ge"), (4, "approx"))),
    ],
)
def test_bounds_are_added_by_the_stated_rule(parts, figures):
    assert add_up(parts).figures == figures


@given(entries)
def test_a_sum_loses_nothing_whatever_the_parts_it_is_made_in(found):
    whole = add_up(found)
    assert whole.total == sum(entry.value for entry in found)
    assert sum(value for value, _ in whole.figures) == whole.total
    assert sum(period.sum.total for period in trend(found)) == whole.total
    assert sum(part.total for _, part in by_unit(found)) == whole.total
    assert add_up(reversed(found)) == whole


@pytest.mark.parametrize(
    ("published", "bound", "parts", "same"),
    [
        (7, "eq", (entry(3), entry(4)), True),
        (7, "eq", (entry(3), entry(5)), False),
        (7, "eq", (entry(3), entry(4, "ge")), False),
        (7, "ge", (entry(7, "ge"),), True),
        (7, "ge", (entry(9),), True),
        (7, "ge", (entry(6, "ge"),), False),
        (7, "ge", (entry(7, "approx"),), False),
        (1000, "approx", (entry(980, "approx"),), True),
        (1000, "approx", (entry(1040),), True),
        (1000, "approx", (entry(900, "approx"),), False),
        (1000, "approx", (entry(1000, "ge"),), False),
        (7, "ge", (entry(7, "ge"), entry(7, "approx")), False),
    ],
)
def test_entries_agree_with_what_was_published_as_its_bound_says(published, bound, parts, same):
    assert agrees(add_up(parts), Tally("x", NAME, published, bound, NAME, NAME)) is same


@given(entries)
def test_days_reported_twice_are_found(found):
    twice = any(a.overlaps(b) for a, b in combinations(found, 2))
    pairs = overlapping(found)
    assert bool(pairs) == twice
    assert all(a.overlaps(b) for a, b in pairs)


def test_a_long_entry_meets_every_short_one_within_it():
    long, short, other = entry(1, days=30), entry(2, start=3), entry(3, start=9)
    assert overlapping([other, short, long]) == ((long, short), (long, other))
