"""Changing an organisation as a value: put or retire a unit, move or put a rule, tell what differs, join two edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal, TypeVar

from geo.assignment import AssignmentRule
from geo.errors import BadValueError
from geo.organisation import DUTY_LISTS, Organisation, Unit
from geo.plural import numbered

Part = Literal["unit", "rule"]
What = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True)
class Book:
    """Units and rules that fit together."""

    organisation: Organisation
    rules: tuple[AssignmentRule, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One unit or rule that differs between two books; `fields` names what of it changed. `moved`: a rule that another
    one, which was asked after it, is asked before now, or the other way round."""

    part: Part
    code: str
    what: What
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """Two edits of one book as one. `clashes`: what both changed in different ways; there the own edit stands."""

    book: Book
    clashes: tuple[Difference, ...]


def with_unit(book: Book, unit: Unit) -> Book:
    """`unit` in the place of the one with its code, or behind all others."""
    units = list(book.organisation.units)
    at = book.organisation.index.get(unit.code)
    if at is None:
        units.append(unit)
    else:
        units[at] = unit
    return Book(Organisation(tuple(units)), book.rules)


def with_unit_retired(book: Book, code: str, *, heir: str | None) -> Book:
    """The unit `code` answers for nothing any more: places, rules and units that are part of it go to `heir`.

    Raises BadValueError where rules would be left without a unit, where the heir is of another kind, and where the
    roads of one of the two hold in some subdistricts only and those of the other elsewhere: together they would mean
    others.
    """
    unit = book.organisation.unit(code)
    own = [rule for rule in book.rules if rule.unit == code]
    after = None if heir is None else book.organisation.unit(heir)
    if after is None and own:
        named = numbered(len(own), "rule that names", "rules that name")
        raise BadValueError("heir", "", f"a unit that takes over the {named} {code}")
    if after is not None and (after.kind is not unit.kind or after.retired or heir == code):
        raise BadValueError("heir", heir, f"another {unit.kind} that is not retired")
    units = []
    for entry in book.organisation.units:
        if entry.code == code:
            nothing: dict[str, Any] = dict.fromkeys(DUTY_LISTS, ())
            entry = replace(entry, retired=True, part_of=None, **nothing)
        elif entry.code == heir:
            entry = _together(entry, unit)
        if entry.part_of == code:
            entry = replace(entry, part_of=None if entry.code == heir else heir)
        units.append(entry)
    rules = tuple(replace(rule, unit=heir) if rule.unit == code else rule for rule in book.rules)
    return Book(Organisation(tuple(units)), rules)


def with_rule(book: Book, rule: AssignmentRule, *, at: int | None = None) -> Book:
    """`rule` in the place of the one with its code; a new one before the position `at` (None: behind all others)."""
    rules = list(book.rules)
    known = next((position for position, entry in enumerate(rules) if entry.code == rule.code), None)
    if known is not None:
        rules[known] = rule
    else:
        rules.insert(len(rules) if at is None else at, rule)
    return Book(book.organisation, tuple(rules))


def without_rule(book: Book, code: str) -> Book:
    """The rule of that code left out."""
    return Book(book.organisation, tuple(rule for rule in book.rules if rule.code != code))


def with_rule_moved(book: Book, code: str, to: int) -> Book:
    """The rule of that code at position `to` (from 0; beyond the ends: at the end), the others in their order."""
    rules = [rule for rule in book.rules if rule.code != code]
    [moved] = [rule for rule in book.rules if rule.code == code]
    rules.insert(max(0, min(to, len(rules))), moved)
    return Book(book.organisation, tuple(rules))


def differences(before: Book, after: Book) -> tuple[Difference, ...]:
    """What differs, units before rules, each in the order of `after`, what is gone behind."""
    units = _different("unit", _by_code(before.organisation.units), _by_code(after.organisation.units))
    rules = _different("rule", _by_code(before.rules), _by_code(after.rules))
    known = {entry.code for entry in rules}
    common = [rule.code for rule in after.rules if rule.code in _by_code(before.rules)]
    was = [rule.code for rule in before.rules if rule.code in _by_code(after.rules)]
    moved = [Difference("rule", code, "moved") for code in _out_of_order(was, common) if code not in known]
    return (*units, *rules, *moved)


def joined(base: Book, own: Book, other: Book) -> Joined:
    """The edits `own` and `other` of `base` as one book: what only one of them changed is as that one has it.

    Raises BadValueError where the two do not fit together: one names a unit that the other left out.
    """
    units, clashes = _joined("unit", base.organisation.units, own.organisation.units, other.organisation.units)
    rules, more = _joined("rule", base.rules, own.rules, other.rules)
    organisation = Organisation(units)
    for rule in rules:
        if rule.unit is not None and not organisation.unit(rule.unit).takes_issues:
            raise BadValueError("unit", rule.unit, f"for the rule {rule.code} a unit that can be given issues")
    return Joined(Book(organisation, rules), (*clashes, *more))


