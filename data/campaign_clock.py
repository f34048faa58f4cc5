"""What time it is in a campaign: its own clock where that stands still (a demo), else the wall clock, also in steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from geo.campaign import Campaign
from geo.clock import from_us

STEP: Final = timedelta(seconds=10)
"""On a wall clock who asks within such a step is answered for the same moment."""


def campaign_now(campaign: Campaign) -> datetime:
    """The campaign's moment, aware."""
    return campaign.clock or datetime.now(UTC)


def in_steps(exact: datetime, heard_us: int) -> datetime:
    """A moment of the wall clock at the beginning of its step. It never hides what has happened: it is not before the
    newest event (`heard_us`, microseconds; NEVER for none), and not after `exact`."""
    seconds = exact.second % STEP.seconds
    step = exact - timedelta(seconds=seconds, microseconds=exact.microsecond)
    heard = from_us(heard_us)
    return step if heard is None else min(exact, max(step, heard))
