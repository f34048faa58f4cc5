"""The campaign's calendar and the watch at its junctions, as their books stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.documents.agenda_book import DUTIES, JUNCTIONS, MEETINGS, Junction, read_duty, read_junction, read_meeting
from data.snapshot import Snapshot
from geo.agenda import Duty, JunctionDay, Meeting, duty_roster
from geo.campaign import Campaign


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