_Entry = TypeVar("_Entry", Unit, AssignmentRule)
_NOT_TOLD: Final = frozenset({"code"})


def _together(heir: Unit, unit: Unit) -> Unit:
    if bool(heir.subdistricts) != bool(unit.subdistricts) and any(
        (heir.roads, heir.road_classes, unit.roads, unit.road_classes)
    ):
        wanted = f"a unit whose roads hold in as many places as those of {unit.code}: together they would mean others"
        raise BadValueError("heir", heir.code, wanted)
    lists: dict[str, Any] = {
        key: tuple(dict.fromkeys((*getattr(heir, key), *getattr(unit, key)))) for key in DUTY_LISTS
    }
    return replace(heir, **lists)


def _by_code(entries: Sequence[_Entry]) -> dict[str, _Entry]:
    return {entry.code: entry for entry in entries}


def _changed_fields(before: _Entry, after: _Entry) -> tuple[str, ...]:
    names = [part.name for part in fields(after) if part.name not in _NOT_TOLD]
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _different(part: Part, before: Mapping[str, _Entry], after: Mapping[str, _Entry]) -> list[Difference]:
    found = []
    for code, entry in after.items():
        was = before.get(code)
        if was is None:
            found.append(Difference(part, code, "added"))
        elif was != entry:
            found.append(Difference(part, code, "changed", _changed_fields(was, entry)))
    return found + [Difference(part, code, "removed") for code in before if code not in after]


def _out_of_order(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Of the same codes in two orders the fewest that must have moved, in the order of `after`."""
    place = {code: at for at, code in enumerate(before)}
    best: list[list[str]] = []
    for code in after:  # the longest run of codes that kept their order; lists are short
        longest: list[str] = []
        for run in best:
            if place[run[-1]] < place[code] and len(run) > len(longest):
                longest = run
        best.append([*longest, code])
    stayed: list[str] = max(best, key=lambda run: len(run), default=[])
    return [code for code in after if code not in stayed]


def _joined(
    part: Part, base: Sequence[_Entry], own: Sequence[_Entry], other: Sequence[_Entry]
) -> tuple[tuple[_Entry, ...], list[Difference]]:
    was, mine, theirs = _by_code(base), _by_code(own), _by_code(other)
    clashes: list[Difference] = []
    kept: dict[str, _Entry] = {}
    for code in {**theirs, **mine}:
        before, left, right = was.get(code), mine.get(code), theirs.get(code)
        if left in (before, right):
            chosen = right
        elif right == before:
            chosen = left
        elif left is None or right is None or before is None:
            clashes.append(Difference(part, code, "removed" if left is None or right is None else "added"))
            chosen = left or right
        else:
            chosen, both = _field_by_field(before, left, right)
            if both:
                clashes.append(Difference(part, code, "changed", both))
        if chosen is not None:
            kept[code] = chosen
    order, both_moved = _order(
        [e.code for e in base], [e.code for e in own], [e.code for e in other], kept.__contains__
    )
    if both_moved:
        clashes += [Difference(part, code, "moved") for code in both_moved]
    return tuple(kept[code] for code in order), clashes


def _field_by_field(before: _Entry, left: _Entry, right: _Entry) -> tuple[_Entry, tuple[str, ...]]:
    mine, theirs = _changed_fields(before, left), _changed_fields(before, right)
    both = tuple(name for name in mine if name in theirs and getattr(left, name) != getattr(right, name))
    values = {name: getattr(left, name) for name in mine}
    return replace(right, **values), both


def _order(
    base: list[str], own: list[str], other: list[str], is_kept: Callable[[str], bool]
) -> tuple[list[str], list[str]]:
    """The codes that are kept in one order, and those that both moved: the order of who moved any, else of `other`."""
    mine, theirs = (_out_of_order([c for c in base if c in e], [c for c in e if c in base]) for e in (own, other))
    first, second = (own, other) if mine else (other, own)
    order = [code for code in first if is_kept(code)]
    for at, code in enumerate(second):
        if is_kept(code) and code not in order:
            before = next((c for c in reversed(second[:at]) if c in order), None)
            order.insert(0 if before is None else order.index(before) + 1, code)
    clash = mine if mine and theirs and [c for c in own if c in other] != [c for c in other if c in own] else []
    return order, clash
