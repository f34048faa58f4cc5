"""The form: exactly once, errors at their field, hostile text kept as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from data.runtime import Runtime
from data.store.database import read_events
from data.store.personal import reference
from i18n import translate

Open = Callable[..., Any]
HOSTILE = "{{7*7}} ${alert(1)} <img src=x onerror=alert(1)> **bold** `x` =1+1"


def filled(drawn: Any) -> Any:
    drawn.at.selectbox(key="report-type").set_value("C0101")
    drawn.at.text_area(key="report-description").set_value(HOSTILE)
    drawn.at.text_input(key="report-address").set_value("中华北路 1 号")
    drawn.at.number_input(key="report-x").set_value(106.7139)
    drawn.at.number_input(key="report-y").set_value(26.5873)
    return drawn.run()


def test_a_report_gets_a_number_and_counts_at_once(empty_page: Open, empty: Runtime) -> None:
    drawn = filled(empty_page("report"))
    drawn.at.button(key="report-send").click()
    drawn.run()
    assert len(empty.snapshot.issues) == 1
    written = empty.snapshot.records.of(np.array([0]))
    assert str(written.number[0]) in drawn.words
    assert written.description[0] == HOSTILE
    assert not empty.snapshot.issues.synthetic[0]


def test_sending_twice_is_one_report(empty_page: Open, empty: Runtime) -> None:
    drawn = filled(empty_page("report"))
    drawn.at.button(key="report-send").click()
    drawn.run()
    del drawn.at.session_state["report-done"]  # as if the answer had been lost on the way
    drawn.run()
    filled(drawn)
    drawn.at.button(key="report-send").click()
    drawn.run()
    assert len(empty.snapshot.issues) == 1


def test_another_report_is_another_issue(empty_page: Open, empty: Runtime) -> None:
    drawn = filled(empty_page("report"))
    drawn.at.button(key="report-send").click()
    drawn.run()
    drawn.at.button(key="report-another").click()
    drawn.run()
    filled(drawn)
    drawn.at.button(key="report-send").click()
    drawn.run()
    assert len(empty.snapshot.issues) == 2


def test_a_missing_type_is_said_at_the_field_and_nothing_is_written(empty_page: Open, empty: Runtime) -> None:
    drawn = empty_page("report")
    drawn.at.button(key="report-send").click()
    drawn.run()
    assert "请先选择问题类型" in drawn.words
    assert len(empty.snapshot.issues) == 0


def test_the_place_is_named_before_sending_and_moves_with_the_datum(empty_page: Open) -> None:
    drawn = filled(empty_page("report"))
    before = drawn.words
    drawn.at.selectbox(key="report-datum").set_value("bd09")
    drawn.run()
    assert drawn.words != before
    drawn.at.number_input(key="report-x").set_value(0.0)
    drawn.run()
    assert "不在任何街道范围内" in drawn.words


def test_hostile_text_reaches_the_card_as_plain_text_only(empty_page: Open) -> None:
    drawn = filled(empty_page("report"))
    drawn.at.button(key="report-send").click()
    drawn.run()
    number = drawn.at.session_state["report-done"]
    card = empty_page("explore", issue=number)
    assert HOSTILE in [element.value for element in card.at.get("text")]
    assert "<img" not in card.markup


def test_a_city_without_records_says_so(empty_page: Open) -> None:
    for name in ("situation", "explore", "points", "record", "about"):
        drawn = empty_page(name)
        assert drawn.words.strip()
    assert "没有点位" in empty_page("points").words


def test_who_told_of_it_is_kept_apart_and_the_next_report_begins_without(empty_page: Open, empty: Runtime) -> None:
    drawn = filled(empty_page("report"))
    drawn.at.text_input(key="report-reporter_name").set_value("王小明-canary")
    drawn.at.text_input(key="report-reporter_phone").set_value("\x01").run()
    drawn.at.button(key="report-send").click().run()
    assert translate("report.bad_reporter_phone", "zh-CN") in drawn.words
    drawn.at.text_input(key="report-reporter_phone").set_value("139-0000-canary").run()
    drawn.at.button(key="report-send").click().run()
    [issue] = empty.snapshot.records.of(np.array([0])).id.tolist()
    assert empty.persons([reference(issue)]) == {
        reference(issue): {"name": "王小明-canary", "phone": "139-0000-canary"}
    }
    with empty.store.reading() as connection:
        assert not any("canary" in str(event) for event in read_events(connection))
    drawn.at.button(key="report-another").click().run()
    assert drawn.at.text_input(key="report-reporter_name").value == ""
    assert drawn.at.text_input(key="report-reporter_phone").value == ""
