"""Turns a city's catalogue file into the domain's catalogue: groups, issue types, tasks, site classes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from data.city_folder.section import Section, read_toml
from geo.catalogue import Catalogue, IssueType, SiteClass, Task, TypeGroup
from geo.working_days import MOST, UNITS, DeadlineRule

LETTERS = "ABCDEFGH"


def read_catalogue(path: Path) -> Catalogue:
    """The catalogue in `path`; CityError where it is missing, malformed or refers to a code that it lacks."""
    file = read_toml(path)
    groups, types = file.sections("groups", required=True), file.sections("types", required=True)
    tasks, site_classes = file.sections("tasks"), file.sections("site_classes")
    default = _deadline(file, "default_due_")
    file.done()
    read_groups = tuple(_group(section) for section in groups)
    group_codes = refuse_twins(groups, (group.code for group in read_groups))
    refuse_twins(groups, (group.letter for group in read_groups), key="letter")
    read_types = tuple(_type(section, group_codes) for section in types)
    refuse_twins(types, (entry.code for entry in read_types))
    read_tasks = tuple(_task(section) for section in tasks)
    task_codes = refuse_twins(tasks, (task.code for task in read_tasks))
    read_classes = tuple(_site_class(section, task_codes) for section in site_classes)
    refuse_twins(site_classes, (entry.code for entry in read_classes))
    return Catalogue(read_groups, read_types, read_tasks, read_classes, default)


def refuse_twins(sections: list[Section], codes: Iterable[str], *, key: str = "code") -> frozenset[str]:
    """The codes as a set; CityError at the section whose code an earlier one has."""
    seen: set[str] = set()
    for section, code in zip(sections, codes, strict=True):
        if code in seen:
            section.fail(key, f"is {code!r} a second time", f"give every entry its own {key}")
        seen.add(code)
    return frozenset(seen)


def _group(section: Section) -> TypeGroup:
    letter = section.choice("letter", tuple(LETTERS))
    group = TypeGroup(section.code("code"), section.both("name"), letter)
    section.done()
    return group


def _type(section: Section, groups: frozenset[str]) -> IssueType:
    rule = _deadline(section, "due_")
    entry = IssueType(
        section.code("code"),
        section.both("name"),
        section.choice("group", tuple(sorted(groups))),
        rule.amount if rule is not None and rule.unit == "hours" else None,
        assumed=section.boolean("assumed", default=False),
        due_working_days=rule.amount if rule is not None and rule.unit == "working_days" else None,
    )
    section.done()
    return entry


def _deadline(section: Section, prefix: str) -> DeadlineRule | None:
    """What stands under `prefix` + hours or working_days; None where neither does."""
    given = {unit: section.optional_integer(f"{prefix}{unit}") for unit in UNITS}
    rules = [(unit, amount) for unit, amount in given.items() if amount is not None]
    if len(rules) > 1:
        section.fail(f"{prefix}hours", f"stands beside {prefix}working_days", "write one of the two")
    for unit, amount in rules:
        if not 1 <= amount <= MOST:
            mend = f"write a number from 1 to {MOST}, or leave it out where no deadline applies"
            section.fail(f"{prefix}{unit}", f"is {amount}", mend)
        return DeadlineRule(amount, unit)
    return None


def _task(section: Section) -> Task:
    task = Task(section.code("code"), section.both("name"))
    section.done()
    return task


def _site_class(section: Section, tasks: frozenset[str]) -> SiteClass:
    entry = SiteClass(section.code("code"), section.both("name"), section.optional_text("task"))
    if entry.task is not None and entry.task not in tasks:
        section.fail("task", f"is {entry.task!r}", "write the code of one of the [[tasks]]")
    section.done()
    return entry
