"""The case page: what each person finds and may do, the story, and what is said where an act is refused or stale."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import shapely

from data.access.demo_persons import PERSONS, demo_person
from data.runtime import Runtime
from data.store.personal import reference
from geo.access import Role, Scope, Viewer
from geo.issue import IssueDraft
from geo.lifecycle import Act, Status
from i18n import translate
from tests.ui.test_work import COMMANDER, Look, department_of, filed
from ui import scene as scenes

Open = Callable[..., Any]
UNIT = Viewer("d-1", "n", frozenset({Role.DEPARTMENT}))
INSPECTOR = Viewer("i-1", "n", frozenset({Role.INSPECTOR}))
HOSTILE = "<img src=x onerror=alert(1)> **b** $x$ :red[x] </script>"


@pytest.fixture
def demo(request: pytest.FixtureRequest) -> Runtime:
    opened: Runtime = request.getfixturevalue("_demo")
    return opened


@pytest.fixture
def look_as(monkeypatch: pytest.MonkeyPatch) -> Look:
    return lambda viewer: monkeypatch.setattr(scenes, "viewer_of", lambda served: viewer)


def offered(page: Any) -> list[str]:
    """What may be done, in words."""
    return [
        str(option) for group in page.at.button_group if group.key.startswith("case-act-") for option in group.options
    ]


def choose(page: Any, code: str) -> None:
    """Choose an act by its code."""
    group = next(group for group in page.at.button_group if group.key.startswith("case-act-"))
    group.set_value(code).run()


def field(page: Any, kind: str, name: str) -> Any:
    return next(one for one in page.at.get(kind) if one.key and one.key.startswith(f"act-{name}-"))


def confirm(page: Any) -> None:
    page.at.button(key="case-confirm").click().run()


@pytest.mark.parametrize("person", PERSONS)
@pytest.mark.parametrize("number", ["YY-02364", "YY-02366", "YY-02122", "YY-00001"])
def test_every_case_draws_for_every_person(page: Open, look_as: Look, demo: Runtime, person: str, number: str) -> None:
    look_as(demo_person(person, demo.city.areas.codes))
    drawn = page("case", lang="en", issue=number)
    if person in ("auditor", "administrator"):
        assert number in drawn.words
        assert offered(drawn) == []
        assert translate("case.nothing_now", "en") in drawn.words


def test_an_issue_outside_their_part_is_not_there(page: Open, look_as: Look) -> None:
    look_as(Viewer("i-1", "n", frozenset({Role.INSPECTOR}), Scope(subdistricts=frozenset({"nowhere"}))))
    drawn = page("case", lang="en", issue="YY-02364")
    assert "Broken manhole" not in drawn.words
    assert not drawn.at.get("button_group")


def test_an_issue_dispatched_with_the_unit_that_the_rules_propose(
    empty: Runtime, empty_page: Open, look_as: Look
) -> None:
    [issue] = filed(empty, 1)
    look_as(COMMANDER)
    drawn = empty_page("case", lang="en", issue=issue)
    assert offered(drawn)[:2] == ["Dispatch", "Defer"]
    choose(drawn, "to DISPATCHED")
    assert "Rule" in drawn.words
    confirm(drawn)
    assert "Done: Dispatch" in drawn.words
    assert department_of(empty, issue) is not None
    assert [entry.act or entry.status for entry in empty.story(issue)][-2:] == ["assign", "DISPATCHED"]


def dispatched(live: Runtime) -> tuple[str, int]:
    [issue] = filed(live, 1)
    live.change(issue, 3, Status.DISPATCHED, actor="hq", client_uuid=str(uuid.uuid4()))
    return issue, 4


def test_who_handled_it_does_not_verify_it_and_what_failed_comes_back(
    empty: Runtime, empty_page: Open, look_as: Look
) -> None:
    issue, _ = dispatched(empty)
    look_as(UNIT)
    drawn = empty_page("case", lang="en", issue=issue)
    assert offered(drawn)[0] == "Begin"
    choose(drawn, "to HANDLING")
    confirm(drawn)
    choose(drawn, "to VERIFYING")
    confirm(drawn)
    assert translate("case.refused_evidence", "en") in drawn.words
    field(drawn, "text_area", "evidence").set_value(HOSTILE).run()
    confirm(drawn)
    assert "Done" in drawn.words
    assert HOSTILE in drawn.words
    assert "<img src=x" not in drawn.markup
    look_as(Viewer("d-1", "n", frozenset({Role.DEPARTMENT, Role.INSPECTOR})))
    assert not {"Verified: close", "Not rectified: return"} & set(offered(empty_page("case", lang="en", issue=issue)))
    look_as(INSPECTOR)
    drawn = empty_page("case", lang="en", issue=issue)
    choose(drawn, "to DISPATCHED")
    field(drawn, "text_area", "note").set_value("still broken").run()
    confirm(drawn)
    assert "1 rework" in drawn.words
    assert "still broken" in drawn.words


def test_the_story_says_what_happened_and_not_only_the_state_after_it(
    empty: Runtime, empty_page: Open, look_as: Look
) -> None:
    issue, version = dispatched(empty)
    acts = ("HANDLING", "VERIFYING", "DISPATCHED", "HANDLING", "VERIFYING", "CLOSED", "DISPATCHED")
    for at, status in enumerate(acts):
        who = "unit" if status in ("HANDLING", "VERIFYING") else "street"
        empty.change(issue, version + at, status, actor=who, client_uuid=str(uuid.uuid4()), note="n", evidence="e")
    version += len(acts)
    empty.amend(issue, version, "assign", {"department": "D02"}, actor="hq", client_uuid=str(uuid.uuid4()))
    look_as(COMMANDER)
    story = empty_page("case", lang="en", issue=issue).words.split("entries, the newest first")[1]
    rectified = ("Rectified, to be verified", "Handling has begun")
    at = 0
    for words in (
        *("Assigned", "Reopened", "Closed", *rectified, "Verification failed", *rectified),
        *("Dispatched", "Filed", "Accepted", "Reported"),
    ):
        at = story.index(words, at) + len(words)
    assert empty_page("case", lang="en", issue=issue).component("map-case")["revision"] == empty.snapshot.revision


def test_a_stale_act_shows_the_difference_and_offers_to_look_again(
    empty: Runtime, empty_page: Open, look_as: Look
) -> None:
    [issue] = filed(empty, 1)
    look_as(COMMANDER)
    drawn = empty_page("case", lang="en", issue=issue)
    choose(drawn, "do correct")
    empty.amend(issue, 3, Act.CORRECT, {"description": "theirs"}, actor="planner", client_uuid=str(uuid.uuid4()),
                note="n")  # fmt: skip
    field(drawn, "text_area", "description").set_value("mine")
    field(drawn, "text_area", "note").set_value("because").run()
    assert translate("case.changed_meanwhile", "en") in drawn.words
    confirm(drawn)
    for words in ("planner changed it at", "Yours", "mine", "theirs", "Look again"):
        assert words in drawn.words + str([button.label for button in drawn.at.button]), words
    assert len(empty.story(issue)) == 4
    drawn.at.button(key="case-again").click().run()
    choose(drawn, "do correct")
    assert field(drawn, "text_area", "description").value == "theirs"
    field(drawn, "text_area", "description").set_value("mine")
    field(drawn, "text_area", "note").set_value("because").run()
    confirm(drawn)
    assert empty.story(issue)[-1].before == {"description": "theirs"}
    assert "theirs" in drawn.words  # before → after


@pytest.mark.parametrize(
    ("code", "fields", "last"),
    [
        ("do assign", {}, "assign"),
        ("do extend", {"text_area note": "parts"}, "extend"),
        (
            "do correct",
            {"text_area note": "wrong", "text_input address": HOSTILE, "number_input lon": 106.7136},
            "correct",
        ),
        ("to DEFERRED", {"text_area note": "parts"}, "DEFERRED"),
    ],
)
def test_each_act_asks_for_what_it_needs_and_is_told_in_the_story(
    empty: Runtime, empty_page: Open, look_as: Look, code: str, fields: dict[str, Any], last: str
) -> None:
    [issue] = filed(empty, 1)
    look_as(COMMANDER)
    drawn = empty_page("case", lang="en", issue=issue)
    choose(drawn, code)
    if fields:
        confirm(drawn)
        assert translate("case.refused_note", "en") in drawn.words or translate("case.refused_set", "en") in drawn.words
    for name, value in fields.items():
        field(drawn, *name.split()).set_value(value)
    drawn.at.run()
    confirm(drawn)
    assert "Done" in drawn.words
    entry = empty.story(issue)[-1]
    assert (entry.act or entry.status) == last
    assert entry.note == fields.get("text_area note", "")


def test_a_department_asks_for_more_time_and_headquarters_answers(
    empty: Runtime, empty_page: Open, look_as: Look
) -> None:
    issue, _ = dispatched(empty)
    look_as(UNIT)
    drawn = empty_page("case", lang="en", issue=issue)
    assert "Refuse more time" not in offered(drawn)
    choose(drawn, "do ask_extension")
    confirm(drawn)
    assert translate("case.refused_note", "en") in drawn.words
    field(drawn, "text_area", "note").set_value(HOSTILE).run()
    confirm(drawn)
    assert "Done: Ask for more time" in drawn.words
    assert "not answered yet" in drawn.words
    assert drawn.words.count(HOSTILE) == 2, "in the head, and in the story"
    assert "<img src=x" not in drawn.markup
    assert not {"Ask for more time", "Grant more time"} & set(offered(drawn)), "one at a time, and not by themselves"
    asked = empty.askings([issue])[issue].until
    look_as(COMMANDER)
    drawn = empty_page("case", lang="en", issue=issue)
    assert {"Grant more time", "Refuse more time"} <= set(offered(drawn))
    choose(drawn, "do extend")
    field(drawn, "text_area", "note").set_value("granted").run()
    confirm(drawn)
    assert "Done: Grant more time." in drawn.words
    assert "Answers the request for more time of version 5." in drawn.words
    assert empty.story(issue)[-1].set["due_at"] == asked.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "the day that was asked for"
    look_as(UNIT)  # the answer reaches who asked, though nobody was assigned
    [granted] = [row["cells"][0]["text"] for row in empty_page("inbox", lang="en").component("inbox-news")["rows"]
                 if "time" in row["cells"][0]["text"]]  # fmt: skip
    assert granted == "More time granted"


def placed(page: Any) -> tuple[float, float]:
    return field(page, "number_input", "lon").value, field(page, "number_input", "lat").value


def test_a_place_is_corrected_on_a_map_and_what_it_means_is_said_before(
    empty: Runtime, empty_page: Open, look_as: Look
) -> None:
    [issue] = filed(empty, 1)
    look_as(COMMANDER)
    drawn = empty_page("case", lang="en", issue=issue)
    choose(drawn, "do correct")
    lon, lat = placed(drawn)
    told = drawn.component("map-correction")
    assert (told["pin"], told["focus"]) == (f"{lon:.6f},{lat:.6f}", f"spot:{lon:.6f},{lat:.6f}")
    assert translate("case.place_same", "en") in drawn.words
    row = empty.snapshot.rows_of([issue])
    here = int(empty.snapshot.issues.subdistrict[row][0])
    near = empty.city.areas.geometry[here].representative_point()
    over = empty.city.areas.geometry[(here + 1) % 18].representative_point()
    names = [empty.city.areas.short_names[at].en for at in (here, (here + 1) % 18)]
    for point, words in ((near, f"still in .*{names[0]}"), (over, f"from .*{names[0]} into .*{names[1]}")):
        field(drawn, "number_input", "lon").set_value(round(point.x, 6))
        field(drawn, "number_input", "lat").set_value(round(point.y, 6)).run()
        assert re.search(rf"Moved by [\d.,]+ k?m, {words}", drawn.words)
        assert drawn.component("map-correction")["pin"] == f"{point.x:.6f},{point.y:.6f}"
    field(drawn, "number_input", "lat").set_value(91.0).run()
    assert translate("report.bad_place", "en") in drawn.words
    assert drawn.component("map-correction")["pin"] == f"{lon:.6f},{lat:.6f}"
    field(drawn, "number_input", "lat").set_value(round(over.y, 6))
    field(drawn, "text_area", "note").set_value("wrong street").run()
    confirm(drawn)
    assert set(empty.story(issue)[-1].set) >= {"geometry"}
    assert int(empty.snapshot.issues.subdistrict[row][0]) == (here + 1) % 18


def test_a_line_is_not_moved_by_a_pin(empty: Runtime, empty_page: Open, look_as: Look) -> None:
    line = shapely.LineString([(106.71, 26.58), (106.711, 26.58)])
    [receipt] = empty.submit([IssueDraft("supervision", "E0110", line, id=str(uuid.uuid4()))], actor="w")
    look_as(COMMANDER)
    drawn = empty_page("case", lang="en", issue=receipt.id)
    choose(drawn, "do correct")
    assert not drawn.at.number_input
    assert "map-correction" not in str([one.proto.id for one in drawn.at.get("bidi_component")])


NAME, PHONE = "王小明-canary", "139-0000-canary"


def named(live: Runtime) -> str:
    place = live.city.areas.geometry[0].representative_point()
    draft = IssueDraft("supervision", "C0101", place, id=str(uuid.uuid4()), reporter_name=NAME, reporter_phone=PHONE)
    return live.submit([draft], actor="a-street")[0].id


def test_a_reporter_is_shown_on_request_and_each_look_is_logged(
    empty: Runtime, empty_page: Open, look_as: Look
) -> None:
    issue = named(empty)
    look_as(INSPECTOR)
    drawn = empty_page("case", lang="en", issue=issue)
    assert "canary" not in drawn.markup
    assert empty.access.newest_entries(1) == []
    drawn.at.button(key="reporter-show").click().run()
    assert NAME in drawn.words
    assert PHONE in drawn.words
    [entry] = empty.access.newest_entries(9)
    assert (entry.kind, entry.actor, entry.subject) == ("saw_protected", INSPECTOR.account, issue)
    drawn.run()  # what is on the screen already is no further look
    drawn.at.button(key="reporter-hide").click().run()
    assert "canary" not in drawn.markup
    assert len(empty.access.newest_entries(9)) == 1
    assert not [button for button in drawn.at.button if button.key == "reporter-erase"]


def test_headquarters_erases_a_reporter_with_a_reason(empty: Runtime, empty_page: Open, look_as: Look) -> None:
    issue = named(empty)
    look_as(COMMANDER)
    drawn = empty_page("case", lang="en", issue=issue)
    drawn.at.button(key="reporter-show").click().run()
    drawn.at.button(key="reporter-erase").click().run()
    assert translate("case.reporter_no_reason", "en") in drawn.words
    assert NAME in drawn.words
    drawn.at.text_input(key="reporter-reason").set_value("asked for").run()
    drawn.at.button(key="reporter-erase").click().run()
    assert "canary" not in drawn.markup
    assert translate("case.reporter_is_erased", "en") in drawn.words
    assert set(empty.persons([reference(issue)])[reference(issue)].values()) == {None}


@pytest.mark.parametrize(
    "viewer",
    [
        UNIT,
        Viewer("p-1", "n", frozenset({Role.PLANNER})),
        Viewer("a-1", "n", frozenset({Role.ADMINISTRATOR})),
    ],
)
def test_others_find_no_reporter_and_nobody_without_one(
    empty: Runtime, empty_page: Open, look_as: Look, viewer: Viewer
) -> None:
    issue = named(empty)
    look_as(viewer)
    drawn = empty_page("case", lang="en", issue=issue)
    assert "canary" not in drawn.markup
    assert not [button for button in drawn.at.button if button.key == "reporter-show"]
    [plain] = filed(empty, 1)
    look_as(INSPECTOR)
    drawn = empty_page("case", lang="en", issue=plain)
    assert not [button for button in drawn.at.button if button.key == "reporter-show"]


def test_who_may_not_any_more_is_shown_nothing_by_a_click(empty: Runtime, empty_page: Open, look_as: Look) -> None:
    issue = named(empty)
    look_as(INSPECTOR)
    drawn = empty_page("case", lang="en", issue=issue)
    button = drawn.at.button(key="reporter-show").click()
    look_as(UNIT)
    button.run()
    assert "canary" not in drawn.markup
    assert empty.access.newest_entries(1) == []


def test_a_duplicate_is_linked_by_its_number_and_let_go(empty: Runtime, empty_page: Open, look_as: Look) -> None:
    first, second = filed(empty, 2)
    number = str(empty.snapshot.records.of(empty.snapshot.rows_of([first])).number[0])
    look_as(COMMANDER)
    drawn = empty_page("case", lang="en", issue=second)
    choose(drawn, "do link")
    field(drawn, "text_input", "duplicate_of").set_value("XX-1").run()
    confirm(drawn)
    assert "There is no “XX-1”" in drawn.words
    field(drawn, "text_input", "duplicate_of").set_value(number).run()
    confirm(drawn)
    assert f"duplicate of {number}" in " ".join(drawn.words.split())
    choose(drawn, "do unlink")
    confirm(drawn)
    assert "duplicate of" not in drawn.words.split("Story")[0]


def test_looking_back_shows_what_was_and_offers_nothing(page: Open, look_as: Look) -> None:
    look_as(COMMANDER)
    now = page("case", lang="en", issue="YY-02300")
    then = page("case", lang="en", issue="YY-02300", as_of="2021-08-21T15:00:00+08:00")
    assert "Closed" in now.words
    assert "Closed" not in then.words
    assert offered(then) == []
