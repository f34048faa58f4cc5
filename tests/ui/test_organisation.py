"""Editing units and rules in the page: a draft whose consequences are told first, saved whole, never over another's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from shapely.geometry import Point

from data.documents.organisation import COLLECTION, CURRENT, written
from data.duties import duties_in_force
from data.runtime import Runtime
from geo.access import Role, Viewer
from geo.issue import IssueDraft
from geo.organisation_edits import Book, with_rule, with_unit
from geo.text import Text
from tests.ui.conftest import Page
from ui import scene as scenes

HERE = Point(106.7135, 26.5885)
Open = Callable[..., Page]
pytestmark = pytest.mark.slow  # whole pages


def lamps(live: Runtime, n: int) -> None:
    live.submit([IssueDraft("supervision", "C0118", HERE, id=str(uuid.uuid4())) for _ in range(n)], actor="web")


def book(live: Runtime) -> Book:
    duties = duties_in_force(live.snapshot)
    return Book(duties.organisation, duties.rules)


def put(live: Runtime, content: Book) -> None:
    """What another editor saves meanwhile."""
    head = live.snapshot.documents.document(COLLECTION, CURRENT)
    version = 0 if head is None else head.version
    live.put_document(
        COLLECTION, CURRENT, written(content), version, client_uuid=str(uuid.uuid4()), actor="demo-planner"
    )


def said(page: Page) -> str:
    """What the page says, one blank between words."""
    return " ".join(page.words.split())


def form(page: Page, kind: str, name: str) -> Any:
    """A widget of the open form, by the end of its key."""
    for widget in page.at.get(kind):
        if widget.key and "-form-" in widget.key and widget.key.endswith(f"-{name}"):
            return widget
    raise AssertionError(f"no {kind} that ends in {name}")


def submit(page: Page) -> Page:
    form(page, "button", "put").click()
    return page.run()


def test_who_may_not_manage_the_campaign_sees_no_editor(empty_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = Viewer("a-1", "n", frozenset({Role.INSPECTOR}))
    monkeypatch.setattr(scenes, "viewer_of", lambda served: viewer)
    page = empty_page("organisation", edit="rules", lang="en")
    assert "Edit rules" not in str(page.at.get("button_group"))
    assert "Draft and what follows" not in said(page)


def test_a_rule_tells_whose_issues_change_hands_before_it_is_saved(empty: Runtime, empty_page: Open) -> None:
    lamps(empty, 3)
    page = empty_page("organisation", edit="rules", lang="en")
    assert "Nothing is changed yet" in said(page)
    page.at.selectbox(key="rule-chosen").set_value("lamps")
    page.run()
    form(page, "selectbox", "unit").set_value("D51")
    submit(page)
    assert "Rule lamps changed: unit" in said(page)
    assert "3 of 3 open issues" in said(page)
    assert "District Street Lighting Office Electricity Service Unit 3" in said(page)
    assert duties_in_force(empty.snapshot).version is None, "nothing is written before it is saved"
    page.at.button(key="organisation-save").click()
    page.run()
    assert "Saved as version 1, in force now." in said(page)
    assert duties_in_force(empty.snapshot).explain(issue_type="C0118", subdistrict=None, task=None).unit == "D51"
    assert "Nothing is changed yet" in said(page)


def test_rules_are_moved_added_and_taken_away_and_what_they_hide_is_said(empty: Runtime, empty_page: Open) -> None:
    page = empty_page("organisation", edit="rules", lang="en")
    before = [rule.code for rule in book(empty).rules]
    page.at.selectbox(key="rule-chosen").set_value("")
    page.run()
    form(page, "text_input", "code").set_value("all-first")
    form(page, "number_input", "at").set_value(1)
    form(page, "selectbox", "unit").set_value("D01")
    submit(page)
    assert "Rule all-first added" in said(page)
    assert "Rule 2 (sites) is never reached: rules 1 take all of it" in said(page)
    page.at.button(key="rule-down").click()
    page.run()
    assert "Rule 1 (sites)" not in said(page)
    page.at.button(key="rule-remove").click()
    page.run()
    assert "Nothing is changed yet" in said(page)
    page.at.selectbox(key="rule-chosen").set_value("lamps")
    page.run()
    page.at.button(key="rule-first").click()
    page.run()
    page.at.button(key="organisation-save").click()
    page.run()
    assert [rule.code for rule in book(empty).rules] == ["lamps", *(code for code in before if code != "lamps")]


def test_a_unit_is_added_renamed_given_a_road_and_retired_into_another(empty: Runtime, empty_page: Open) -> None:
    page = empty_page("organisation", edit="units", lang="en")
    page.at.selectbox(key="unit-chosen-department").set_value("")
    page.run()
    assert form(page, "text_input", "code").value == "D55", "the next free code is proposed"
    form(page, "text_input", "zh").set_value("区桥梁所")
    form(page, "text_input", "en").set_value("District Bridges Office")
    form(page, "multiselect", "roads").set_value(["YR39"])
    submit(page)
    assert "Unit District Bridges Office added" in said(page)
    assert page.at.selectbox(key="unit-chosen-department").value == "D55"
    page.at.selectbox(key="unit-chosen-department").set_value("D08")
    page.run()
    assert "1 rule, and" in said(page)
    page.at.button(key="unit-retire").click()
    page.run()
    assert "Not taken: heir" in said(page), "its rule would have no unit"
    page.at.selectbox(key="unit-heir-D08").set_value("D55")
    page.at.button(key="unit-retire").click()
    page.run()
    assert "retired, its duties handed over" in said(page)
    page.at.button(key="organisation-save").click()
    page.run()
    after = book(empty)
    assert after.organisation.unit("D08").retired
    assert after.organisation.unit("D55").roads == ("YR39",)
    assert next(rule.unit for rule in after.rules if rule.code == "lamps") == "D55"
    shown = empty_page("organisation", lang="en")
    assert "53 departments" not in said(shown)
    assert "54 departments" in said(shown), "one more, one less"
    assert "雅关路 Yaguan Lu Roads Nobody" not in said(shown), "the road has an owner now"


def test_a_stale_edit_is_told_what_changed_and_can_be_joined(empty: Runtime, empty_page: Open) -> None:
    page = empty_page("organisation", edit="units", lang="en")
    form(page, "text_input", "en").set_value("My name")
    submit(page)
    now = book(empty)
    lamps_rule = next(rule for rule in now.rules if rule.code == "lamps")
    put(empty, with_rule(with_unit(now, replace(now.organisation.unit("D02"), name=Text("新", "Theirs"))),
                         replace(lamps_rule, unit="D51")))  # fmt: skip
    page.run()
    assert "is based on the one before and is not saved" in said(page)
    assert "Unit Theirs changed: name" in said(page)
    assert "Rule lamps changed: unit" in said(page)
    assert all(button.key != "organisation-save" for button in page.at.button)
    page.at.button(key="organisation-join").click()
    page.run()
    assert "0 clashes" in said(page)
    page.at.button(key="organisation-save").click()
    page.run()
    after = book(empty)
    assert [after.organisation.unit(code).name.en for code in ("D01", "D02")] == ["My name", "Theirs"]
    assert next(rule.unit for rule in after.rules if rule.code == "lamps") == "D51"
    assert duties_in_force(empty.snapshot).version == 2


def test_what_the_city_cannot_follow_is_refused_and_the_draft_stays(empty: Runtime, empty_page: Open) -> None:
    page = empty_page("organisation", edit="units", lang="en")
    form(page, "text_input", "en").set_value("")
    submit(page)
    assert "Not taken: units[1].name.en" in said(page)
    assert "Nothing is changed yet" in said(page)
    page.at.selectbox(key="unit-chosen-department").set_value("")
    page.run()
    form(page, "text_input", "code").set_value("D01")
    form(page, "text_input", "zh").set_value("又")
    form(page, "text_input", "en").set_value("Again")
    submit(page)
    assert "The code D01 is taken." in said(page)
    assert np.all(np.array([unit.code for unit in book(empty).organisation.units]) != "D55")


def test_an_earlier_version_is_taken_back_into_the_draft(empty: Runtime, empty_page: Open) -> None:
    first = book(empty)
    put(empty, with_unit(first, replace(first.organisation.unit("D02"), name=Text("新", "New name"))))
    page = empty_page("organisation", edit="units", lang="en")
    assert "Versions so far (1)" in [expander.label for expander in page.at.expander]
    assert "Unit New name changed: name" in said(page)
    page.at.button(key="organisation-take").click()
    page.run()
    assert "It is in the draft, not saved yet" in said(page)
    page.at.button(key="organisation-save").click()
    page.run()
    assert book(empty).organisation == first.organisation
    assert duties_in_force(empty.snapshot).version == 2, "what was put stays in the log"
