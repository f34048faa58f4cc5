"""Which inspection points comply, at their first visit and now, and how sure a rate of so few can be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.city import City
from geo.filter_query import NOWHERE
from geo.tables import Bools, Ints, Objects, PointTable, VisitTable

Z_95 = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution: two-sided 95 %."""


class PointState(StrEnum):
    """What the symbol of a point says."""

    FIRST_OK = "first_ok"  # complies now, and did at its first visit
    FIXED = "fixed"  # complies now, but did not at its first visit
    FAILING = "failing"
    UNVISITED = "unvisited"


@dataclass(frozen=True, slots=True, eq=False)
class Compliance:
    """Per point: 1 compliant, 0 not, −1 not visited; at the first visit (`first`) and at the latest (`current`)."""

    first: NDArray[np.int8]
    current: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class RateRow:
    """Points of one code. The rates are first_compliant ÷ visited and current_compliant ÷ visited."""

    code: str
    n: int
    visited: int
    first_compliant: int
    current_compliant: int


def wilson(successes: int, n: int, *, z: float = Z_95) -> tuple[float, float]:
    """Score interval of a proportion (Wilson 1927, without continuity correction), within 0 … 1.

    Without observations nothing is known: (0.0, 1.0). Raises ValueError unless 0 ≤ successes ≤ n.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}: expected between 0 and n")
    if n == 0:
        return 0.0, 1.0
    share, square = successes / n, z * z
    centre = share + square / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    scale = 1 + square / n
    low = 0.0 if successes == 0 else max(0.0, (centre - half) / scale)
    high = 1.0 if successes == n else min(1.0, (centre + half) / scale)
    return low, high


def compliance_at(points: PointTable, visits: VisitTable, as_of_us: int) -> Compliance:
    """What the visits until `as_of_us` (inclusive) say of each point; shape (points,).

    `visits` are ordered by (point, time, id): of visits at one time the smaller id is the earlier.
    """
    made = visits.at_us <= as_of_us
    point, compliant = visits.point[made], visits.compliant[made].astype(np.int8)
    first, current = np.full(len(points), -1, np.int8), np.full(len(points), -1, np.int8)
    if len(point):
        change = point[1:] != point[:-1]
        starts, ends = np.flatnonzero(np.append(True, change)), np.flatnonzero(np.append(change, True))
        first[point[starts]] = compliant[starts]
        current[point[ends]] = compliant[ends]
    return Compliance(first=first, current=current)


def point_states(compliance: Compliance) -> Objects:
    """The PointState of each point; shape (points,)."""
    states = np.full(len(compliance.current), PointState.UNVISITED, object)
    states[compliance.current == 0] = PointState.FAILING
    states[(compliance.current == 1) & (compliance.first == 1)] = PointState.FIRST_OK
    states[(compliance.current == 1) & (compliance.first == 0)] = PointState.FIXED
    return states


def rates_by(
    points: PointTable,
    compliance: Compliance,
    city: City,
    mask: Bools,
    *,
    by: Literal["subdistrict", "site_class", "task"],
) -> list[RateRow]:
    """Counts of the points in `mask` by place or kind, in the city's order, zeros included.

    A last row "-" holds points without such a code (outside every subdistrict, no task) where there are any, so that
    the rows always add up to the points in `mask`.
    """
    codes, group = _groups(points, city, by)
    visited = mask & (compliance.current >= 0)
    columns = [mask, visited, mask & (compliance.first == 1), mask & (compliance.current == 1)]
    counts = np.stack([np.bincount(group[column] + 1, minlength=len(codes) + 1) for column in columns], axis=1)
    rows = [RateRow(code, *map(int, counts[position + 1])) for position, code in enumerate(codes)]
    return [*rows, RateRow(NOWHERE, *map(int, counts[0]))] if counts[0, 0] else rows


def rate_of_all(compliance: Compliance, mask: Bools, *, code: str = "all") -> RateRow:
    """The same counts over all points in `mask`."""
    columns = (mask, mask & (compliance.current >= 0), mask & (compliance.first == 1), mask & (compliance.current == 1))
    return RateRow(code, *(int(np.count_nonzero(column)) for column in columns))


def _groups(points: PointTable, city: City, by: str) -> tuple[tuple[str, ...], Ints]:
    if by == "subdistrict":
        return city.areas.codes, points.subdistrict
    if by == "site_class":
        return tuple(entry.code for entry in city.catalogue.site_classes), points.site_class
    if by == "task":
        return tuple(entry.code for entry in city.catalogue.tasks), points.task
    raise ValueError(f"points are grouped by subdistrict, site_class or task, not by {by!r}")
