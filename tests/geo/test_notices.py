"""Who is told of what: every change and amendment has its rule, and nobody is told of what lies beyond their reach."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store.events import Kind
from geo.access import ANONYMOUS, WHOLE, Role, Scope, Subject, Viewer
from geo.lifecycle import AMENDMENTS, CHANGES, WITHDRAWN, Act, Status
from geo.notices import ON_AMENDMENT, ON_CHANGE, SILENT, TOLD, Code, To, concerns, notice_of
from geo.permissions import Action, may

HERE, ELSEWHERE = Subject("A", "D01"), Subject("B", "D02")
CODES = st.none() | st.frozensets(st.sampled_from("AB"))
UNITS = st.none() | st.frozensets(st.sampled_from(["D01", "D02"]))
VIEWERS = st.builds(
    Viewer,
    st.sampled_from(["a-1", "a-2", ""]),
    st.just("n"),
    st.frozensets(st.sampled_from(Role)),
    st.builds(Scope, CODES, UNITS),
)
SUBJECTS = st.builds(Subject, st.none() | st.sampled_from("AB"), st.none() | st.sampled_from(["D01", "D02"]))


def test_every_change_of_the_life_has_its_rule_and_no_other() -> None:
    assert set(ON_CHANGE) == {(change.before, change.after) for change in CHANGES}


def test_every_amendment_has_its_rule_and_no_other() -> None:
    assert set(ON_AMENDMENT) == {amendment.act for amendment in AMENDMENTS} == set(Act)


def test_every_kind_of_event_is_told_of_or_silent_on_purpose() -> None:
    assert {str(kind) for kind in Kind} == TOLD | SILENT
    assert not TOLD & SILENT


def test_every_code_is_told_of_something_and_to_somebody() -> None:
    told = [notice_of("issue_reported", {})]
    for change in CHANGES:
        for note in ("because", WITHDRAWN):
            told.append(notice_of("issue_changed", {"before": change.before.name, "status": change.after.name,
                                                    "note": note}))  # fmt: skip
    told += [notice_of("issue_amended", {"act": str(act), "note": ""}) for act in Act]
    told.append(notice_of("issue_amended", {"act": "extend", "note": "", "answers": "a request", "asker": "a-q"}))
    assert {notice.code for notice in told if notice is not None} == set(Code)
    assert all(notice.to for notice in told if notice is not None)


@pytest.mark.parametrize("kind", sorted(SILENT))
def test_a_silent_kind_tells_nobody(kind: str) -> None:
    assert notice_of(kind, {}) is None


@pytest.mark.parametrize(
    ("before", "after", "note", "code", "status"),
    [
        ("HANDLING", "VERIFYING", "", Code.RECTIFIED, Status.VERIFYING),
        ("VERIFYING", "DISPATCHED", "still there", Code.REWORK, Status.DISPATCHED),
        ("CLOSED", "DISPATCHED", "again", Code.REOPENED, Status.DISPATCHED),
        ("DEFERRED", "DISPATCHED", "", Code.RESUMED, Status.DISPATCHED),
        ("FILED", "DISPATCHED", "", Code.DISPATCHED, Status.DISPATCHED),
        ("REPORTED", "REJECTED", "not ours", Code.REJECTED, Status.REJECTED),
        ("REPORTED", "REJECTED", f"{WITHDRAWN}: mine", Code.WITHDRAWN, Status.REJECTED),
    ],
)
def test_a_change_says_what_it_means(before: str, after: str, note: str, code: Code, status: Status) -> None:
    notice = notice_of("issue_changed", {"before": before, "status": after, "note": note})
    assert notice is not None
    assert (notice.code, notice.status, notice.note) == (code, status, note)


def test_what_the_life_of_an_issue_does_not_have_tells_nobody() -> None:
    assert notice_of("issue_changed", {"before": "CLOSED", "status": "REPORTED", "note": ""}) is None


def somebody(*roles: Role, account: str = "a-1", scope: Scope = WHOLE) -> Viewer:
    return Viewer(account, "n", frozenset(roles), scope)


@pytest.mark.parametrize(
    ("to", "viewer", "told"),
    [
        (To.COMMANDERS, somebody(Role.COMMANDER), True),
        (To.COMMANDERS, somebody(Role.PLANNER), False),
        (To.INSPECTORS, somebody(Role.INSPECTOR, scope=Scope(frozenset("A"))), True),
        (To.INSPECTORS, somebody(Role.INSPECTOR, scope=Scope(frozenset("B"))), False),
        # an auditor sees everything, but inspects in their own place only
        (To.INSPECTORS, somebody(Role.INSPECTOR, Role.AUDITOR, scope=Scope(frozenset("B"))), False),
        (To.DEPARTMENT, somebody(Role.DEPARTMENT, scope=Scope(departments=frozenset({"D01"}))), True),
        (To.DEPARTMENT, somebody(Role.DEPARTMENT, scope=Scope(departments=frozenset({"D02"}))), False),
        (To.DEPARTMENT, somebody(Role.COMMANDER), False),
        (To.REPORTER, somebody(Role.PLANNER, account="a-r"), True),
        (To.REPORTER, somebody(Role.PLANNER), False),
        (To.REPORTER, somebody(Role.PUBLIC, account="a-r"), False),
        (To.ASKER, somebody(Role.DEPARTMENT, account="a-q"), True),
        (To.ASKER, somebody(Role.DEPARTMENT), False),
        (To.ASKER, somebody(Role.DEPARTMENT, account="a-q", scope=Scope(departments=frozenset({"D02"}))), False),
    ],
)
def test_a_notice_reaches_whom_it_concerns(to: To, viewer: Viewer, *, told: bool) -> None:
    assert concerns(frozenset({to}), viewer, HERE, reporters=frozenset({"a-r"}), asker="a-q", actor="a-x") is told


def test_what_is_assigned_to_nobody_is_told_to_no_department() -> None:
    everywhere = somebody(Role.DEPARTMENT)
    assert not concerns(frozenset({To.DEPARTMENT}), everywhere, Subject("A", None))


@given(st.frozensets(st.sampled_from(To)), VIEWERS, SUBJECTS, st.sampled_from(["a-1", "a-2", "a-3"]))
def test_nobody_is_told_of_what_they_may_not_see_or_did_themselves(
    to: frozenset[To], viewer: Viewer, subject: Subject, actor: str
) -> None:
    told = concerns(to, viewer, subject, reporters=frozenset({"a-1"}), asker="a-2", actor=actor)
    if told:
        assert viewer.account
        assert may(viewer, Action.SEE_ISSUES, subject)
        assert viewer.account != actor
        assert to


def test_somebody_who_has_not_signed_in_is_told_nothing() -> None:
    assert not concerns(frozenset(To), ANONYMOUS, HERE, reporters=frozenset({""}))
