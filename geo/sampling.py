"""What a sample says of the whole: a share with the interval that the sample supports, simple or stratified."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from geo.compliance import Z_95

Method = Literal["hypergeometric", "wilson_kish", "census", "none"]


@dataclass(frozen=True, slots=True)
class StratumResult:
    """One stratum: `size` in the frame, `drawn` of them, `checked` so far, of which `good` comply."""

    size: int
    drawn: int
    checked: int
    good: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of the frame that complies: `share` with its 95 % interval, None until every stratum has a result.

    `checked` results of `size` in the frame; `effective` is the sample size after weighting (Kish), which equals
    `checked` where every result stands for as many.
    """

    size: int
    drawn: int
    checked: int
    good: int
    share: float | None
    low: float | None
    high: float | None
    effective: float
    method: Method


def hypergeometric_interval(good: int, n: int, size: int, *, alpha: float = 0.05) -> tuple[int, int]:
    """How many of `size` may be good when `good` of `n` drawn without replacement are: smallest and largest number.

    Exact: every number K for which neither P(X ≤ good | K) nor P(X ≥ good | K) is below alpha / 2 (Clopper and
    Pearson's test inverted over the hypergeometric law; Konijn 1973). It covers the truth in at least 1 − alpha of all
    samples, whatever the truth is. Raises ValueError unless 0 ≤ good ≤ n ≤ size.
    """
    if not 0 <= good <= n <= size:
        raise ValueError(f"{good} of {n} of {size}: expected good within n within size")
    least, most = good, size - (n - good)  # fewer or more are impossible with what was seen
    low = _first(least, most, lambda k: _upper_tail(good, n, k, size) >= alpha / 2)
    high = _last(least, most, lambda k: _lower_tail(good, n, k, size) >= alpha / 2)
    return low, high


def wilson_finite(share: float, n: float, size: int, *, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval of a share seen in `n` (which may be an effective size) of `size`, within 0 … 1.

    With the correction for a finite population: n counts as n · (size − 1) / (size − n). All seen: no interval left.
    """
    if n >= size:
        return share, share
    if n <= 0:
        return 0.0, 1.0
    n = n * (size - 1) / (size - n)
    square = z * z
    centre = share + square / (2 * n)
    half = z * math.sqrt(max(share * (1 - share), 0.0) / n + square / (4 * n * n))
    scale = 1 + square / n
    low = 0.0 if share <= 0 else max(0.0, (centre - half) / scale)
    high = 1.0 if share >= 1 else min(1.0, (centre + half) / scale)
    return low, high


def estimate(strata: Mapping[str, StratumResult]) -> Estimate:
    """The share of the frame, from the results of its strata.

    One stratum: the share of those checked, with the exact hypergeometric interval. Several: Σ (size / frame) × share
    of the stratum, so that a stratum drawn more thickly does not count for more; its interval is Wilson's with Kish's
    effective sample size (Σw)² / Σw², w = size / checked, and the correction for a finite population. That holds for
    strata of a single result too, where a variance within the stratum cannot be had; it ignores what stratifying wins
    and is so, by and large, on the wide side: in simulation 94 to 99 of 100 intervals hold the truth for samples of
    25 and more, down to 90 for a dozen where nearly all comply. Results that are missing are taken to be like those
    of their stratum.
    """
    size = sum(entry.size for entry in strata.values())
    drawn, checked = sum(e.drawn for e in strata.values()), sum(e.checked for e in strata.values())
    good = sum(entry.good for entry in strata.values())
    if not strata or any(entry.checked == 0 for entry in strata.values() if entry.size):
        return Estimate(size, drawn, checked, good, None, None, None, 0.0, "none")
    if checked == size:
        return Estimate(size, drawn, checked, good, good / size, good / size, good / size, float(checked), "census")
    if len(strata) == 1:
        low, high = hypergeometric_interval(good, checked, size)
        share = good / checked
        return Estimate(size, drawn, checked, good, share, low / size, high / size, float(checked), "hypergeometric")
    filled = [entry for entry in strata.values() if entry.size]
    share = sum(entry.size * entry.good / entry.checked for entry in filled) / size
    effective = size**2 / sum(entry.size**2 / entry.checked for entry in filled)
    bottom, top = wilson_finite(share, effective, size)
    return Estimate(size, drawn, checked, good, share, bottom, top, effective, "wilson_kish")


def _lower_tail(x: int, n: int, k: int, size: int) -> float:
    """P(X ≤ x), X good ones among n drawn of `size` of which k are good."""
    return math.fsum(_mass(i, n, k, size) for i in range(max(0, n - (size - k)), min(x, k) + 1))


def _upper_tail(x: int, n: int, k: int, size: int) -> float:
    """P(X ≥ x)."""
    return math.fsum(_mass(i, n, k, size) for i in range(max(x, n - (size - k), 0), min(n, k) + 1))


def _mass(x: int, n: int, k: int, size: int) -> float:
    """P(X = x), by logarithms of gamma functions."""
    return math.exp(_log_choose(k, x) + _log_choose(size - k, n - x) - _log_choose(size, n))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The smallest number in low … high for which `holds`, which once true stays true; high if none."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _last(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The largest number in low … high for which `holds`, which once false stays false; low if none."""
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
