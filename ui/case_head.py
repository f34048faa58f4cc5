"""The head of a case: number, type, where it stands, whose it is, until when; and a small map of its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from data.bulk_acts import proposal
from geo.clock import NEVER, from_us
from geo.filter import IssueFilter
from geo.history import endings_at
from geo.lifecycle import Stage
from geo.selection import STAGES, stage_of
from ui import figures
from ui.case_link import case_link
from ui.case_reporter import case_reporter
from ui.due import due_words, left_words, told_to, working_days_left
from ui.map_view import Placed, Size, map_view
from ui.markup import Html, join, tag
from ui.names import entry_name, road_name, subdistrict_name
from ui.one_case import Case
from ui.refusals import issue_number
from ui.who import actor_name, unit_name


def case_head(case: Case) -> None:
    """Title, badges, facts and what was written down at the report."""
    scene, row = case.scene, case.row
    stage = _stage(case)
    kind = scene.city.catalogue.types[int(scene.table.type[row])]
    symbol = tag("i", cls="xj-sym", style=f"background-image:var(--symbol-{stage.value})", aria_hidden="true")
    title = tag("h1", case.number, " · ", scene.name(kind.name))
    words = scene.say(f"core.status_{case.status.name}")
    if stage is Stage.OVERDUE:
        words += " · " + scene.say("core.stage_overdue")
    state = tag("span", symbol, tag("b", words), cls=f"xj-state {stage.value}")
    with st.container(key="panel-case"):
        st.html(tag("div", title, state, *_badges(case), cls="xj-casehead"))
        st.html(tag("dl", join(_facts(case)), cls="xj-casefacts"))
        for text in (str(case.details.description[0]), str(case.details.address[0])):
            if text:
                st.text(text)
        case_reporter(case)


def case_map(case: Case, *, pin: tuple[float, float] | None = None, placed: Placed | None = None) -> None:
    """The place on the existing map, a ring around it, with what else lies near; with a `pin` that `placed` is told of,
    a second one, on which another place is chosen."""
    scene, table = case.scene, case.scene.table
    city = scene.city
    lon, lat = table.lonlat(np.array([case.row]))
    code = city.registers[int(table.register[case.row])].code
    campaign = city.campaigns[int(table.campaign[case.row])].code
    near = IssueFilter(campaign=campaign, register=code, as_of=scene.filter.as_of, within=scene.filter.within)
    if _stage(case) is Stage.REJECTED:
        near = replace(near, stages=tuple(stage.value for stage in STAGES))
    spot = f"spot:{lon[0]:.6f},{lat[0]:.6f}"
    size: Size = "case" if pin is None else "correction"
    show = "open,closed" if pin is None else "open"
    map_view(replace(scene, filter=near), size, layer="plain", show=show, focus=spot, pin=pin, placed=placed)


def _stage(case: Case) -> Stage:
    rows, table = np.array([case.row]), case.scene.table
    return STAGES[int(stage_of(table.status[rows], table.due_us[rows], case.scene.as_of_us)[0])]


def _badges(case: Case) -> list[Html]:
    scene, table = case.scene, case.scene.table
    badges = []
    if table.synthetic[case.row]:
        badges.append(
            tag("span", tag("i", cls="xj-hatch", aria_hidden="true"), scene.say("core.synthetic"), cls="xj-badge")
        )
    if table.approximate[case.row]:
        badges.append(tag("span", scene.say("core.approximate"), cls="xj-badge dashed"))
    if case.standing.duplicate_of is not None:
        number = issue_number(scene, case.standing.duplicate_of)
        link: Html | str = number
        if number != scene.say("photos.flag_elsewhere"):
            link = tag("a", number, href=case_link(scene, case.standing.duplicate_of), target="_self")
        badges.append(tag("span", scene.say("case.duplicate_of"), " ", link, cls="xj-badge"))
    return badges


def _facts(case: Case) -> list[Html]:
    scene, row = case.scene, case.row
    table, standing = scene.table, case.standing
    due_us = int(table.due_us[row])
    left = working_days_left(scene, np.array([due_us]))[0]
    late = due_us != NEVER and due_us < scene.as_of_us
    is_open = _stage(case) not in (Stage.CLOSED, Stage.REJECTED)
    due: Html | str = due_words(scene, due_us)
    if is_open and due_us != NEVER:
        due = join([due, " · ", tag("b", left_words(scene, due_us, left), cls="off" if late else "")])
    if standing.extensions:
        due = join([due, " · ", scene.say("case.extended", n=figures.count(standing.extensions))])
    reported = from_us(int(table.reported_us[row]))
    rework = int(endings_at(scene.snapshot.history, np.array([row]), scene.as_of_us).rework[0])
    facts: list[tuple[str, Html | str]] = [
        ("case.field_department", _department(case)),
        ("case.field_due_at", due),
        ("work.column_place", _place(case)),
        ("case.reported", figures.table_moment(reported and reported.astimezone(scene.zone))),
    ]
    if standing.deferred_until_us is not None:
        until = from_us(standing.deferred_until_us)
        facts.append(("case.field_until", figures.table_moment(until and until.astimezone(scene.zone))))
    if case.asking is not None:
        wished = figures.table_moment(case.asking.until.astimezone(scene.zone))
        asked = tag("b", scene.say("case.asked_for", until=wished, who=actor_name(scene, case.asking.actor)))
        facts.append(("case.asking", join([asked, " · ", case.asking.reason])))
    [told] = told_to(scene, np.array([row]))
    if told:
        facts.append(("case.level", told))
    if int(table.task[row]) >= 0:
        facts.append(
            ("case.field_task", entry_name(scene, "task", scene.city.catalogue.tasks[int(table.task[row])].code))
        )
    facts.append(("case.rework", scene.say("case.times", rework=figures.count(rework), again=standing.reopened)))
    return [tag("div", tag("dt", scene.say(key)), tag("dd", value)) for key, value in facts]


def _department(case: Case) -> Html | str:
    scene = case.scene
    if case.department is not None:
        return unit_name(scene, case.department)
    found = proposal(scene.snapshot, case.row, scene.table)
    if found.unit is None:
        return scene.say("organisation.uncovered")
    return join([unit_name(scene, found.unit), " ", tag("small", scene.say("work.by_rule", n=found.number))])


def _place(case: Case) -> str:
    scene, city = case.scene, case.scene.city
    parts = [subdistrict_name(scene, case.subdistrict or "-")]
    if city.roads is not None:
        segment = int(scene.table.segment[case.row])
        code = city.roads.road_codes[int(city.roads.road[segment])] if segment >= 0 else "-"
        parts.append(road_name(scene, code))
    return " · ".join(parts)
