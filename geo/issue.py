"""An issue as it arrives (a draft): what was seen, where, when, and by which datum its coordinates are meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shapely.geometry.base import BaseGeometry

from geo.lifecycle import Status

MAX_DESCRIPTION = 2_000
MAX_ADDRESS = 200
MAX_NUMBER = 40
UNNAMED = "reporter"
"""The reporter of a report that names none."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A dated change of status, by whom, with what was said or shown."""

    status: Status
    at: datetime
    actor: str
    note: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class IssueDraft:
    """What intake takes. `geometry` (point, line or polygon) is in the coordinates of `datum`, x before y.

    `id` None gets a fresh UUID; `reported_at` None gets the campaign's now; `due_at` None is worked out from the
    type's deadline; `number` None gets the next one. `history` holds what happened after REPORTED, in order.
    `reporter` is a reference (an account, a ledger); a person's name and phone are kept apart from the log, under a
    reference that then takes its place.
    """

    register: str
    type: str
    geometry: BaseGeometry
    datum: str = "wgs84"
    id: str | None = None
    number: str | None = None
    campaign: str | None = None
    task: str | None = None
    description: str = ""
    address: str = ""
    reported_at: datetime | None = None
    due_at: datetime | None = None
    reporter: str = UNNAMED
    visit: str | None = None
    synthetic: bool = False
    approximate: bool = False
    duplicate: bool = False
    department: str | None = None
    reporter_name: str | None = None
    reporter_phone: str | None = None
    history: tuple[Transition, ...] = ()
