"""Deadlines pass while nobody does anything: at the end of the step of the clock in which one has, pages are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from data.campaign_clock import STEP, in_steps
from data.runtime import Runtime
from data.snapshot import Snapshot
from geo.city import City
from geo.clock import NEVER, to_us
from geo.overdue import fell_due


def has_wall_clock(city: City) -> bool:
    """Whether the clock of any campaign goes on."""
    return any(campaign.clock is None for campaign in city.campaigns)


async def tell_of_what_falls_due(source: Runtime, tell: Callable[[], None]) -> None:
    """Call `tell` at the end of each step of the wall clock in which an open issue has become overdue. Never ends."""
    loop, before = asyncio.get_running_loop(), _step()
    while True:
        await asyncio.sleep((before + STEP - datetime.now(UTC)).total_seconds())
        moment = _step()
        if moment > before:
            if await loop.run_in_executor(None, _any_fell_due, source.snapshot, before, moment):
                tell()
            before = moment


def _step() -> datetime:
    return in_steps(datetime.now(UTC), NEVER)


def _any_fell_due(snapshot: Snapshot, after: datetime, until: datetime) -> bool:
    going_on = np.array([campaign.clock is None for campaign in snapshot.city.campaigns])
    return fell_due(snapshot.issues, going_on, to_us(after), to_us(until))
