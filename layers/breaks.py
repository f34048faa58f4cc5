"""Class breaks: five classes with fixed edges, scaled by 1, 2 or 5 × 10^k where the fixed ones would say nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

SUBDISTRICT_BREAKS: Final = (5.0, 20.0, 60.0, 150.0)
"""Issues per km²: lower edges of classes 1 to 4 (class 0 begins at 0)."""

ROAD_BREAKS: Final = (20.0, 45.0, 75.0, 110.0)
"""Issues per km of road."""

CLASSES: Final = 5


@dataclass(frozen=True, slots=True)
class Breaks:
    """Lower edges of classes 1 to 4 and the factor by which they differ from the fixed ones (1: they do not)."""

    edges: tuple[float, ...]
    scale: float


def breaks_for(fixed: Sequence[float], values: ArrayLike) -> Breaks:
    """The breaks to draw `values` with. Two pictures that are compared share breaks: pass both pictures' values.

    The fixed breaks stay while the maximum is within the third class or above and at most half of the places that
    have anything lie in the top class. A lower maximum takes the largest smaller factor of 1, 2, 5 × 10^k that brings
    it into the third class. A crowded top class (a whole city of years) takes the smallest larger factor that leaves
    at most half of the places in it, but never one that would push the maximum below the third class. NaN, infinite
    and zero places have no say; without any other the fixed breaks stay.
    """
    array = np.asarray(values, np.float64).ravel()
    array = array[np.isfinite(array) & (array > 0)]
    if len(array) == 0:
        return _scaled(fixed, Fraction(1))
    maximum = float(array.max())
    if maximum < fixed[1]:
        return next(breaks for breaks in (_scaled(fixed, factor) for factor in _down()) if maximum >= breaks.edges[1])
    best = _scaled(fixed, Fraction(1))
    for factor in _up():
        wider = _scaled(fixed, factor)
        if maximum < wider.edges[1]:
            break
        best = wider
        if 2 * int(np.count_nonzero(array >= wider.edges[-1])) <= len(array):
            break
    return best


def breaks_of(fixed: Sequence[float], scale: float) -> Breaks:
    """The breaks of that `scale`, as `breaks_for` once gave it: pictures of parts of a city share the whole one's."""
    return _scaled(fixed, Fraction(scale).limit_denominator(10**6) if scale < 1 else Fraction(round(scale)))


def classify(values: ArrayLike, breaks: Breaks) -> NDArray[np.int8]:
    """Class 0 to 4 of each value (a value equal to an edge is in the class above it); −1 for NaN."""
    array = np.asarray(values, np.float64)
    classes = np.searchsorted(np.asarray(breaks.edges), array, side="right").astype(np.int8)
    return np.where(np.isnan(array), np.int8(-1), classes)


def _scaled(fixed: Sequence[float], factor: Fraction) -> Breaks:
    """Edges reckoned exactly, so that 20 × 0.1 is 2 and not a little more."""
    return Breaks(tuple(float(Fraction(edge) * factor) for edge in fixed), float(factor))


def _up() -> Iterator[Fraction]:
    """1, 2, 5, 10, 20, 50 …"""
    power = Fraction(1)
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def _down() -> Iterator[Fraction]:
    """½, ⅕, ⅒, 1/20 …: 0.5, 0.2, 0.1, 0.05 …"""
    power = Fraction(1, 10)
    while True:
        yield from (5 * power, 2 * power, power)
        power /= 10
