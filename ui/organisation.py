"""Responsibility: who answers for which place, what each unit has to do, and which rule gives an issue to whom."""

from __future__ import annotations

import numpy as np
import streamlit as st

from data.duties import duties_in_force
from geo.organisation import UnitKind
from geo.responsibility import (
    PLACE_KINDS,
    Duty,
    OwnerState,
    point_duties,
    road_duties,
    subdistrict_duties,
    task_duties,
)
from geo.selection import select_points
from ui import figures
from ui.chips import chip_buttons, chips_of
from ui.guard import guarded
from ui.issue_card import issue_card
from ui.kept import kept
from ui.map_view import map_view
from ui.markup import Html, join, tag
from ui.names import entry_name, road_name, subdistrict_name
from ui.notes import help_popover
from ui.overdue_table import overdue_table
from ui.plain_table import plain_table
from ui.rule_explanation import rule_explanation
from ui.scene import Scene, open_scene
from ui.unit_table import unit_table, work_of

_MOST_WRONG = 30


@st.fragment
@guarded
def page() -> None:
    """Places and units on the left; map and rules on the right."""
    scene = open_scene()
    _head(scene)
    if not duties_in_force(scene.snapshot).organisation.units:
        st.html(tag("p", scene.say("organisation.none_known"), cls="xj-say", role="status"))
        return
    duties = kept(scene.snapshot, ("duties", scene.filter), lambda: tuple(_duties(scene)))
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        with left:
            with st.container(key="panel-duties"):
                _counts(scene, duties)
                _wrong(scene, [duty for duty in duties if duty.state is not OwnerState.ONE])
            work = work_of(scene)
            with st.container(key="panel-overdue"):
                if not issue_card(scene):
                    overdue_table(scene, work)
            with st.container(key="panel-units"):
                unit_table(scene, work)
        with right:
            map_view(scene, "explore", layer="responsibility", show="")
            with st.container(key="panel-rules"):
                rule_explanation(scene)
    if any(unit.synthetic for unit in duties_in_force(scene.snapshot).organisation.units):
        st.html(tag("p", scene.say("organisation.synthetic_note"), cls="xj-note"))


def _head(scene: Scene) -> None:
    duties = duties_in_force(scene.snapshot)
    organisation = duties.organisation
    count = {kind: figures.count(len(organisation.of_kind(kind))) for kind in UnitKind}
    line = scene.say(
        "organisation.units_line",
        departments=count[UnitKind.DEPARTMENT],
        sector=count[UnitKind.SECTOR_GROUP],
        site=count[UnitKind.SITE_GROUP],
        headquarters=count[UnitKind.HEADQUARTERS_GROUP],
    )
    if duties.since is not None:
        at = figures.moment(duties.since.astimezone(scene.zone), scene.language)
        line += " · " + scene.say("organisation.from_document", version=duties.version, at=at)
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        small = tag("small", line) if organisation.units else Html("")
        title = tag("div", tag("h1", scene.say("organisation.title")), small, cls="xj-h")
        st.html(title, width="content")
        chip_buttons(scene, chips_of(scene))
        st.space("stretch")
        help_popover(scene, "organisation")


def _duties(scene: Scene) -> list[Duty]:
    """Every place of the city, and the points that the filter means."""
    city, points = scene.city, scene.snapshot.points
    organisation = duties_in_force(scene.snapshot).organisation
    rows = np.flatnonzero(select_points(points, city, scene.filter)).tolist()
    return [
        *subdistrict_duties(organisation, city),
        *road_duties(organisation, city),
        *point_duties(organisation, points, rows, city),
        *task_duties(organisation, city),
    ]


def _counts(scene: Scene, duties: tuple[Duty, ...]) -> None:
    boxes = []
    for kind in PLACE_KINDS:
        states = [duty.state for duty in duties if duty.kind == kind]
        one, none = states.count(OwnerState.ONE), states.count(OwnerState.NONE)
        if not states:
            continue
        wrong = scene.say("organisation.some_wrong", none=figures.count(none), several=len(states) - one - none)
        value = figures.fraction(one, len(states), scene.language)
        boxes.append(
            tag(
                "div",
                tag("p", scene.say(f"organisation.kind_{kind}"), cls="l"),
                tag("p", value, cls="v"),
                tag("p", scene.say("organisation.all_one") if one == len(states) else wrong, cls="s"),
            )
        )
    st.html(tag("div", *boxes, cls="xj-rates four"))


def _wrong(scene: Scene, wrong: list[Duty]) -> None:
    title, note = scene.say("organisation.wrong_title"), scene.say("organisation.wrong_note")
    st.html(tag("div", tag("h3", title), tag("small", note), cls="xj-h"))
    if not wrong:
        st.html(tag("p", scene.say("organisation.nothing_wrong"), cls="xj-cap", role="status"))
        return
    heads = ("place", "kind", "state", "owners")
    head = tag("tr", *(tag("th", scene.say(f"organisation.head_{key}"), scope="col") for key in heads))
    st.html(plain_table(title, head, [_wrong_row(scene, duty) for duty in wrong[:_MOST_WRONG]], cls="duties"))
    if len(wrong) > _MOST_WRONG:
        more = scene.say("organisation.more_wrong", n=_MOST_WRONG, all=figures.count(len(wrong)))
        st.html(tag("p", more, cls="xj-cap"))


def _wrong_row(scene: Scene, duty: Duty) -> Html:
    state = scene.say(f"organisation.state_{duty.state.value}", n=len(duty.owners))
    of = scene.say("organisation.parts", parts=duty.parts, of=duty.of)
    parts = tag("small", " ", of) if duty.of > 1 else Html("")
    sign = "xj-duty none" if duty.state is OwnerState.NONE else "xj-duty several"
    owners = join(tag("span", _owner(scene, owner), cls="d") for owner in duty.owners)
    return tag(
        "tr",
        tag("td", tag("b", _place(scene, duty))),
        tag("td", scene.say(f"organisation.kind_{duty.kind}")),
        tag("td", tag("i", cls=sign), state, parts),
        tag("td", owners or figures.NONE),
    )


def _owner(scene: Scene, owner: str) -> str:
    organisation = duties_in_force(scene.snapshot).organisation
    at = organisation.index.get(owner)
    return owner if at is None else scene.name(organisation.units[at].name)


def _place(scene: Scene, duty: Duty) -> str:
    if duty.kind == "subdistrict":
        return subdistrict_name(scene, duty.code)
    if duty.kind == "road":
        return road_name(scene, duty.code)
    if duty.kind == "task":
        return entry_name(scene, "task", duty.code)
    return f"{duty.code} {scene.snapshot.points.name[scene.snapshot.point_row(duty.code)]}"
