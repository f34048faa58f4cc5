"""The plan of a group for today: proposed from what is pressing and near, kept as it is walked."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import streamlit as st

from data.documents.plan_book import MOST_STOPS, PLANS, DayPlan, plan_id
from data.inspecting import groups
from data.inspecting.planning import keep_plan, plans_of, propose_plan
from geo.permissions import Action
from geo.selection import select_points
from geo.visit_plan import Reason, Stop
from ui import address, figures
from ui.markup import tag
from ui.names import subdistrict_name
from ui.one_thread import in_one_thread
from ui.record_table import Cell, Column, Record, record_table
from ui.saying import said, say, tried, who
from ui.scene import Scene, open_scene
from ui.who import unit_name

_GROUP, _K, _AREAS, _ID = "plan-group", "plan-k", "plan-areas", "plan-id"
_SYMBOLS = {Reason.RECHECK_OVERDUE: "overdue", Reason.RECHECK_DUE: "failing", Reason.UNVISITED: "unvisited"}


def day_plan(scene: Scene) -> None:
    """Group, length and place of the walk; the stops; a button that keeps them."""
    day = scene.moment.date()
    heading = tag("h2", scene.say("inspections.plan_title", day=scene.day(day)))
    st.html(tag("div", heading, cls="xj-h"))
    _questions(scene)
    group, stops, kept = _stops(scene)
    said("plan")
    if not stops:
        st.html(tag("p", scene.say("inspections.plan_empty"), cls="xj-cap", role="status"))
        return
    total = figures.length(sum(stop.leg_m for stop in stops), scene.language)
    line = scene.say("inspections.plan_line", n=len(stops), length=total)
    state = scene.say("inspections.plan_kept" if kept else "inspections.plan_proposed", group=_group(scene, group))
    if not group:
        state = scene.say("inspections.plan_no_groups")
    st.html(tag("p", state, " · ", line, cls="xj-cap"))
    columns = [Column(scene.say(f"inspections.column_{name}")) for name in ("stop", "point", "reason")]
    record_table(
        "plan",
        [*columns, Column(scene.say("inspections.column_leg"), "right")],
        [_record(scene, number, stop) for number, stop in enumerate(stops, 1)],
        picks="point",
        label=scene.say("inspections.plan_label"),
        selected=address.view("point"),
    )
    if not group or not scene.may(Action.INSPECT):
        return
    if kept:
        st.button(scene.say("inspections.plan_anew"), key="plan-anew", on_click=_anew)
    else:
        st.button(scene.say("inspections.plan_keep"), key="plan-keep", type="primary", on_click=_keep)


def _questions(scene: Scene) -> None:
    left, middle, right = st.columns([2, 1, 3], gap="small")
    left.selectbox(
        scene.say("inspections.group"),
        groups_of(scene),
        key=_GROUP,
        format_func=lambda code: _group(scene, code),
        on_change=_forget,
    )
    middle.number_input(scene.say("inspections.stops"), 1, MOST_STOPS, 8, key=_K, on_change=_forget)
    right.multiselect(
        scene.say("inspections.areas"),
        scene.city.areas.codes,
        key=_AREAS,
        placeholder=scene.say("inspections.areas_any"),
        format_func=lambda code: subdistrict_name(scene, code),
        on_change=_forget,
    )


def groups_of(scene: Scene) -> list[str]:
    """The codes of the groups of the organisation; and who has a plan for today under another name, as plans were kept
    before groups had codes."""
    codes = [unit.code for unit in groups.groups_of(scene.snapshot)]
    kept = [plan.group for plan in plans_of(scene.snapshot, scene.moment.date())]
    return [*codes, *(name for name in kept if name not in codes)]


def _group(scene: Scene, code: str) -> str:
    name = unit_name(scene, code)
    return scene.say("inspections.group_name", n=code) if name == code and code.isdigit() else name


def _stops(scene: Scene) -> tuple[str, Sequence[Stop], bool]:
    """The group ("" where there is none), the stops of its kept plan (unless a new one is asked for) or of a proposed
    one, and which it is."""
    state: Any = st.session_state
    group, day = str(state[_GROUP] or ""), scene.moment.date()
    kept = next((plan for plan in plans_of(scene.snapshot, day) if plan.group == group), None)
    if kept is not None and not state.get("plan-new"):
        mask = select_points(scene.snapshot.points, scene.city, scene.whole)
        return group, [stop for stop in kept.stops if mask[scene.snapshot.point_row(stop.code)]], True
    areas, k = tuple(state[_AREAS]), int(state[_K])
    mask = select_points(scene.snapshot.points, scene.city, scene.whole)
    proposed = in_one_thread(
        lambda: propose_plan(scene.snapshot, scene.moment, k, day=day, group=group, subdistricts=areas, mask=mask)
    )
    return group, proposed, False


def _record(scene: Scene, number: int, stop: Stop) -> Record:
    points = scene.snapshot.points
    row = scene.snapshot.point_row(stop.code)
    return Record(
        stop.code,
        (
            Cell(str(number)),
            Cell(stop.code, small=str(points.name[row])),
            Cell(scene.say(f"inspections.reason_{stop.reason.value}"), symbol=_SYMBOLS.get(stop.reason, "")),
            Cell(figures.length(stop.leg_m, scene.language) if stop.leg_m else figures.NONE),
        ),
    )


def _forget() -> None:
    st.session_state.pop("plan-new", None)
    st.session_state.pop(_ID, None)


def _anew() -> None:
    st.session_state["plan-new"] = True


def _keep() -> None:
    scene, state = open_scene(), st.session_state
    group, stops, _ = _stops(scene)
    request = state.setdefault(_ID, str(uuid.uuid4()))
    plan = DayPlan(group, scene.moment.date(), tuple(stops), tuple(state[_AREAS]))
    before = scene.snapshot.documents.document(PLANS, plan_id(plan.group, plan.day))
    version = 0 if before is None else before.version
    receipt = tried(
        scene,
        "plan",
        lambda: keep_plan(scene.runtime, scene.snapshot, plan, version=version, client_uuid=request, actor=who(scene)),
    )
    _forget()
    if receipt is not None:
        say("plan", scene.say("inspections.plan_said", group=_group(scene, group), n=len(stops)))
