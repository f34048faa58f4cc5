"""What one write asks for and what comes back: a batch of drafts with its points and visits, and its receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from data.documents.checking import CheckedPut
from data.intake.issues import Examined
from data.records import Reject
from data.store.receipts import Receipt
from geo.point import InspectionPoint, Visit


@dataclass(frozen=True, slots=True)
class Batch:
    """What shall be written whole or not at all. `imported`: one event an issue, with the history inside.

    `as_dated` leaves the wall clock out of the log, so that a synthetic demo has one log, byte for byte; it also puts
    the events in the order of their moments. `only_if_empty` refuses a store that holds anything. `visits_seen` maps
    the code of a point to the number of its visits with which alone the batch is taken.
    """

    issues: Examined
    actor: str
    imported: bool = False
    points: Sequence[InspectionPoint] = ()
    visits: Sequence[Visit] = ()
    visits_seen: Mapping[str, int] = field(default_factory=dict)
    documents: tuple[CheckedPut, ...] = ()
    rejects: Sequence[Reject] = ()
    as_dated: bool = False
    only_if_empty: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome: the revision now, and receipts in the order of the drafts."""

    revision: int
    receipts: list[Receipt]
