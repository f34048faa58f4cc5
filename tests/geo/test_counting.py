"""Counts of each entry, and the first of many without putting the rest in order."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.counting import counts_by, first_by
from geo.selection import REJECTED, STAGES
from tests.strategies import compiled_passes

ROWS = st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, len(STAGES) - 1)), max_size=60)


@given(ROWS, st.sampled_from([REJECTED, len(STAGES)]))
def test_each_entry_is_counted_once_for_each_issue_that_is_meant(rows, below):
    value = np.array([value for value, _ in rows], np.int16)
    stages = np.array([stage for _, stage in rows], np.int8)
    expected = Counter(value for value, stage in rows if 0 <= stage < below)
    counts = counts_by(value, stages, 5, below=below)
    assert counts.tolist() == [expected[value] for value in range(-1, 5)]
    with compiled_passes():
        assert counts_by(value, stages, 5, below=below).tolist() == counts.tolist()


@given(st.lists(st.integers(-5, 5), max_size=60), st.integers(0, 70), st.booleans())
def test_the_first_few_are_those_of_a_stable_sort(keys, stop, descending):
    key = np.array(keys, np.int64)
    rows = np.arange(len(key)) * 3
    ordered = rows[np.argsort(-key if descending else key, kind="stable")]
    assert first_by(key, rows, stop, descending=descending).tolist() == ordered[:stop].tolist()
