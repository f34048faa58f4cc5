"""A department reaches what is assigned to nobody and theirs by the rules: the same issues in figures, lists, acts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from data.documents.organisation import COLLECTION, CURRENT
from data.duties import ruled, ruled_scope
from data.runtime import Runtime
from data.store.filter_sql import issue_ids
from data.unit_work import unit_work
from geo.access import Role, Scope, Viewer
from geo.errors import NotAllowedError
from geo.filter import IssueFilter
from geo.lifecycle import Status
from geo.notices import Code
from geo.selection import still_open
from tests.data.notices.test_inbox import AREAS, at, told
from tests.data.test_acts import amend, viewer
from tests.data.test_changes import change, reported
from tests.small_city import CLOCK

S = Status
UNITS = ("D01", "D02", "OA")
TYPES = ("C0101", "E0110", "E0501")


def unit(code: str, kind: str = "department", **duties: list[str]) -> dict[str, Any]:
    return {"code": code, "kind": kind, "name": {"zh": code, "en": code}, **duties}


def rule(code: str, to: str | None, **asks: list[str]) -> dict[str, Any]:
    return {"code": code, "unit": to, **asks}


def organise(live: Runtime, *rules: Mapping[str, Any]) -> None:
    """Put three units and these rules."""
    before = live.snapshot.documents.document(COLLECTION, CURRENT)
    content = {"units": [unit("D01"), unit("D02"), unit("OA", "office", subdistricts=["A"])], "rules": list(rules)}
    live.put_document(
        COLLECTION,
        CURRENT,
        content,
        0 if before is None else before.version,
        client_uuid=str(uuid.uuid4()),
        actor="planner",
    )


def department(live: Runtime, *codes: str, account: str = "a-unit") -> Viewer:
    """Somebody of these departments, as whoever looks them up finds them now."""
    return ruled(live.snapshot, viewer(Role.DEPARTMENT, account=account, departments=frozenset(codes)))


def seen_by(live: Runtime, who: Viewer) -> set[str]:
    """The issues of the register that a viewer sees, by the columns; the store must say the same."""
    chosen = IssueFilter("first", "supervision", CLOCK, within=who.scope)
    rows = np.flatnonzero(live.snapshot.stages(chosen) >= 0)
    found = {str(identity) for identity in live.snapshot.records.of(rows).id}
    with live.store.reading() as connection:
        assert set(issue_ids(connection, live.city, chosen)) == found
    assert live.snapshot.counts(chosen).total == len(found)
    return found


RULES = (
    rule("offices", None, types=["E0501"]),
    rule("roads", "D02", types=["E0110"]),
    rule("covers-in-B", "D01", types=["C0101"], subdistricts=["B"]),
)


def test_each_sees_what_the_first_rule_that_matches_gives_them_until_somebody_is_named(live: Runtime) -> None:
    organise(live, *RULES)
    made = {(area, kind): reported(live, geometry=at(area), type=kind) for area in AREAS for kind in TYPES}
    assert seen_by(live, department(live, "D02")) == {made[area, "E0110"] for area in AREAS}
    assert seen_by(live, department(live, "D01")) == {made["B", "C0101"]}
    assert seen_by(live, department(live, "OA")) == {made["A", "E0501"]}
    assert seen_by(live, department(live, "OA", "D01")) == {made["A", "E0501"], made["B", "C0101"]}
    amend(live, made["A", "E0110"], 1, "assign", department="D01")
    assert seen_by(live, department(live, "D02")) == {made["B", "E0110"], made["C", "E0110"]}
    assert seen_by(live, department(live, "D01")) == {made["B", "C0101"], made["A", "E0110"]}
    amend(live, made["A", "E0110"], 2, "assign", department=None)
    assert made["A", "E0110"] in seen_by(live, department(live, "D02")), "nobody's again: the rules say whose"
    both = Viewer("a-x", "n", frozenset({Role.DEPARTMENT}), Scope(frozenset({"B"}), frozenset({"D02"})))
    assert seen_by(live, ruled(live.snapshot, both)) == {made["B", "E0110"]}


def test_the_figures_of_a_unit_are_those_of_what_it_sees(live: Runtime) -> None:
    """What organisation and digests count by the rules is what the unit itself is shown."""
    organise(live, *RULES)
    for n, area in enumerate(AREAS):
        for kind in TYPES:
            issue = reported(live, geometry=at(area), type=kind)
            if n == 1:
                amend(live, issue, 1, "assign", department="D01")
    whole = IssueFilter("first", "supervision", CLOCK)
    work = unit_work(live.snapshot, whole).figures
    for position, code in enumerate(UNITS):
        within = ruled_scope(live.snapshot, Scope(departments=frozenset({code})))
        own = IssueFilter("first", "supervision", CLOCK, within=within)
        assert np.count_nonzero(still_open(live.snapshot.stages(own))) == int(work.open[position]) > 0


def test_other_rules_give_other_issues_at_once_and_what_was_kept_stays_apart(live: Runtime) -> None:
    organise(live, *RULES)
    issue = reported(live, geometry=at("A"), type="E0110")
    before = department(live, "D02")
    assert seen_by(live, before) == {issue}
    organise(live, rule("roads", "D01", types=["E0110"]))
    assert seen_by(live, department(live, "D02")) == set()
    assert seen_by(live, department(live, "D01")) == {issue}
    assert before.scope != department(live, "D02").scope, "answers kept for one are never given to the other"
    organise(live, *RULES)
    assert department(live, "D02") == before


def test_who_sees_it_by_rule_handles_it_and_nobody_else_does(live: Runtime) -> None:
    organise(live, *RULES)
    issue = reported(live, geometry=at("A"), type="E0110")
    for version, step in enumerate((S.ACCEPTED, S.FILED, S.DISPATCHED), 1):
        change(live, issue, version, step)
    with pytest.raises(NotAllowedError, match="you are not"):
        change(live, issue, 4, S.HANDLING, actor=department(live, "D01"))
    change(live, issue, 4, S.HANDLING, actor=department(live, "D02"))
    change(live, issue, 5, S.VERIFYING, actor=department(live, "D02"), evidence="photo 1")
    own = viewer(Role.INSPECTOR, Role.DEPARTMENT, account="a-insp", departments=frozenset({"D02"}))
    with pytest.raises(NotAllowedError, match="outside the department"):
        change(live, issue, 6, S.CLOSED, actor=ruled(live.snapshot, own), evidence="photo 2")
    change(live, issue, 6, S.CLOSED, actor=viewer(Role.INSPECTOR, account="a-other"), evidence="photo 2")


def test_it_is_told_of_what_is_theirs_by_rule(live: Runtime) -> None:
    organise(live, *RULES)
    issue = reported(live, geometry=at("A"), type="E0110")
    for version, step in enumerate((S.ACCEPTED, S.FILED, S.DISPATCHED), 1):
        change(live, issue, version, step)
    assert told(live, department(live, "D02")) == [(Code.DISPATCHED, issue)]
    assert told(live, department(live, "D01")) == []
    organise(live, rule("roads", "D01", types=["E0110"]))
    assert told(live, department(live, "D02")) == []
    assert told(live, department(live, "D01")) == [(Code.DISPATCHED, issue)]


def test_a_scope_without_departments_asks_no_rules(live: Runtime) -> None:
    organise(live, *RULES)
    for scope in (Scope(), Scope(frozenset({"A"}))):
        assert ruled_scope(live.snapshot, scope) is scope
