"""The checklists in use at one revision, what follows from them for single points, and putting a new version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from data.documents.answer_sheets import SHEETS, read_sheet
from data.documents.checklist_book import CHECKLISTS, book_of, checklist_id, content_of
from data.documents.desk import DocumentDesk
from data.snapshot import Snapshot
from data.store.putting import DocumentReceipt
from geo.checklist import Answer, Checklist, Checklists
from geo.clock import to_us
from geo.errors import BadValueError
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


def next_version(snapshot: Snapshot, site_class: str, day: date) -> tuple[int, int]:
    """The number of the version that an edit makes, and the version of its document that the editor has seen: the last
    version itself while it is a document that is not in force yet, else the one after it (0: no such document)."""
    versions = checklists_of(snapshot).versions(site_class)
    last = versions[-1] if versions else None
    if last is not None and last.since > day:
        document = snapshot.documents.document(CHECKLISTS, checklist_id(site_class, last.version))
        if document is not None:
            return last.version, document.version
    number = 1 if last is None else last.version + 1
    document = snapshot.documents.document(CHECKLISTS, checklist_id(site_class, number))
    return number, 0 if document is None else document.version


def put_checklist(
    desk: DocumentDesk,
    snapshot: Snapshot,
    checklist: Checklist,
    *,
    today: date,
    version: int,
    client_uuid: str,
    actor: str,
) -> DocumentReceipt:
    """Put a version, exactly once. Visits keep the version that they were answered with.

    Raises BadValueError where it does not follow the versions that there are or comes into force before `today`: what
    was looked at on a day that has passed is not rewritten.
    """
    if checklist.since < today:
        raise BadValueError("since", checklist.since.isoformat(), f"{today.isoformat()} or a later day")
    others = [
        entry for entry in checklists_of(snapshot).versions(checklist.site_class) if entry.version != checklist.version
    ]
    Checklists((*others, checklist))
    return desk.put_document(
        CHECKLISTS,
        checklist_id(checklist.site_class, checklist.version),
        content_of(checklist),
        version,
        client_uuid=client_uuid,
        actor=actor,
    )


def answered_with(snapshot: Snapshot, checklist: Checklist) -> list[Mapping[str, Answer]]:
    """The answers of the latest visit of each point that was answered with that version."""
    sheets = snapshot.documents.of(SHEETS)
    latest: dict[int, Mapping[str, Answer]] = {}
    for at, identity in enumerate(snapshot.visits.id.tolist()):  # by point, then by time
        document = sheets.get(str(identity))
        if document is None:
            continue
        sheet = read_sheet(document.content)
        if (sheet.site_class, sheet.version) == (checklist.site_class, checklist.version):
            latest[int(snapshot.visits.point[at])] = sheet.answers
    return list(latest.values())
