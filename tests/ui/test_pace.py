"""Few open pages follow a change at once; many spread themselves over the time that the server needs for them."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

from ui import pace


def test_few_pages_follow_at_once_and_many_as_fast_as_they_can_all_be_served() -> None:
    assert [pace.pace_of(n) for n in (1, pace.FEW)] == [0, 0]
    assert pace.pace_of(50) == 50 * pace.RUN_MS
    assert pace.pace_of(100) == 2 * pace.pace_of(50)


def test_a_session_counts_once_and_no_longer_when_it_is_gone(
    page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    gc.collect()
    before = len(pace._present)
    first = page("situation")
    first.run()
    second = page("points")
    assert len(pace._present) == before + 2
    assert first.component("map-situation")["pace"] == pace.pace_of(before + 1)
    monkeypatch.setattr(pace, "FEW", 0)
    assert second.run().component("map-points")["pace"] == pace.RUN_MS * (before + 2)
    del first, second
    gc.collect()
    assert len(pace._present) == before
