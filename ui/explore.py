"""Explore: the planner's page. Filter, count, map, trend, roads, table, export: one selection everywhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from geo.density import road_density, subdistrict_density
from layers.tokens import tokens
from ui import change, figures
from ui.chips import FOLLOW, chip_buttons, chips_of, empty_sentence
from ui.exports import export_links
from ui.filters import (
    as_of_field,
    list_field,
    period_field,
    register_field,
    reset_button,
    search_field,
    stage_field,
)
from ui.guard import guarded
from ui.issue_card import issue_card
from ui.issue_table import issue_table
from ui.map_view import map_view
from ui.markup import tag
from ui.names import road_name, subdistrict_name
from ui.notes import help_popover, synthetic_note
from ui.ranking import Row, ranked, ranking
from ui.scene import Scene, open_scene
from ui.trend import trend

FEW = 10
"""Roads with fewer issues are left out of the ranking where others have more: a density of two issues says little."""

SHOWN = 6
_DRAWN = "explore-filter"  # what the sidebar shows: it lies outside the fragment


@guarded
def page() -> None:
    """Filters beside, the selection in the middle."""
    scene = open_scene()
    st.session_state[_DRAWN] = scene.pairs()
    with st.sidebar:
        _filters(scene)
    _selection()


def _filters(scene: Scene) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(tag("div", tag("h2", scene.say("core.filter")), cls="xj-h"), width="content")
        st.space("stretch")
        reset_button(scene)
    search_field(scene)
    register_field(scene)
    for field in ("groups", "types", "tasks"):
        list_field(scene, field)
    stage_field(scene)
    for field in ("subdistricts", "roads"):
        list_field(scene, field)
    period_field(scene)
    as_of_field(scene)
    st.session_state.setdefault(FOLLOW, False)
    st.checkbox(scene.say("core.only_map"), key=FOLLOW, on_change=_follow_changed)
    st.html(tag("p", scene.say("core.filter_in_address"), cls="xj-note"))


def _follow_changed() -> None:
    if not st.session_state[FOLLOW]:
        change.drop(open_scene(), "bbox")


@st.fragment
@guarded
def _selection() -> None:
    scene = open_scene()
    if st.session_state.get(_DRAWN) != scene.pairs():
        st.rerun()  # a pick or a chip changed the filter: the sidebar must follow
    total = scene.meant
    _count_row(scene, total)
    if total == 0:
        st.html(tag("p", empty_sentence(scene), cls="xj-say", role="status"))
    with st.container(key="split"):
        left, right = st.columns([1034, 520], gap="small")
        with left:
            map_view(
                scene, "explore", layer="plain", show="open,closed", follow_view=bool(st.session_state.get(FOLLOW))
            )
        with right:
            _beside(scene)
    issue_table(scene)
    synthetic_note(scene)


def _beside(scene: Scene) -> None:
    with st.container(key="panel-card"):
        if issue_card(scene):
            return
        trend(scene)
    with st.container(key="panel-top"):
        if scene.city.roads is not None:
            _top_roads(scene)
        else:
            _top_subdistricts(scene)


def _count_row(scene: Scene, total: int) -> None:
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        whole = figures.count(scene.whole_total)
        number, _, rest = scene.say("core.matches", n=figures.count(total), all=whole).partition("|")
        st.html(tag("p", tag("b", number), " ", rest, cls="xj-count", role="status"), width="content")
        chip_buttons(scene, chips_of(scene))
        st.space("stretch")
        lead = scene.say("core.export_rows", n=figures.count(total))
        export_links(scene, formats=("geojson", "csv"), lead=lead)
        help_popover(scene, "explore")


def _top_roads(scene: Scene) -> None:
    roads = scene.city.roads
    assert roads is not None, "asked only of a city with roads"
    density = road_density(scene.snapshot.counts(scene.filter), scene.city)
    enough = density.count >= FEW
    listed = enough if enough.any() else density.count > 0
    title, note = (
        scene.say("explore.top_roads"),
        scene.say("explore.top_roads_note" if enough.any() else "explore.top_note"),
    )
    _top(scene, "roads", roads.road_codes, road_name, density.per_km, density.count, listed, title, note)


def _top_subdistricts(scene: Scene) -> None:
    areas = scene.city.areas
    density = subdistrict_density(scene.snapshot.counts(scene.filter), scene.city)
    _top(
        scene,
        "subdistricts",
        areas.codes,
        subdistrict_name,
        density.per_km2,
        density.count,
        density.count > 0,
        scene.say("explore.top_subdistricts"),
        scene.say("explore.top_subdistricts_note"),
    )


def _top(
    scene: Scene,
    field: str,
    codes: tuple[str, ...],
    name_of: Callable[..., str],
    value: np.ndarray,
    count: np.ndarray,
    listed: np.ndarray,
    title: str,
    note: str,
) -> None:
    value = np.nan_to_num(value)
    ordered = np.argsort(-value, kind="stable")
    order = ordered[listed[ordered]].tolist()
    selected = getattr(scene.filter, field)
    top = float(value[order].max(initial=0.0)) if order else 1.0
    colour = tokens()["sequential"][scene.theme][2]
    rows = [
        Row(
            code=codes[i],
            rank=str(rank),
            name=name_of(scene, codes[i], both=True),
            value=figures.density(float(value[i])),
            extra=figures.count(float(count[i])),
            share=float(value[i]) / top,
            colour=colour,
        )
        for rank, i in ranked(order, codes, selected)
    ]
    st.html(tag("div", tag("h3", title), tag("small", note), cls="xj-h"))
    kind, unit = ("road", "per_km") if field == "roads" else ("subdistrict", "per_km2")
    columns = {
        "name": scene.say(f"situation.column_{kind}"),
        "value": scene.say(f"situation.column_{unit}"),
        "extra": scene.say("explore.issues"),
    }
    ranking(
        scene,
        f"top-{field}",
        rows,
        picks=kind,
        label=title,
        columns=columns,
        selected=selected,
        limit=SHOWN,
        of=len(order),
    )
