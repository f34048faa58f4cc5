"""Who may do what: the table is whole, nobody oversteps it, and a scope bounds what its roles may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.access import ANONYMOUS, WHOLE, Role, Scope, Subject, Viewer
from geo.permissions import ALLOWED, ALTERING, SEE_ALL, Action, may, reach

A = Action
EXPECTED = {
    Role.COMMANDER: set(Action) - {A.MANAGE_PEOPLE, A.MANAGE_NOTICES, A.READ_AUDIT, A.WATCH_PROGRAM},
    Role.PLANNER: {
        *(A.OPEN, A.OWN, A.SEE_AGGREGATES, A.SEE_ISSUES, A.REPORT, A.CHANGE_STATUS, A.AMEND, A.IMPORT, A.EXPORT),
        A.MANAGE_CAMPAIGN,
    },
    Role.INSPECTOR: {
        *(A.OPEN, A.OWN, A.SEE_AGGREGATES, A.SEE_ISSUES, A.SEE_PROTECTED, A.REPORT, A.CHANGE_STATUS, A.AMEND),
        *(A.INSPECT, A.EXPORT),
    },
    Role.DEPARTMENT: {A.OPEN, A.OWN, A.SEE_AGGREGATES, A.SEE_ISSUES, A.REPORT, A.CHANGE_STATUS, A.AMEND, A.EXPORT},
    Role.AUDITOR: {
        *(A.OPEN, A.OWN, A.SEE_AGGREGATES, A.SEE_ISSUES, A.SEE_PROTECTED, A.EXPORT, A.READ_AUDIT, A.WATCH_PROGRAM),
    },
    Role.ADMINISTRATOR: {
        *(A.OPEN, A.OWN, A.SEE_AGGREGATES, A.SEE_ISSUES, A.MANAGE_PEOPLE, A.MANAGE_NOTICES, A.READ_AUDIT),
        A.WATCH_PROGRAM,
    },
    Role.PUBLIC: {A.OPEN, A.OWN, A.SEE_AGGREGATES},
}
CODES = st.none() | st.frozensets(st.sampled_from("ABC"))
SCOPES = st.builds(Scope, CODES, CODES, CODES)
ONE = st.none() | st.sampled_from("ABC")
SUBJECTS = st.builds(Subject, ONE, ONE, ONE)
VIEWERS = st.builds(Viewer, st.just("a-1"), st.just("n"), st.frozensets(st.sampled_from(Role)), SCOPES)


def test_the_table_knows_every_action_and_every_role() -> None:
    assert set(ALLOWED) == set(Action)
    assert set(EXPECTED) == set(Role)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_the_table_is_as_written_out_here(role: Role, action: Action) -> None:
    assert may(Viewer("a-1", "n", frozenset({role})), action) == (action in EXPECTED[role])


def test_auditors_alter_nothing_and_administrators_alter_no_findings() -> None:
    assert not EXPECTED[Role.AUDITOR] & ALTERING
    assert EXPECTED[Role.ADMINISTRATOR] & ALTERING == {Action.MANAGE_PEOPLE, Action.MANAGE_NOTICES}
    assert not EXPECTED[Role.PUBLIC] & ALTERING


@pytest.mark.parametrize("action", [a for a in Action if a is not Action.OPEN])
def test_who_has_not_signed_in_may_nothing(action: Action) -> None:
    assert reach(ANONYMOUS, action) is None


@given(VIEWERS, st.sampled_from(Action), SUBJECTS)
def test_a_permission_is_one_of_a_role_within_its_reach(viewer: Viewer, action: Action, subject: Subject) -> None:
    roles = [role for role in viewer.roles if action in EXPECTED[role]]
    everybody_s = action in (Action.OPEN, Action.OWN)
    within = viewer.scope.holds(subject) or any(role in SEE_ALL for role in roles)
    assert may(viewer, action, subject) == (everybody_s or (bool(roles) and within))


@given(SCOPES, SCOPES, SUBJECTS)
def test_what_is_narrowed_lies_in_both(one: Scope, other: Scope, subject: Subject) -> None:
    assert one.narrowed(other).holds(subject) == (one.holds(subject) and other.holds(subject))
    assert one.narrowed(WHOLE) == one
    assert (one == WHOLE) == one.is_whole


def test_a_role_that_sees_all_lifts_the_bounds_of_what_it_allows_alone() -> None:
    scope = Scope(subdistricts=frozenset({"A"}))
    both = Viewer("a-1", "n", frozenset({Role.AUDITOR, Role.INSPECTOR}), scope)
    assert reach(both, Action.SEE_ISSUES) == WHOLE
    assert reach(both, Action.CHANGE_STATUS) == scope
