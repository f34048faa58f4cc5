"""The table of acts: complete, without contradiction, and each rule asked for what it needs."""

from __future__ import annotations

import pytest

from geo.access import Role, Scope, Subject, Viewer
from geo.errors import BadValueError, NotAllowedError, TransitionError
from geo.lifecycle import (
    AMENDMENTS,
    CHANGES,
    OPEN,
    WITHDRAWN,
    Act,
    Deadline,
    Evidence,
    Status,
    amendment_of,
    change_between,
    check_change,
    check_viewer,
    photos_named,
)

S = Status
HERE = Subject("A", "d-1")


def viewer(*roles: Role, **scope: frozenset[str]) -> Viewer:
    return Viewer("a-1", "name", frozenset(roles), Scope(**scope))


def test_every_step_and_every_act_stands_once_in_the_table() -> None:
    assert len({(rule.before, rule.after) for rule in CHANGES}) == len(CHANGES)
    assert [rule.act for rule in AMENDMENTS] == list(Act)


def test_every_state_is_reached_and_every_open_one_can_end() -> None:
    reached, ends = {S.REPORTED}, {S.CLOSED, S.REJECTED}
    for _ in Status:
        reached |= {rule.after for rule in CHANGES if rule.before in reached}
        ends |= {rule.before for rule in CHANGES if rule.after in ends}
    assert reached == set(Status)
    assert ends >= OPEN


def test_closing_always_needs_proof_and_leaving_the_way_a_reason() -> None:
    for rule in CHANGES:
        if rule.after is S.CLOSED:
            assert (rule.before, rule.evidence) == (S.VERIFYING, Evidence.PROOF)
        if rule.after in (S.REJECTED, S.DEFERRED) or rule.before is S.CLOSED:
            assert rule.evidence is Evidence.REASON
        assert (rule.deadline is Deadline.NOT_BEFORE) == (rule.after is S.DEFERRED)
        assert not {Role.AUDITOR, Role.ADMINISTRATOR, Role.PUBLIC} & set(rule.roles)
    for amendment in AMENDMENTS:
        assert not {Role.AUDITOR, Role.ADMINISTRATOR, Role.PUBLIC} & set(amendment.roles)


@pytest.mark.parametrize("before", list(Status))
@pytest.mark.parametrize("after", list(Status))
def test_what_is_not_in_the_table_is_refused_and_told_what_is(before: Status, after: Status) -> None:
    if any((rule.before, rule.after) == (before, after) for rule in CHANGES):
        assert change_between(before, after).after is after
    else:
        with pytest.raises(TransitionError, match=f"{before.name} cannot become {after.name}"):
            change_between(before, after)


def test_a_handler_verifies_nothing_of_their_own() -> None:
    for after in (S.CLOSED, S.DISPATCHED):
        with pytest.raises(BadValueError, match="somebody other"):
            check_change(S.VERIFYING, after, actor="a", handlers={"a", "b"}, note="n", evidence="e")
        assert check_change(S.VERIFYING, after, actor="c", handlers={"a", "b"}, note="n", evidence="e").after is after


@pytest.mark.parametrize("empty", ["", " \n\t", "\u200b", "\u3000\u2060\ufeff", "\u00a0\u00ad"])
def test_what_nobody_can_read_is_neither_proof_nor_reason(empty: str) -> None:
    with pytest.raises(BadValueError, match="a photo or a written finding"):
        check_change(S.VERIFYING, S.CLOSED, actor="c", handlers={"a"}, note="n", evidence=empty)
    with pytest.raises(BadValueError, match="a reason"):
        check_change(S.CLOSED, S.DISPATCHED, actor="c", handlers={"a"}, note=empty, evidence="e")


@pytest.mark.parametrize("said", ["已清理", "ok", "7", "✓", "\u200b井盖\u200b"])
def test_whatever_can_be_read_is_a_finding(said: str) -> None:
    assert check_change(S.VERIFYING, S.CLOSED, actor="c", handlers=(), note="", evidence=said).after is S.CLOSED


def test_photos_that_a_proof_names_stand_on_lines_of_their_own() -> None:
    one, other = "ab" * 32, "12" * 32
    assert photos_named(f"done\nphoto:{one}\nphoto:{other}") == (one, other)
    assert photos_named(f"see photo:{one}; photo:12; Photo:{other}") == ()


def test_a_closed_issue_is_neither_assigned_nor_put_off() -> None:
    for act in (Act.ASSIGN, Act.EXTEND):
        for status in (S.CLOSED, S.REJECTED):
            with pytest.raises(TransitionError, match=f"{status.name} takes no {act}") as refused:
                amendment_of(act, status)
            assert ("may be reopened" in str(refused.value)) == any(change.before is status for change in CHANGES)
    assert amendment_of(Act.CORRECT, S.CLOSED).act is Act.CORRECT


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (viewer(Role.INSPECTOR), True),
        (viewer(Role.INSPECTOR, subdistricts=frozenset({"A"})), True),
        (viewer(Role.INSPECTOR, subdistricts=frozenset({"B"})), False),
        (viewer(Role.INSPECTOR, groups=frozenset({"g"})), True),
        (viewer(Role.INSPECTOR, Role.DEPARTMENT, departments=frozenset({"d-1"})), False),
        (viewer(Role.COMMANDER), False),
        (viewer(Role.DEPARTMENT, departments=frozenset({"d-1"})), False),
        (viewer(Role.AUDITOR, Role.ADMINISTRATOR), False),
        (viewer(), False),
    ],
)
def test_who_may_close(who: Viewer, may: bool) -> None:
    rule = change_between(S.VERIFYING, S.CLOSED)
    if may:
        check_viewer(rule, who, HERE, reporter=True, note="")
    else:
        with pytest.raises(NotAllowedError):
            check_viewer(rule, who, HERE, reporter=True, note="")


def test_the_bounds_of_a_commander_do_not_bound_headquarters_own_acts() -> None:
    bounded = viewer(Role.COMMANDER, subdistricts=frozenset({"B"}))
    check_viewer(change_between(S.FILED, S.DISPATCHED), bounded, HERE, reporter=False, note="")


def test_a_reporter_who_acts_by_no_role_only_withdraws() -> None:
    rule = change_between(S.FILED, S.REJECTED)
    check_viewer(rule, viewer(), HERE, reporter=True, note=WITHDRAWN)
    with pytest.raises(BadValueError, match=WITHDRAWN):
        check_viewer(rule, viewer(), HERE, reporter=True, note="no")
    with pytest.raises(NotAllowedError, match="its reporter"):
        check_viewer(rule, viewer(Role.COMMANDER), HERE, reporter=False, note=WITHDRAWN)
