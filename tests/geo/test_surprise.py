"""The gap between announced and unannounced scores, checked against scipy's own tests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geo.surprise import gaps_of_visits, mean_of, paired_gap, welch_gap
from geo.tables import VisitTable

scores = st.lists(st.integers(0, 1000).map(lambda n: n / 10), min_size=2, max_size=30)


@given(scores, scores)
def test_the_interval_is_that_of_welchs_test(told, untold):
    gap = welch_gap(told, untold)
    assert gap.gap == pytest.approx(np.mean(told) - np.mean(untold))
    if np.std(told) + np.std(untold) > 0:
        peer = stats.ttest_ind(told, untold, equal_var=False).confidence_interval(0.95)
        assert (gap.low, gap.high) == (pytest.approx(peer.low, abs=1e-6), pytest.approx(peer.high, abs=1e-6))


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=30))
def test_the_paired_interval_is_that_of_students_test(pairs):
    told, untold = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    gap = paired_gap(told, untold)
    if np.std(np.subtract(told, untold)) > 0:
        peer = stats.ttest_rel(told, untold).confidence_interval(0.95)
        assert (gap.low, gap.high) == (pytest.approx(peer.low, abs=1e-6), pytest.approx(peer.high, abs=1e-6))


def test_too_few_scores_give_no_interval_and_none_gives_no_gap():
    assert (welch_gap([90.0], [80.0, 70.0]).gap, welch_gap([90.0], [80.0, 70.0]).low) == (15.0, None)
    assert welch_gap([], [80.0]).gap is None
    assert paired_gap([], []).gap is None
    assert mean_of([]) == mean_of(np.empty(0))


def test_rechecks_and_visits_without_score_belong_to_neither_and_pairs_are_points_with_both():
    rows = [  # point, kind, score
        (0, "announced", 90.0),
        (0, "unannounced", 80.0),
        (0, "unannounced", 70.0),
        (1, "announced", 95.0),
        (1, "recheck", 10.0),
        (2, "unannounced", 60.0),
        (3, "announced", np.nan),
    ]
    visits = VisitTable(
        id=np.array([f"v{n}" for n in range(len(rows))], object),
        point=np.array([row[0] for row in rows], np.int32),
        at_us=np.arange(len(rows), dtype=np.int64),
        kind=np.array([row[1] for row in rows], object),
        compliant=np.ones(len(rows), bool),
        score=np.array([row[2] for row in rows]),
        note=np.array([""] * len(rows), object),
    )
    every, same = gaps_of_visits(visits, np.ones(4, bool), 100)
    assert (every.announced.n, every.unannounced.n, every.gap) == (2, 3, pytest.approx(22.5))
    assert (same.announced.n, same.gap, same.low) == (1, 15.0, None)
    early, _ = gaps_of_visits(visits, np.ones(4, bool), 1)
    assert (early.announced.n, early.unannounced.n) == (1, 1)
    some, _ = gaps_of_visits(visits, np.array([True, False, False, False]), 100)
    assert (some.announced.n, some.unannounced.n) == (1, 2)
