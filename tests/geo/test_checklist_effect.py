"""What a new version does to answered visits: bounds that hold for whatever new items would have been answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from geo.checklist import Answer, Checklist, Item, score_of
from geo.checklist_effect import Effect, effect_of
from geo.text import Text

A = Answer
NAME = Text("项", "Item")
BEFORE = Checklist(
    "S", 1, date(2021, 6, 1), 80, 15, (Item("a", NAME, 5), Item("b", NAME, 3, may_not_apply=True), Item("c", NAME, 2))
)
SHEETS = st.fixed_dictionaries(
    {"a": st.sampled_from([A.MET, A.UNMET]), "b": st.sampled_from(list(A)), "c": st.sampled_from([A.MET, A.UNMET])}
)


def test_the_same_version_changes_nothing() -> None:
    sheets = [{"a": A.MET, "b": A.MET, "c": A.MET}, {"a": A.UNMET, "b": A.MET, "c": A.MET}]
    assert effect_of(BEFORE, replace(BEFORE, version=2), sheets) == Effect(2, 1, 1, 1, 75.0, 75.0, 75.0)
    assert effect_of(BEFORE, BEFORE, []) == Effect(0, 0, 0, 0, 0.0, 0.0, 0.0)


def test_what_becomes_critical_fails_visits_that_passed() -> None:
    items = (BEFORE.items[0], BEFORE.items[1], replace(BEFORE.items[2], critical=True))
    found = effect_of(BEFORE, replace(BEFORE, version=2, items=items), [{"a": A.MET, "b": A.MET, "c": A.UNMET}])
    assert (found.compliant, found.least, found.most) == (1, 0, 0)


def test_a_new_item_is_unknown_and_not_applicable_is_where_it_always_applies() -> None:
    items = (*BEFORE.items[:1], replace(BEFORE.items[1], may_not_apply=False), Item("new", NAME, 2))
    after = replace(BEFORE, version=2, items=items)
    found = effect_of(BEFORE, after, [{"a": A.MET, "b": A.NOT_APPLICABLE, "c": A.MET}])
    assert (found.least, found.most, found.mean_low, found.mean_high) == (0, 1, 50.0, 100.0)


ITEMS = st.lists(
    st.builds(Item, st.sampled_from("abcde"), st.just(NAME), st.integers(1, 9), st.booleans(), st.booleans()),
    min_size=1, max_size=4, unique_by=lambda item: item.code,
).filter(lambda items: not all(item.may_not_apply for item in items))  # fmt: skip


@given(ITEMS, st.integers(0, 100), st.lists(SHEETS, min_size=1, max_size=3))
def test_whatever_the_unknown_answers_were_the_bounds_hold(items: list, mark: int, sheets: list) -> None:
    after = replace(BEFORE, version=2, items=tuple(items), pass_mark=mark)
    found = effect_of(BEFORE, after, sheets)
    for answers in sheets:
        one = effect_of(BEFORE, after, [answers])
        known = {item.code: answers[item.code] for item in items if item.code in answers
                 and (item.may_not_apply or answers[item.code] is not A.NOT_APPLICABLE)}  # fmt: skip
        unknown = [item.code for item in items if item.code not in known]
        for chosen in product([A.MET, A.UNMET], repeat=len(unknown)):
            score = score_of(after, known | dict(zip(unknown, chosen, strict=True)))
            assert one.least <= score.compliant <= one.most
            assert one.mean_low <= score.value <= one.mean_high
    assert found.least <= found.most <= found.n == len(sheets)
