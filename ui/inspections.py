"""Inspections: a group's plan for the day, a visit with its checklist, rechecks due, draws, surprise scores."""

from __future__ import annotations

from typing import Final

import streamlit as st

from geo.permissions import Action
from ui import address
from ui.checklist_editor import checklist_editor, checklist_form, checklist_review
from ui.day_plan import day_plan
from ui.draw_panel import draw_panel
from ui.guard import guarded
from ui.markup import tag
from ui.notes import help_popover
from ui.rechecks import rechecks, surprise
from ui.scene import Scene, open_scene
from ui.visit_form import visit_form

LOOK: Final = "look"
CHECKLISTS: Final = "checklists"
_MODE: Final = "inspections-mode"


@st.fragment
@guarded
def page() -> None:
    """Where to go on the left, what was found on the right."""
    scene = open_scene()
    may_edit = scene.may(Action.MANAGE_CAMPAIGN)
    may_edit = may_edit and bool(scene.city.catalogue.site_classes)
    editing = may_edit and address.view("edit") == CHECKLISTS
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        st.html(tag("div", tag("h1", scene.say("inspections.title")), cls="xj-h"), width="content")
        st.space("stretch")
        if may_edit:
            _modes(scene, editing=editing)
        help_popover(scene, "inspections")
    if editing:
        _editor(scene)
        return
    if not len(scene.snapshot.points):
        st.html(tag("p", scene.say("inspections.no_points"), cls="xj-say", role="status"))
        return
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        with left:
            with st.container(key="panel-plan"):
                day_plan(scene)
            with st.container(key="panel-rechecks"):
                rechecks(scene)
            with st.container(key="panel-surprise"):
                surprise(scene)
        with right:
            with st.container(key="panel-visit"):
                visit_form(scene)
            with st.container(key="panel-draw"):
                draw_panel(scene)


def _editor(scene: Scene) -> None:
    """The checklist of a class on the left, what its new version does on the right."""
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        with left, st.container(key="panel-checklist"):
            checklist_editor(scene)
        with right:
            with st.container(key="panel-checkitem"):
                checklist_form(scene)
            with st.container(key="panel-effect"):
                checklist_review(scene)


def _modes(scene: Scene, *, editing: bool) -> None:
    st.session_state[_MODE] = CHECKLISTS if editing else LOOK
    st.segmented_control(
        scene.say("organisation.mode"),
        [LOOK, CHECKLISTS],
        key=_MODE,
        required=True,
        label_visibility="collapsed",
        format_func=lambda mode: scene.say(f"inspections.mode_{mode}"),
        on_change=_change_mode,
    )


def _change_mode() -> None:
    address.go(changes={"edit": CHECKLISTS if st.session_state.get(_MODE) == CHECKLISTS else None})
