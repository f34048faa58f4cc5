"""Kaplan and Meier's curve and its median, checked against scipy's empirical distribution of censored data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geo.survival import median_of, survival

observations = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=40)


@given(observations)
def test_the_curve_and_its_band_are_scipys(rows):
    durations, ended = np.array([float(d) for d, _ in rows]), np.array([e for _, e in rows])
    if not ended.any():
        return
    times, share, low, high = survival(durations, ended)
    peer = stats.ecdf(stats.CensoredData(uncensored=durations[ended], right=durations[~ended])).sf
    assert share == pytest.approx(peer.evaluate(times))
    band = peer.confidence_interval(0.95, method="log-log")
    inner = (share > 0) & (share < 1)
    assert low[inner] == pytest.approx(band.low.evaluate(times)[inner])
    assert high[inner] == pytest.approx(band.high.evaluate(times)[inner])


@given(st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_when_everything_is_done_the_median_is_the_lower_one_of_the_sample(days):
    found = median_of(np.array(days, float), np.ones(len(days), bool))
    assert found.median == sorted(days)[(len(days) - 1) // 2]
    assert found.low is not None
    assert found.low <= found.median
    assert found.high is None or found.high >= found.median


def test_what_is_not_done_yet_pushes_the_median_out_and_may_leave_it_open():
    days = np.array([1.0, 2.0, 3.0, 9.0, 9.0])
    assert median_of(days, np.ones(5, bool)).median == 3.0
    found = median_of(days, np.array([True, True, False, False, False]))
    assert (found.n, found.done, found.median, found.high) == (5, 2, None, None)
    assert median_of(np.empty(0), np.empty(0, bool)).median is None


def test_the_interval_of_the_median_covers_it_in_simulation(soak):
    dice, runs = np.random.default_rng(520103), 4_000 if soak else 400
    covered = 0
    for _ in range(runs):
        days, watched = dice.exponential(10.0, 60), dice.uniform(5.0, 40.0, 60)
        found = median_of(np.minimum(days, watched), days <= watched)
        truth = 10.0 * np.log(2.0)
        covered += found.low <= truth <= (np.inf if found.high is None else found.high)
    assert covered / runs >= 0.92
