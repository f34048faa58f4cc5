"""A button that opens the browser's print dialogue for the page as it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ui.scene import Scene

_ASSETS = Path(__file__).with_name("assets")


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component("xunjie_print", js=(_ASSETS / "printing.js").read_text(encoding="utf-8"))


def print_button(scene: Scene) -> None:
    """Draw it; paper gets the page without navigation and controls."""
    with st.container(key="print", width="content"):
        _component()(key="printing", data={"label": scene.say("core.print")})
