"""Deadlines that pass while nobody does anything: open streams are told at the end of that very step of the clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from api import passing
from data.campaign_clock import STEP
from geo.clock import NEVER, to_us
from geo.lifecycle import Status
from tests.small_city import small_city

BEGAN = datetime(2026, 11, 23, 22, 27, 30, tzinfo=UTC)


def source(*issues: tuple[str, Status, datetime | None]) -> Any:
    """As much of a Runtime as is asked for: issues by campaign, state and deadline. The clock of `first` stands."""
    city = small_city()
    table = SimpleNamespace(
        campaign=np.array([city.campaign_index[code] for code, _, _ in issues], np.int16),
        status=np.array([int(status) for _, status, _ in issues], np.int8),
        due_us=np.array([NEVER if due is None else to_us(due) for _, _, due in issues], np.int64),
    )
    return SimpleNamespace(snapshot=SimpleNamespace(city=city, issues=table))


def told_at(monkeypatch: pytest.MonkeyPatch, running: Any, *, steps: int) -> list[int]:
    """In which of the first `steps` steps after BEGAN pages are told."""
    now, told = BEGAN, []

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return now

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += timedelta(seconds=seconds)
        if now > BEGAN + steps * STEP:
            raise asyncio.CancelledError

    monkeypatch.setattr(passing, "datetime", Clock)
    monkeypatch.setattr(passing.asyncio, "sleep", sleep)

    def tell() -> None:
        told.append((now - BEGAN) // STEP)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(passing.tell_of_what_falls_due(running, tell))
    return told


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-1, []), (0, [1]), (9.999999, [1]), (10, [2]), (35, [4]), (49, [5]), (50, [])],
)
def test_pages_are_told_once_when_the_step_ends_in_which_a_deadline_passed(
    monkeypatch: pytest.MonkeyPatch, seconds: float, expected: list[int]
) -> None:
    running = source(("second", Status.HANDLING, BEGAN + timedelta(seconds=seconds)))
    assert told_at(monkeypatch, running, steps=5) == expected


@pytest.mark.parametrize(
    ("campaign", "status", "due"),
    [
        ("second", Status.CLOSED, BEGAN + timedelta(seconds=5)),
        ("second", Status.REJECTED, BEGAN + timedelta(seconds=5)),
        ("second", Status.REPORTED, None),
        ("first", Status.HANDLING, BEGAN + timedelta(seconds=5)),  # where the clock stands nothing passes
    ],
)
def test_nobody_is_told_of_what_cannot_be_overdue(
    monkeypatch: pytest.MonkeyPatch, campaign: str, status: Status, due: datetime | None
) -> None:
    assert told_at(monkeypatch, source((campaign, status, due)), steps=3) == []


def test_a_city_whose_every_clock_stands_has_nothing_to_follow() -> None:
    city = small_city()
    assert passing.has_wall_clock(city)
    assert not passing.has_wall_clock(SimpleNamespace(campaigns=[city.campaign("first")]))  # type: ignore[arg-type]
