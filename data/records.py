"""What a city's own files bring into an empty store: issues, points, visits, documents, and rows not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.documents.checking import DocumentPut
from geo.issue import IssueDraft
from geo.point import InspectionPoint, Visit


@dataclass(frozen=True, slots=True)
class Reject:
    """One row of a file that was not taken. `row` is its line (the header is 1) or feature (the first is 1)."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class CityRecords:
    """All that a loader found, in the order in which it shall be numbered.

    `bulk` False: each draft becomes one event for the report and one for each step of its history, ordered by time,
    and every step must be one that the life of an issue allows. `bulk` True: a ledger from elsewhere; one event an
    issue holds the draft and its dated states, and those need not follow our own table of changes.
    """

    drafts: Sequence[IssueDraft] = ()
    points: Sequence[InspectionPoint] = ()
    visits: Sequence[Visit] = ()
    rejects: Sequence[Reject] = ()
    documents: Sequence[DocumentPut] = ()
    bulk: bool = True
