"""Who looks at a page: asked anew at the top of every run, so that what was revoked is revoked for open pages too."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import streamlit as st

from data.access.cookies import ROLE_COOKIE, session_secret
from data.access.demo_persons import demo_person
from data.duties import ruled
from data.runtime import Runtime
from geo.access import Viewer
from geo.text import Language
from i18n import translate
from ui.markup import tag

_CHANGED: Final = "password-changed"


def viewer_of(served: Runtime) -> Viewer | None:
    """The viewer of this run; None for a session that has ended. StoreError where it cannot be told."""
    cookies = st.context.cookies
    if not served.settings.access.is_on:
        return demo_person(cookies.get(ROLE_COOKIE), served.city.areas.codes)
    secret = session_secret(cookies)
    viewer = served.access.viewer(secret) if secret else None
    return None if viewer is None else ruled(served.snapshot, viewer)


def sign_in_again(language: Language) -> None:
    """Say that the session has ended, with the way back; nothing else of the page is drawn."""
    there = "/sign-in?" + urlencode({"lang": language})
    link = tag("a", translate("people.sign_in", language), href=there, target="_self")
    words = "account.password_changed" if st.session_state.get(_CHANGED) else "people.ended"
    st.html(tag("p", translate(words, language), " ", link, cls="xj-say", role="alert"))


def password_changed() -> None:
    """The viewer has changed their password, which ends their sessions: say that instead."""
    st.session_state[_CHANGED] = True


def actor_of(served: Runtime, viewer: Viewer, otherwise: str) -> str:
    """As whom the log keeps what this viewer does; `otherwise` where nobody signs in."""
    return viewer.account if served.settings.access.is_on else otherwise
