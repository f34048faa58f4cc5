"""What time it is in a campaign: its own clock where that stands still (a demo), else the wall clock."""

from __future__ import annotations

from datetime import UTC, datetime

from geo.campaign import Campaign


def campaign_now(campaign: Campaign) -> datetime:
    """The campaign's moment, aware."""
    return campaign.clock or datetime.now(UTC)
