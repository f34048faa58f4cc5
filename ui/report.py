"""Report: one issue from the street, sent exactly once, with a number to remember."""

from __future__ import annotations

import math
import uuid
from typing import Any

import streamlit as st
from shapely.geometry import Point

from data.intake.draft_checks import MAX_NAME, MAX_PHONE
from geo.errors import BadValueError, ConflictError, StoreError, XunjieError
from geo.issue import MAX_ADDRESS, MAX_DESCRIPTION, IssueDraft
from geo.permissions import Action
from ui.guard import guarded
from ui.map_view import map_view
from ui.markup import tag
from ui.names import entry_name
from ui.notes import help_popover
from ui.one_thread import in_one_thread
from ui.place_feedback import datums, place_sentence
from ui.scene import Scene, open_scene

_X, _Y, _ID, _DONE = "report-x", "report-y", "report-id", "report-done"
_TEXTS = ("report-description", "report-address")
_NAMES = ("reporter_name", "reporter_phone")
_PERSON = tuple(f"report-{name}" for name in _NAMES)
BBox = tuple[float, float, float, float]


@st.fragment
@guarded
def page() -> None:
    """The form beside a map whose middle is the place."""
    scene = open_scene()
    _begin(scene)
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        with left, st.container(key="panel-report"):
            _form(scene)
        with right, st.container(key="panel-aim"):
            st.html(tag("p", scene.say("report.aim"), cls="xj-cap"))
            map_view(scene, "report", layer="plain", show="open", aim=_aimed)


def _begin(scene: Scene) -> None:
    """A fresh client UUID for a fresh form: the same report sent twice stays one."""
    st.session_state.setdefault(_ID, str(uuid.uuid4()))
    middle = scene.city.boundary.representative_point()
    st.session_state.setdefault(_X, round(middle.x, 6))
    st.session_state.setdefault(_Y, round(middle.y, 6))


def _aimed(bbox: BBox) -> None:
    west, south, east, north = bbox
    rise = [math.asinh(math.tan(math.radians(latitude))) for latitude in (south, north)]
    st.session_state[_X] = round((west + east) / 2, 6)
    st.session_state[_Y] = round(math.degrees(math.atan(math.sinh(sum(rise) / 2))), 6)
    st.session_state["report-datum"] = "wgs84"


def _form(scene: Scene) -> None:
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        st.html(tag("div", tag("h1", scene.say("report.title")), cls="xj-h"), width="content")
        st.space("stretch")
        help_popover(scene, "report")
    done = st.session_state.get(_DONE)
    if done:
        st.html(tag("p", scene.say("report.done", number=done), cls="xj-say good", role="status"))
        st.button(scene.say("report.another"), key="report-another", on_click=_again)
        return
    problems = st.session_state.pop("report-problems", {})
    _kind(scene, problems)
    _place(scene, problems)
    st.text_area(
        scene.say("report.description"),
        key=_TEXTS[0],
        max_chars=MAX_DESCRIPTION,
        height=90,
        placeholder=scene.say("report.description_hint"),
    )
    _problem(problems, "description")
    st.text_input(
        scene.say("report.address"), key=_TEXTS[1], max_chars=MAX_ADDRESS, placeholder=scene.say("report.address_hint")
    )
    _problem(problems, "address")
    _person(scene, problems)
    _problem(problems, "form")
    st.button(scene.say("report.send"), key="report-send", type="primary", on_click=_send, width="stretch")
    st.html(
        tag(
            "p",
            scene.say(
                "report.note", register=scene.name(scene.campaign.register(scene.campaign.default_register).name)
            ),
            cls="xj-cap",
        )
    )


def _kind(scene: Scene, problems: dict[str, str]) -> None:
    types = scene.city.catalogue.types
    codes = [entry.code for entry in types]
    groups = {entry.code: entry.group for entry in types}
    st.selectbox(
        scene.say("report.type"),
        codes,
        index=None,
        key="report-type",
        placeholder=scene.say("report.type_hint"),
        format_func=lambda code: f"{entry_name(scene, 'type', code)} · {entry_name(scene, 'group', groups[code])}",
    )
    _problem(problems, "type")


def _place(scene: Scene, problems: dict[str, str]) -> None:
    offered = datums(scene.city)
    columns = st.columns([2, 2, 2] if len(offered) > 1 else [1, 1], gap="small")
    with columns[0]:
        x = st.number_input(scene.say("report.lon"), key=_X, format="%.6f", step=0.0001)
    with columns[1]:
        y = st.number_input(scene.say("report.lat"), key=_Y, format="%.6f", step=0.0001)
    datum = offered[0]
    if len(offered) > 1:
        with columns[2]:
            datum = st.selectbox(
                scene.say("report.datum"),
                offered,
                key="report-datum",
                format_func=lambda code: scene.say(f"report.datum_{code}"),
            )
    try:
        words, inside = place_sentence(scene, float(x), float(y), datum)
    except XunjieError:
        words, inside = scene.say("report.bad_place"), False
    st.html(tag("p", words, cls="xj-say good" if inside else "xj-say", role="status"))
    _problem(problems, "place")


def _person(scene: Scene, problems: dict[str, str]) -> None:
    """Who told of it, where that is somebody else: kept apart from the log."""
    wrong = any(name in problems for name in _NAMES)
    with st.expander(scene.say("report.reporter"), expanded=wrong):
        st.html(tag("p", scene.say("report.reporter_note"), cls="xj-cap"))
        for column, name, most in zip(st.columns(2, gap="small"), _NAMES, (MAX_NAME, MAX_PHONE), strict=True):
            with column:
                st.text_input(scene.say(f"report.{name}"), key=f"report-{name}", max_chars=most, autocomplete="off")
                _problem(problems, name)


def _problem(problems: dict[str, str], field: str) -> None:
    if field in problems:
        st.html(tag("p", problems[field], cls="xj-say bad", role="alert"))


def _send() -> None:
    """Submit the form once: the UUID in the session makes a second click the same report."""
    scene = open_scene()
    state: Any = st.session_state
    if state.get(_DONE) or not scene.may(Action.REPORT):
        return
    if not state.get("report-type"):
        state["report-problems"] = {"type": scene.say("report.missing_type")}
        return
    draft = IssueDraft(
        register=scene.city.campaign().default_register,
        type=state["report-type"],
        geometry=Point(float(state[_X]), float(state[_Y])),
        datum=state.get("report-datum") or "wgs84",
        id=state[_ID],
        campaign=scene.city.current_campaign,
        description=state.get(_TEXTS[0]) or "",
        address=state.get(_TEXTS[1]) or "",
        reporter=scene.viewer.account,
        reporter_name=state.get(_PERSON[0]) or None,
        reporter_phone=state.get(_PERSON[1]) or None,
    )
    try:
        [receipt] = in_one_thread(lambda: scene.runtime.submit([draft], actor=scene.viewer.account))
    except BadValueError as error:
        field = error.key if f"report-{error.key}" in (*_TEXTS, *_PERSON) else "place"
        state["report-problems"] = {field: scene.say(f"report.bad_{field}")}
    except ConflictError:
        state[_ID] = str(uuid.uuid4())
        state["report-problems"] = {"form": scene.say("report.conflict")}
    except StoreError:
        state["report-problems"] = {"form": scene.say("report.not_stored")}
    else:
        state[_DONE] = receipt.number


def _again() -> None:
    for key in (_DONE, _ID, "report-type", *_TEXTS, *_PERSON):
        st.session_state.pop(key, None)
