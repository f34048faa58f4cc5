"""The forms of random draws: announce one, make one that was announced, record what was found of a drawn issue."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import streamlit as st

from data.documents.draw_book import MOST_DRAWN, DrawRecord
from data.inspecting.drawing import announce_draw, make_draw, new_seed, record_check
from data.inspecting.frames import STRATA_OF
from geo.draw import SEED_LEAST
from ui.markup import tag
from ui.saying import say, tried, who
from ui.scene import Scene, open_scene

WHICH = "draw-which"
_SEED, _WORD, _ID = "draw-seed", "draw-word", "draw-id"


def announcing(scene: Scene) -> None:
    """The form of a new draw; its seed is shown here and nowhere else until it is drawn."""
    state = st.session_state
    state.setdefault(_SEED, new_seed())
    state.setdefault(_ID, str(uuid.uuid4()))
    subject = st.segmented_control(
        scene.say("inspections.subject"),
        tuple(STRATA_OF),
        default="points",
        required=True,
        key="draw-subject",
        format_func=lambda code: scene.say(f"inspections.subject_{code}"),
    )
    if subject == "issues":
        names = {register.code: register.name for register in scene.campaign.registers}
        st.selectbox(
            scene.say("core.filter_register"),
            list(names),
            key="draw-register",
            format_func=lambda code: scene.name(names[code]),
        )
    st.selectbox(
        scene.say("inspections.by"),
        STRATA_OF[str(subject or "points")],
        key="draw-by",
        format_func=lambda code: scene.say(f"inspections.by_{code}"),
    )
    st.number_input(scene.say("inspections.n_drawn"), 1, MOST_DRAWN, 40, key="draw-n")
    st.text_input(scene.say("inspections.draw_name"), key="draw-title", max_chars=60)
    st.html(tag("p", scene.say("inspections.seed_note"), cls="xj-cap"))
    st.code(str(state[_SEED]), language=None)
    st.button(scene.say("inspections.announce"), key="draw-announce", type="primary", on_click=_announce)


def _announce() -> None:
    scene, state = open_scene(), st.session_state
    subject = str(state["draw-subject"] or "points")
    outcome = tried(
        scene,
        "draw",
        lambda: announce_draw(
            scene.runtime,
            scene.snapshot,
            client_uuid=str(state[_ID]),
            actor=who(scene),
            seed=str(state[_SEED]),
            subject=subject,
            by=str(state["draw-by"]),
            n=int(state["draw-n"]),
            as_of=scene.moment,
            register=str(state["draw-register"]) if subject == "issues" else None,
            title=str(state.get("draw-title") or ""),
        ),
    )
    if outcome is None:
        return
    record = outcome[0]
    state[f"seed-of-{record.id}"] = state[_SEED]  # this session may go on to draw; nobody else knows it
    state[WHICH] = record.id
    for key in (_SEED, _ID):
        state.pop(key, None)
    say("draw", scene.say("inspections.announced", commitment=record.commitment[:16]))


def drawing(scene: Scene, record: DrawRecord) -> None:
    """The form that makes an announced draw: its seed, and the word said since."""
    key = f"{_SEED}-{record.id}"
    st.session_state.setdefault(key, st.session_state.get(f"seed-of-{record.id}", ""))
    st.session_state.setdefault(f"request-{record.id}", str(uuid.uuid4()))
    st.text_input(scene.say("inspections.draw_seed"), key=key, max_chars=200)
    st.text_input(
        scene.say("inspections.draw_word"),
        key=f"{_WORD}-{record.id}",
        max_chars=200,
        help=scene.say("inspections.word_help"),
    )
    ready = len(str(st.session_state[key])) >= SEED_LEAST
    st.button(
        scene.say("inspections.draw_now"),
        key="draw-now",
        type="primary",
        on_click=_draw,
        args=(record.id,),
        disabled=not ready,
    )


def _draw(identity: str) -> None:
    scene, state = open_scene(), st.session_state
    outcome = tried(
        scene,
        "draw",
        lambda: make_draw(
            scene.runtime,
            scene.snapshot,
            identity,
            client_uuid=str(state[f"request-{identity}"]),
            actor=who(scene),
            seed=str(state[f"{_SEED}-{identity}"]).strip(),
            word=str(state.get(f"{_WORD}-{identity}") or "").strip(),
            at=scene.moment,
        ),
    )
    if outcome is not None:
        say("draw", scene.say("inspections.was_drawn", n=len(outcome[0].drawn)))


def checking(scene: Scene, record: DrawRecord, left: Sequence[str]) -> None:
    """What was found of a drawn issue; `left` are those without a finding that the reader sees."""
    if not left:
        return
    details = scene.snapshot.records.of(scene.snapshot.rows_of(left))
    numbers = dict(zip(details.id, map(str, details.number), strict=True))
    st.selectbox(
        scene.say("inspections.check_which"),
        left,
        key="check-unit",
        format_func=lambda name: numbers.get(name, name),
    )
    st.text_input(scene.say("inspections.note"), key="check-note", max_chars=400)
    with st.container(horizontal=True):
        for holds in (True, False):
            words = scene.say("inspections.good_issues" if holds else "inspections.bad_issues")
            st.button(words, key=f"check-{holds}", on_click=_check, args=(record.id, holds))


def _check(identity: str, holds: bool) -> None:
    scene, state = open_scene(), st.session_state
    unit = str(state["check-unit"])
    made = tried(
        scene,
        "draw",
        lambda: record_check(
            scene.runtime,
            scene.snapshot,
            identity,
            unit,
            holds=holds,
            note=str(state.get("check-note") or ""),
            client_uuid=str(uuid.uuid4()),
            actor=who(scene),
        ),
    )
    if made is not None:
        state["check-note"] = ""
        say("draw", scene.say("inspections.check_said"))
