"""Withholding small counts: what is published never tells a small count that it does not show."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.withholding import withheld

TABLES = st.lists(st.integers(0, 12), max_size=8)


@given(TABLES, st.integers(1, 6))
def test_every_small_count_is_withheld(counts, least):
    assert withheld(counts, least)[np.asarray(counts, int) < least].all()


@pytest.mark.parametrize(("least", "size"), [(2, 3), (3, 3), (4, 3), (3, 4)])
def test_whoever_knows_the_rule_and_the_table_cannot_tell_a_withheld_count(least, size):
    """Every table that looks the same is counted through: a withheld count above zero could be another one."""
    alike = defaultdict(list)
    for counts in product(range(2 * least + 2), repeat=size):
        hidden = withheld(counts, least)
        seen = tuple(None if hide else count for count, hide in zip(counts, hidden, strict=True))
        alike[seen, sum(counts)].append(counts)
    for (seen, total), tables in alike.items():
        nothing_hidden = total == sum(count for count in seen if count is not None)
        if nothing_hidden or set(seen) == {None} or total > 2 * least:
            continue  # beyond 2 × least there are tables like it that were not counted through
        for place, count in enumerate(seen):
            small = {table[place] for table in tables if table[place] < least}
            assert count is not None or len({table[place] for table in tables}) > 1 or not small, (seen, total)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], []),
        ([7, 9], [False, False]),
        ([3, 7, 9], [True, True, False]),  # 3 alone would be the total less the others
        ([0, 7, 9], [True, False, False]),  # nothing there: nobody is told of
        ([4, 4, 7], [True, True, True]),  # 8 in two small ones would be 4 and 4
        ([1, 2, 7], [True, True, False]),
        ([3], [True]),
    ],
)
def test_examples_with_five_as_the_least(counts, expected):
    assert withheld(counts, 5).tolist() == expected


@pytest.mark.parametrize(("counts", "least"), [([1], 0), ([-1], 5)])
def test_nonsense_is_refused(counts, least):
    with pytest.raises(ValueError, match="expected"):
        withheld(counts, least)
