"""A change of an issue: by the rules of its life, from the version seen, exactly once, and shown in every reading."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, timedelta

import numpy as np
import pytest
import shapely
from sqlalchemy import select

from data.campaign_clock import campaign_now
from data.feed import Change
from data.intake.changes import CheckedChange, checked_change
from data.intake.issues import examine
from data.intake.placing import Placer
from data.runtime import Runtime
from data.store.acting import ChangeReceipt
from data.store.database import Store, read_events
from data.store.schema import ISSUE
from data.store.verify import problems
from data.store.writer import Batch, Writer
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError, ConflictError, NotFoundError, StaleError, TransitionError
from geo.history import endings_at
from geo.issue import IssueDraft, Transition
from geo.lifecycle import Status
from tests.small_city import CLOCK

HERE = shapely.Point(106.71, 26.6)
LIFE = (
    (Status.ACCEPTED, "commander", "", ""),
    (Status.FILED, "commander", "", ""),
    (Status.DISPATCHED, "commander", "", ""),
    (Status.HANDLING, "works", "", ""),
    (Status.VERIFYING, "works", "", "photo 1"),
    (Status.DISPATCHED, "inspector", "still broken", ""),
    (Status.HANDLING, "works", "", ""),
    (Status.VERIFYING, "works", "", "photo 2"),
    (Status.CLOSED, "inspector", "", "photo 3"),
)


def draft(**changes: object) -> IssueDraft:
    return replace(IssueDraft("supervision", "C0101", HERE, id=str(uuid.uuid4())), **changes)


def reported(live: Runtime, **changes: object) -> str:
    return live.submit([draft(**changes)], actor="web")[0].id


def change(live: Runtime, issue: str, version: int, status: Status | str, **options: object) -> ChangeReceipt:
    given = {"actor": "commander", "client_uuid": str(uuid.uuid4())} | options
    return live.change(issue, version, status, **given)


def test_a_whole_life_in_changes(live: Runtime) -> None:
    issue = reported(live)
    heard: list[Change] = []
    live.subscribe(heard.append)
    for version, (status, actor, note, evidence) in enumerate(LIFE, 1):
        receipt = change(live, issue, version, status, actor=actor, note=note, evidence=evidence)
        assert (receipt.version, receipt.revision, receipt.created) == (version + 1, version + 1, True)
        row = live.snapshot.row(issue)
        assert live.snapshot.revision == receipt.revision
        assert live.snapshot.issues.status[row] == status
    assert endings_at(live.snapshot.history, np.array([row]), to_us(CLOCK)).rework[0] == 1
    assert [(step.status, step.actor, step.note, step.evidence) for step in live.snapshot.events(row)[1:]] == list(LIFE)
    assert heard == [Change(n + 1, (issue,)) for n in range(1, 10)]
    with live.store.reading() as connection:
        assert problems(connection, live.city) == []
        assert connection.execute(select(ISSUE.c.version)).scalar() == 10
        assert len(list(read_events(connection, issue_id=issue))) == 10
    with pytest.raises(TransitionError, match="may be DISPATCHED"):
        change(live, issue, 10, Status.HANDLING)


def test_a_stale_change_is_told_the_difference(live: Runtime) -> None:
    issue = reported(live)
    change(live, issue, 1, Status.REJECTED, note="not ours", actor="first")
    with pytest.raises(StaleError, match="at version 2, the change was made from version 1") as stale:
        change(live, issue, 1, Status.ACCEPTED, note="ours", actor="second")
    error = stale.value
    assert (error.issue, error.expected, error.version, error.changed_by) == (issue, 1, 2, "first")
    assert error.changed_at == CLOCK
    assert error.difference == {"status": ("ACCEPTED", "REJECTED"), "note": ("ours", "not ours")}
    with pytest.raises(StaleError):
        change(live, issue, 3, Status.ACCEPTED)
    assert live.snapshot.revision == 2


def test_of_many_who_saw_one_version_one_changes_it(live: Runtime) -> None:
    issue = reported(live)

    def try_it(n: int) -> bool:
        try:
            return change(live, issue, 1, Status.ACCEPTED, actor=f"commander {n}").created
        except StaleError:
            return False

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(try_it, range(32))) == 1
    assert len(live.snapshot.events(0)) == 2


def test_the_same_change_again_has_the_same_receipt(city: City, opened: Callable[[City], Runtime]) -> None:
    runtime = opened(city)
    issue = reported(runtime)
    known = str(uuid.uuid4())
    receipt = change(runtime, issue, 1, Status.ACCEPTED, client_uuid=known)
    change(runtime, issue, 2, Status.FILED)
    again = replace(receipt, created=False)
    assert change(runtime, issue, 1, "ACCEPTED", client_uuid=known.upper()) == again
    assert change(runtime, "SC-00001", 1, Status.ACCEPTED, client_uuid=known) == again
    runtime = opened(city)
    assert change(runtime, issue, 1, Status.ACCEPTED, client_uuid=known) == again
    with pytest.raises(ConflictError, match="other content"):
        change(runtime, issue, 1, Status.ACCEPTED, client_uuid=known, note="x")
    assert runtime.snapshot.revision == 3


def test_many_threads_with_one_change_make_it_once(live: Runtime) -> None:
    issue, known = reported(live), str(uuid.uuid4())
    with ThreadPoolExecutor(32) as pool:
        receipts = list(
            pool.map(lambda _: change(live, issue, 1, Status.ACCEPTED, client_uuid=known), range(32)),
        )
    assert sum(receipt.created for receipt in receipts) == 1
    assert len({replace(receipt, created=True) for receipt in receipts}) == 1


@pytest.mark.parametrize(
    ("history", "status", "options", "key"),
    [
        ((), "REJECTED", {}, "note"),
        ((), "REJECTED", {"note": " \n"}, "note"),
        ((Status.ACCEPTED, Status.FILED, Status.DISPATCHED, Status.HANDLING), "VERIFYING", {"note": "x"}, "evidence"),
        ((*(s for s, *_ in LIFE[:5]),), "CLOSED", {"evidence": "photo", "actor": "works"}, "actor"),
        ((), "ACCEPTED", {"actor": ""}, "actor"),
        ((), "ACCEPTED", {"actor": "\ud800"}, "actor"),
        ((), "ACCEPTED", {"actor": None}, "actor"),
        ((), "ACCEPTED", {"note": "x" * 2_001}, "note"),
        ((), "ACCEPTED", {"evidence": 7}, "evidence"),
        ((), "ACCEPTED", {"client_uuid": "7"}, "id"),
        ((), "accepted", {}, "status"),
        ((), 1, {}, "status"),
    ],
)
def test_what_a_change_lacks_is_named_and_nothing_is_written(
    live: Runtime, history: tuple[Status, ...], status: str, options: dict[str, object], key: str
) -> None:
    steps = tuple(Transition(step, CLOCK, "works", evidence="p") for step in history)
    issue = reported(live, history=steps, reported_at=CLOCK)
    with pytest.raises(BadValueError) as bad:
        change(live, issue, len(steps) + 1, status, **options)
    assert bad.value.key == key
    assert live.snapshot.revision == 1


@pytest.mark.parametrize("version", [0, -1, 2**31, True, 1.0, "1", None])
def test_a_version_is_a_whole_number(live: Runtime, version: object) -> None:
    with pytest.raises(BadValueError, match="version"):
        change(live, reported(live), version, Status.ACCEPTED)


def test_an_unknown_issue_is_not_found(live: Runtime) -> None:
    for issue in ("SC-00009", str(uuid.uuid4())):
        with pytest.raises(NotFoundError):
            change(live, issue, 1, Status.ACCEPTED)


def test_a_change_is_never_before_the_one_before_it(live: Runtime) -> None:
    ahead = CLOCK + timedelta(hours=5)  # a phone whose clock is fast
    issue = reported(live, reported_at=CLOCK, history=(Transition(Status.ACCEPTED, ahead, "phone"),))
    change(live, issue, 2, Status.FILED)
    assert [step.at for step in live.snapshot.events(0)] == [CLOCK, ahead, ahead]
    assert live.snapshot.issues_at(ahead.astimezone(UTC)).status[0] == Status.FILED
    assert live.snapshot.issues_at(CLOCK).status[0] == Status.REPORTED
    with live.store.reading() as connection:
        assert problems(connection, live.city) == []


def made(issue: str, version: int, status: str, **options: object) -> CheckedChange:
    fields = {"change_id": str(uuid.uuid4()), "actor": "commander", "note": "", "evidence": ""} | options
    return checked_change(issue, version, status, **fields)


def test_reports_and_changes_of_one_group_build_on_each_other(store: Store, city: City) -> None:
    """An issue can be changed in the transaction that brings it, twice even; a stale change fails alone."""
    first, second = draft(), draft()
    writer = Writer(store, city, Placer(city))
    writer.write(Batch(examine([first], city, now=campaign_now), "a"))
    twice = made(second.id, 2, "FILED")
    written = writer.write_group(
        [
            made(first.id, 1, "ACCEPTED"),
            made(second.id, 1, "ACCEPTED"),  # not there yet
            Batch(examine([second], city, now=campaign_now), "a"),
            made(second.id, 1, "ACCEPTED"),
            twice,
            made(first.id, 1, "REJECTED", note="stale by now"),
            twice,
        ]
    )
    kinds = [type(outcome).__name__ for outcome in written.outcomes]
    assert kinds == ["ChangeReceipt", "NotFoundError", "list", "ChangeReceipt", "ChangeReceipt", "StaleError",
                     "ChangeReceipt"]  # fmt: skip
    assert (written.revision, written.wrote) == (2, True)
    assert [written.outcomes[4].created, written.outcomes[6].created] == [True, False]
    with store.reading() as connection:
        assert problems(connection, city) == []
        assert connection.execute(select(ISSUE.c.version).order_by(ISSUE.c.row)).scalars().all() == [2, 3]
