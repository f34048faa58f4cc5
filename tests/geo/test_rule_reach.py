"""What the rules give to a unit: for every combination what asking one by one says, in codes, positions and parts."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.access import Scope, Subject
from geo.assignment import AssignmentRule, explain
from geo.rule_reach import RuleReach, rule_reach
from tests.geo.test_assignment import AREAS, CITY, TASKS, TYPES, UNITS, rule_lists, table_of

SOME_UNITS = st.frozensets(st.sampled_from(["W", "S", "OA", "OB", "gone"]))


def reach_of(rules: tuple[AssignmentRule, ...], units: frozenset[str]) -> RuleReach:
    return rule_reach(
        table_of(*rules), UNITS, units, catalogue=CITY.catalogue, subdistricts=CITY.areas.index
    )  # fmt: skip


@given(rule_lists, SOME_UNITS)
def test_it_says_what_the_first_rule_that_matches_says(
    rules: tuple[AssignmentRule, ...], units: frozenset[str]
) -> None:
    reach = reach_of(rules, units)
    asked = list(product(range(len(TYPES)), range(-1, len(AREAS)), range(-1, len(TASKS))))
    columns = [np.array(column, np.int16) for column in zip(*asked, strict=True)]
    expected = set()
    for (kind, area, task), found in zip(asked, reach.of(*columns).tolist(), strict=True):
        place, line = AREAS[area] if area >= 0 else None, TASKS[task] if task >= 0 else None
        mine = explain(rules, UNITS, type=TYPES[kind], subdistrict=place, task=line).unit in units
        assert found == mine == reach.takes(TYPES[kind], place, line)
        if mine:
            expected.add((TYPES[kind], place, line))
    told = [combination for part in reach.parts() for combination in product(*part)]
    assert len(told) == len(set(told)), "parts are apart"
    assert set(told) == expected


@given(rule_lists, rule_lists, SOME_UNITS)
def test_two_are_equal_where_they_say_the_same_and_are_told_apart_otherwise(
    some: tuple[AssignmentRule, ...], others: tuple[AssignmentRule, ...], units: frozenset[str]
) -> None:
    one, same, other = reach_of(some, units), reach_of(some, units), reach_of(others, units)
    assert one == same
    assert hash(one) == hash(same)
    if one == other:
        assert set(_all(one)) == set(_all(other))


def _all(reach: RuleReach) -> list[tuple[str | None, ...]]:
    return [combination for part in reach.parts() for combination in product(*part)]


def test_what_the_city_does_not_have_is_nobodys() -> None:
    reach = reach_of((AssignmentRule("all", "W"),), frozenset({"W"}))
    assert reach.takes("C0101", None, None)
    for subject in (("E9999", "A", None), (None, "A", None), ("C0101", "Z", None), ("C0101", "A", "T99")):
        assert not reach.takes(*subject)


def test_an_assignment_by_hand_outranks_the_rules_both_ways() -> None:
    rules = (AssignmentRule("all", "W"),)
    scope = Scope(departments=frozenset({"W"}), by_rule=reach_of(rules, frozenset({"W"})))
    loose = Subject("A", None, type="C0101")
    assert scope.holds(loose)
    assert not scope.holds(Subject("A", "S", type="C0101")), "somebody else's now"
    assert scope.holds(Subject("A", "W", type="E0110"))
    assert not Scope(departments=frozenset({"W"})).holds(loose), "nobody has asked the rules"
    placed = Scope(frozenset({"B"}), scope.departments, None, scope.by_rule)
    assert not placed.holds(loose), "another place"
    assert placed.holds(Subject("B", None, type="C0101"))


def test_what_two_scopes_share_knows_the_rules_only_of_the_departments_that_are_left() -> None:
    rules = (AssignmentRule("all", "W"),)
    both = frozenset({"W", "S"})
    wide = Scope(departments=both, by_rule=reach_of(rules, both))
    narrow = Scope(departments=frozenset({"W"}), by_rule=reach_of(rules, frozenset({"W"})))
    assert wide.narrowed(narrow) == narrow.narrowed(wide) == narrow
    assert wide.narrowed(Scope(frozenset({"A"}))).by_rule == wide.by_rule
    assert Scope().narrowed(wide) == wide
    crossed = Scope(departments=frozenset({"W", "D"}), by_rule=narrow.by_rule)
    assert wide.narrowed(crossed).by_rule is None, "no rules were asked for exactly these"
