"""Rules: the first that matches decides; the cube of all combinations says what asking one by one says."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.assignment import AssignmentRule, Passed, check_rule, explain
from geo.errors import BadValueError
from geo.organisation import Organisation, Unit, UnitKind
from geo.rule_table import NO_RULE, RuleTable, rule_table
from geo.text import Text
from tests.small_city import small_city

CITY = small_city()
TYPES = tuple(entry.code for entry in CITY.catalogue.types)
TASKS = tuple(entry.code for entry in CITY.catalogue.tasks)
AREAS = CITY.areas.codes
NAME = Text("单位", "Unit")
UNITS = Organisation(
    (
        Unit("W", UnitKind.DEPARTMENT, NAME),
        Unit("OA", UnitKind.OFFICE, NAME, subdistricts=("A",)),
        Unit("OB", UnitKind.OFFICE, NAME, subdistricts=("B",)),
        Unit("S", UnitKind.DEPARTMENT, NAME),
        Unit("L", UnitKind.LEADER, NAME, subdistricts=("A", "B", "C")),
    )
)


def table_of(*rules: AssignmentRule, organisation: Organisation = UNITS) -> RuleTable:
    return rule_table(rules, organisation, CITY.catalogue, AREAS)


def test_the_first_rule_that_matches_decides_and_the_others_say_why_not() -> None:
    rules = (
        AssignmentRule("streets", "W", types=("C0101",)),
        AssignmentRule("a-works", "S", subdistricts=("A",), tasks=("T01",)),
        AssignmentRule("office", None),
        AssignmentRule("rest", "S"),
    )
    answer = explain(rules, UNITS, type="E0110", subdistrict="A", task="T02")
    assert (answer.unit, answer.number, answer.rule) == ("OA", 3, rules[2])
    assert answer.passed == (Passed(rules[0], "type"), Passed(rules[1], "task"))
    outside = explain(rules, UNITS, type="E0110", subdistrict=None, task=None)
    assert (outside.unit, outside.number) == ("S", 4)
    assert [entry.because for entry in outside.passed] == ["type", "subdistrict", "office"]
    assert explain(rules, UNITS, type="E0110", subdistrict="C", task=None).unit == "S", "C has no office"
    assert explain(rules[:2], UNITS, type="E0110", subdistrict="C", task=None).unit is None


def some(codes: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), unique=True, max_size=len(codes)).map(tuple)


rule_lists = st.lists(
    st.tuples(st.sampled_from(["W", "S", "OB", None]), some(TYPES), some(AREAS), some(TASKS)), max_size=6
).map(lambda entries: tuple(AssignmentRule(f"r{n}", *entry) for n, entry in enumerate(entries)))


@given(rule_lists)
def test_the_cube_agrees_with_asking_one_by_one(rules: tuple[AssignmentRule, ...]) -> None:
    table = table_of(*rules)
    asked = list(product(range(len(TYPES)), range(-1, len(AREAS)), range(-1, len(TASKS))))
    columns = [np.array(column, np.int16) for column in zip(*asked, strict=True)]
    found, units = table.rule_of(*columns), table.unit_of(*columns)
    reached, lacking = set(), set()
    for (kind, area, task), rule, unit in zip(asked, found.tolist(), units.tolist(), strict=True):
        place, line = AREAS[area] if area >= 0 else None, TASKS[task] if task >= 0 else None
        answer = explain(rules, UNITS, type=TYPES[kind], subdistrict=place, task=line)
        assert rule == (NO_RULE if answer.number is None else answer.number - 1)
        assert (UNITS.units[unit].code if unit >= 0 else None) == answer.unit
        if answer.number is None:
            lacking.add((TYPES[kind], place, line))
        else:
            reached.add(answer.number)
    told = [combination for gap in table.gaps for combination in product(gap.types, gap.subdistricts, gap.tasks)]
    assert len(told) == len(set(told))
    assert set(told) == lacking
    assert {entry.number for entry in table.unreached} == set(range(1, len(rules) + 1)) - reached


@given(rule_lists)
def test_a_rule_that_is_never_reached_is_taken_whole_by_those_it_stands_behind(
    rules: tuple[AssignmentRule, ...],
) -> None:
    for entry in table_of(*rules).unreached:
        before = [rules[number - 1] for number in entry.behind]
        assert all(number < entry.number for number in entry.behind)
        alone = {e.number for e in table_of(*before, entry.rule).unreached}
        assert len(before) + 1 in alone
        if not entry.behind:
            assert table_of(entry.rule).unreached, "it matches nothing at all"


def test_a_shadowed_rule_is_named_with_what_shadows_it() -> None:
    table = table_of(
        AssignmentRule("one", "W", types=TYPES[:1]),
        AssignmentRule("other", "S", types=TYPES[1:]),
        AssignmentRule("late", "S", subdistricts=("A",)),
    )
    assert [(entry.number, entry.behind) for entry in table.unreached] == [(3, (1, 2))]
    assert table.gaps == ()


def test_without_rules_everything_is_a_gap() -> None:
    (gap,) = table_of().gaps
    assert (set(gap.types), set(gap.subdistricts), set(gap.tasks)) == (set(TYPES), {*AREAS, None}, {*TASKS, None})
    none = np.array([0]), np.array([-1]), np.array([-1])
    assert table_of().unit_of(*none).tolist() == [-1]


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        (AssignmentRule("r", "W", types=("E9999",)), "type"),
        (AssignmentRule("r", "W", subdistricts=("Z",)), "subdistrict"),
        (AssignmentRule("r", "W", tasks=("T99",)), "task"),
        (AssignmentRule("r", "X"), "unit"),
        (AssignmentRule("r", "L"), "unit"),
    ],
)
def test_a_rule_that_the_city_cannot_follow_is_refused(rule: AssignmentRule, key: str) -> None:
    with pytest.raises(BadValueError) as refused:
        check_rule(rule, UNITS, catalogue=CITY.catalogue, subdistricts=AREAS)
    assert refused.value.key == key
