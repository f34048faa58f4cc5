"""What is done to the ticked issues: choose, preview what would be refused and why, confirm; each exactly once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from data.bulk_acts import MOST, BulkAct, BulkWish, Previewed, numbers_of, previewed, wished_acts
from data.duties import duties_in_force
from geo.errors import XunjieError
from geo.iso_time import day_end
from geo.permissions import Action
from geo.queues import Queue
from ui import figures
from ui.markup import join, tag
from ui.one_thread import in_one_thread
from ui.refusals import refusal_words
from ui.saying import hush, say
from ui.scene import Scene, open_scene
from ui.who import unit_name

_CHOSEN, _PENDING, _KEY = "work-chosen", "work-pending", "work-key"
_SHOWN_REFUSALS = 12
BY_RULE = ""


def chosen_issues() -> dict[str, int]:
    """The ticked issues by UUID, with the version that was seen."""
    return dict(st.session_state.get(_CHOSEN) or {})


def tick(versions: Mapping[str, int], seen: frozenset[str], ticked: frozenset[str]) -> None:
    """Of the rows `seen` exactly `ticked` are chosen now; what was chosen on other pages stays, up to MOST."""
    kept = {code: version for code, version in chosen_issues().items() if code not in seen or code in ticked}
    fresh = {code: version for code, version in versions.items() if code in ticked and code not in kept}
    st.session_state[_CHOSEN] = dict(list({**kept, **fresh}.items())[:MOST])
    st.session_state.pop(_PENDING, None)
    hush("bulk")


def forget_choice() -> None:
    """Nothing is ticked, and no preview stands."""
    for key in (_CHOSEN, _PENDING):
        st.session_state.pop(key, None)
    hush("bulk")


def bulk_panel(scene: Scene, queue: Queue, rows: NDArray[np.intp], acts: tuple[BulkAct, ...]) -> None:
    """How many are chosen, what is to become of them, the preview and the confirmation."""
    chosen = chosen_issues()
    with st.container(key="bulkhead", horizontal=True, vertical_alignment="center"):
        words = scene.say("work.chosen", n=figures.count(len(chosen)))
        st.html(tag("p", tag("b", words), cls="xj-chosen", role="status"), width="content")
        most = min(len(rows), MOST)
        label = scene.say("work.choose_all" if len(rows) <= MOST else "work.choose_first", n=figures.count(most))
        st.button(label, key="choose-all", type="tertiary", on_click=_choose_all, args=(rows[:MOST],))
        if chosen:
            st.button(scene.say("work.choose_none"), key="choose-none", type="tertiary", on_click=forget_choice)
    if not chosen:
        st.html(tag("p", scene.say("work.choose_first_hint"), cls="xj-cap"))
        return
    pending = st.session_state.get(_PENDING)
    if pending is None:
        _wish_form(scene, queue, acts)
    else:
        _preview(scene, pending)


def _choose_all(rows: NDArray[np.intp]) -> None:
    details = open_scene().snapshot.records.of(rows)
    st.session_state[_CHOSEN] = dict(zip(details.id.tolist(), details.version.tolist(), strict=True))
    st.session_state.pop(_PENDING, None)
    hush("bulk")


def _wish_form(scene: Scene, queue: Queue, acts: tuple[BulkAct, ...]) -> None:
    kind = st.segmented_control(
        scene.say("work.act"),
        acts,
        default=acts[0],
        required=True,
        key=f"bulk-act-{queue.code}",
        label_visibility="collapsed",
        format_func=lambda code: scene.say(f"work.act_{code}"),
    )
    kind = BulkAct(kind or acts[0])
    with st.container(key="bulkfields", horizontal=True, vertical_alignment="bottom"):
        if kind in (BulkAct.DISPATCH, BulkAct.ASSIGN):
            st.selectbox(
                scene.say("case.field_department"),
                [BY_RULE, *assignable(scene)],
                key="bulk-unit",
                width=320,
                format_func=lambda code: scene.say("work.by_the_rules") if code == BY_RULE else unit_name(scene, code),
            )
        if kind in (BulkAct.EXTEND, BulkAct.DEFER):
            today = scene.as_of.date()
            st.date_input(
                scene.say("case.field_until" if kind is BulkAct.DEFER else "case.field_due_at"),
                today + timedelta(days=3),
                min_value=today,
                key="bulk-day",
                width=180,
                format="YYYY-MM-DD",
            )
            st.text_input(scene.say("case.field_note"), key="bulk-note", max_chars=500, width=380)
        st.button(scene.say("work.preview"), key="bulk-preview", type="primary", on_click=_ask, args=(str(kind),))


def assignable(scene: Scene) -> list[str]:
    """The codes of units to which issues can be given, in the organisation's order."""
    units = duties_in_force(scene.snapshot).organisation.units
    return [unit.code for unit in units if unit.takes_issues]


