"""The moment of a question: the demo's clock as it stands, a wall clock in steps that hide nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from api.identity import ACTION, VIEWER
from api.question import moment, read_question
from data.access.demo_persons import demo_person
from geo.clock import NEVER, to_us
from geo.permissions import Action
from tests.small_city import CLOCK, small_city

WALL = datetime(2026, 11, 23, 22, 27, 37, 500_000, tzinfo=UTC)


def running(now: datetime, *events: datetime) -> Any:
    """As much of a Runtime as `moment` asks for, with the wall clock at `now`; each look moves it by a second."""
    clock = iter(now + timedelta(seconds=step) for step in range(1000))
    city = small_city()

    def look(code: str) -> datetime:
        return city.campaign(code).clock or next(clock)

    heard_us = max(map(to_us, events), default=NEVER)
    return SimpleNamespace(city=city, now=look, snapshot=SimpleNamespace(heard_us=heard_us))


def test_a_demo_s_clock_is_taken_as_it_stands() -> None:
    source = running(WALL)
    assert moment(source)(source.city.campaign("first")) == CLOCK


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), WALL.replace(second=30, microsecond=0)),
        ((WALL - timedelta(hours=1),), WALL.replace(second=30, microsecond=0)),
        ((WALL - timedelta(seconds=2),), WALL - timedelta(seconds=2)),
        ((WALL + timedelta(hours=1),), WALL),
    ],
)
def test_a_wall_clock_goes_in_steps_that_hide_no_event(events: tuple[datetime, ...], expected: datetime) -> None:
    source = running(WALL, *events)
    assert moment(source)(source.city.campaign("second")) == expected


def test_one_request_has_one_moment() -> None:
    source = running(WALL, WALL - timedelta(days=1), WALL + timedelta(days=1))
    now, campaign = moment(source), source.city.campaign("second")
    assert now(campaign) == now(campaign)
    assert moment(source)(campaign) > now(campaign)


@pytest.mark.parametrize(("ahead", "same"), [(timedelta(hours=-1), True), (timedelta(minutes=1), False)])
def test_a_past_moment_is_another_question_once_a_later_event_has_come_due(ahead: timedelta, same: bool) -> None:
    """Registers stand at the present whatever `as_of` says: an event dated a minute ahead changes them in a minute."""
    seen_by = {VIEWER: demo_person(None, ()), ACTION: Action.SEE_AGGREGATES}
    asked: Any = SimpleNamespace(query_params=QueryParams("campaign=second&as_of=2026-11-01"), scope=seen_by)
    early, late = (
        read_question(asked, running(WALL + later, WALL + ahead)).identity
        for later in (timedelta(0), timedelta(hours=1))
    )
    assert (early == late) is same
