"""The rail beside the map: subdistricts and roads ranked by density, each row a way to drill down."""

from __future__ import annotations

import numpy as np
import streamlit as st

from geo.density import road_density, subdistrict_density
from geo.filter_query import NOWHERE
from layers.breaks import ROAD_BREAKS, SUBDISTRICT_BREAKS, breaks_for, classify
from layers.tokens import tokens
from ui import figures
from ui.markup import tag
from ui.names import road_name, subdistrict_name
from ui.ranking import Row, ranked, ranking
from ui.scene import Scene, without
from ui.situation_cards import star

ROADS_AT_FIRST = 11


def subdistrict_rail(scene: Scene) -> None:
    """All subdistricts by issues per square kilometre, zeros included, and what lies outside."""
    city = scene.city
    others = without(scene.filter, "subdistricts")  # so that another row can be chosen instead
    density = subdistrict_density(scene.counts(others), city)
    classes = classify(density.per_km2, breaks_for(SUBDISTRICT_BREAKS, density.per_km2))
    colours = tokens()["sequential"][scene.theme]
    top = max(float(np.nanmax(density.per_km2)), 1e-9)
    order = np.argsort(-np.nan_to_num(density.per_km2), kind="stable")
    rows = [
        Row(
            code=city.areas.codes[i],
            rank=str(rank),
            name=subdistrict_name(scene, city.areas.codes[i], both=True),
            value=figures.density(float(density.per_km2[i])),
            extra=_open(scene, float(density.open[i])),
            share=float(density.per_km2[i]) / top,
            colour=colours[classes[i]],
            title=scene.say(
                "situation.row_title_area",
                name=scene.name(city.areas.names[i]),
                count=figures.count(float(density.count[i])),
                size=f"{city.areas.area_km2[i]:,.1f}",
            ),
        )
        for rank, i in ranked(order.tolist(), city.areas.codes, scene.filter.subdistricts)
    ]
    note = scene.say("situation.others_kept" if scene.filter.subdistricts else "situation.click_row")
    _head(scene, scene.say("situation.subdistricts_title", star=star(scene)), note)
    ranking(
        scene,
        "rank-subdistricts",
        rows,
        picks="subdistrict",
        label=scene.say("situation.subdistricts_title", star=""),
        columns=_columns(scene, "subdistrict", "per_km2"),
        selected=scene.filter.subdistricts,
        limit=30 if len(rows) > 40 else 0,
        of=len(city.areas.codes),
    )
    if density.outside > 0.05 and NOWHERE not in scene.filter.subdistricts:
        st.html(tag("p", scene.say("situation.outside_line", n=figures.count(density.outside)), cls="xj-cap"))


def road_rail(scene: Scene) -> None:
    """Named roads by issues per kilometre without zeros, and what is on no road; a sentence where there are none."""
    roads = scene.city.roads
    if roads is None:
        st.html(tag("p", scene.say("situation.no_roads"), cls="xj-cap"))
        return
    density = road_density(scene.counts(without(scene.filter, "roads")), scene.city)
    per_km = np.nan_to_num(density.per_km)
    classes = classify(per_km, breaks_for(ROAD_BREAKS, per_km))
    colours = tokens()["road_density"][scene.theme]
    order = np.argsort(-per_km, kind="stable")
    listed = order[density.count[order] > 0].tolist()
    top = max(float(per_km.max(initial=0.0)), 1e-9)
    rows = [
        Row(
            code=roads.road_codes[i],
            rank=str(rank),
            name=road_name(scene, roads.road_codes[i], both=True),
            value=figures.density(float(per_km[i])),
            extra=_open(scene, float(density.open[i])),
            share=float(per_km[i]) / top,
            colour=colours[classes[i]],
            title=scene.say(
                "situation.row_title_road",
                name=road_name(scene, roads.road_codes[i]),
                count=figures.count(float(density.count[i])),
                size=f"{roads.road_inside_km[i]:,.2f}",
            ),
        )
        for rank, i in ranked(listed, roads.road_codes, scene.filter.roads)
    ]
    note = scene.say("situation.top_of", n=len(listed))
    if scene.filter.roads:
        note = scene.say("situation.others_kept")
    _head(scene, scene.say("situation.roads_title", star=star(scene)), note)
    ranking(
        scene,
        "rank-roads",
        rows,
        picks="road",
        label=scene.say("situation.roads_title", star=""),
        columns=_columns(scene, "road", "per_km"),
        selected=scene.filter.roads,
        limit=ROADS_AT_FIRST,
        of=len(listed),
    )
    if density.unsnapped > 0.05 and NOWHERE not in scene.filter.roads:
        limit = f"{scene.city.snap_limit_m:.0f}"
        line = scene.say("situation.unsnapped_line", n=figures.count(density.unsnapped), limit=limit)
        st.html(tag("p", line, cls="xj-cap"))


def _open(scene: Scene, value: float) -> str:
    """Issues still open; unknown where the register's split was never published."""
    return figures.count(value) if scene.register.rectified_published else figures.NONE


def _columns(scene: Scene, name: str, unit: str) -> dict[str, str]:
    return {
        "name": scene.say(f"situation.column_{name}"),
        "value": scene.say(f"situation.column_{unit}"),
        "extra": scene.say("situation.column_open"),
    }


def _head(scene: Scene, title: str, note: str) -> None:
    st.html(tag("div", tag("h3", title), tag("small", note), cls="xj-h"))
