"""Inspections: a group's plan for the day, a visit with its checklist, rechecks due, draws, surprise scores."""

from __future__ import annotations

import streamlit as st

from ui.day_plan import day_plan
from ui.draw_panel import draw_panel
from ui.guard import guarded
from ui.markup import tag
from ui.notes import help_popover
from ui.rechecks import rechecks, surprise
from ui.scene import open_scene
from ui.visit_form import visit_form


@st.fragment
@guarded
def page() -> None:
    """Where to go on the left, what was found on the right."""
    scene = open_scene()
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        st.html(tag("div", tag("h1", scene.say("inspections.title")), cls="xj-h"), width="content")
        st.space("stretch")
        help_popover(scene, "inspections")
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