def _wish(scene: Scene, kind: BulkAct) -> BulkWish:
    state = st.session_state
    unit = str(state.get("bulk-unit") or "") if kind in (BulkAct.DISPATCH, BulkAct.ASSIGN) else ""
    day = state.get("bulk-day")
    at = day_end(day, scene.city.time_zone) if isinstance(day, date) else None
    dated = kind in (BulkAct.EXTEND, BulkAct.DEFER)
    return BulkWish(
        kind,
        unit=unit or None,
        note=str(state.get("bulk-note") or "").strip() if dated else "",
        until=at if kind is BulkAct.DEFER else None,
        due_at=at if kind is BulkAct.EXTEND else None,
    )


def _ask(kind: str) -> None:
    """Work out what would become of every chosen issue; nothing is written."""
    scene, state = open_scene(), st.session_state
    if not scene.may(Action.AMEND):
        return
    state[_KEY] = str(uuid.uuid4())
    hush("bulk")
    try:
        wish = _wish(scene, BulkAct(kind))
        acts, refused = wished_acts(scene.snapshot, chosen_issues(), wish, key=state[_KEY])
        outcomes = in_one_thread(lambda: scene.runtime.act_many(acts, actor=scene.viewer, preview=True))
        found = previewed(acts, outcomes, refused)
    except XunjieError as error:
        say("bulk", refusal_words(scene, error), good=False)
        return
    state[_PENDING] = {"kind": kind, "found": found}


def _preview(scene: Scene, pending: Mapping[str, Any]) -> None:
    found: Previewed = pending["found"]
    what = scene.say(f"work.act_{pending['kind']}")
    words = scene.say(
        "work.would", act=what, good=figures.count(len(found.good)), bad=figures.count(len(found.refused))
    )
    st.html(tag("p", words, cls="xj-say good" if found.good else "xj-say bad", role="status"))
    if found.refused:
        shown = found.refused[:_SHOWN_REFUSALS]
        numbers = numbers_of(scene.snapshot, [identity for identity, _ in shown])
        lines = [
            tag("li", tag("b", numbers.get(identity, identity)), " ", refusal_words(scene, error))
            for identity, error in shown
        ]
        more = len(found.refused) - len(shown)
        if more:
            lines.append(tag("li", scene.say("work.more_refused", n=figures.count(more))))
        st.html(tag("ul", join(lines), cls="xj-list refused"))
    with st.container(horizontal=True):
        if found.good:
            label = scene.say("work.confirm", act=what, n=figures.count(len(found.good)))
            st.button(label, key="bulk-confirm", type="primary", on_click=_confirm)
        st.button(scene.say("work.back"), key="bulk-back", on_click=_back)


def _back() -> None:
    st.session_state.pop(_PENDING, None)


def _confirm() -> None:
    """Make exactly the acts that were previewed: a second click sends the same UUIDs, which are made once."""
    scene, state = open_scene(), st.session_state
    pending = state.get(_PENDING)
    if pending is None or not scene.may(Action.AMEND):
        return
    found: Previewed = pending["found"]
    try:
        in_one_thread(lambda: scene.runtime.act_many(found.acts, actor=scene.viewer))
    except XunjieError as error:
        state.pop(_PENDING, None)
        words = scene.say("work.none_made", why=refusal_words(scene, error))
        say("bulk", words, good=False)
        return
    left = {code: version for code, version in chosen_issues().items() if code not in set(found.good)}
    state[_CHOSEN] = left
    state.pop(_PENDING, None)
    done = scene.say("work.done", act=scene.say(f"work.act_{pending['kind']}"), n=figures.count(len(found.good)))
    say("bulk", done)
