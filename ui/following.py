"""A page without a map follows the campaign by the same stream: it runs anew when there is a new revision."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from layers.map_page import live_worker_url
from ui.clock import clock_text
from ui.pace import follow_within_ms
from ui.scene import Scene

_ASSETS = Path(__file__).with_name("assets")


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component("xunjie_following", js=(_ASSETS / "following.js").read_text(encoding="utf-8"))


def follow(scene: Scene) -> None:
    """Run the page's fragment again with every revision newer than the scene's, at the pace of `ui.pace`."""
    _component()(
        key="following",
        data={
            "worker": live_worker_url(),
            "revision": scene.snapshot.revision,
            "pace": follow_within_ms(),
            "clock": (clock_text(scene),),
        },
        on_revision_change=_nothing,
    )


def _nothing() -> None:
    """A revision needs no answer but the run that this callback is part of."""
