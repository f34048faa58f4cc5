"""Do points score as well when nobody told them? Mean scores of announced and unannounced visits, and their gap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.tables import Bools, Floats, VisitTable

LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean and standard deviation (n − 1) of n scores; None where n is too small to have one."""

    n: int
    mean: float | None
    deviation: float | None


@dataclass(frozen=True, slots=True)
class Gap:
    """`gap` = announced − unannounced, in points out of 100; low … high is its 95 % interval (None: n too small)."""

    announced: Mean
    unannounced: Mean
    gap: float | None
    low: float | None
    high: float | None
    method: str  # welch | paired


def mean_of(scores: Floats | Sequence[float]) -> Mean:
    """Mean and deviation of `scores`."""
    values = np.asarray(scores, np.float64)
    n = len(values)
    return Mean(n, float(values.mean()) if n else None, float(values.std(ddof=1)) if n > 1 else None)


def welch_gap(announced: Floats | Sequence[float], unannounced: Floats | Sequence[float]) -> Gap:
    """Gap of the means of two groups of visits, with Welch's interval (unequal variances; Welch 1947).

    Half width = t(0.975; ν) · sqrt(s₁²/n₁ + s₂²/n₂), ν after Welch and Satterthwaite. It needs two scores on either
    side. What it cannot undo: the two kinds of visits were made at different points.
    """
    first, second = mean_of(announced), mean_of(unannounced)
    if first.mean is None or second.mean is None:
        return Gap(first, second, None, None, None, "welch")
    gap = first.mean - second.mean
    if first.deviation is None or second.deviation is None:
        return Gap(first, second, gap, None, None, "welch")
    a, b = first.deviation**2 / first.n, second.deviation**2 / second.n
    if a + b == 0:
        return Gap(first, second, gap, gap, gap, "welch")
    freedom = (a + b) ** 2 / (a**2 / (first.n - 1) + b**2 / (second.n - 1))
    half = _student(freedom) * math.sqrt(a + b)
    return Gap(first, second, gap, gap - half, gap + half, "welch")


def paired_gap(announced: Floats | Sequence[float], unannounced: Floats | Sequence[float]) -> Gap:
    """The same for pairs of scores of one point each (equal lengths): Student's interval of the mean difference."""
    first, second = mean_of(announced), mean_of(unannounced)
    difference = mean_of(np.asarray(announced, np.float64) - np.asarray(unannounced, np.float64))
    if difference.mean is None or difference.deviation is None:
        return Gap(first, second, difference.mean, None, None, "paired")
    half = _student(difference.n - 1) * difference.deviation / math.sqrt(difference.n)
    return Gap(first, second, difference.mean, difference.mean - half, difference.mean + half, "paired")


def gaps_of_visits(visits: VisitTable, points: Bools, as_of_us: int) -> tuple[Gap, Gap]:
    """Over the visits with a score, until `as_of_us`, at the points of the mask `points`: (all visits, same points).

    Rechecks are neither: the point knows that they come. The second compares only points that had both: the mean of
    its announced scores with the mean of its unannounced ones, one pair a point.
    """
    usable = (visits.at_us <= as_of_us) & ~np.isnan(visits.score) & points[visits.point]
    told, untold = (usable & (visits.kind == kind) for kind in ("announced", "unannounced"))
    size = len(points)
    sums = [np.bincount(visits.point[m], weights=visits.score[m], minlength=size) for m in (told, untold)]
    counts = [np.bincount(visits.point[m], minlength=size) for m in (told, untold)]
    both = (counts[0] > 0) & (counts[1] > 0)
    pairs = [sums[side][both] / counts[side][both] for side in (0, 1)]
    return welch_gap(visits.score[told], visits.score[untold]), paired_gap(pairs[0], pairs[1])


def _student(freedom: float) -> float:
    """The quantile of Student's t that leaves (1 − LEVEL) / 2 above it."""
    from scipy.special import stdtrit  # a quarter of a second: loaded with the first gap

    return float(stdtrit(freedom, (1 + LEVEL) / 2))
