"""Correcting an issue: type, task and texts, and its place on a small map, with what the move would mean."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import shapely
import streamlit as st

from geo.crs import lonlat_to_metric
from geo.errors import XunjieError
from geo.issue import MAX_ADDRESS, MAX_DESCRIPTION
from ui import figures
from ui.case_head import case_map
from ui.markup import tag
from ui.names import entry_name, subdistrict_name
from ui.one_case import Case
from ui.one_thread import in_one_thread
from ui.place_feedback import place_sentence, subdistrict_at

NONE: Final = ""
_WORDS: Final = ("type", "task", "description", "address")


def correction_fields(case: Case, turn: int) -> None:
    """Every field as it stands; what is left alone is not corrected."""
    scene, now = case.scene, _present(case)
    catalogue = scene.city.catalogue
    types = [entry.code for entry in catalogue.types]
    tasks = [NONE, *(entry.code for entry in catalogue.tasks)]
    first, second = st.columns(2, gap="small")
    first.selectbox(scene.say("case.field_type"), types, index=types.index(now["type"]), key=f"act-type-{turn}",
                    format_func=lambda code: entry_name(scene, "type", code))  # fmt: skip
    second.selectbox(scene.say("case.field_task"), tasks, index=tasks.index(now["task"] or NONE),
                     key=f"act-task-{turn}", format_func=lambda code: (
                         entry_name(scene, "task", code) if code else scene.say("organisation.no_task")
                     ))  # fmt: skip
    st.text_area(scene.say("case.field_description"), now["description"], key=f"act-description-{turn}",
                 max_chars=MAX_DESCRIPTION, height=90)  # fmt: skip
    st.text_input(scene.say("case.field_address"), now["address"], key=f"act-address-{turn}", max_chars=MAX_ADDRESS)
    if scene.table.is_point[case.row]:
        _place(case, now, turn)


def _place(case: Case, now: Mapping[str, Any], turn: int) -> None:
    """What comes of the move; the pin, which is dragged or put by a click; and its coordinates."""
    scene, state = case.scene, st.session_state
    keys = f"act-lon-{turn}", f"act-lat-{turn}"
    for key, name in zip(keys, ("lon", "lat"), strict=True):
        state.setdefault(key, now[name])
    there = float(state[keys[0]]), float(state[keys[1]])

    def placed(lon: float, lat: float) -> None:
        st.session_state[keys[0]], st.session_state[keys[1]] = lon, lat

    st.html(tag("p", scene.say("case.place_how"), cls="xj-cap"))
    st.html(_moved(case, (now["lon"], now["lat"]), there))
    case_map(case, pin=there if _is_place(there) else (now["lon"], now["lat"]), placed=placed)
    for column, key, name in zip(st.columns(2, gap="small"), keys, ("lon", "lat"), strict=True):
        column.number_input(scene.say(f"report.{name}"), key=key, format="%.6f", step=0.0001)


def _moved(case: Case, before: tuple[float, float], after: tuple[float, float]) -> str:
    """How far the place moves, and from which subdistrict into which."""
    scene = case.scene
    if after == before:
        return tag("p", scene.say("case.place_same"), cls="xj-say", role="status")
    try:
        words, inside = place_sentence(scene, *after, "wgs84")
        code = in_one_thread(lambda: subdistrict_at(scene.city, *after))
    except XunjieError:
        return tag("p", scene.say("report.bad_place"), cls="xj-say bad", role="status")
    length = figures.length(in_one_thread(lambda: _metres(case, before, after)), scene.language)
    was = case.subdistrict or "-"
    if code == was:
        moved = scene.say("case.place_moved", length=length, area=subdistrict_name(scene, was, both=True))
    else:
        names = {"before": subdistrict_name(scene, was, both=True), "after": subdistrict_name(scene, code, both=True)}
        moved = scene.say("case.place_moved_over", length=length, **names)
    small = tag("small", words)
    return tag("p", tag("b", moved), small, cls="xj-say good" if inside and code == was else "xj-say", role="status")


def _metres(case: Case, before: tuple[float, float], after: tuple[float, float]) -> float:
    lon, lat = np.array([before, after], np.float64).T
    x, y = lonlat_to_metric(lon, lat, case.scene.city.metric_crs)
    return float(math.hypot(x[1] - x[0], y[1] - y[0]))


def _is_place(place: tuple[float, float]) -> bool:
    return abs(place[0]) <= 180 and abs(place[1]) < 86


def _present(case: Case) -> dict[str, Any]:
    table, catalogue = case.scene.table, case.scene.city.catalogue
    lon, lat = table.lonlat(np.array([case.row]))
    task = int(table.task[case.row])
    return {
        "type": catalogue.types[int(table.type[case.row])].code,
        "task": None if task < 0 else catalogue.tasks[task].code,
        "description": str(case.details.description[0]),
        "address": str(case.details.address[0]),
        "lon": round(float(lon[0]), 6),
        "lat": round(float(lat[0]), 6),
    }


def corrected(case: Case, state: Mapping[str, Any], turn: int) -> dict[str, object]:
    """Only what differs from what stands there: a correction names what it changes."""
    now = _present(case)
    asked = {name: state.get(f"act-{name}-{turn}", now[name]) for name in now}
    asked["task"] = asked["task"] or None
    fields: dict[str, object] = {name: asked[name] for name in _WORDS if asked[name] != now[name]}
    if (asked["lon"], asked["lat"]) != (now["lon"], now["lat"]):
        fields["geometry"] = shapely.Point(float(asked["lon"]), float(asked["lat"]))
    return fields
