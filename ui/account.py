"""My account: who one is here, a password of one's own, where one is signed in, and the keys of one's programs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from data.access.people import Account
from geo.errors import BadValueError, BusyError, NotFoundError, StoreError
from geo.permissions import Action
from ui.guard import guarded
from ui.markup import Html, join, tag
from ui.people_words import roles_words, scope_words
from ui.saying import said, say
from ui.scene import Scene, open_scene
from ui.session_list import end_buttons, own_session, session_list
from ui.token_form import fresh_token, token_form
from ui.token_list import token_list
from ui.viewer import password_changed

_FIELDS = ("old", "new", "again")


@st.fragment
@guarded
def page() -> None:
    """Person and sessions on the left; the keys of programs on the right."""
    scene = open_scene()
    if not scene.may(Action.OWN):
        return
    st.html(tag("div", tag("h1", scene.say("core.page_account")), cls="xj-h"))
    if not scene.runtime.settings.access.is_on:
        st.html(tag("p", scene.say("account.no_login"), cls="xj-say", role="status"))
        return
    account = scene.runtime.access.account(scene.viewer.account)
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        with left:
            with st.container(key="panel-person"):
                _person(scene, account)
            with st.container(key="panel-ownsessions"):
                _sessions(scene)
            if account.has_password:
                with st.container(key="panel-password"):
                    _password(scene)
        with right, st.container(key="panel-owntokens"):
            _tokens(scene)


def _person(scene: Scene, account: Account) -> None:
    facts = (
        ("people.column_login", account.login),
        ("people.column_roles", roles_words(scene, account.roles)),
        ("people.column_scope", scope_words(scene, account.scope)),
        ("account.reference", account.id),
    )
    pairs = (tag("div", tag("dt", scene.say(key)), tag("dd", value)) for key, value in facts)
    st.html(tag("div", tag("h2", account.name), cls="xj-h"))
    st.html(tag("dl", join(pairs), cls="xj-casefacts"))
    st.html(tag("p", scene.say("account.rights_note"), cls="xj-cap"))


def _sessions(scene: Scene) -> None:
    own = own_session()
    sessions = scene.runtime.access.sessions(scene.viewer.account)
    st.html(_heading(scene, "sessions", "sessions_note"))
    said("sessions")
    session_list(scene, sessions, own=own)
    others = [session for session in sessions if session.name != own]
    end_buttons(scene, others)


def _tokens(scene: Scene) -> None:
    tokens = scene.runtime.access.tokens(scene.viewer.account)
    st.html(_heading(scene, "tokens", "tokens_note"))
    said("tokens")
    fresh_token(scene)
    token_list(scene, tokens)
    with st.expander(scene.say("account.new_token"), expanded=not tokens):
        token_form(scene)


def _password(scene: Scene) -> None:
    st.html(_heading(scene, "password", "password_note"))
    said("own-password")
    with st.form("own-password-form", border=False):  # all three are sent together, and by Enter too
        for field, complete in zip(_FIELDS, ("current-password", "new-password", "new-password"), strict=True):
            st.text_input(
                scene.say(f"account.password_{field}"),
                key=f"password-{field}",
                type="password",
                max_chars=200,
                autocomplete=complete,
            )
        words = scene.say("account.password_change")
        st.form_submit_button(words, key="password-change", on_click=_change_password)


def _change_password() -> None:
    """Every session ends with the old password, this one too: the run that follows shows the way back in."""
    scene, state = open_scene(), st.session_state
    old, new, again = (str(state.get(f"password-{field}") or "") for field in _FIELDS)
    problem = _refused(scene, old, new, again)
    for field in _FIELDS:
        state[f"password-{field}"] = ""
    if problem:
        say("own-password", scene.say(problem), good=False)
    else:
        password_changed()


def _refused(scene: Scene, old: str, new: str, again: str) -> str:
    """What was wrong, as an entry of the catalogue; "" where the password is changed."""
    if new != again:
        return "account.password_differs"
    try:
        right = scene.runtime.access.change_password(scene.viewer.account, old, new)
    except BadValueError:
        return "people.bad_password"
    except BusyError:
        return "people.busy"
    except (StoreError, NotFoundError):
        return "people.not_stored"
    return "" if right else "account.password_wrong"


def _heading(scene: Scene, title: str, note: str) -> Html:
    words: tuple[Any, ...] = (tag("h2", scene.say(f"account.{title}")), tag("small", scene.say(f"account.{note}")))
    return tag("div", *words, cls="xj-h wraps")
