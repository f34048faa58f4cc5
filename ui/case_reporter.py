"""Who reported a case, where somebody is named: shown on request to who may see it, every look logged; and erased."""

from __future__ import annotations

from typing import Final

import streamlit as st

from data.store.personal import KINDS, reference
from geo.errors import NotFoundError, StoreError, XunjieError
from geo.permissions import Action, may
from ui import address
from ui.markup import Html, join, tag
from ui.one_case import Case, open_case
from ui.one_thread import in_one_thread
from ui.refusals import refusal_words
from ui.saying import said, say
from ui.scene import open_scene

_SHOWN: Final = "reporter-shown"  # the case whose reporter this session looks at


def case_reporter(case: Case) -> None:
    """Nothing where nobody is named, or not to this viewer."""
    scene = case.scene
    if not _may_look(case):
        return
    form = f"reporter {case.id}"
    with st.container(key="reporter"):
        title = tag("b", scene.say("case.reporter"))
        st.html(tag("p", title, " ", tag("small", scene.say("case.reporter_protected")), cls="xj-cap"))
        said(form)
        if st.session_state.get(_SHOWN) != case.id:
            st.button(scene.say("case.reporter_show"), key="reporter-show", icon=":material/lock:", on_click=_look)
            return
        st.html(tag("dl", join(_facts(case)), cls="xj-casefacts"))
        with st.container(horizontal=True):
            st.button(scene.say("case.reporter_hide"), key="reporter-hide", on_click=_hide)
            if scene.may(Action.ASSIGN):
                with st.popover(scene.say("case.reporter_erase")):
                    st.html(tag("p", scene.say("case.reporter_erase_note"), cls="xj-cap"))
                    st.text_input(scene.say("case.reporter_reason"), key="reporter-reason", max_chars=200)
                    st.button(scene.say("case.reporter_erase_now"), key="reporter-erase", on_click=_erase)


def _may_look(case: Case) -> bool:
    return case.standing.reporter == reference(case.id) and may(case.scene.viewer, Action.SEE_PROTECTED, case.subject)


def _facts(case: Case) -> list[Html]:
    scene, ref = case.scene, reference(case.id)
    known = scene.runtime.persons([ref]).get(ref, {})
    facts = []
    for kind in KINDS:
        if kind not in known:
            continue
        value = known[kind]
        shown = tag("small", scene.say("case.reporter_erased")) if value is None else value
        facts.append(tag("div", tag("dt", scene.say(f"case.reporter_{kind}")), tag("dd", shown)))
    return facts


def _look() -> None:
    """The look is in the log before anything is shown."""
    scene = open_scene()
    try:
        case = open_case(scene, address.view("issue"))
    except NotFoundError:
        return
    if not _may_look(case):
        return
    try:
        scene.runtime.access.saw_protected(scene.viewer, "reporter", case.id)
    except StoreError:
        say(f"reporter {case.id}", scene.say("people.not_stored"), good=False)
        return
    st.session_state[_SHOWN] = case.id


def _erase() -> None:
    """Forget name and phone, with a reason; the issue and its story stay."""
    scene, reason = open_scene(), str(st.session_state.get("reporter-reason") or "").strip()
    try:
        case = open_case(scene, address.view("issue"))
        if not (_may_look(case) and scene.may(Action.ASSIGN)):
            return
        if not reason:
            say(f"reporter {case.id}", scene.say("case.reporter_no_reason"), good=False)
            return
        ref = reference(case.id)
        in_one_thread(lambda: scene.runtime.erase_person(ref, actor=scene.viewer.account, note=reason))
    except XunjieError as error:
        say(f"reporter {address.view('issue')}", refusal_words(scene, error), good=False)
        return
    say(f"reporter {case.id}", scene.say("case.reporter_is_erased"))


def _hide() -> None:
    st.session_state.pop(_SHOWN, None)
