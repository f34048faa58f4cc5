"""Reads a city's organisation file: units with their duties, assignment rules and levels of escalation, all checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from data.city_folder.catalogue import refuse_twins
from data.city_folder.section import Section, read_toml
from geo.assignment import AssignmentRule, check_rule
from geo.catalogue import Catalogue
from geo.errors import BadValueError
from geo.escalation import Escalation, EscalationLevel
from geo.organisation import Organisation, Unit, UnitKind, check_unit

KINDS = tuple(kind.value for kind in UnitKind)


@dataclass(frozen=True, slots=True)
class Duties:
    """What an organisation file says; all of it empty where a city has none."""

    organisation: Organisation = field(default_factory=Organisation)
    rules: tuple[AssignmentRule, ...] = ()
    escalation: Escalation = field(default_factory=Escalation)


def read_organisation(path: Path, *, catalogue: Catalogue) -> Duties:
    """The organisation in `path`; CityError where it is missing, malformed or names a code that the catalogue lacks.

    Places are not checked: the city's layers can be replaced by one command, and the organisation then adapted.
    """
    file = read_toml(path)
    unit_sections, rule_sections = file.sections("units", required=True), file.sections("rules")
    escalation = _escalation(file.optional_section("escalation"))
    file.done()
    units = tuple(_unit(section) for section in unit_sections)
    refuse_twins(unit_sections, (unit.code for unit in units))
    for section, unit in zip(unit_sections, units, strict=True):
        if unit.part_of is not None and unit.part_of not in {other.code for other in units if other is not unit}:
            section.fail("part_of", f"is {unit.part_of!r}", "write the code of another one of the units")
        _checked(section, partial(check_unit, unit, catalogue=catalogue, subdistricts=None, roads=None))
    organisation = Organisation(units)
    rules = tuple(_rule(section) for section in rule_sections)
    refuse_twins(rule_sections, (rule.code for rule in rules))
    for section, rule in zip(rule_sections, rules, strict=True):
        _checked(section, partial(check_rule, rule, organisation, catalogue=catalogue, subdistricts=None))
    return Duties(organisation, rules, escalation)


def _checked(section: Section, check: Callable[[], object]) -> None:
    try:
        check()
    except BadValueError as error:
        section.fail(error.key, f"is {error.value!r}", f"write {error.expected}")


def _unit(section: Section) -> Unit:
    unit = Unit(
        code=section.code("code"),
        kind=UnitKind(section.choice("kind", KINDS)),
        name=section.both("name"),
        synthetic=section.boolean("synthetic", default=False),
        part_of=section.optional_text("part_of"),
        subdistricts=section.codes("subdistricts"),
        tasks=section.codes("tasks"),
        roads=section.codes("roads"),
        road_classes=section.codes("road_classes"),
        site_classes=section.codes("site_classes"),
        points=section.codes("points"),
    )
    section.done()
    return unit


def _rule(section: Section) -> AssignmentRule:
    rule = AssignmentRule(
        code=section.code("code"),
        unit=section.optional_text("unit"),
        types=section.codes("types"),
        subdistricts=section.codes("subdistricts"),
        tasks=section.codes("tasks"),
    )
    section.done()
    return rule


def _escalation(section: Section | None) -> Escalation:
    if section is None:
        return Escalation()
    hours, sections = section.integer("due_soon_hours"), section.sections("levels", required=True)
    section.done()
    levels = []
    for entry in sections:
        level = EscalationLevel(
            entry.code("code"), entry.both("name"), entry.both("to"), entry.integer("from_working_days")
        )
        entry.done()
        levels.append(level)
    refuse_twins(sections, (level.code for level in levels))
    try:
        return Escalation(tuple(levels), hours)
    except BadValueError as error:
        section.fail("levels", f"have {error.key} {error.value}", f"write {error.expected}")
