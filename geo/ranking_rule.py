"""The monthly ranking: by the share of deadlines that were kept, with what so few cases can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd, sqrt
from typing import Final

from geo.compliance import wilson
from geo.period_figures import NOTHING, Figures

LEAST_DUE: Final = 5
"""Who had fewer deadlines in the period is shown and not ranked: one case would move it by a fifth and more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One group's place. `rank` counts from 1, the same for equals, None where it is not ranked; `share` is on_time ÷
    due (None without deadlines), `low` to `high` its 95 % interval. `like_best`: the 95 % interval of the difference to
    the first one holds zero, so that the figures do not tell the two apart; True of the first itself."""

    position: int
    rank: int | None
    share: float | None
    low: float
    high: float
    like_best: bool


def ranked(figures: Sequence[Figures]) -> list[Standing]:
    """The groups in the order of the ranking, the unranked behind in their own order.

    Higher share of kept deadlines first; of equal shares fewer open overdue issues first; equal in both: one rank.
    """
    ranks: dict[int, int] = {}
    able = [at for at, entry in enumerate(figures) if entry.due >= LEAST_DUE]
    able.sort(key=lambda at: (-_share(figures[at]), figures[at].overdue, at))
    for place, at in enumerate(able, 1):
        before = able[place - 2] if place > 1 else None
        same = before is not None and _key(figures[before]) == _key(figures[at])
        ranks[at] = ranks[before] if same and before is not None else place
    best = max((figures[at] for at in able if ranks[at] == 1), key=lambda entry: entry.due, default=NOTHING)
    order = [*able, *(at for at in range(len(figures)) if at not in ranks)]
    return [_standing(at, figures[at], ranks.get(at), best) for at in order]


def differ(more: tuple[int, int], less: tuple[int, int]) -> bool:
    """Whether the share of `more` (part, whole) lies above that of `less` with 95 % confidence: the lower end of
    Newcombe's interval of the difference (1998, method 10, from two Wilson intervals) is above zero."""
    (a, n), (b, m) = more, less
    low, high = wilson(a, n)[0], wilson(b, m)[1]
    return a / n - b / m - sqrt((a / n - low) ** 2 + (high - b / m) ** 2) > 0


def _share(entry: Figures) -> float:
    return entry.on_time / entry.due


def _key(entry: Figures) -> tuple[int, int, int]:
    """Equal shares as whole numbers: a / b = c / d in lowest terms."""
    common = gcd(entry.on_time, entry.due)
    return entry.on_time // common, entry.due // common, entry.overdue


def _standing(at: int, entry: Figures, rank: int | None, best: Figures) -> Standing:
    low, high = wilson(entry.on_time, entry.due)
    share = _share(entry) if entry.due else None
    like = rank is not None and not differ((best.on_time, best.due), (entry.on_time, entry.due))
    return Standing(at, rank, share, low, high, like_best=like)
