"""The campaign's calendar as documents: meetings, junctions to be watched, and the duties of departments there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from data.documents.fields import Fields
from data.documents.tally_book import BOUNDS
from geo.agenda import Duty, Meeting, MeetingKind
from geo.city import City
from geo.errors import BadValueError

MEETINGS: Final = "meetings"
JUNCTIONS: Final = "junctions"
DUTIES: Final = "junction_duties"
MOST_WATCHES: Final = 6


@dataclass(frozen=True, slots=True)
class Junction:
    """A junction with a watch; `checkpoint`: one where the rules for the three vehicles are enforced. WGS-84."""

    id: str
    name: str
    lon: float | None
    lat: float | None
    checkpoint: bool
    watch: tuple[tuple[time, time], ...]
    synthetic: bool = False


def checked_meeting(content: Mapping[str, Any], _city: City) -> Mapping[str, Any]:
    """The content of an entry of the calendar."""
    return meeting_content(read_meeting("", content))


def read_meeting(identity: str, content: Mapping[str, Any]) -> Meeting:
    """The entry in a document."""
    fields = Fields(content)
    kind = MeetingKind(fields.choice("kind", [kind.value for kind in MeetingKind]))
    bound = fields.choice("bound", BOUNDS, default="eq")
    meeting = Meeting(
        id=identity,
        kind=kind,
        day=fields.day("day") if fields.has("day") else None,
        title=fields.text("title", most=200, default=""),
        times=fields.whole("times", default=1, high=10_000),
        bound=next(known for known in BOUNDS if known == bound),
        synthetic=fields.flag("synthetic", default=False),
    )
    fields.done()
    return meeting


def meeting_content(meeting: Meeting) -> dict[str, Any]:
    """An entry as the content of its document."""
    return {
        "kind": meeting.kind.value,
        "day": None if meeting.day is None else meeting.day.isoformat(),
        "title": meeting.title,
        "times": meeting.times,
        "bound": meeting.bound,
        "synthetic": meeting.synthetic,
    }


def checked_junction(content: Mapping[str, Any], _city: City) -> Mapping[str, Any]:
    """The content of a junction: its hours of watch in order and apart."""
    junction = read_junction("", content)
    ended: time | None = None
    for position, (start, end) in enumerate(junction.watch):
        if end <= start or (ended is not None and start < ended):
            raise BadValueError(
                f"watch[{position}]", f"{start:%H:%M}-{end:%H:%M}", "hours in order, one after the other"
            )
        ended = end
    return junction_content(junction)


def read_junction(identity: str, content: Mapping[str, Any]) -> Junction:
    """The junction in a document."""
    fields = Fields(content)
    junction = Junction(
        id=identity,
        name=fields.text("name"),
        lon=fields.number("lon", low=-180, high=180) if fields.has("lon") else None,
        lat=fields.number("lat", low=-90, high=90) if fields.has("lat") else None,
        checkpoint=fields.flag("checkpoint", default=False),
        watch=tuple((e.clock("start"), e.clock("end")) for e in fields.inners("watch", most=MOST_WATCHES)),
        synthetic=fields.flag("synthetic", default=False),
    )
    fields.done()
    return junction


def junction_content(junction: Junction) -> dict[str, Any]:
    """A junction as the content of its document."""
    return {
        "name": junction.name,
        "lon": junction.lon,
        "lat": junction.lat,
        "checkpoint": junction.checkpoint,
        "watch": [{"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"} for start, end in junction.watch],
        "synthetic": junction.synthetic,
    }


def checked_duty(content: Mapping[str, Any], _city: City) -> Mapping[str, Any]:
    """The content of a duty: within one day, on one weekday at least."""
    duty = read_duty("", content)
    if duty.end <= duty.start:
        raise BadValueError("end", f"{duty.end:%H:%M}", f"a time after {duty.start:%H:%M} of the same day")
    if not duty.weekdays or not duty.weekdays <= set(range(1, 8)):
        raise BadValueError("weekdays", sorted(duty.weekdays), "one or more of 1 (Monday) to 7")
    return duty_content(duty)


def read_duty(identity: str, content: Mapping[str, Any]) -> Duty:
    """The duty in a document."""
    fields = Fields(content)
    first, last = fields.days()
    weekdays = fields.entries("weekdays", most=7)
    if not all(isinstance(day, int) and not isinstance(day, bool) for day in weekdays):
        raise BadValueError("weekdays", weekdays, "one or more of 1 (Monday) to 7")
    duty = Duty(
        id=identity,
        junction=fields.text("junction"),
        department=fields.text("department"),
        first=first,
        last=last,
        weekdays=frozenset(weekdays),
        start=fields.clock("start"),
        end=fields.clock("end"),
        people=fields.whole("people", low=1, high=1_000, default=1),
        synthetic=fields.flag("synthetic", default=False),
    )
    fields.done()
    return duty


def duty_content(duty: Duty) -> dict[str, Any]:
    """A duty as the content of its document."""
    return {
        "junction": duty.junction,
        "department": duty.department,
        "first": duty.first.isoformat(),
        "last": duty.last.isoformat(),
        "weekdays": sorted(duty.weekdays),
        "start": f"{duty.start:%H:%M}",
        "end": f"{duty.end:%H:%M}",
        "people": duty.people,
        "synthetic": duty.synthetic,
    }
