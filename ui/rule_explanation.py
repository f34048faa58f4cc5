"""Which rule would assign an issue of a type, place and task, to whom, and what the rules as a whole leave open."""

from __future__ import annotations

import streamlit as st

from data.duties import Duties, duties_at, duties_in_force
from geo.assignment import AssignmentRule, Explanation
from geo.filter_query import NOWHERE
from geo.rule_table import RuleTable
from geo.working_days import deadline
from ui import figures
from ui.markup import Html, join, tag
from ui.names import entry_name, subdistrict_name
from ui.scene import Scene
from ui.who import unit_name

_MOST = 8


def rule_explanation(scene: Scene, drafted: Duties | None = None) -> None:
    """Three choices, the answer with its reason, and whether the rules cover everything: those of the scene's moment,
    or those that are `drafted`."""
    duties = drafted or duties_at(scene.snapshot, scene.filter.as_of)
    title, note = (
        scene.say("organisation.rules_title" if drafted is None else "organisation.try_title"),
        scene.say("organisation.rules_note", n=len(duties.rules)),
    )
    st.html(tag("div", tag("h3", title), tag("small", note), cls="xj-h"))
    issue_type, place, task = _choices(scene)
    found = duties.explain(
        issue_type=issue_type,
        subdistrict=None if place == NOWHERE else place,
        task=None if task == NOWHERE else task,
    )
    answer = [_answer(scene, duties, found), tag("p", _deadline(scene, issue_type), cls="xj-cap")]
    if drafted is not None:
        answer.insert(1, _until_now(scene, issue_type, place, task, found.unit))
    st.html(tag("div", *answer, role="status"))
    if found.passed:
        with st.expander(scene.say("organisation.passed", n=len(found.passed))):
            st.html(tag("ol", join(_passed(scene, duties, found)), cls="xj-list"))
    if drafted is None:
        st.html(coverage(scene, duties.table))


def _until_now(scene: Scene, issue_type: str, place: str, task: str, unit: str | None) -> Html:
    """Whose it is by the rules in force, where the draft says otherwise."""
    now = duties_in_force(scene.snapshot).explain(
        issue_type=issue_type,
        subdistrict=None if place == NOWHERE else place,
        task=None if task == NOWHERE else task,
    )
    if now.unit == unit:
        return tag("p", scene.say("organisation.same_as_now"), cls="xj-cap")
    name = scene.say("organisation.uncovered") if now.unit is None else unit_name(scene, now.unit)
    return tag("p", scene.say("organisation.until_now", unit=name), cls="xj-sum")


def _choices(scene: Scene) -> tuple[str, str, str]:
    catalogue, areas = scene.city.catalogue, scene.city.areas
    first, second, third = st.columns(3, gap="small")
    issue_type = first.selectbox(
        scene.say("organisation.pick_type"),
        [entry.code for entry in catalogue.types],
        key="rule-type",
        format_func=lambda code: entry_name(scene, "type", code),
    )
    place = second.selectbox(
        scene.say("organisation.pick_subdistrict"),
        [*areas.codes, NOWHERE],
        key="rule-place",
        format_func=lambda code: (
            scene.say("organisation.no_subdistrict") if code == NOWHERE else subdistrict_name(scene, code)
        ),
    )
    task = third.selectbox(
        scene.say("organisation.pick_task"),
        [NOWHERE, *(entry.code for entry in catalogue.tasks)],
        key="rule-task",
        format_func=lambda code: (
            scene.say("organisation.no_task") if code == NOWHERE else entry_name(scene, "task", code)
        ),
    )
    return str(issue_type), str(place), str(task)


def _answer(scene: Scene, duties: Duties, found: Explanation) -> Html:
    if found.unit is None or found.rule is None:
        return tag("p", scene.say("organisation.answer_none"), cls="xj-say bad")
    unit = _named(scene, duties, found.unit)
    reason = scene.say(
        "organisation.answer_rule",
        number=found.number,
        code=found.rule.code,
        conditions=conditions(scene, found.rule),
    )
    return tag(
        "p",
        tag("b", scene.say("organisation.answer", unit=unit)),
        " ",
        tag("small", reason, cls="d"),
        cls="xj-say good",
    )


def _named(scene: Scene, duties: Duties, code: str) -> str:
    """The unit's name to whom it may have to do with, else its code."""
    unit = duties.organisation.unit(code)
    return scene.name(unit.name) if code in duties.in_sight(scene.filter.within, scene.snapshot) else code


def conditions(scene: Scene, rule: AssignmentRule) -> str:
    """What a rule asks for, in names."""
    parts = [
        "、".join(entry_name(scene, "type", code) for code in rule.types),
        "、".join(subdistrict_name(scene, code) for code in rule.subdistricts),
        "、".join(entry_name(scene, "task", code) for code in rule.tasks),
    ]
    separator = "、" if scene.language == "zh-CN" else ", "
    words = [part.replace("、", separator) for part in parts if part]
    return " · ".join(words) or scene.say("organisation.any_issue")


def _deadline(scene: Scene, issue_type: str) -> str:
    rule = scene.city.catalogue.deadline_of(issue_type)
    if rule is None:
        return scene.say("organisation.deadline_none")
    city = scene.city
    due = deadline(scene.as_of, rule, city.calendar, city.time_zone)
    key = "organisation.deadline_hours" if rule.unit == "hours" else "organisation.deadline_days"
    length = scene.say(key, n=figures.count(rule.amount))
    words = scene.say("organisation.due_at", length=length, at=scene.when(due))
    known = rule.unit == "hours" or city.calendar.is_announced(due, city.time_zone)
    return words if known else f"{words} {scene.say('organisation.unannounced')}"


def rule_unit(scene: Scene, duties: Duties, rule: AssignmentRule) -> str:
    """To whom a rule gives issues, in words."""
    if rule.unit is None:
        return scene.say("organisation.of_office")
    return _named(scene, duties, rule.unit)


def _passed(scene: Scene, duties: Duties, found: Explanation) -> list[Html]:
    lines = []
    for entry in found.passed:
        name = rule_unit(scene, duties, entry.rule)
        why = scene.say(f"organisation.because_{entry.because}")
        lines.append(tag("li", tag("b", entry.rule.code), f" → {name}: ", why))
    return lines


def coverage(scene: Scene, table: RuleTable) -> Html:
    """What no rule covers, and the rules that no issue reaches."""
    lines = []
    for gap in table.gaps[:_MOST]:
        types = ", ".join(entry_name(scene, "type", code) for code in gap.types[:3]) + (
            "…" if len(gap.types) > 3 else ""
        )
        places, tasks = figures.count(len(gap.subdistricts)), figures.count(len(gap.tasks))
        lines.append(scene.say("organisation.gap", types=types, places=places, tasks=tasks))
    for entry in table.unreached[:_MOST]:
        key = "organisation.unreached" if entry.behind else "organisation.matches_nothing"
        behind = {"behind": ", ".join(map(str, entry.behind))} if entry.behind else {}
        lines.append(scene.say(key, number=entry.number, code=entry.rule.code, **behind))
    if not lines:
        return tag("p", "✓ ", scene.say("organisation.gaps_none"), cls="xj-cap")
    return tag("ul", join(tag("li", line) for line in lines), cls="xj-list")
