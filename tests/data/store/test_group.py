"""Works written in one transaction: what one of them is refused leaves no trace in the others."""

from __future__ import annotations

import uuid
from datetime import datetime

from data.documents.answer_sheets import SHEETS
from data.documents.checking import CheckedPut
from data.intake.issues import examine
from data.intake.placing import Placer
from data.store.batch import Batch
from data.store.database import Store
from data.store.writer import Writer
from geo.city import City
from geo.errors import NotFoundError
from geo.point import InspectionPoint, Visit
from tests.small_city import CLOCK

HERE = InspectionPoint("P1", "市场", "market", 106.71, 26.6)


def now(campaign: object) -> datetime:
    return CLOCK


def test_a_refused_visit_can_be_sent_again_in_the_same_group(store: Store, city: City) -> None:
    """Its sheet says that it follows the fifth version of one that is not there; the second time it is a first."""
    visit = Visit(str(uuid.uuid4()), "P1", CLOCK, "announced", compliant=True)
    nothing = examine([], city, now=now)

    def sent(version: int) -> Batch:
        sheet = CheckedPut(
            SHEETS, visit.id, version, {}, retired=False, actor="a", change=str(uuid.uuid4()), hash=f"{version:064}",
            at_us=None, bytes=2,
        )  # fmt: skip
        return Batch(nothing, "a", visits=(visit,), documents=(sheet,))

    writer = Writer(store, city, Placer(city))
    written = writer.write_group([Batch(nothing, "a", points=(HERE,)), sent(5), sent(0)])
    assert [type(outcome) for outcome in written.outcomes] == [list, NotFoundError, list]
    assert written.wrote
