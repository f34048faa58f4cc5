"""The page of work: queues that agree with the summary, and acts on many issues, previewed and made once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from shapely.geometry import Point

from data.access.demo_persons import demo_person
from data.runtime import Runtime
from geo.access import Role, Scope, Viewer
from geo.filter import IssueFilter
from geo.issue import IssueDraft
from geo.lifecycle import Act, Status
from geo.queues import QUEUES, Pick, queues_for
from i18n import translate
from ui import scene as scenes

Open = Callable[..., Any]
Look = Callable[[Viewer], None]
HERE = Point(106.7135, 26.5885)
COMMANDER = Viewer("a-1", "n", frozenset({Role.COMMANDER}))


@pytest.fixture
def demo(request: pytest.FixtureRequest) -> Runtime:
    opened: Runtime = request.getfixturevalue("_demo")
    return opened


@pytest.fixture
def look_as(monkeypatch: pytest.MonkeyPatch) -> Look:
    return lambda viewer: monkeypatch.setattr(scenes, "viewer_of", lambda served: viewer)


def counts(page: Any) -> dict[str, int]:
    """The figure beside each queue."""
    told = {}
    for button in page.at.button:
        found = re.search(r"\*\*([\d,]+)\*\*$", button.label)
        if button.key.startswith("open-") and found:
            told[button.key.removeprefix("open-")] = int(found.group(1).replace(",", ""))
    return told


def rows(page: Any, queue: str) -> list[str]:
    """The numbers in the table of a queue."""
    return [row["cells"][0]["text"] for row in page.component(f"work-{queue}")["rows"]]


@pytest.mark.parametrize("person", ["anyone", "commander", "department", "inspector", "planner"])
def test_the_figure_of_a_queue_is_the_summary_s_for_the_same_filter(
    page: Open, look_as: Look, demo: Runtime, person: str
) -> None:
    viewer = demo_person(person, demo.city.areas.codes)
    look_as(viewer)
    told = counts(page("work", lang="en"))
    assert list(told) == [queue.code for queue in queues_for(viewer.roles)]
    whole = IssueFilter(demo.city.current_campaign, demo.city.campaign().default_register, demo.now(),
                        within=viewer.scope)  # fmt: skip
    for queue in queues_for(viewer.roles):
        same = replace(whole, statuses=tuple(status.name for status in Status if status in queue.states))
        if queue.pick is Pick.ANY:
            assert told[queue.code] == demo.snapshot.counts(same).total, queue.code
        if queue.pick is Pick.LATE:
            assert told[queue.code] == demo.snapshot.counts(replace(whole, stages=("overdue",))).total
    if {"begin", "returned"} <= told.keys():
        dispatched = demo.snapshot.counts(replace(whole, statuses=("DISPATCHED",))).total
        assert told["begin"] + told["returned"] == dispatched


def test_the_filter_of_the_address_holds_here_too(page: Open, look_as: Look, demo: Runtime) -> None:
    look_as(COMMANDER)
    code = demo.city.areas.codes[0]
    whole, part = counts(page("work", lang="en")), counts(page("work", lang="en", subdistrict=code))
    assert part["overdue"] < whole["overdue"]


@pytest.mark.parametrize("person", ["auditor", "administrator", "public"])
def test_nothing_waits_for_who_may_alter_nothing(page: Open, look_as: Look, demo: Runtime, person: str) -> None:
    look_as(demo_person(person, demo.city.areas.codes))
    drawn = page("work", lang="en")
    assert translate("work.nothing_for_you", "en") in drawn.words
    assert counts(drawn) == {}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("queue", [queue.code for queue in QUEUES if queue.roles])
def test_every_queue_draws_in_both_languages(page: Open, queue: str, language: str) -> None:
    drawn = page("work", lang=language, queue=queue)
    if counts(drawn)[queue]:
        assert len(rows(drawn, queue)) == min(20, counts(drawn)[queue])
    else:
        assert translate(f"work.empty_{queue}", language) in drawn.words


def test_looking_back_nothing_can_be_done(page: Open, look_as: Look) -> None:
    look_as(COMMANDER)
    drawn = page("work", lang="en", queue="overdue", as_of="2021-08-20T12:00:00+08:00")
    assert translate("work.looking_back", "en") in drawn.words
    assert not [button for button in drawn.at.button if button.key == "choose-all"]


def filed(live: Runtime, n: int) -> list[str]:
    types = [entry.code for entry in live.city.catalogue.types]
    drafts = [
        IssueDraft(live.city.campaign().default_register, types[at % 3], HERE, id=str(uuid.uuid4()),
                   campaign=live.city.current_campaign)
        for at in range(n)
    ]  # fmt: skip
    issues = [receipt.id for receipt in live.submit(drafts, actor="web")]
    for issue in issues:
        for version, status in enumerate((Status.ACCEPTED, Status.FILED), 1):
            live.change(issue, version, status, actor="hq", client_uuid=str(uuid.uuid4()))
    return issues


def department_of(live: Runtime, issue: str) -> str | None:
    table = live.snapshot.issues
    at = int(table.department[live.snapshot.row(issue)])
    return None if at < 0 else str(table.departments[at])


def test_a_commander_dispatches_all_by_rule_after_a_preview(empty: Runtime, empty_page: Open, look_as: Look) -> None:
    look_as(COMMANDER)
    issues = filed(empty, 3)
    drawn = empty_page("work", lang="en", queue="dispatch")
    drawn.at.button(key="choose-all").click().run()
    assert "3 chosen" in drawn.words
    before = empty.snapshot.revision
    drawn.at.button(key="bulk-preview").click().run()
    assert "Dispatch: 3 can be done, 0 cannot" in drawn.words
    assert empty.snapshot.revision == before, "a preview writes nothing"
    drawn.at.button(key="bulk-confirm").click().run()
    assert empty.snapshot.revision == before + 1, "one transaction"
    assert "Done: Dispatch, 3 issues" in drawn.words
    assert counts(drawn)["dispatch"] == 0
    assert all(department_of(empty, issue) in empty.city.organisation.index for issue in issues)
    assert [len(empty.story(issue)) for issue in issues] == [5, 5, 5]


def test_what_changed_meanwhile_is_left_out_with_its_reason(empty: Runtime, empty_page: Open, look_as: Look) -> None:
    look_as(COMMANDER)
    issues = filed(empty, 3)
    drawn = empty_page("work", lang="en", queue="dispatch")
    drawn.at.button(key="choose-all").click().run()
    empty.amend(issues[0], 3, Act.ASSIGN, {"department": "D54"}, actor="someone else", client_uuid=str(uuid.uuid4()))
    drawn.at.button(key="bulk-preview").click().run()
    assert "Dispatch: 2 can be done, 1 cannot" in drawn.words
    assert "someone else changed it at" in drawn.words
    empty.amend(issues[1], 3, Act.ASSIGN, {"department": "D54"}, actor="someone else", client_uuid=str(uuid.uuid4()))
    drawn.at.button(key="bulk-confirm").click().run()
    assert "Nothing was done: someone else changed it" in drawn.words
    assert counts(drawn)["dispatch"] == 3


def test_a_deferral_asks_for_a_reason_and_a_day(empty: Runtime, empty_page: Open, look_as: Look) -> None:
    look_as(COMMANDER)
    filed(empty, 2)
    drawn = empty_page("work", lang="en", queue="dispatch")
    drawn.at.button(key="choose-all").click().run()
    drawn.at.button_group(key="bulk-act-dispatch").set_value("defer").run()
    drawn.at.button(key="bulk-preview").click().run()
    assert "0 can be done, 2 cannot" in drawn.words
    assert translate("case.refused_note", "en") in drawn.words
    drawn.at.button(key="bulk-back").click().run()
    drawn.at.button_group(key="bulk-act-dispatch").set_value("defer").run()
    drawn.at.text_input(key="bulk-note").set_value("waits for parts").run()
    drawn.at.button(key="bulk-preview").click().run()
    drawn.at.button(key="bulk-confirm").click().run()
    assert counts(drawn)["deferred"] == 2
    assert "deferred until" in str(empty_page("work", lang="en", queue="deferred").component("work-deferred"))


def test_a_click_of_who_may_not_any_more_does_nothing(empty: Runtime, empty_page: Open, look_as: Look) -> None:
    look_as(COMMANDER)
    issues = filed(empty, 1)
    drawn = empty_page("work", lang="en", queue="dispatch")
    drawn.at.button(key="choose-all").click().run()
    drawn.at.button(key="bulk-preview").click().run()
    confirm = drawn.at.button(key="bulk-confirm").click()
    look_as(Viewer("a-1", "n", frozenset({Role.AUDITOR})))
    confirm.run()
    assert department_of(empty, issues[0]) is None


def test_own_reports_and_scope_bound_the_inspector(empty: Runtime, empty_page: Open, look_as: Look) -> None:
    filed(empty, 2)
    draft = IssueDraft(empty.city.campaign().default_register, empty.city.catalogue.types[0].code, HERE,
                       id=str(uuid.uuid4()), campaign=empty.city.current_campaign)  # fmt: skip
    empty.submit([draft], actor="i-1")
    look_as(Viewer("i-1", "n", frozenset({Role.INSPECTOR})))
    assert counts(empty_page("work", lang="en"))["mine"] == 1
    elsewhere = Scope(subdistricts=frozenset({"nowhere"}))
    look_as(Viewer("i-1", "n", frozenset({Role.INSPECTOR}), elsewhere))
    assert counts(empty_page("work", lang="en")) == {"verify": 0, "mine": 0}
