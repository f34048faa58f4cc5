"""Situation: how many, where, whose. The commander's page."""

from __future__ import annotations

import streamlit as st

from ui import figures
from ui.chips import chip_buttons, chips_of, empty_sentence
from ui.exports import geojson_link
from ui.filters import as_of_field, list_field, period_field, register_field, reset_button, stage_field
from ui.guard import guarded
from ui.issue_card import issue_card
from ui.kpi import kpi_band
from ui.map_view import map_view
from ui.markup import tag
from ui.notes import help_popover, synthetic_note
from ui.rail import road_rail, subdistrict_rail
from ui.scene import Scene, open_scene
from ui.situation_cards import situation_cards


@st.fragment
@guarded
def page() -> None:
    """The whole page as one fragment: a new revision or a pick on the map redraws figures, never the map."""
    scene = open_scene()
    kpi_band(situation_cards(scene))
    _filter_row(scene)
    with st.container(key="split"):
        left, right = st.columns([1404, 452], gap="small")
        with left:
            map_view(scene, "situation", layer="subdistricts", show="open")
        with right, st.container(key="panel-rail"):
            with st.container(key="scroll-rail"):
                if not issue_card(scene):
                    subdistrict_rail(scene)
                    road_rail(scene)
            synthetic_note(scene)


def _filter_row(scene: Scene) -> None:
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        with st.popover(scene.say("core.filter"), icon=":material/tune:"):
            register_field(scene)
            list_field(scene, "groups")
            list_field(scene, "types")
            stage_field(scene)
            period_field(scene)
            as_of_field(scene)
            reset_button(scene)
        chip_buttons(scene, chips_of(scene))
        total = scene.meant
        if total == 0:
            st.html(tag("p", empty_sentence(scene), cls="xj-cap", role="status"))
        elif not scene.is_whole:
            whole = figures.count(scene.whole_total)
            number, _, rest = scene.say("core.matches", n=figures.count(total), all=whole).partition("|")
            st.html(tag("p", tag("b", number), " ", rest, cls="xj-cap", role="status"))
        st.space("stretch")
        geojson_link(scene, total)
        help_popover(scene, "situation")
