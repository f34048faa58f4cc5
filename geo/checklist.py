"""What is looked at when a point is visited: versioned checklists of a site class, and the score that answers make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from geo.errors import BadValueError, NotFoundError, Word
from geo.text import Text

MOST_WEIGHT = 100
TENTHS = 10


class Answer(StrEnum):
    """What was found of one item."""

    MET = "met"
    UNMET = "unmet"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at. A critical item that is unmet fails the visit, whatever the score.

    `issue_type` is what an unmet item is reported as, where the catalogue has such a type.
    """

    code: str
    text: Text
    weight: int
    critical: bool = False
    may_not_apply: bool = False
    issue_type: str | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    """One version of the checklist of a site class, in force from the day `since` on.

    `pass_mark` (0 … 100) is the score from which a visit is compliant; a failed visit is due for its recheck
    `recheck_days` days later. `assumed` says that the items are not those of a published standard.
    """

    site_class: str
    version: int
    since: date
    pass_mark: int
    recheck_days: int
    items: tuple[Item, ...]
    assumed: bool = False

    def __post_init__(self) -> None:
        codes = [item.code for item in self.items]
        place = f"checklist {self.site_class} version {self.version}"
        if not codes:
            raise BadValueError(place, Word("no_items", "no items"), "at least one item")
        if len(set(codes)) != len(codes):
            raise BadValueError(place, Word("twice", "an item code that stands twice"), "every item code once")
        for item in self.items:
            if not 1 <= item.weight <= MOST_WEIGHT:
                raise BadValueError(f"{place} item {item.code} weight", item.weight, f"1 to {MOST_WEIGHT}")
        if all(item.may_not_apply for item in self.items):
            raise BadValueError(
                place, Word("none_applies", "only items that may not apply"), "one item at least that always applies"
            )
        if not 0 <= self.pass_mark <= 100:
            raise BadValueError(f"{place} pass_mark", self.pass_mark, "a whole number from 0 to 100")
        if not 1 <= self.recheck_days <= 366:
            raise BadValueError(f"{place} recheck_days", self.recheck_days, "a whole number from 1 to 366")
        if self.version < 1:
            raise BadValueError(f"{place} version", self.version, "a whole number from 1 on")


@dataclass(frozen=True, slots=True)
class Score:
    """What answers amount to. `tenths` is the score in tenths of a point, 0 … 1000; `value` the same in points."""

    tenths: int
    compliant: bool
    failed: tuple[str, ...]
    failed_critical: tuple[str, ...]
    applicable_weight: int

    @property
    def value(self) -> float:
        """The score out of 100, to one decimal."""
        return self.tenths / TENTHS


def score_of(checklist: Checklist, answers: Mapping[str, Answer]) -> Score:
    """The score: 100 × weight of the items met ÷ weight of the items that apply, cut (never rounded up) to a tenth.

    Cut, so that what is shown and what is decided never contradict each other: a score shown as the pass mark has
    reached it, and 100.0 means that everything was met. Compliant: the score reaches the pass mark and no critical
    item is unmet. Every item needs an answer; BadValueError for one that is missing or unknown, and for "not
    applicable" where the item always applies.
    """
    known = {item.code for item in checklist.items}
    for code in answers:
        if code not in known:
            raise BadValueError("answers", code, f"items of checklist {checklist.site_class} v{checklist.version} only")
    met = applicable = 0
    failed, critical = [], []
    for item in checklist.items:
        answer = answers.get(item.code)
        if answer is None:
            raise BadValueError(f"answers.{item.code}", Word("nothing", "nothing"), "an answer to every item")
        if answer is Answer.NOT_APPLICABLE:
            if not item.may_not_apply:
                raise BadValueError(f"answers.{item.code}", answer.value, "met or unmet: this item always applies")
            continue
        applicable += item.weight
        if answer is Answer.MET:
            met += item.weight
        else:
            failed.append(item.code)
            if item.critical:
                critical.append(item.code)
    tenths = 100 * TENTHS * met // applicable  # one item at least always applies, and weighs 1 at least
    return Score(
        tenths=tenths,
        compliant=tenths >= checklist.pass_mark * TENTHS and not critical,
        failed=tuple(failed),
        failed_critical=tuple(critical),
        applicable_weight=applicable,
    )


class Checklists:
    """All versions of all checklists. Versions of a class are numbered 1, 2, 3 … and come into force in that order.

    A visit keeps the version that it was answered with: a later version says nothing about visits before it, whose
    score is worked out with `of(site_class, version)` for ever.
    """

    def __init__(self, checklists: tuple[Checklist, ...] = ()) -> None:
        self._by_class: dict[str, list[Checklist]] = {}
        for checklist in sorted(checklists, key=lambda entry: (entry.site_class, entry.version)):
            own = self._by_class.setdefault(checklist.site_class, [])
            place = f"checklist {checklist.site_class}"
            if checklist.version != len(own) + 1:
                raise BadValueError(f"{place} version", checklist.version, f"version {len(own) + 1} next")
            if own and checklist.since <= own[-1].since:
                raise BadValueError(f"{place} since", checklist.since.isoformat(), f"a day after {own[-1].since}")
            own.append(checklist)

    def __len__(self) -> int:
        return sum(map(len, self._by_class.values()))

    @property
    def site_classes(self) -> tuple[str, ...]:
        """Classes that have a checklist, in the order of their codes."""
        return tuple(self._by_class)

    def versions(self, site_class: str) -> tuple[Checklist, ...]:
        """Every version of a class, the first one first; none where it has no checklist."""
        return tuple(self._by_class.get(site_class, ()))

    def of(self, site_class: str, version: int) -> Checklist:
        """That version; NotFoundError where there is none."""
        own = self._by_class.get(site_class, [])
        if not 1 <= version <= len(own):
            raise NotFoundError("checklist", f"{site_class} v{version}")
        return own[version - 1]

    def in_force(self, site_class: str, day: date) -> Checklist | None:
        """The version that a visit on `day` is answered with; None where none is in force yet."""
        return next((entry for entry in reversed(self.versions(site_class)) if entry.since <= day), None)

    def with_version(self, checklist: Checklist) -> Checklists:
        """These and one more version; BadValueError where it is not the next one."""
        every = tuple(entry for own in self._by_class.values() for entry in own)
        return Checklists((*every, checklist))
