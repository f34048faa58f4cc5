"""Where somebody is signed in, a line for each session with the button that ends it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data.access.cookies import session_secret
from data.access.people import Session, secret_hash, session_name
from geo.errors import NotFoundError, StoreError
from geo.permissions import Action
from ui import figures
from ui.markup import tag
from ui.people_words import wall_words
from ui.saying import say
from ui.scene import Scene, open_scene

_MOST = 20


def own_session() -> str:
    """The name of the session that looks at this page; "" where nobody signed in."""
    secret = session_secret(st.context.cookies)
    return session_name(secret_hash(secret)) if secret else ""


def session_list(scene: Scene, sessions: Sequence[Session], *, own: str = "", of: str | None = None) -> None:
    """The sessions, the viewer's own one without a button; `of`: the account whose they are, for administrators."""
    if not sessions:
        st.html(tag("p", scene.say("account.no_sessions"), cls="xj-cap"))
    for session in sessions[:_MOST]:
        title = scene.say("account.this_session") if session.name == own else scene.say(f"account.way_{session.way}")
        line = scene.say(
            "account.session_line",
            made=wall_words(scene, session.made_us),
            seen=wall_words(scene, session.seen_us),
            ends=wall_words(scene, session.ends_us),
        )
        with st.container(key=f"line-{session.name}", horizontal=True, vertical_alignment="center"):
            st.html(tag("div", tag("b", title), tag("small", line), cls="xj-line"), width="stretch")
            if session.name != own:
                st.button(
                    scene.say("account.end"),
                    key=f"end-{session.name}",
                    help=scene.say("account.end_help", name=session.name),
                    on_click=_end,
                    args=(of, session.name),
                )


def end_buttons(scene: Scene, others: Sequence[Session]) -> None:
    """The button that ends all the viewer's sessions but this one."""
    if len(others) > 1:
        words = scene.say("account.end_others", n=figures.count(len(others)))
        st.button(words, key="end-others", on_click=_end, args=(None, None))


def _end(of: str | None, only: str | None) -> None:
    """End one session, or all of the viewer's but this one; of somebody else only as who manages people."""
    scene = open_scene()
    viewer, own = scene.viewer.account, own_session()
    form = "sessions" if of is None else "edit-access"
    if of is not None and not scene.may(Action.MANAGE_PEOPLE):
        return
    try:
        but = own if only is None else None
        count = scene.runtime.access.end_sessions(of or viewer, by=viewer, only=only, but=but)
    except NotFoundError:
        count = 0  # it had ended by itself: what was wanted
    except StoreError:
        say(form, scene.say("people.not_stored"), good=False)
        return
    say(form, scene.say("account.ended", n=figures.count(count)))
