"""The checklists in use at one revision, and what follows from them for single points: rechecks and their terms."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from data.documents.checklist_book import CHECKLISTS, book_of
from data.snapshot import Snapshot
from geo.checklist import Checklist, Checklists
from geo.clock import to_us
from geo.recheck import Recheck, Terms, rechecks_due


def checklists_of(snapshot: Snapshot) -> Checklists:
    """All versions: those of the city's file and those put as documents."""
    shelf = snapshot.documents.of(CHECKLISTS)
    if not shelf:
        return snapshot.city.checklists
    return book_of(snapshot.city, (document.content for document in shelf.values()))


def site_class_of(snapshot: Snapshot, row: int) -> str:
    """The code of the class of the point at position `row`."""
    return snapshot.city.catalogue.site_classes[int(snapshot.points.site_class[row])].code


def checklist_for(snapshot: Snapshot, row: int, day: date) -> Checklist | None:
    """What a visit of the point at position `row` on `day` is answered with; None where nothing is in force."""
    return checklists_of(snapshot).in_force(site_class_of(snapshot, row), day)


def recheck_terms(snapshot: Snapshot, day: date) -> Terms:
    """The terms of rechecks as of `day`: those of the checklists in force; a class without one has none."""
    book, classes = checklists_of(snapshot), snapshot.city.catalogue.site_classes
    found = [book.in_force(entry.code, day) for entry in classes]
    terms = [None if checklist is None else checklist.recheck_days for checklist in found]
    of_point = snapshot.points.site_class
    return lambda row: terms[int(of_point[row])]


def rechecks_at(snapshot: Snapshot, moment: datetime) -> list[Recheck]:
    """The points due for a recheck at `moment` (aware), the most pressing first."""
    day = moment.astimezone(ZoneInfo(snapshot.city.time_zone)).date()
    return rechecks_due(snapshot.visits, to_us(moment), recheck_terms(snapshot, day))
