"""The books of the record and the checklists as forms: added, changed, taken out, once, and never over another's."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from data.inspecting.checklists import checklists_of
from data.recording.agenda import duties_of, junctions_of, meetings_of
from data.recording.exposures import exposures_of
from data.runtime import Runtime, open_runtime
from data.settings import Settings
from geo.access import Role, Viewer
from tests.ready_stores import put_demo
from tests.ui.conftest import CITIES, Page
from tests.ui.test_organisation import form, said, submit
from ui import scene as scenes
from ui.duty_form import read_hours

Open = Callable[..., Page]
pytestmark = pytest.mark.slow  # whole pages


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """Yunyan's demo in a store of this module's own."""
    store = put_demo(tmp_path_factory.mktemp("books") / "demo.db")
    opened = open_runtime(Settings(database_url=store, city_folder=CITIES / "yunyan"))
    yield opened
    opened.close()


def put_of(page: Page, collection: str) -> Page:
    """Send the form of a collection."""
    for button in page.at.button:
        if button.key and button.key.startswith(f"{collection}-form-") and button.key.endswith("-put"):
            button.click()
            return page.run()
    raise AssertionError(f"no form of {collection}")


def field(page: Page, kind: str, collection: str, name: str) -> Any:
    for widget in page.at.get(kind):
        if widget.key and widget.key.startswith(f"{collection}-form-") and widget.key.endswith(f"-{name}"):
            return widget
    raise AssertionError(f"no {kind} {name} of {collection}")


def test_who_may_not_manage_the_campaign_reads_only(demo: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = Viewer("a-1", "n", frozenset({Role.INSPECTOR}))
    monkeypatch.setattr(scenes, "viewer_of", lambda served: viewer)
    page = Page("record", {"book": "exposures", "lang": "en"})
    assert "Exposure column: 24 items" in said(page)
    assert "Add or correct an item" not in said(page)


def test_an_exposure_is_added_with_its_issue_and_an_unknown_one_is_refused(demo: Runtime) -> None:
    before = {item.id for item in exposures_of(demo.snapshot)}
    page = Page("record", {"book": "exposures", "lang": "en"})
    field(page, "text_input", "exposures", "title").set_value("Dark corner")
    field(page, "text_input", "exposures", "issue").set_value("YY-99999")
    put_of(page, "exposures")
    assert "YY-99999" in said(page)
    assert {item.id for item in exposures_of(demo.snapshot)} == before
    field(page, "text_input", "exposures", "issue").set_value("YY-00042")
    put_of(page, "exposures")
    assert "Whether it is rectified follows its issue" in said(page)
    [item] = [item for item in exposures_of(demo.snapshot) if item.id not in before]
    number = demo.snapshot.records.of(demo.snapshot.rows_of([item.issue])).number[0]
    assert (item.title, str(number), item.synthetic) == ("Dark corner", "YY-00042", False)
    assert "Exposure column: 25 items" in said(page)


def test_an_entry_of_the_calendar_is_added_corrected_and_taken_out(demo: Runtime) -> None:
    campaign = demo.city.campaign()
    page = Page("record", {"book": "meetings", "lang": "en"})
    field(page, "selectbox", "meetings", "kind").set_value("joint_review")
    field(page, "date_input", "meetings", "day").set_value(date(2021, 8, 20))
    field(page, "text_input", "meetings", "title").set_value("Third review")
    put_of(page, "meetings")
    [entry] = [m for m in meetings_of(demo.snapshot, campaign) if m.title == "Third review"]
    page.at.selectbox(key="meetings-chosen").set_value(entry.id)
    page.run()
    field(page, "text_input", "meetings", "title").set_value("Fourth review")
    put_of(page, "meetings")
    assert [m.title for m in meetings_of(demo.snapshot, campaign) if m.id == entry.id] == ["Fourth review"]
    page.at.selectbox(key="meetings-chosen").set_value(entry.id)
    page.run()
    [button] = [b for b in page.at.button if b.key and b.key.startswith("meetings-form-") and b.key.endswith("-retire")]
    button.click()
    page.run()
    assert entry.id not in {m.id for m in meetings_of(demo.snapshot, campaign)}
    assert len(demo.document_history("meetings", entry.id)) == 3


def test_a_form_that_was_overtaken_writes_nothing_and_says_by_whom(demo: Runtime) -> None:
    campaign = demo.city.campaign()
    entry = next(m for m in meetings_of(demo.snapshot, campaign) if m.day == date(2021, 7, 12))
    page = Page("record", {"book": "meetings", "lang": "en"})
    page.at.selectbox(key="meetings-chosen").set_value(entry.id)
    page.run()
    head = demo.document("meetings", entry.id)
    theirs = dict(head.content) | {"title": "Theirs"}
    demo.put_document("meetings", entry.id, theirs, head.version, client_uuid=str(uuid.uuid4()), actor="demo-planner")
    field(page, "text_input", "meetings", "title").set_value("Mine")
    put_of(page, "meetings")
    assert "demo-planner" in said(page)
    assert demo.document("meetings", entry.id).content["title"] == "Theirs"


def test_a_duty_stands_at_a_junction_by_the_code_of_its_department(demo: Runtime) -> None:
    before = {duty.id for duty in duties_of(demo.snapshot)}
    page = Page("record", {"book": "junctions", "lang": "en"})
    field(page, "selectbox", "junction_duties", "department").set_value("D14")
    put_of(page, "junction_duties")
    [duty] = [duty for duty in duties_of(demo.snapshot) if duty.id not in before]
    assert duty.department == "D14"
    assert "District Traffic Police" in said(page)
    old = next(duty for duty in duties_of(demo.snapshot) if duty.id in before)
    page.at.selectbox(key="junction_duties-chosen").set_value(old.id)
    page.run()
    field(page, "number_input", "junction_duties", "people").set_value(9)
    put_of(page, "junction_duties")
    changed = next(duty for duty in duties_of(demo.snapshot) if duty.id == old.id)
    assert (changed.people, changed.department) == (9, old.department), "a name from before there were codes stays"


def test_a_junction_is_entered_with_its_hours(demo: Runtime) -> None:
    page = Page("record", {"book": "junctions", "lang": "en"})
    field(page, "text_input", "junctions", "name").set_value("Square")
    field(page, "text_input", "junctions", "watch").set_value("8:00-9:30")
    put_of(page, "junctions")
    [junction] = [junction for junction in junctions_of(demo.snapshot) if junction.name == "Square"]
    assert [(f"{a:%H:%M}", f"{b:%H:%M}") for a, b in junction.watch] == [("08:00", "09:30")]
    assert read_hours("07:30–09:00，17:30-19:00")[1] == {"start": "17:30", "end": "19:00"}


def test_a_junction_with_duties_is_not_taken_out(demo: Runtime) -> None:
    duty = duties_of(demo.snapshot)[0]
    page = Page("record", {"book": "junctions", "lang": "en"})
    page.at.selectbox(key="junctions-chosen").set_value(duty.junction)
    page.run()
    [button] = [
        b for b in page.at.button if b.key and b.key.startswith("junctions-form-") and b.key.endswith("-retire")
    ]
    button.click()
    page.run()
    assert "a junction without duties" in said(page)
    assert duty.junction in {junction.id for junction in junctions_of(demo.snapshot)}


def test_a_checklist_gets_a_version_and_visits_keep_theirs(demo: Runtime) -> None:
    page = Page("inspections", {"edit": "checklists", "lang": "en"})
    assert "This is version 2; visits keep the version they were answered with." in said(page)
    assert page.at.button(key="checklist-put").disabled
    scores = demo.snapshot.visits.score.copy()
    form(page, "number_input", "weight").set_value(40)
    submit(page)
    assert "points, by their latest visit answered with version 1" in said(page)
    assert "20 / 100" in said(page)
    assert "40 / 120" in said(page)
    assert "All weights together 100 → 120" in said(page)
    page.at.selectbox(key="checklist-item").set_value("")
    page.run()
    form(page, "text_input", "zh").set_value("无积水")
    form(page, "text_input", "en").set_value("No standing water")
    submit(page)
    assert "the range is from all unmet to all met" in said(page)
    page.at.button(key="checklist-put").click()
    page.run()
    assert "Version 2 is saved, in force from 2021-08-25." in said(page)
    book = checklists_of(demo.snapshot)
    assert [item.code for item in book.of("S01", 2).items][-1] == "S01-09"
    today, tomorrow = book.in_force("S01", date(2021, 8, 24)), book.in_force("S01", date(2021, 8, 25))
    assert (today.version, tomorrow.version) == (1, 2)
    assert (demo.snapshot.visits.score == scores).sum() == (scores == scores).sum()
    again = Page("inspections", {"edit": "checklists", "lang": "en"})
    assert "This is version 2" in said(again), "what is not in force yet is edited itself"


def test_a_version_that_cannot_be_one_is_refused(demo: Runtime) -> None:
    page = Page("inspections", {"edit": "checklists", "lang": "en"})
    page.at.selectbox(key="checklist-class").set_value("S02")
    page.run()
    form(page, "text_input", "zh").set_value("")
    submit(page)
    assert page.at.button(key="checklist-put").disabled
    assert "text" in said(page)
