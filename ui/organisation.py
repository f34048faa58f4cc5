"""Responsibility: who answers for which place, what each unit has to do, and which rule gives an issue to whom."""

from __future__ import annotations

import numpy as np
import streamlit as st

from data.duties import duties_at
from geo.organisation import UnitKind
from geo.permissions import Action
from geo.responsibility import (
    Duty,
    point_duties,
    road_duties,
    subdistrict_duties,
    task_duties,
)
from geo.selection import select_points
from ui import address, figures
from ui.chips import chip_buttons, chips_of
from ui.duty_table import duty_table
from ui.guard import guarded
from ui.issue_card import issue_card
from ui.kept import kept
from ui.map_view import map_view
from ui.markup import Html, tag
from ui.notes import help_popover
from ui.organisation_draft import FORM
from ui.organisation_review import review
from ui.overdue_table import overdue_table
from ui.rule_editor import rule_editor, rule_form, rule_trial
from ui.rule_explanation import rule_explanation
from ui.saying import hush
from ui.scene import Scene, open_scene
from ui.unit_editor import unit_editor
from ui.unit_table import unit_table, work_of

LOOK = "look"
EDITORS = ("units", "rules")
_MODE = "organisation-mode"


@st.fragment
@guarded
def page() -> None:
    """Places and units on the left; map and rules on the right."""
    scene = open_scene()
    may_edit = scene.may(Action.MANAGE_CAMPAIGN)
    editing = address.view("edit", EDITORS) if may_edit else ""
    _head(scene, may_edit=may_edit, editing=editing)
    if editing:
        _editors(scene, editing)
        return
    if not duties_at(scene.snapshot, scene.filter.as_of).organisation.units:
        st.html(tag("p", scene.say("organisation.none_known"), cls="xj-say", role="status"))
        return
    duties = kept(scene.snapshot, ("duties", scene.filter), lambda: tuple(_duties(scene)))
    work = work_of(scene)
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        with left:
            with st.container(key="panel-duties"):
                duty_table(scene, duties)
            with st.container(key="panel-units"):
                unit_table(scene, work)
        with right:
            map_view(scene, "explore", layer="responsibility", show="")
            with st.container(key="panel-overdue"):
                if not issue_card(scene):
                    overdue_table(scene, work)
            with st.container(key="panel-rules"):
                rule_explanation(scene)
    if any(unit.synthetic for unit in duties_at(scene.snapshot, scene.filter.as_of).organisation.units):
        st.html(tag("p", scene.say("organisation.synthetic_note"), cls="xj-note"))


def _editors(scene: Scene, editing: str) -> None:
    """What is edited on the left; on the right what it would change, tried and saved."""
    if not scene.is_now:
        st.html(tag("p", scene.say("organisation.edits_now"), cls="xj-say", role="status"))
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        if editing == "rules":
            with left, st.container(key="panel-editor"):
                rule_editor(scene)
            with right:
                with st.container(key="panel-ruleform"):
                    rule_form(scene)
                with st.container(key="panel-review"):
                    review(scene)
                with st.container(key="panel-rules"):
                    rule_trial(scene)
            return
        with left, st.container(key="panel-editor"):
            unit_editor(scene)
        with right:
            with st.container(key="panel-review"):
                review(scene)
            map_view(scene, "explore", layer="responsibility", show="")


def _modes(scene: Scene, editing: str) -> None:
    """Looking, or editing units or rules: in the address, so that Back leads out of it."""
    st.session_state[_MODE] = editing or LOOK
    st.segmented_control(
        scene.say("organisation.mode"),
        [LOOK, *EDITORS],
        key=_MODE,
        required=True,
        label_visibility="collapsed",
        format_func=lambda mode: scene.say(f"organisation.mode_{mode}"),
        on_change=_change_mode,
    )


def _change_mode() -> None:
    chosen = st.session_state.get(_MODE)
    hush(FORM)
    address.go(changes={"edit": chosen if chosen in EDITORS else None})


def _head(scene: Scene, *, may_edit: bool, editing: str) -> None:
    duties = duties_at(scene.snapshot, scene.filter.as_of)
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
        at = scene.when(duties.since)
        line += " · " + scene.say("organisation.from_document", version=duties.version, at=at)
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        small = tag("small", line) if organisation.units else Html("")
        title = tag("div", tag("h1", scene.say("organisation.title")), small, cls="xj-h")
        st.html(title, width="content")
        if not editing:
            chip_buttons(scene, chips_of(scene))
        st.space("stretch")
        if may_edit:
            _modes(scene, editing)
        help_popover(scene, "organisation")


def _duties(scene: Scene) -> list[Duty]:
    """Every place of the city, and the points that the filter means."""
    city, points = scene.city, scene.snapshot.points
    organisation = duties_at(scene.snapshot, scene.filter.as_of).organisation
    rows = np.flatnonzero(select_points(points, city, scene.filter)).tolist()
    return [
        *subdistrict_duties(organisation, city),
        *road_duties(organisation, city),
        *point_duties(organisation, points, rows, city),
        *task_duties(organisation, city),
    ]
