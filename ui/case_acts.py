"""What this viewer may do to a case now, each with the fields that it needs; refused in words, stale with the
difference."""

from __future__ import annotations

import uuid
from typing import Any

import streamlit as st

from data.act_desk import IssueAct
from geo.errors import StaleError, XunjieError
from geo.lifecycle import Act, Amendment, Change
from geo.offered import is_withdrawal
from ui import address
from ui.act_fields import act_fields, option_of, options_of, wished
from ui.markup import tag
from ui.one_case import Case, open_case
from ui.one_thread import in_one_thread
from ui.refusals import difference_table, refusal_words, stale_of
from ui.saying import said, say
from ui.scene import open_scene

_PIN, _STALE, _TURN = "case-pin", "case-stale", "case-turn"


def case_acts(case: Case) -> None:
    """The choice of acts, the fields of the chosen one, its confirmation; or why there is none."""
    scene = case.scene
    st.html(tag("div", tag("h2", scene.say("case.acts")), cls="xj-h"))
    turn, pin = int(st.session_state.get(_TURN) or 0), st.session_state.get(_PIN)
    # A refusal belongs to the attempt, a success to the fresh choice after it.
    said(f"case {case.id} {turn}" if pin is None else f"case {pin['key']}", keep=True)
    stale: StaleError | None = st.session_state.get(_STALE)
    if stale is not None and stale.issue == case.id:
        st.html(difference_table(scene, stale))
        st.button(scene.say("case.look_again"), key="case-again", type="primary", on_click=_start_afresh)
        return
    options = options_of(case)
    if not options:
        st.html(tag("p", scene.say("case.nothing_now" if scene.is_now else "work.looking_back"), cls="xj-cap"))
        return
    chosen = st.pills(
        scene.say("case.acts"),
        list(options),
        key=f"case-act-{case.id}-{turn}",
        label_visibility="collapsed",
        format_func=lambda code: _label(case, options[code]) if code in options else "",
    )
    if chosen is None or chosen not in options:
        st.html(tag("p", scene.say("case.choose_act"), cls="xj-cap"))
        st.session_state.pop(_PIN, None)
        return
    pin = _pinned(case, chosen)
    rule = options[chosen]
    if pin["version"] != case.version:
        st.html(tag("p", scene.say("case.changed_meanwhile"), cls="xj-say", role="status"))
        st.button(scene.say("case.look_again"), key="case-again", on_click=_start_afresh)
    act_fields(case, rule, turn)
    st.button(_label(case, rule), key="case-confirm", type="primary", on_click=_confirm)


def _label(case: Case, rule: Change | Amendment) -> str:
    if isinstance(rule, Amendment):
        grants = rule.act is Act.EXTEND and case.asking is not None
        return case.scene.say("case.act_grant" if grants else f"case.act_{rule.act}")
    if is_withdrawal(rule, case.scene.viewer, case.subject):
        return case.scene.say("case.withdraw")
    return case.scene.say(f"case.step_{rule.before.name}_{rule.after.name}")


def _pinned(case: Case, chosen: str) -> dict[str, Any]:
    """The version that the viewer saw when they chose, and the UUID under which the act is made once."""
    pin = st.session_state.get(_PIN)
    if pin is None or (pin["issue"], pin["option"]) != (case.id, chosen):
        pin = {"issue": case.id, "option": chosen, "version": case.version, "key": str(uuid.uuid4())}
        st.session_state[_PIN] = pin
    return dict(pin)


def _start_afresh() -> None:
    for key in (_PIN, _STALE):
        st.session_state.pop(key, None)
    st.session_state[_TURN] = int(st.session_state.get(_TURN) or 0) + 1


def _confirm() -> None:
    """Make the act from the version that was seen; a second click sends the same UUIDs."""
    scene, state = open_scene(), st.session_state
    pin = state.get(_PIN)
    if pin is None:
        return
    try:
        case = open_case(scene, address.view("issue"))
        if pin["issue"] != case.id:
            return
        rule = option_of(case, pin["option"])
        label = _label(case, rule)
        acts: list[IssueAct] = wished(case, rule, int(state.get(_TURN) or 0), version=pin["version"], key=pin["key"])
        in_one_thread(lambda: scene.runtime.act_many(acts, actor=scene.viewer))
    except XunjieError as error:
        stale = stale_of(error)
        if stale is not None:
            state[_STALE] = stale
        say(f"case {pin['key']}", refusal_words(scene, error), good=False)
        return
    _start_afresh()
    say(f"case {case.id} {state[_TURN]}", scene.say("case.done", act=label))
