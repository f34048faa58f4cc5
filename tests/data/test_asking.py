"""A department asks for more time: one request at a time, answered or lapsed, and the log alone remembers it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data.act_desk import IssueAct
from data.runtime import Runtime
from data.store.acting import ChangeReceipt
from data.store.database import read_events
from data.store.projection import cut, project
from geo.access import Role, Scope
from geo.asking import Asking
from geo.clock import to_us
from geo.errors import BadValueError, ConflictError, NotAllowedError, StaleError, TransitionError
from geo.iso_time import parse_time
from geo.lifecycle import Act, Status
from tests.data.test_acts import LATER, TO_VERIFYING, amend, brought_to, shown, sound, viewer
from tests.data.test_changes import change
from tests.lawful_acts import moving_clock
from tests.small_city import CLOCK

S = Status
WORKS = viewer(Role.DEPARTMENT, account="works-1", departments=frozenset({"d-1"}))
COMMANDER = viewer(Role.COMMANDER, account="c-1")


def ask(live: Runtime, issue: str, version: int, until: datetime = LATER, **options: object) -> ChangeReceipt:
    return amend(live, issue, version, Act.ASK, until=until, **({"actor": WORKS, "note": "parts"} | options))


def pending(live: Runtime, issue: str) -> Asking | None:
    """What readers see; the replay of the log says the same."""
    asking = live.askings([issue]).get(issue)
    with live.store.reading() as connection:
        assert project(read_events(connection)).issues[issue].asking == asking
    return asking


def test_asking_leaves_the_deadline_and_is_granted_with_the_one_that_is_set(live: Runtime) -> None:
    issue, version = brought_to(live, S.DISPATCHED, department="d-1")
    due = shown(live, issue)["due_us"]
    known = str(uuid.uuid4())
    receipt = ask(live, issue, version, client_uuid=known)
    assert not ask(live, issue, version, client_uuid=known).created, "once, however often it is sent"
    assert shown(live, issue)["due_us"] == due
    asking = pending(live, issue)
    assert asking is not None
    assert (asking.id, asking.actor, asking.reason, asking.units) == (known, "works-1", "parts", ("d-1",))
    assert asking.until == LATER
    for wrong in (ask, lambda *given: amend(*given, Act.EXTEND, due_at=LATER, actor=COMMANDER)):
        with pytest.raises(StaleError):  # who has not seen the request cannot answer it
            wrong(live, issue, version)
    with pytest.raises(ConflictError, match="answered first"):
        ask(live, issue, receipt.version)
    amend(
        live, issue, receipt.version, Act.EXTEND, due_at=LATER - timedelta(days=1), actor=COMMANDER, note="one day less"
    )
    assert pending(live, issue) is None
    story = live.story(issue)
    assert [(entry.act, entry.answers, entry.lapsed) for entry in story[-2:]] == [
        ("ask_extension", None, None), ("extend", receipt.version, None),
    ]  # fmt: skip
    assert ask(live, issue, receipt.version + 1).created, "and may be asked for anew"
    sound(live)


def test_a_deferral_answers_too_and_a_deadline_brought_forward_does_not(live: Runtime) -> None:
    issue, version = brought_to(live, S.HANDLING, department="d-1")
    version = ask(live, issue, version).version
    sooner = CLOCK + timedelta(hours=1)
    version = amend(live, issue, version, Act.EXTEND, due_at=sooner, actor=COMMANDER).version
    assert pending(live, issue) is not None
    change(live, issue, version, S.DEFERRED, actor=COMMANDER, note="rain", until=LATER)
    assert pending(live, issue) is None
    assert live.story(issue)[-1].answers == version - 1
    sound(live)


def test_it_is_refused_with_a_reason_and_only_where_somebody_asked(live: Runtime) -> None:
    issue, version = brought_to(live, S.DISPATCHED, department="d-1")
    with pytest.raises(ConflictError, match="nobody has asked"):
        amend(live, issue, version, Act.REFUSE, actor=COMMANDER)
    version = ask(live, issue, version).version
    with pytest.raises(BadValueError, match="a reason for refuse_extension"):
        amend(live, issue, version, Act.REFUSE, actor=COMMANDER, note=" ")
    with pytest.raises(NotAllowedError):
        amend(live, issue, version, Act.REFUSE, actor=WORKS)
    amend(live, issue, version, Act.REFUSE, actor=COMMANDER, note="the inspection is tomorrow")
    assert pending(live, issue) is None
    assert live.story(issue)[-1].answers == version
    sound(live)


@pytest.mark.parametrize(
    ("until", "options", "error"),
    [
        (LATER, {"note": ""}, BadValueError),
        ("2021-09-01", {}, BadValueError),
        (None, {}, BadValueError),
        (CLOCK, {}, BadValueError),  # not later than the deadline in force
        (LATER, {"actor": COMMANDER}, NotAllowedError),
        (LATER, {"actor": viewer(Role.DEPARTMENT, departments=frozenset({"d-2"}))}, NotAllowedError),
        (LATER, {"actor": viewer(Role.INSPECTOR, Role.AUDITOR)}, NotAllowedError),
        (LATER, {"due_at": LATER}, BadValueError),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    live: Runtime, until: object, options: dict[str, object], error: type[Exception]
) -> None:
    issue, version = brought_to(live, S.DISPATCHED, department="d-1")
    with pytest.raises(error):
        ask(live, issue, version, until=until, **options)  # type: ignore[arg-type]
    assert pending(live, issue) is None


def test_it_lapses_when_the_issue_goes_to_another_unit_or_ends(live: Runtime) -> None:
    issue, version = brought_to(live, S.DISPATCHED, department="d-1")
    version = ask(live, issue, version).version
    amend(live, issue, version, Act.ASSIGN, department="d-2", actor=COMMANDER)
    assert pending(live, issue) is None
    assert live.story(issue)[-1].lapsed == version

    issue, version = brought_to(live, S.VERIFYING, department="d-1")
    version = ask(live, issue, version).version
    change(live, issue, version, S.CLOSED, actor="inspector", evidence="photo")
    assert pending(live, issue) is None
    with pytest.raises(TransitionError):
        ask(live, issue, version + 1)
    change(live, issue, version + 1, S.DISPATCHED, actor="inspector", note="again")
    assert pending(live, issue) is None, "what is reopened begins anew"
    sound(live)


def test_a_request_for_an_issue_of_nobody_stays_with_the_unit_that_asked(live: Runtime) -> None:
    """Where the rules alone make it theirs, being given it by hand is no loss of it."""
    everywhere = viewer(Role.DEPARTMENT, account="works-1")
    either = Scope(departments=frozenset({"d-1", "d-2"}))
    issue, version = brought_to(live, S.DISPATCHED)
    with pytest.raises(NotAllowedError):
        ask(live, issue, version)  # no rule gives it to d-1 here
    acts = [IssueAct(issue, version, str(uuid.uuid4()), act=Act.ASK, fields={"until": LATER}, note="parts")]
    assert live.act_many(acts, actor=everywhere)[0].receipt is not None
    assert pending(live, issue).units is None  # type: ignore[union-attr]
    amend(live, issue, version + 1, Act.ASSIGN, department="d-1", actor=COMMANDER)
    assert pending(live, issue).units == ("d-1",)  # type: ignore[union-attr]
    amend(live, issue, version + 2, Act.ASSIGN, department="d-2", actor=COMMANDER)
    assert pending(live, issue) is None
    assert live.story(issue)[-1].lapsed == version + 1, "the one that asked, not the one that confirmed whose it is"
    for given, stays in (("d-2", True), ("d-3", False)):
        issue, version = brought_to(live, S.DISPATCHED)
        _ask_by_rule(live, issue, version, either)
        amend(live, issue, version + 1, Act.ASSIGN, department=given, actor=COMMANDER)
        assert (pending(live, issue) is not None) == stays
    sound(live)


def _ask_by_rule(live: Runtime, issue: str, version: int, scope: Scope) -> None:
    class Everything:
        def takes(self, *_kind: object) -> bool:
            return True

    theirs = replace(scope, by_rule=Everything())  # type: ignore[arg-type]
    ask(live, issue, version, actor=replace(viewer(Role.DEPARTMENT), scope=theirs))


def test_the_past_shows_the_request_that_was_pending_then(live: Runtime) -> None:
    with moving_clock():
        issue, version = brought_to(live, S.DISPATCHED, department="d-1", reported_at=CLOCK - timedelta(days=2))
        version = ask(live, issue, version).version
        version = amend(live, issue, version, Act.REFUSE, actor=COMMANDER).version
        ask(live, issue, version, until=LATER + timedelta(days=1))
    seen = []
    for entry in live.story(issue):
        at = parse_time("at", entry.at, "UTC")
        assert isinstance(at, datetime)
        asking = live.askings([issue], as_of=at).get(issue)
        with live.store.reading() as connection:
            assert project(cut(read_events(connection), to_us(at))).issues[issue].asking == asking
        seen.append(asking is not None)
    assert seen == [False] * (len(TO_VERIFYING[:3]) + 1) + [True, False, True]
