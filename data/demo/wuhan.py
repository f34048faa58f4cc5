"""The demo of Wuhan: a synthetic city for measuring at scale, here as many as fill an empty store."""

from __future__ import annotations

from typing import Final

from data.demo.wuhan_issues import WuhanIssues
from data.intake.point_block import drafts_of
from data.records import CityRecords
from geo.city import City

LOADER: Final = "wuhan"
"""What `city.toml` calls this demo."""

DEFAULT_ISSUES: Final = 20_000
"""What an empty store is filled with when nobody says how many: enough to look at, loaded in seconds."""


def load_wuhan(city: City) -> CityRecords:
    """The first DEFAULT_ISSUES issues of the demo's seed, without points and visits."""
    drafts = [draft for block in WuhanIssues(city).blocks(DEFAULT_ISSUES) for draft in drafts_of(block, city)]
    return CityRecords(tuple(drafts), bulk=True)
