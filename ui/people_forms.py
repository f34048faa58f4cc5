"""The two forms of the page of people: a new account, and a change of one; each writes once, as who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from data.access.people import KINDS, Account, checked_login, checked_name, checked_roles, checked_scope
from data.scope_codes import known_codes
from geo.access import Role, Scope
from geo.errors import BadValueError, ConflictError, StoreError
from geo.permissions import Action
from ui.markup import tag
from ui.people_words import listed
from ui.saying import said
from ui.scene import Scene, open_scene
from ui.scope_fields import picked_scope, scope_field, unknown_codes
from ui.session_list import session_list
from ui.token_list import token_list


def new_form(scene: Scene) -> None:
    """Login, name, roles, scope and a first password."""
    st.html(tag("div", tag("h2", scene.say("people.new")), cls="xj-h"))
    _say(scene, "new")
    st.text_input(scene.say("people.column_login"), key="new-login", max_chars=64, autocomplete="off")
    st.text_input(scene.say("people.name"), key="new-name", max_chars=80, autocomplete="off")
    _rights(scene, "new", Scope())
    st.text_input(
        scene.say("people.new_password"),
        key="new-password",
        type="password",
        max_chars=200,
        autocomplete="new-password",
    )
    st.button(scene.say("people.make"), key="new-make", type="primary", on_click=_make)


def change_form(scene: Scene, accounts: list[Account]) -> None:
    """Choose an account: its name, roles and scope; let it in or not; end what it has open."""
    st.html(tag("div", tag("h2", scene.say("people.edit")), cls="xj-h"))
    _say(scene, "edit")
    by_id = {account.id: account for account in accounts}
    chosen = st.selectbox(
        scene.say("people.choose"),
        list(by_id),
        index=None,
        key="edit-account",
        format_func=lambda identity: f"{by_id[identity].login} · {by_id[identity].name}" if identity in by_id else "",
        on_change=_chosen,
    )
    if chosen is None or chosen not in by_id:
        return
    account = by_id[chosen]
    if account.id == scene.viewer.account:
        st.html(tag("p", scene.say("people.own"), cls="xj-say"))
        return
    st.text_input(scene.say("people.name"), key="edit-name", max_chars=80, autocomplete="off")
    _rights(scene, "edit", account.scope)
    strays = unknown_codes(scene, account.scope)
    if strays:
        words = scene.say("people.holds_unknown", n=len(strays), codes=listed(scene, strays))
        st.html(tag("p", words, cls="xj-say", role="status"))
    st.button(scene.say("people.save"), key="edit-save", type="primary", on_click=_save)
    with st.container(horizontal=True):
        words = scene.say("people.enable" if account.disabled else "people.disable")
        st.button(words, key="edit-disable", on_click=_let_in, args=(account.disabled,))
        st.button(scene.say("people.revoke"), key="edit-revoke", on_click=_revoke)
    st.html(tag("div", tag("h3", scene.say("account.their_access")), cls="xj-h"))
    said("edit-access")
    session_list(scene, scene.runtime.access.sessions(account.id), of=account.id)
    token_list(scene, scene.runtime.access.tokens(account.id), of=account.id)


def _rights(scene: Scene, form: str, scope: Scope) -> None:
    st.multiselect(
        scene.say("people.roles"),
        [str(role) for role in Role],
        key=f"{form}-roles",
        format_func=lambda role: scene.say(f"people.role_{role}"),
        placeholder="",
    )
    for kind in KINDS:
        held = getattr(scope, kind) or ()
        scope_field(scene, kind, key=f"{form}-{kind}", label=scene.say(f"people.{kind}"), held=held)


def _say(scene: Scene, form: str) -> None:
    told = st.session_state.pop(f"{form}-told", None)
    if told is not None:
        key, good, values = told
        words = scene.say(f"people.{key}", **values)
        st.html(tag("p", words, cls="xj-say good" if good else "xj-say bad", role="status" if good else "alert"))


def _chosen() -> None:
    """Put the chosen account's values into the fields."""
    scene, state = open_scene(), st.session_state
    identity = state.get("edit-account")
    account = next((one for one in scene.runtime.access.accounts() if one.id == identity), None)
    if account is None:
        return
    state["edit-name"], state["edit-roles"] = account.name, sorted(str(role) for role in account.roles)
    for kind in KINDS:
        state[f"edit-{kind}"] = sorted(getattr(account.scope, kind) or ())


def _scope(scene: Scene, form: str, *, held: tuple[Scope, ...] = ()) -> Scope:
    return checked_scope(picked_scope(form), known_codes(scene.snapshot), held=held)


def _make() -> None:
    def write(scene: Scene, state: Any) -> tuple[str, dict[str, Any]]:
        password = state.get("new-password") or None
        made = scene.runtime.access.add_account(
            by=scene.viewer.account,
            login=checked_login(state.get("new-login")),
            name=checked_name(state.get("new-name")),
            roles=checked_roles(state.get("new-roles")),
            scope=_scope(scene, "new"),
            password=password,
        )
        for field in ("login", "name", "password"):
            state[f"new-{field}"] = ""
        for field in ("roles", *KINDS):
            state[f"new-{field}"] = []
        return "made", {"login": made.login}

    _written("new", write)


def _save() -> None:
    def write(scene: Scene, state: Any) -> tuple[str, dict[str, Any]]:
        identity = _other(scene)
        changed = scene.runtime.access.change_account(
            identity,
            by=scene.viewer.account,
            name=checked_name(state.get("edit-name")),
            roles=checked_roles(state.get("edit-roles")),
            scope=_scope(scene, "edit", held=(scene.runtime.access.account(identity).scope,)),
        )
        return "saved", {"login": changed.login}

    _written("edit", write)


def _let_in(again: bool) -> None:
    def write(scene: Scene, _state: Any) -> tuple[str, dict[str, Any]]:
        changed = scene.runtime.access.change_account(_other(scene), by=scene.viewer.account, disabled=not again)
        return "saved", {"login": changed.login}

    _written("edit", write)


def _revoke() -> None:
    def write(scene: Scene, _state: Any) -> tuple[str, dict[str, Any]]:
        account = scene.runtime.access.account(_other(scene))
        count = scene.runtime.access.revoke_sessions(account.id, by=scene.viewer.account)
        return "revoked", {"login": account.login, "n": count}

    _written("edit", write)


def _other(scene: Scene) -> str:
    """The chosen account, which is not the viewer's own."""
    identity = str(st.session_state.get("edit-account"))
    if identity == scene.viewer.account:
        raise BadValueError("own", "…", "somebody else's account")
    return identity


def _written(form: str, write: Callable[[Scene, Any], tuple[str, dict[str, Any]]]) -> None:
    """Run a callback of a form, as a viewer who may, and keep what is to be said of it for the run that follows."""
    scene, state = open_scene(), st.session_state
    if not scene.may(Action.MANAGE_PEOPLE):
        return
    try:
        key, values = write(scene, state)
        state[f"{form}-told"] = (key, True, values)
    except BadValueError as error:
        field = "scope" if error.key in KINDS else error.key
        state[f"{form}-told"] = ("own" if field == "own" else f"bad_{field}", False, {})
    except ConflictError:
        state[f"{form}-told"] = ("last_administrator", False, {})
    except StoreError:
        state[f"{form}-told"] = ("not_stored", False, {})
