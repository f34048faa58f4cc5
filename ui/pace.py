"""How soon the open pages follow a new revision: at once while they are few, spread over seconds when they are many."""

from __future__ import annotations

from typing import Final
from weakref import WeakSet

import streamlit as st

FEW: Final = 8
RUN_MS: Final = 200
"""What a page that runs anew takes of the server, three times over: the rest is for what people ask meanwhile."""

_KEY: Final = "presence"


class _Presence:
    """Stands for one session: it is in its state, and gone with it."""


_present: WeakSet[_Presence] = WeakSet()


def sessions() -> int:
    """How many sessions are open; this one is counted from its first run on."""
    if _KEY not in st.session_state:
        mark = _Presence()
        _present.add(mark)
        st.session_state[_KEY] = mark
    return len(_present)


def follow_within_ms() -> int:
    """The time over which pages spread when all of them follow one change; 0 is at once."""
    return pace_of(sessions())


def pace_of(open_sessions: int) -> int:
    """The same for a number of sessions: as long as the server needs to run them all, one after another."""
    return 0 if open_sessions <= FEW else RUN_MS * open_sessions
