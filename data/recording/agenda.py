"""The campaign's calendar and the watch at its junctions, as their books stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.documents.agenda_book import DUTIES, JUNCTIONS, MEETINGS, Junction, read_duty, read_junction, read_meeting
from data.documents.desk import DocumentDesk
from data.duties import duties_in_force
from data.snapshot import Snapshot
from data.store.putting import DocumentReceipt
from geo.access import Scope
from geo.agenda import Duty, JunctionDay, Meeting, duty_roster
from geo.campaign import Campaign
from geo.city import City
from geo.errors import BadValueError, NotFoundError


@dataclass(frozen=True, slots=True)
class WatchDay:
    """One junction on one day."""

    junction: Junction
    day: JunctionDay


def meetings_of(snapshot: Snapshot, campaign: Campaign) -> list[Meeting]:
    """The entries of the campaign's calendar in the order of their days; those without a day come last."""
    found = [read_meeting(name, document.content) for name, document in snapshot.documents.of(MEETINGS).items()]
    own = [entry for entry in found if entry.day is None or campaign.start <= entry.day <= campaign.end]
    return sorted(own, key=lambda entry: (entry.day is None, entry.day or date.max, entry.id))


def junctions_of(snapshot: Snapshot) -> list[Junction]:
    """Every junction, in the order of their ids."""
    return [read_junction(name, document.content) for name, document in snapshot.documents.of(JUNCTIONS).items()]


def duties_of(snapshot: Snapshot) -> list[Duty]:
    """Every duty, in the order of their ids."""
    return [read_duty(name, document.content) for name, document in snapshot.documents.of(DUTIES).items()]


def watch_on(snapshot: Snapshot, day: date) -> list[WatchDay]:
    """Who stands where on `day`, and which hours of a junction's watch nobody covers."""
    duties, found = duties_of(snapshot), []
    for junction in junctions_of(snapshot):
        [entry] = duty_roster(duties, [junction.id], day, watch=junction.watch)
        found.append(WatchDay(junction, entry))
    return found


def put_duty(
    desk: DocumentDesk,
    snapshot: Snapshot,
    content: Mapping[str, Any],
    identity: str,
    version: int,
    *,
    client_uuid: str,
    actor: str,
) -> DocumentReceipt:
    """Put a duty, exactly once. Its department is the code of a unit in use; what an entry named before there were
    codes it may go on naming. Raises BadValueError, NotFoundError for a junction that is not there."""
    duty = read_duty(identity, content)
    if duty.junction not in snapshot.documents.of(JUNCTIONS):
        raise NotFoundError("junction", duty.junction[:80])
    organisation = duties_in_force(snapshot).organisation
    before = snapshot.documents.document(DUTIES, identity)
    kept = before is not None and read_duty(identity, before.content).department == duty.department
    at = organisation.index.get(duty.department)
    if not kept and (at is None or not organisation.units[at].takes_issues):
        raise BadValueError("department", duty.department, "the code of a department or an office in use")
    return desk.put_document(DUTIES, identity, content, version, client_uuid=client_uuid, actor=actor)


def watch_seen(watch: list[WatchDay], within: Scope, city: City) -> list[WatchDay]:
    """What of the watch lies in a scope: by subdistricts the junctions in one of them (one without a position lies in
    none), by departments those that one of them stands at. A junction belongs to no group."""
    if within.is_whole:
        return watch
    if within.groups is not None:
        return []
    seen = watch
    if within.subdistricts is not None:
        areas = city.areas.geometry[[code in within.subdistricts for code in city.areas.codes]]
        seen = [entry for entry in seen if _lies_in(entry.junction, areas)]
    if within.departments is not None:
        own = within.departments
        seen = [entry for entry in seen if any(duty.department in own for duty in entry.day.duties)]
    return seen


def _lies_in(junction: Junction, areas: NDArray[np.object_]) -> bool:
    if junction.lon is None or junction.lat is None:
        return False
    return bool(shapely.intersects_xy(areas, junction.lon, junction.lat).any())
