"""A group's plan for a day: which points to visit, why, and in which order, on the city's metric plane."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.tables import Floats


class Reason(StrEnum):
    """Why a point is on the plan, the weightiest first."""

    RECHECK_OVERDUE = "recheck_overdue"
    RECHECK_DUE = "recheck_due"
    DRAWN = "drawn"
    UNVISITED = "unvisited"
    OTHER = "other"


WORTH_M: Final[Mapping[Reason, float]] = {
    Reason.RECHECK_OVERDUE: 4_000.0,
    Reason.RECHECK_DUE: 2_500.0,
    Reason.DRAWN: 2_000.0,
    Reason.UNVISITED: 1_000.0,
    Reason.OTHER: 0.0,
}
"""How much farther (metres) a group goes for a point of this reason than for one without any."""

_RANK: Final = {reason: rank for rank, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A point that could be visited: metric position in metres, and why. `pressing` orders those of one reason
    (smaller first: the moment a recheck falls due); `code` decides between equals."""

    code: str
    x_m: float
    y_m: float
    reason: Reason = Reason.OTHER
    pressing: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit of the plan, and how far it is from the one before (from the start, for the first), metres."""

    code: str
    reason: Reason
    leg_m: float


def plan_visits(
    candidates: Sequence[Candidate], k: int, *, start: tuple[float, float] | None = None
) -> tuple[Stop, ...]:
    """`k` stops (fewer where there are not so many) in the order of the walk; the same input gives the same plan.

    Chosen: first the most pressing candidate (by reason, then `pressing`, then code), then, one after the other, the
    one with the smallest (distance to the nearest chosen point − worth of its reason). Ordered: from `start`, else
    from the most pressing one, always to the nearest point left, then mended by exchanging stretches (2-opt) until
    nothing gets shorter. Distances are straight lines in metres: a floor under what is really walked.
    """
    if k <= 0 or not candidates:
        return ()
    chosen = _chosen(sorted(candidates, key=lambda c: (_RANK[c.reason], c.pressing, c.code)), k)
    xy = np.array([(c.x_m, c.y_m) for c in chosen], np.float64)
    order, legs = walk(xy, start=start)
    return tuple(Stop(chosen[at].code, chosen[at].reason, leg) for at, leg in zip(order, legs, strict=True))


def walk(xy: Floats, *, start: tuple[float, float] | None = None) -> tuple[list[int], list[float]]:
    """An order of the positions `xy` (shape (n, 2), metres), and the leg to each: nearest neighbour, then 2-opt.

    The walk is open: it begins at `start` (else at the first position) and ends anywhere.
    """
    if not len(xy):
        return [], []
    every = xy if start is None else np.vstack([np.array([start], np.float64), xy])
    distance = np.hypot(*(every[:, None, :] - every[None, :, :]).transpose(2, 0, 1))
    path = _mended(_nearest_first(distance), distance)
    legs = [0.0, *(float(distance[a, b]) for a, b in itertools.pairwise(path))]
    if start is None:
        return path, legs
    return [at - 1 for at in path[1:]], legs[1:]


def _chosen(ranked: Sequence[Candidate], k: int) -> list[Candidate]:
    xy = np.array([(c.x_m, c.y_m) for c in ranked], np.float64)
    worth = np.array([WORTH_M[c.reason] for c in ranked])
    taken = [0]
    nearest = np.hypot(*(xy - xy[0]).T)
    while len(taken) < min(k, len(ranked)):
        cost = nearest - worth
        cost[taken] = np.inf
        at = int(np.argmin(cost))  # of equals the first: the more pressing one
        taken.append(at)
        nearest = np.minimum(nearest, np.hypot(*(xy - xy[at]).T))
    return [ranked[at] for at in taken]


def _nearest_first(distance: NDArray[np.float64]) -> list[int]:
    path, left = [0], set(range(1, len(distance)))
    while left:
        here = path[-1]
        nearest = min(left, key=lambda at: (distance[here, at], at))
        path.append(nearest)
        left.remove(nearest)
    return path


def _mended(path: list[int], distance: NDArray[np.float64]) -> list[int]:
    """2-opt on an open path whose first place stays: reverse stretches as long as that shortens the walk."""
    n = len(path)
    shorter = True
    while shorter:
        shorter = False
        for i in range(1, n - 1):
            for j in range(i + 1, n):
                before = distance[path[i - 1], path[i]]
                after = distance[path[i - 1], path[j]]
                if j + 1 < n:
                    before += distance[path[j], path[j + 1]]
                    after += distance[path[i], path[j + 1]]
                if after < before - 1e-9:
                    path[i : j + 1] = path[i : j + 1][::-1]
                    shorter = True
    return path
