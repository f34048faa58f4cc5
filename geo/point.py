"""An inspection point and the visits that say whether it complies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """One inspection of one point. `score` is out of 100, None where the city gives none."""

    id: str
    point: str
    at: datetime
    kind: str  # announced | unannounced | recheck
    compliant: bool
    score: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class InspectionPoint:
    """A place that is inspected. `lon`/`lat` (WGS-84) are None where no position is known: counted, not drawn."""

    code: str
    name: str
    site_class: str
    lon: float | None
    lat: float | None
    task: str | None = None
    steward: str = ""
    campaign: str | None = None
    synthetic: bool = False
    approximate: bool = False
