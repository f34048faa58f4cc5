"""The form that makes a key for a program: what for, which roles, which part, how long; its secret is shown once."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from data.access.people import MAX_NAME, checked_name, checked_roles, checked_scope
from data.scope_codes import known_codes
from geo.errors import BadValueError, StoreError
from ui.markup import tag
from ui.names import subdistrict_name
from ui.saying import say
from ui.scene import Scene, open_scene

DAYS: Final = (7, 30, 90, 180, 366)
_SECRET: Final = "account-secret"  # noqa: S105 - a key of the session


def token_form(scene: Scene) -> None:
    """Name, time, roles and subdistricts; departments and groups are those of the owner."""
    mine = scene.viewer
    st.text_input(
        scene.say("account.token_name"),
        key="token-name",
        max_chars=MAX_NAME,
        autocomplete="off",
        placeholder=scene.say("account.token_name_hint"),
    )
    st.selectbox(
        scene.say("account.token_days"),
        DAYS,
        index=DAYS.index(90),
        key="token-days",
        format_func=lambda days: scene.say("account.days", n=days),
    )
    st.multiselect(
        scene.say("account.token_roles"),
        sorted(str(role) for role in mine.roles),
        key="token-roles",
        placeholder=scene.say("account.token_roles_hint"),
        format_func=lambda role: scene.say(f"people.role_{role}"),
    )
    reach = [code for code in scene.city.areas.codes if code in (mine.scope.subdistricts or scene.city.areas.codes)]
    st.multiselect(
        scene.say("account.token_areas"),
        reach,
        key="token-areas",
        placeholder=scene.say("account.token_areas_hint"),
        format_func=lambda code: subdistrict_name(scene, code),
    )
    st.button(scene.say("account.token_make"), key="token-make", type="primary", on_click=_make)


def fresh_token(scene: Scene) -> None:
    """The secret of the token that was just made, until its owner says that they have it or leaves the page."""
    kept = st.session_state.get(_SECRET)
    if not kept or kept[0] != scene.viewer.account:
        return
    _, name, secret = kept
    with st.container(key="secret"):
        st.html(tag("p", scene.say("account.token_shown", name=name), cls="xj-say good", role="status"))
        st.code(secret, language=None, wrap_lines=True)
        st.html(tag("p", scene.say("account.token_how"), " ", tag("code", "Authorization: Bearer xjt_…"), cls="xj-cap"))
        st.button(scene.say("account.token_kept"), key="token-kept", on_click=forget_secret)


def forget_secret() -> None:
    """Show it no more; nobody knows it from then on but who copied it."""
    st.session_state.pop(_SECRET, None)


def _make() -> None:
    scene, state = open_scene(), st.session_state
    viewer = scene.viewer
    areas = list(state.get("token-areas") or ())
    try:
        roles: Any = state.get("token-roles")
        token, secret = scene.runtime.access.make_token(
            viewer,
            name=checked_name(state.get("token-name")),
            roles=checked_roles(roles),
            scope=checked_scope(
                {"subdistricts": areas} if areas else None, known_codes(scene.snapshot), held=(viewer.scope,)
            ),
            days=int(state.get("token-days") or DAYS[0]),
        )
    except BadValueError as error:
        key = {"name": "account.token_bad_name", "roles": "account.token_bad_roles"}.get(error.key, "people.bad_scope")
        say("tokens", scene.say(key), good=False)
        return
    except StoreError:
        say("tokens", scene.say("people.not_stored"), good=False)
        return
    state[_SECRET] = (viewer.account, token.name, secret)
    state["token-name"], state["token-roles"], state["token-areas"] = "", [], []
