"""The keys of somebody's programs, a line for each with the button that revokes it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data.access.access import wall_us
from data.access.people import Token
from geo.errors import NotFoundError, StoreError
from geo.permissions import Action
from ui.markup import tag
from ui.people_words import roles_words, scope_words, wall_words
from ui.saying import say
from ui.scene import Scene, open_scene

_MOST = 30


def token_list(scene: Scene, tokens: Sequence[Token], *, of: str | None = None) -> None:
    """Those in force first, then the ended ones; `of`: the account whose they are, for administrators."""
    now_us = wall_us()
    if not tokens:
        st.html(tag("p", scene.say("account.no_tokens"), cls="xj-cap"))
    for token in sorted(tokens, key=lambda one: not _in_force(one, now_us))[:_MOST]:
        _line(scene, token, of, is_open=_in_force(token, now_us))


def _in_force(token: Token, now_us: int) -> bool:
    return token.revoked_us is None and now_us < token.expires_us


def _line(scene: Scene, token: Token, of: str | None, *, is_open: bool) -> None:
    used = wall_words(scene, token.used_us) if token.used_us is not None else scene.say("account.never")
    state = "token_line" if is_open else "token_expired" if token.revoked_us is None else "token_revoked"
    line = scene.say(
        f"account.{state}",
        made=wall_words(scene, token.made_us),
        expires=wall_words(scene, token.expires_us),
        revoked=wall_words(scene, token.revoked_us),
        used=used,
    )
    rights = f"{roles_words(scene, token.roles)} · {scope_words(scene, token.scope)}"
    cls = "xj-line" if is_open else "xj-line past"
    with st.container(key=f"line-{token.id}", horizontal=True, vertical_alignment="center"):
        st.html(tag("div", tag("b", token.name), tag("small", rights), tag("small", line), cls=cls), width="stretch")
        if is_open:
            words, more = scene.say("account.revoke"), scene.say("account.revoke_help", name=token.name)
            st.button(words, key=f"revoke-{token.id}", help=more, on_click=_revoke, args=(of, token.id, token.name))


def _revoke(of: str | None, identity: str, name: str) -> None:
    """Revoke a token of the viewer's; one of somebody else's only as who manages people."""
    scene = open_scene()
    form = "tokens" if of is None else "edit-access"
    if of is not None and not scene.may(Action.MANAGE_PEOPLE):
        return
    try:
        viewer = scene.viewer.account
        scene.runtime.access.revoke_token(identity, by=viewer, account=of or viewer)
    except NotFoundError:
        pass  # it was revoked already: what was wanted
    except StoreError:
        say(form, scene.say("people.not_stored"), good=False)
        return
    say(form, scene.say("account.revoked", name=name))
