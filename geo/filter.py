"""The filter: one frozen value that says which issues (and which points) are meant, the same on every road."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from geo.access import WHOLE, Scope


@dataclass(frozen=True, slots=True)
class IssueFilter:
    """Which issues are meant. An empty tuple means "any"; OR within a key, AND between keys.

    `register` is one register of `campaign`: registers are never added. `since` is inclusive and `until` exclusive,
    both on the time of report; `as_of` is inclusive: what was reported later is not there, and states are those of
    that moment. `bbox` is west, south, east, north in WGS-84 and means "intersects". Rejected issues match only
    where `statuses` or `stages` asks for them. `roads` and `subdistricts` are codes; "-" means unsnapped / outside,
    and among `departments` assigned to none.
    Only `campaign`, `subdistricts`, `roads`, `bbox`, `as_of` and `site_classes` concern points; the last concerns
    nothing else. `within` is what the asker may see of all this: it bounds issues and points alike, and stands in no
    address.
    """

    campaign: str
    register: str
    as_of: datetime
    types: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    subdistricts: tuple[str, ...] = ()
    roads: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    bbox: tuple[float, float, float, float] | None = None
    text: str = ""
    site_classes: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    within: Scope = WHOLE

    @property
    def place(self) -> Scope:
        """What the asker may see, less what lies outside the subdistricts that the filter names."""
        named = self.subdistricts
        return self.within.narrowed(Scope(subdistricts=frozenset(named))) if named else self.within
