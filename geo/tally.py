"""Enforcement tallies: entries by unit, period and code with their bounds, and sums that keep what the bounds mean.

The rule of adding. Exact and exact is exact. "At least" and exact is at least. "About" and exact is about. "At least"
and "about" have no common word: their sum would be neither, so the two stay side by side, the exact ones added to the
"at least" part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from geo.campaign import Bound, Tally

ABOUT_SHARE: Final = 0.05
"""A sum within this share of a figure published as "about" agrees with it."""


@dataclass(frozen=True, slots=True)
class TallyEntry:
    """What one unit reports for one period: from `first` to `last` day, both included. `synthetic`: invented."""

    id: str
    code: str
    unit: str
    first: date
    last: date
    value: int
    bound: Bound = "eq"
    synthetic: bool = False
    note: str = ""

    def overlaps(self, other: TallyEntry) -> bool:
        """Whether both report the same code of the same unit for a common day (and are not one entry)."""
        same = self.code == other.code and self.unit == other.unit and self.id != other.id
        return same and self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Sum:
    """Entries added up. `figures` says it in published words: one (value, bound), or two where the words differ."""

    exact: int = 0
    at_least: int | None = None
    about: int | None = None
    entries: int = 0
    synthetic: int = 0

    @property
    def figures(self) -> tuple[tuple[int, Bound], ...]:
        """The sum as figures with their bounds."""
        if self.at_least is None and self.about is None:
            return ((self.exact, "eq"),)
        if self.at_least is None:
            assert self.about is not None
            return ((self.exact + self.about, "approx"),)
        least: tuple[int, Bound] = (self.exact + self.at_least, "ge")
        return (least,) if self.about is None else (least, (self.about, "approx"))

    @property
    def total(self) -> int:
        """All values added, whatever their bounds; for comparing sizes (a trend), never to be shown as a figure."""
        return self.exact + (self.at_least or 0) + (self.about or 0)


def add_up(entries: Iterable[TallyEntry]) -> Sum:
    """The sum of `entries` by the rule of adding; nothing is an exact 0."""
    exact, count, synthetic = 0, 0, 0
    least: int | None = None
    about: int | None = None
    for entry in entries:
        count += 1
        synthetic += entry.synthetic
        if entry.bound == "eq":
            exact += entry.value
        elif entry.bound == "ge":
            least = (least or 0) + entry.value
        else:
            about = (about or 0) + entry.value
    return Sum(exact, least, about, count, synthetic)


def agrees(found: Sum, published: Tally) -> bool:
    """Whether the entries are what was published.

    Published exact: the sum is exact and the same. Published "at least": one figure, exact or at least, not below it.
    Published "about": one figure, within ABOUT_SHARE of it, not "at least".
    """
    if len(found.figures) != 1:
        return False
    [(value, bound)] = found.figures
    if published.bound == "eq":
        return bound == "eq" and value == published.value
    if published.bound == "ge":
        return bound in ("eq", "ge") and value >= published.value
    return bound != "ge" and abs(value - published.value) <= ABOUT_SHARE * published.value


@dataclass(frozen=True, slots=True)
class Period:
    """What was reported for one period."""

    first: date
    last: date
    sum: Sum


def trend(entries: Iterable[TallyEntry]) -> tuple[Period, ...]:
    """Sums by period (first day, last day), in order. Periods that overlap stay apart: nothing is shared out."""
    by_period: dict[tuple[date, date], list[TallyEntry]] = {}
    for entry in entries:
        by_period.setdefault((entry.first, entry.last), []).append(entry)
    return tuple(Period(first, last, add_up(own)) for (first, last), own in sorted(by_period.items()))


def by_unit(entries: Iterable[TallyEntry]) -> tuple[tuple[str, Sum], ...]:
    """Sums by unit, the largest first (of equal ones by name)."""
    units: dict[str, list[TallyEntry]] = {}
    for entry in entries:
        units.setdefault(entry.unit, []).append(entry)
    rows = [(unit, add_up(own)) for unit, own in units.items()]
    return tuple(sorted(rows, key=lambda row: (-row[1].total, row[0])))


def overlapping(entries: Sequence[TallyEntry]) -> tuple[tuple[TallyEntry, TallyEntry], ...]:
    """Pairs that report a day of one unit and code twice: each entry that begins before all earlier ones have ended,
    with the one of those that ends last."""
    ordered = sorted(entries, key=lambda e: (e.code, e.unit, e.first, e.last, e.id))
    found: list[tuple[TallyEntry, TallyEntry]] = []
    reach: TallyEntry | None = None
    for entry in ordered:
        if reach is not None and reach.overlaps(entry):
            found.append((reach, entry))
        if reach is None or (reach.code, reach.unit) != (entry.code, entry.unit) or entry.last > reach.last:
            reach = entry
    return tuple(found)
