"""What a form says after it was sent: kept in the session until the page has shown it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, TypeVar

import streamlit as st

from geo.errors import BadValueError, ConflictError, NotFoundError, StaleError, StoreError
from geo.permissions import Action
from ui.markup import tag
from ui.scene import Scene
from ui.viewer import actor_of

_LOG = logging.getLogger("xunjie.ui")
T = TypeVar("T")
ACTOR: Final = "web form"


def said(form: str, *, keep: bool = False) -> None:
    """Show what `form` said last, and forget it; `keep` does not, on a page that draws itself anew with every
    revision: there every attempt has a name of its own, or the next one hushes it."""
    told = st.session_state.get(f"said-{form}")
    if not keep:
        st.session_state.pop(f"said-{form}", None)
    if told:
        good, words = told
        st.html(tag("p", words, cls="xj-say good" if good else "xj-say bad", role="status" if good else "alert"))


def hush(form: str) -> None:
    """Say no more of what `form` said."""
    st.session_state.pop(f"said-{form}", None)


def say(form: str, words: str, *, good: bool = True) -> None:
    """Have `form` say `words` when the page is drawn next."""
    st.session_state[f"said-{form}"] = (good, words)


def who(scene: Scene) -> str:
    """As whom the log keeps what this page's reader does."""
    return actor_of(scene.runtime, scene.viewer, ACTOR)


def tried(scene: Scene, form: str, work: Callable[[], T], *, action: Action = Action.INSPECT) -> T | None:
    """What `work` gives; None where it was refused (also because the reader may not do `action`), which the form then
    says in the reader's language."""
    if not scene.may(action):
        say(form, scene.say("inspections.not_yours"), good=False)
        return None
    try:
        return work()
    except StaleError as error:
        words = scene.say("inspections.stale", who=error.changed_by)
    except ConflictError:
        words = scene.say("inspections.conflict")
    except NotFoundError as error:
        words = scene.say("inspections.not_found", what=error.identity)
    except BadValueError as error:
        words = scene.say("inspections.bad_value", key=error.key, value=error.value, expected=error.expected)
    except StoreError as error:
        _LOG.warning("a form could not be stored: %s", error)
        words = scene.say("report.not_stored")
    say(form, words, good=False)
    return None
