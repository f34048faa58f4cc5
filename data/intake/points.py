"""The way in for inspection points and visits: checked, then turned into the payloads of their events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any, Final

from data.intake.draft_checks import MAX_NAME, MAX_NOTE, checked_code, checked_moment, checked_text
from data.intake.draft_geometry import DECIMALS
from data.intake.draft_reach import refuse_far_point
from data.store.events import Kind, Pending
from geo.city import City
from geo.clock import to_us
from geo.errors import BadGeometryError, BadValueError
from geo.iso_time import day_start
from geo.point import InspectionPoint, Visit

VISIT_KINDS: Final = ("announced", "unannounced", "recheck")
VISITS_SEEN: Final = "visits_seen"
"""The key under which a visit is refused whose author did not know of all the others of its point."""
MAX_POINT_NAME: Final = 200


def point_events(points: Sequence[InspectionPoint], city: City, *, actor: str, known: Set[str]) -> list[Pending]:
    """One event a point, dated to the first day of its campaign. Raises BadValueError for the first bad field, also
    for a code that is among `known` or comes twice."""
    seen = set(known)
    events = []
    for point in points:
        payload = _point_payload(point, city)
        if point.code in seen:
            raise BadValueError("point code", point.code, "every code once")
        seen.add(point.code)
        start = day_start(city.campaign(payload["campaign"]).start, city.time_zone)
        events.append(Pending(None, to_us(start), actor, Kind.POINT_ADDED, payload))
    return events


def visit_events(visits: Iterable[Visit], *, actor: str, points: Set[str], known: Set[str]) -> list[Pending]:
    """One event a visit, dated to the visit. `points` are the codes that may be visited, `known` the ids in use."""
    seen = set(known)
    events = []
    for visit in visits:
        checked_text("visit id", visit.id, MAX_NAME, required=True)
        if visit.id in seen:
            raise BadValueError("visit id", visit.id, "every id once")
        seen.add(visit.id)
        if visit.point not in points:
            raise BadValueError("visit point", visit.point, "the code of a known inspection point")
        if visit.kind not in VISIT_KINDS:
            raise BadValueError("visit kind", visit.kind, "one of " + ", ".join(VISIT_KINDS))
        if visit.score is not None and not 0 <= visit.score <= 100:
            raise BadValueError("visit score", visit.score, "a number from 0 to 100")
        payload = {
            "id": visit.id,
            "point": visit.point,
            "kind": visit.kind,
            "compliant": bool(visit.compliant),
            "score": None if visit.score is None else float(visit.score),
            "note": checked_text("visit note", visit.note, MAX_NOTE),
        }
        at_us = to_us(checked_moment("visit at", visit.at))
        events.append(Pending(None, at_us, actor, Kind.VISIT_RECORDED, payload))
    return events


def _point_payload(point: InspectionPoint, city: City) -> dict[str, Any]:
    campaign = point.campaign or city.current_campaign
    if campaign not in city.campaign_index:
        raise BadValueError("campaign", campaign, "one of " + ", ".join(city.campaign_index))
    if (point.lon is None) != (point.lat is None):
        raise BadGeometryError("point", f"({point.lon}, {point.lat})", "both coordinates or none")
    if point.lon is not None and point.lat is not None and not (abs(point.lon) <= 180 and abs(point.lat) <= 90):
        raise BadGeometryError("point", f"({point.lon}, {point.lat})", "a longitude within ±180, a latitude within ±90")
    if point.lon is not None and point.lat is not None:
        refuse_far_point(point.lon, point.lat, city)
    return {
        "code": checked_text("point code", point.code, MAX_NAME, required=True),
        "name": checked_text("point name", point.name, MAX_POINT_NAME),
        "campaign": campaign,
        "site_class": checked_code(city.catalogue, "site_class", point.site_class),
        "task": None if point.task is None else checked_code(city.catalogue, "task", point.task),
        "steward": checked_text("steward", point.steward, MAX_NAME),
        "lon": None if point.lon is None else round(float(point.lon), DECIMALS),
        "lat": None if point.lat is None else round(float(point.lat), DECIMALS),
        "synthetic": bool(point.synthetic),
        "approximate": bool(point.approximate),
    }
