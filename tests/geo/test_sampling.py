"""Intervals of a sample: exact against scipy's hypergeometric law, and their coverage by seeded simulation."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geo.compliance import wilson
from geo.draw import allocation
from geo.sampling import StratumResult, estimate, hypergeometric_interval, wilson_finite


@st.composite
def samples(draw: st.DrawFn) -> tuple[int, int, int]:
    size = draw(st.integers(1, 400))
    n = draw(st.integers(1, size))
    return draw(st.integers(0, n)), n, size


@given(samples())
def test_the_exact_interval_is_that_of_scipys_hypergeometric_law(sample):
    good, n, size = sample
    every = np.arange(size + 1)
    law = stats.hypergeom(size, every, n)
    kept = every[(law.cdf(good) >= 0.025) & (law.sf(good - 1) >= 0.025)]
    kept = kept[(kept >= good) & (kept <= size - (n - good))]
    assert hypergeometric_interval(good, n, size) == (kept[0], kept[-1])


@pytest.mark.parametrize(("size", "n"), [(30, 7), (60, 20), (317, 30)])
def test_the_exact_interval_covers_every_truth_in_at_least_95_of_100_samples(size, n):
    spans = [hypergeometric_interval(good, n, size) for good in range(n + 1)]
    for truth in range(size + 1):
        law = stats.hypergeom(size, truth, n).pmf(np.arange(n + 1))
        covered = sum(p for p, (low, high) in zip(law, spans, strict=True) if low <= truth <= high)
        assert covered >= 0.95 - 1e-9


def test_everything_seen_leaves_no_doubt_and_nothing_seen_leaves_all():
    assert hypergeometric_interval(7, 10, 10) == (7, 7)
    assert hypergeometric_interval(0, 0, 10) == (0, 10)
    assert wilson_finite(0.7, 10, 10) == (0.7, 0.7)
    assert wilson_finite(0.7, 0, 10) == (0.0, 1.0)
    for good, n, size in ((5, 4, 10), (1, 11, 10), (-1, 4, 10)):
        with pytest.raises(ValueError, match="expected good within n within size"):
            hypergeometric_interval(good, n, size)


@given(st.integers(1, 200), st.data())
def test_of_an_endless_population_wilson_is_the_plain_one(n, data):
    good = data.draw(st.integers(0, n))
    assert wilson_finite(good / n, n, 10**12) == pytest.approx(wilson(good, n), abs=1e-6)


def test_a_stratified_share_is_weighted_by_the_sizes_of_the_strata():
    found = estimate({"A": StratumResult(90, 9, 9, 9), "B": StratumResult(10, 3, 3, 0)})
    assert found.share == pytest.approx(0.9)  # not 9 of 12
    assert found.effective == pytest.approx(100**2 / (90**2 / 9 + 10**2 / 3))
    assert found.effective < 12
    assert found.low < 0.9 < found.high
    assert found.method == "wilson_kish"


def test_one_stratum_has_the_exact_interval_and_a_whole_check_none():
    found = estimate({"all": StratumResult(317, 30, 30, 28)})
    low, high = hypergeometric_interval(28, 30, 317)
    assert (found.method, found.low, found.high) == ("hypergeometric", low / 317, high / 317)
    whole = estimate({"A": StratumResult(2, 2, 2, 1), "B": StratumResult(3, 3, 3, 3)})
    assert (whole.method, whole.share, whole.low, whole.high) == ("census", 0.8, 0.8, 0.8)


def test_without_a_result_from_every_stratum_nothing_is_claimed():
    found = estimate({"A": StratumResult(9, 2, 2, 2), "B": StratumResult(10, 3, 0, 0)})
    assert (found.share, found.low, found.method, found.checked) == (None, None, "none", 2)
    assert estimate({}).method == "none"


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 50), min_size=2), st.data())
def test_the_interval_holds_the_share_and_stays_within_0_and_1(counts, data):
    n = data.draw(st.integers(len(counts), sum(counts.values())))
    strata = {
        stratum: StratumResult(counts[stratum], count, count, data.draw(st.integers(0, count)))
        for stratum, count in allocation(counts, n).items()
    }
    found = estimate(strata)
    assert 0 <= found.low <= found.share + 1e-12
    assert found.share - 1e-12 <= found.high <= 1


TRUTHS = {  # good ones by stratum, of SIZES
    "all alike": (0.9, 0.9, 0.9, 0.9, 0.9, 0.9),
    "one bad stratum": (0.98, 0.98, 0.98, 0.5, 0.98, 0.98),
    "spread": (1.0, 0.9, 0.8, 0.7, 0.6, 0.5),
    "near all": (0.99, 0.99, 0.99, 0.99, 1.0, 1.0),
}
SIZES = {"A": 120, "B": 80, "C": 60, "D": 40, "E": 12, "F": 5}


@pytest.mark.parametrize("truth", TRUTHS)
def test_the_stratified_interval_covers_the_truth_in_simulation(truth, soak):
    dice, runs = Random(520103), 20_000 if soak else 2_000
    shares = allocation(SIZES, 40)
    whole = {
        s: [n < round(size * p) for n in range(size)] for (s, size), p in zip(SIZES.items(), TRUTHS[truth], strict=True)
    }
    actual = sum(map(sum, whole.values())) / sum(SIZES.values())
    covered = 0
    for _ in range(runs):
        strata = {s: StratumResult(SIZES[s], n, n, sum(dice.sample(whole[s], n))) for s, n in shares.items()}
        found = estimate(strata)
        covered += found.low <= actual <= found.high
    assert covered / runs >= 0.93, f"{covered / runs:.3f} of the intervals cover {actual:.3f}"
