"""Editing an organisation: nothing hangs in the air after a unit retires, and two edits become one or say where not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.assignment import AssignmentRule
from geo.errors import BadValueError
from geo.organisation import Organisation, Unit, UnitKind
from geo.organisation_edits import (
    Book,
    Difference,
    differences,
    joined,
    with_rule,
    with_rule_moved,
    with_unit,
    with_unit_retired,
    without_rule,
)
from geo.text import Text

NAME = Text("单位", "Unit")
K = UnitKind
WORKS = Unit("W", K.DEPARTMENT, NAME, roads=("R1",))
PARKS = Unit("P", K.DEPARTMENT, NAME, roads=("R2",))
LEAD = Unit("L", K.TASK_LEAD, NAME, part_of="W", tasks=("T01",))
OFFICE = Unit("OA", K.OFFICE, NAME, subdistricts=("A",), road_classes=("minor",))
RULES = tuple(AssignmentRule(code, unit) for code, unit in (("r1", "W"), ("r2", "P"), ("r3", None), ("r4", "W")))
BASE = Book(Organisation((WORKS, PARKS, LEAD, OFFICE)), RULES)


def codes(book: Book) -> list[str]:
    return [rule.code for rule in book.rules]


def test_a_unit_that_retires_leaves_nothing_behind_but_its_name() -> None:
    after = with_unit_retired(BASE, "W", heir="P")
    gone, heir, lead = (after.organisation.unit(code) for code in ("W", "P", "L"))
    assert (gone.retired, gone.roads, gone.name) == (True, (), NAME)
    assert heir.roads == ("R2", "R1")
    assert lead.part_of == "P"
    assert [rule.unit for rule in after.rules] == ["P", "P", None, "P"]
    assert gone not in after.organisation.of_kind(K.DEPARTMENT)
    assert not gone.takes_issues


def test_rules_are_not_left_without_a_unit_and_a_heir_is_of_the_same_kind() -> None:
    for heir in (None, "L", "W"):
        with pytest.raises(BadValueError) as refused:
            with_unit_retired(BASE, "W", heir=heir)
        assert refused.value.key == "heir"
    retired = with_unit_retired(BASE, "W", heir="P")
    with pytest.raises(BadValueError):
        with_unit_retired(retired, "P", heir="W")
    assert with_unit_retired(BASE, "L", heir=None).organisation.unit("L").retired


def test_roads_of_some_subdistricts_are_not_put_together_with_roads_of_all() -> None:
    bounded = with_unit(BASE, Unit("D", K.DEPARTMENT, NAME, subdistricts=("A",), roads=("R3",)))
    with pytest.raises(BadValueError, match="mean others"):
        with_unit_retired(bounded, "D", heir="W")
    second = with_unit(BASE, Unit("OB", K.OFFICE, NAME, subdistricts=("B",), road_classes=("minor",)))
    both = with_unit_retired(second, "OB", heir="OA").organisation
    assert both.unit("OA").subdistricts == ("A", "B")
    assert both.office_of == {"A": "OA", "B": "OA"}


def test_rules_are_put_moved_and_taken_away_in_their_order() -> None:
    assert codes(with_rule_moved(BASE, "r3", 0)) == ["r3", "r1", "r2", "r4"]
    assert codes(with_rule_moved(BASE, "r1", 99)) == ["r2", "r3", "r4", "r1"]
    assert codes(with_rule(BASE, AssignmentRule("new", "P"), at=1)) == ["r1", "new", "r2", "r3", "r4"]
    changed = with_rule(BASE, AssignmentRule("r2", "W", types=("C0101",)))
    assert codes(changed) == codes(BASE)
    assert changed.rules[1].unit == "W"
    assert codes(without_rule(BASE, "r2")) == ["r1", "r3", "r4"]


def test_differences_name_what_changed_and_no_more() -> None:
    assert differences(BASE, BASE) == ()
    renamed = with_unit(BASE, replace(WORKS, name=Text("新", "New"), roads=()))
    assert differences(BASE, renamed) == (Difference("unit", "W", "changed", ("name", "roads")),)
    moved = with_rule_moved(BASE, "r4", 0)
    assert differences(BASE, moved) == (Difference("rule", "r4", "moved"),)
    assert differences(BASE, without_rule(BASE, "r1")) == (Difference("rule", "r1", "removed"),)
    added = with_unit(BASE, Unit("N", K.LEADER, NAME))
    assert differences(BASE, added) == (Difference("unit", "N", "added"),)
    assert differences(added, BASE) == (Difference("unit", "N", "removed"),)


def test_edits_of_different_things_become_one() -> None:
    own = with_rule_moved(with_unit(BASE, replace(WORKS, roads=("R1", "R9"))), "r4", 0)
    other = with_rule(with_unit(BASE, replace(WORKS, name=Text("新", "New"))), AssignmentRule("r9", "P"), at=2)
    both = joined(BASE, own, other)
    assert both.clashes == ()
    works = both.book.organisation.unit("W")
    assert (works.roads, works.name.en) == (("R1", "R9"), "New")
    assert codes(both.book) == ["r4", "r1", "r2", "r9", "r3"]


def test_what_both_changed_is_told_and_stays_as_the_editor_has_it() -> None:
    own, other = (with_unit(BASE, replace(WORKS, roads=(road,))) for road in ("R5", "R6"))
    both = joined(BASE, own, other)
    assert both.clashes == (Difference("unit", "W", "changed", ("roads",)),)
    assert both.book.organisation.unit("W").roads == ("R5",)
    gone, changed = without_rule(BASE, "r2"), with_rule(BASE, AssignmentRule("r2", "W"))
    assert joined(BASE, gone, changed).clashes == (Difference("rule", "r2", "removed"),)
    assert "r2" in codes(joined(BASE, gone, changed).book), "nothing is lost unseen"
    up, down = with_rule_moved(BASE, "r3", 0), with_rule_moved(BASE, "r3", 9)
    assert joined(BASE, up, down).clashes == (Difference("rule", "r3", "moved"),)
    assert codes(joined(BASE, up, down).book)[0] == "r3"


def test_a_rule_for_a_unit_that_the_other_retired_is_refused() -> None:
    own = with_rule(BASE, AssignmentRule("new", "W"))
    with pytest.raises(BadValueError) as refused:
        joined(BASE, own, with_unit_retired(BASE, "W", heir="P"))
    assert refused.value.key == "unit"


def edits(book: Book) -> st.SearchStrategy[Book]:
    unit = st.builds(lambda u, road: with_unit(book, replace(u, roads=(road,))),
                     st.sampled_from([WORKS, PARKS]), st.sampled_from(["R1", "R7", "R8"]))  # fmt: skip
    rule = st.builds(lambda code, kind: with_rule(book, AssignmentRule(code, "P", types=(kind,))),
                     st.sampled_from(["r1", "r2", "x1", "x2"]), st.sampled_from(["C0101", "E0110"]))  # fmt: skip
    move = st.builds(lambda code, to: with_rule_moved(book, code, to), st.sampled_from(codes(book)), st.integers(0, 4))
    return st.just(book) | unit | rule | move | st.sampled_from(codes(book)).map(lambda c: without_rule(book, c))


@given(edits(BASE).flatmap(edits), edits(BASE).flatmap(edits))
def test_joining_keeps_every_edit_of_the_own_and_is_the_other_where_nothing_was_edited(own: Book, other: Book) -> None:
    assert joined(BASE, BASE, other) == joined(BASE, other, BASE) == joined(BASE, other, other)
    assert joined(BASE, BASE, other).book == other
    both = joined(BASE, own, other)
    kept, mine = ({rule.code: rule for rule in book.rules} for book in (both.book, own))
    for edit in differences(BASE, own):
        if edit.part == "unit" or edit.what in ("added", "changed"):
            there = both.book.organisation.unit(edit.code) if edit.part == "unit" else kept[edit.code]
            wished = own.organisation.unit(edit.code) if edit.part == "unit" else mine[edit.code]
            for field in edit.fields:
                assert getattr(there, field) == getattr(wished, field)
    assert len(kept) == len(both.book.rules), "every code once"
