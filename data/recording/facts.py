"""What stands behind a published fact: the number that the campaign's own books, layers and records give for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from data.duties import duties_at
from data.recording.agenda import junctions_of, meetings_of
from data.recording.programmes import programmes_of
from data.recording.tallies import tallies_of
from data.snapshot import Snapshot
from geo.agenda import MeetingKind, times_held
from geo.campaign import Bound, Campaign, Fact
from geo.clock import to_us
from geo.compliance import compliance_at
from geo.filter import IssueFilter
from geo.organisation import UnitKind
from geo.selection import counted, select_points


@dataclass(frozen=True, slots=True)
class Behind:
    """A number with its bound, and where its rows are: the name of a book, layer or list of the program."""

    value: int
    bound: Bound
    source: str


def behind_fact(snapshot: Snapshot, campaign: Campaign, fact: Fact, as_of: datetime) -> Behind | None:
    """The number behind `fact`, or None where the program keeps nothing of the kind (or not in this city)."""
    count = _COUNTS.get(fact.code)
    return None if count is None else count(snapshot, campaign, as_of)


def agrees(fact: Fact, behind: Behind) -> bool:
    """Whether they are the same figure: an exact one equal, one "at least" not below it."""
    if not fact.value.isdecimal():
        return False
    if fact.bound == "ge":
        return behind.bound in ("eq", "ge") and behind.value >= int(fact.value)
    return behind.bound == fact.bound and behind.value == int(fact.value)


def _subdistricts(snapshot: Snapshot, _campaign: Campaign, _as_of: datetime) -> Behind:
    return Behind(len(snapshot.city.areas.codes), "eq", "subdistricts")


def _tasks(snapshot: Snapshot, _campaign: Campaign, _as_of: datetime) -> Behind:
    return Behind(len(snapshot.city.catalogue.tasks), "eq", "tasks")


def _units_of(kind: UnitKind) -> Callable[[Snapshot, Campaign, datetime], Behind | None]:
    def count(snapshot: Snapshot, _campaign: Campaign, as_of: datetime) -> Behind | None:
        found = len(duties_at(snapshot, as_of).organisation.of_kind(kind))
        return Behind(found, "eq", "organisation") if found else None

    return count


def _held(kind: MeetingKind) -> Callable[[Snapshot, Campaign, datetime], Behind | None]:
    def count(snapshot: Snapshot, campaign: Campaign, _as_of: datetime) -> Behind | None:
        held = times_held(meetings_of(snapshot, campaign)).get(kind)
        return None if held is None else Behind(*held, "meetings")

    return count


def _facility_classes(snapshot: Snapshot, campaign: Campaign, as_of: datetime) -> Behind | None:
    if "facility_survey" not in campaign.register_codes:
        return None
    stages = snapshot.stages(IssueFilter(campaign.code, "facility_survey", as_of))
    types = np.unique(snapshot.issues_at(as_of).type[counted(stages)])
    return Behind(len(types), "eq", "facility_survey") if len(types) else None


def _facility_rounds(snapshot: Snapshot, campaign: Campaign, _as_of: datetime) -> Behind | None:
    own = [entry for entry in programmes_of(snapshot, campaign) if entry.register == "facility_survey"]
    return Behind(sum(len(entry.rounds) for entry in own), "eq", "programmes") if own else None


def _units(code: str) -> Callable[[Snapshot, Campaign, datetime], Behind | None]:
    def count(snapshot: Snapshot, campaign: Campaign, _as_of: datetime) -> Behind | None:
        states = [state for state in tallies_of(snapshot, campaign) if state.published.code == code]
        units = {entry.unit for state in states for entry in state.entries if entry.value}
        return Behind(len(units), "eq", code) if units else None

    return count


def _checkpoints(snapshot: Snapshot, _campaign: Campaign, _as_of: datetime) -> Behind | None:
    found = sum(junction.checkpoint for junction in junctions_of(snapshot))
    return Behind(found, "eq", "junctions") if found else None


def _first_failed(snapshot: Snapshot, campaign: Campaign, as_of: datetime) -> Behind:
    mask = select_points(snapshot.points, snapshot.city, IssueFilter(campaign.code, campaign.default_register, as_of))
    first = compliance_at(snapshot.points, snapshot.visits, to_us(as_of)).first
    return Behind(int(np.count_nonzero(mask & (first == 0))), "eq", "points")


_COUNTS: Final[dict[str, Callable[[Snapshot, Campaign, datetime], Behind | None]]] = {
    "subdistricts": _subdistricts,
    "sector_groups": _units_of(UnitKind.SECTOR_GROUP),
    "site_groups": _units_of(UnitKind.SITE_GROUP),
    "headquarters_groups": _units_of(UnitKind.HEADQUARTERS_GROUP),
    "departments": _units_of(UnitKind.DEPARTMENT),
    "tasks": _tasks,
    "meetings": _held(MeetingKind.MEETING),
    "sector_dispatches": _held(MeetingKind.SECTOR_DISPATCH),
    "facility_classes": _facility_classes,
    "facility_rounds": _facility_rounds,
    "tow_trucks": _units("bikes_towed"),
    "checkpoints": _checkpoints,
    "first_visit_failed": _first_failed,
}
"""By code of the fact."""
