"""What is offered is what would be taken, for every role, place and state; and nothing else."""

from __future__ import annotations

import itertools

from geo.access import Role, Scope, Subject, Viewer
from geo.errors import XunjieError
from geo.lifecycle import AMENDMENTS, CHANGES, WITHDRAWN, Act, Status, check_change, check_viewer
from geo.offered import is_withdrawal, offered

HERE = Subject("s-1", "d-1")


def viewers() -> list[Viewer]:
    scopes = [Scope(), Scope(subdistricts=frozenset({"s-2"})), Scope(departments=frozenset({"d-1"}))]
    return [Viewer("a", "n", frozenset({role}), scope) for role, scope in itertools.product(Role, scopes)]


def test_what_is_offered_is_what_the_tables_allow() -> None:
    for viewer, status, reporter, handled in itertools.product(viewers(), Status, (False, True), (False, True)):
        handlers = {"a"} if handled else set()
        changes, amendments = offered(viewer, HERE, status, reporter=reporter, handlers=handlers)
        for change in CHANGES:
            try:
                check_change(status, change.after, actor="a", handlers=handlers, note=WITHDRAWN, evidence="p")
                check_viewer(change, viewer, HERE, reporter=reporter, note=WITHDRAWN)
                taken = change.before is status
            except XunjieError:
                taken = False
            assert (change in changes) == taken, (viewer, status, change)
        for rule in AMENDMENTS:
            try:
                check_viewer(rule, viewer, HERE, reporter=reporter, note="")
                taken = status in rule.states
            except XunjieError:
                taken = False
            assert (rule in amendments) == taken, (viewer, status, rule)


def test_who_reported_it_and_has_no_role_for_it_can_only_take_it_back() -> None:
    reporter = Viewer("a", "n", frozenset({Role.DEPARTMENT}), Scope(departments=frozenset({"d-9"})))
    changes, amendments = offered(reporter, HERE, Status.REPORTED, reporter=True, handlers=())
    assert [change.after for change in changes] == [Status.REJECTED]
    assert is_withdrawal(changes[0], reporter, HERE)
    assert amendments == ()
    commander = Viewer("c", "n", frozenset({Role.COMMANDER}))
    changes, amendments = offered(commander, HERE, Status.REPORTED, reporter=True, handlers=())
    assert [change.after for change in changes] == [Status.ACCEPTED, Status.REJECTED]
    assert not is_withdrawal(changes[1], commander, HERE)
    assert Act.ASSIGN in {rule.act for rule in amendments}
