"""One issue: what was seen, where, and the steps of its life. User text is shown as plain text only."""

from __future__ import annotations

import numpy as np
import streamlit as st

from data.issue_records import Details
from geo.clock import from_us
from geo.errors import NotFoundError
from geo.history import endings_at
from geo.lifecycle import Status
from geo.selection import STAGES, stage_of
from ui import address, change, figures
from ui.case_link import case_link
from ui.markup import Html, join, tag
from ui.names import entry_name, road_name, subdistrict_name
from ui.scene import Scene, open_scene
from ui.who import actor_name


def issue_card(scene: Scene) -> bool:
    """Draw the card of the issue that the address names by `issue`; False where it names none or an unknown one."""
    identity = address.view("issue")
    if not identity:
        return False
    try:
        row = scene.snapshot.row(identity)
        if not scene.sees(np.array([row])).all():
            raise NotFoundError("issue", identity)
    except NotFoundError:
        st.html(tag("p", scene.say("explore.no_issue", number=identity[:40]), cls="xj-say", role="alert"))
        return False
    table = scene.table
    rows = np.array([row])
    details = scene.snapshot.records.of(rows)
    stage = STAGES[int(stage_of(table.status[rows], table.due_us[rows], scene.as_of_us)[0])]
    symbol = tag("i", cls="xj-sym", style=f"background-image:var(--symbol-{stage.value})")
    kind = scene.city.catalogue.types[int(table.type[row])]
    st.html(
        tag(
            "div",
            tag("div", tag("h3", str(details.number[0]), " · ", scene.name(kind.name)), cls="xj-h"),
            tag("p", symbol, scene.say(f"core.stage_{stage.value}"), " · ", _place(scene, row, details), cls="xj-cap"),
            cls="xj-card",
        )
    )
    if details.description[0]:
        st.text(str(details.description[0]))
    if details.address[0]:
        st.text(str(details.address[0]))
    st.html(tag("div", _facts(scene, row), tag("ul", _history(scene, row)), cls="xj-card"))
    with st.container(horizontal=True, vertical_alignment="center"):
        words, there = scene.say("case.open_case_long"), case_link(scene, str(details.id[0]))
        st.html(tag("a", words, href=there, target="_self", cls="xj-link first"), width="content")
        st.button(scene.say("explore.close_card"), key="card-close", icon=":material/close:", on_click=_close)
    return True


def _close() -> None:
    change.clear_card(open_scene())


def _place(scene: Scene, row: int, details: Details) -> Html:
    table, city = scene.table, scene.city
    area, segment = int(table.subdistrict[row]), int(table.segment[row])
    parts = [subdistrict_name(scene, city.areas.codes[area] if area >= 0 else "-", both=True)]
    if city.roads is not None:
        road = city.roads.road_codes[int(city.roads.road[segment])] if segment >= 0 else "-"
        distance = f" {figures.length(float(details.distance_m[0]), scene.language)}" if segment >= 0 else ""
        parts.append(road_name(scene, road, both=True) + distance)
    return join(" · ".join(parts))


def _facts(scene: Scene, row: int) -> Html:
    table = scene.table
    reported, due = from_us(int(table.reported_us[row])), from_us(int(table.due_us[row]))
    facts = [
        (scene.say("explore.column_reported"), figures.table_moment(reported and reported.astimezone(scene.zone))),
        (scene.say("explore.due"), figures.table_moment(due and due.astimezone(scene.zone))),
    ]
    if int(table.task[row]) >= 0:
        code = scene.city.catalogue.tasks[int(table.task[row])].code
        facts.append((scene.say("core.filter_task"), entry_name(scene, "task", code)))
    rework = int(endings_at(scene.snapshot.history, np.array([row]), scene.as_of_us).rework[0])
    if rework:
        facts.append((scene.say("explore.rework"), figures.count(rework)))
    facts.append(
        (scene.say("explore.column_record"), scene.say("core.synthetic" if table.synthetic[row] else "core.real"))
    )
    return tag("div", *(tag("div", tag("small", name), tag("b", value)) for name, value in facts), cls="pair")


def _history(scene: Scene, row: int) -> Html:
    steps = []
    for event in scene.snapshot.events(row):
        at = event.at.astimezone(scene.zone)
        if event.at > scene.filter.as_of:
            break
        name = scene.say(f"core.status_{Status(event.status).name}")
        note = tag("small", event.note) if event.note else Html("")
        steps.append(
            tag("li", figures.table_moment(at), " · ", tag("b", name), " · ", actor_name(scene, event.actor), note)
        )
    return join(steps)
