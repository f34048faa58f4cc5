"""The first page is drawn without pandas; what later pages need of it is loaded once, in a thread of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2.bidi_component import serialization
from streamlit.testing.v1 import AppTest

from ui import warming

MAIN = Path(__file__).resolve().parents[2] / "ui" / "main.py"


@pytest.mark.parametrize("name", ["main", "situation", "explore", "points"])
def test_no_component_is_given_what_streamlit_would_look_at_with_pandas(
    page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    asked: list[object] = []
    look = serialization.is_dataframe_like

    def noted(value: object) -> bool:
        asked.append(value)
        return look(value)

    monkeypatch.setattr(serialization, "is_dataframe_like", noted)
    if name == "main":
        program = AppTest.from_file(str(MAIN), default_timeout=60).run()
        assert not program.exception
    else:
        page(name)
    assert asked, "there are components of ours on the page"
    assert [value for value in asked if not isinstance(value, (tuple, str, int, float, bool, type(None)))] == []


def test_what_is_loaded_later_is_loaded_once_by_a_thread_that_does_not_hold_the_end_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warming, "AFTER_S", 0.0)
    monkeypatch.setattr(warming, "LATER", ("colorsys",))
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    warming.load_later.cache_clear()
    try:
        timer = warming.load_later()
        assert timer.daemon
        assert warming.load_later() is timer
        timer.join(10)
        assert "colorsys" in sys.modules
    finally:
        warming.load_later.cache_clear()
