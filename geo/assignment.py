"""Which unit an issue goes to: an ordered list of rules of which the first that matches decides, and its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from geo.catalogue import Catalogue
from geo.errors import BadValueError
from geo.organisation import Organisation
from geo.plural import numbered

Miss = Literal["type", "subdistrict", "task", "office"]
"""Why a rule did not match: another type, place or task, or a place without an office of its own."""


@dataclass(frozen=True, slots=True)
class AssignmentRule:
    """Issues of these types, in these subdistricts, of these tasks go to `unit`; an empty list means any, or none.

    `unit` None stands for the office of the subdistrict that the issue lies in.
    """

    code: str
    unit: str | None
    types: tuple[str, ...] = ()
    subdistricts: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule that was asked before and did not match, and why not."""

    rule: AssignmentRule
    because: Miss


@dataclass(frozen=True, slots=True)
class Explanation:
    """To which unit an issue goes and by which rule (`number` from 1); all None where no rule matches."""

    unit: str | None
    rule: AssignmentRule | None
    number: int | None
    passed: tuple[Passed, ...]


def explain(
    rules: Sequence[AssignmentRule],
    organisation: Organisation,
    *,
    type: str,
    subdistrict: str | None,
    task: str | None,
) -> Explanation:
    """The first of `rules` that matches, its unit, and why each rule before it did not."""
    passed: list[Passed] = []
    for number, rule in enumerate(rules, 1):
        miss = why_not(rule, organisation, type=type, subdistrict=subdistrict, task=task)
        if miss is None:
            unit = rule.unit if rule.unit is not None else organisation.office_of[subdistrict or ""]
            return Explanation(unit, rule, number, tuple(passed))
        passed.append(Passed(rule, miss))
    return Explanation(None, None, None, tuple(passed))


def why_not(
    rule: AssignmentRule,
    organisation: Organisation,
    *,
    type: str,
    subdistrict: str | None,
    task: str | None,
) -> Miss | None:
    """The first thing about an issue that `rule` does not take; None where it matches."""
    if rule.types and type not in rule.types:
        return "type"
    if rule.subdistricts and subdistrict not in rule.subdistricts:
        return "subdistrict"
    if rule.tasks and task not in rule.tasks:
        return "task"
    if rule.unit is None and (subdistrict is None or subdistrict not in organisation.office_of):
        return "office"
    return None


def check_rule(
    rule: AssignmentRule, organisation: Organisation, *, catalogue: Catalogue, subdistricts: Sequence[str] | None
) -> AssignmentRule:
    """`rule`, if every code in it is one of the city and its unit can be given issues. Raises BadValueError.

    `subdistricts` None leaves places unchecked (see `geo.organisation.check_unit`): a rule for others matches nothing.
    """
    for code in rule.types:
        catalogue.position("type", code)
    for code in rule.tasks:
        catalogue.position("task", code)
    for code in rule.subdistricts:
        if subdistricts is not None and code not in subdistricts:
            raise BadValueError(
                "subdistrict", code, f"one of {numbered(len(subdistricts), 'subdistrict')} of this city"
            )
    if rule.unit is not None and not organisation.unit(rule.unit).takes_issues:
        raise BadValueError("unit", rule.unit, "a department or the office of a subdistrict, not retired")
    return rule
