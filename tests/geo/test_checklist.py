"""Answers make a score and a verdict; versions never touch visits before them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.checklist import Answer, Checklist, Checklists, Item, score_of
from geo.errors import BadValueError, NotFoundError
from geo.text import Text

TEXT = Text("项", "item")
ITEMS = (
    Item("a", TEXT, 50, critical=True),
    Item("b", TEXT, 30),
    Item("c", TEXT, 20, may_not_apply=True),
)


def checklist(*items: Item, version: int = 1, since: date = date(2021, 6, 3), pass_mark: int = 80) -> Checklist:
    return Checklist("S06", version, since, pass_mark, 7, items or ITEMS)


def answers(text: str) -> dict[str, Answer]:
    letters = {"+": Answer.MET, "-": Answer.UNMET, "o": Answer.NOT_APPLICABLE}
    return {code: letters[letter] for code, letter in zip("abcdefgh", text, strict=False)}


@pytest.mark.parametrize(
    ("given_answers", "tenths", "compliant", "critical"),
    [
        ("+++", 1000, True, ()),
        ("++o", 1000, True, ()),
        ("++-", 800, True, ()),
        ("+-o", 625, False, ()),
        ("-++", 500, False, ("a",)),
        ("---", 0, False, ("a",)),
    ],
)
def test_the_score_is_the_share_of_the_weights_that_apply(given_answers, tenths, compliant, critical):
    score = score_of(checklist(), answers(given_answers))
    assert (score.tenths, score.compliant, score.failed_critical) == (tenths, compliant, critical)


def test_a_critical_item_fails_the_visit_however_high_the_score():
    items = (Item("a", TEXT, 1, critical=True), Item("b", TEXT, 99))
    score = score_of(checklist(*items), answers("-+"))
    assert score.value == 99.0
    assert not score.compliant


def test_a_score_is_cut_so_that_it_never_shows_a_pass_mark_that_was_missed():
    items = (Item("a", TEXT, 7), Item("b", TEXT, 2))  # 700 / 9 = 77.77…
    score = score_of(checklist(*items, pass_mark=78), answers("+-"))
    assert score.value == 77.7
    assert not score.compliant


@pytest.mark.parametrize(
    ("found", "key"),
    [
        ({"a": Answer.MET, "b": Answer.MET}, "answers.c"),
        ({**answers("+++"), "z": Answer.MET}, "answers"),
        (answers("o++"), "answers.a"),
    ],
)
def test_an_item_without_answer_or_an_answer_without_item_is_refused(found, key):
    with pytest.raises(BadValueError) as refused:
        score_of(checklist(), found)
    assert refused.value.key == key


@pytest.mark.parametrize(
    "make",
    [
        lambda: Checklist("S", 1, date(2021, 6, 3), 80, 7, ()),
        lambda: checklist(Item("a", TEXT, 1), Item("a", TEXT, 2)),
        lambda: checklist(Item("a", TEXT, 0)),
        lambda: checklist(Item("a", TEXT, 1, may_not_apply=True)),
        lambda: checklist(pass_mark=101),
        lambda: checklist(version=0),
    ],
)
def test_a_checklist_that_could_not_be_scored_is_refused(make):
    with pytest.raises(BadValueError):
        make()


drawn_items = st.lists(st.tuples(st.integers(1, 100), st.booleans(), st.booleans()), min_size=1, max_size=12).filter(
    lambda rows: not all(absent for *_, absent in rows)
)


@given(drawn_items, st.data())
def test_every_score_lies_within_0_and_100_and_is_the_exact_share_cut_to_a_tenth(rows, data):
    items = tuple(Item(f"i{n}", TEXT, w, crit, absent) for n, (w, crit, absent) in enumerate(rows))
    found = {
        item.code: data.draw(st.sampled_from(list(Answer) if item.may_not_apply else [Answer.MET, Answer.UNMET]))
        for item in items
    }
    score = score_of(checklist(*items), found)
    applies = [item for item in items if found[item.code] is not Answer.NOT_APPLICABLE]
    exact = Fraction(
        1000 * sum(i.weight for i in applies if found[i.code] is Answer.MET), sum(i.weight for i in applies)
    )
    assert 0 <= score.tenths <= 1000
    assert score.tenths <= exact < score.tenths + 1
    assert (score.tenths == 1000) == (not score.failed)
    assert score.compliant == (exact >= 800 and not any(i.critical and i.code in score.failed for i in items))


@given(drawn_items, st.data())
def test_putting_one_more_thing_right_never_lowers_a_score(rows, data):
    items = tuple(Item(f"i{n}", TEXT, w, crit) for n, (w, crit, _) in enumerate(rows))
    found = {item.code: data.draw(st.sampled_from([Answer.MET, Answer.UNMET])) for item in items}
    before = score_of(checklist(*items), found)
    for code in before.failed:
        assert score_of(checklist(*items), {**found, code: Answer.MET}).tenths >= before.tenths


def test_a_visit_is_answered_with_the_version_in_force_on_its_day_and_keeps_it():
    first, second = checklist(), checklist(Item("a", TEXT, 1), version=2, since=date(2021, 8, 1))
    book = Checklists((second, first))
    assert book.in_force("S06", date(2021, 6, 2)) is None
    assert book.in_force("S06", date(2021, 7, 31)) is first
    assert book.in_force("S06", date(2021, 8, 1)) is second
    assert book.of("S06", 1) is first  # also when a later one is in force
    with pytest.raises(NotFoundError):
        book.of("S06", 3)


@pytest.mark.parametrize("wrong", [checklist(version=3, since=date(2021, 9, 1)), checklist(version=2)])
def test_versions_come_one_after_the_other_and_in_the_order_of_their_days(wrong):
    with pytest.raises(BadValueError):
        Checklists((checklist(),)).with_version(wrong)
