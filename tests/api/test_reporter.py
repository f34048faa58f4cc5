"""Name and phone of who reported an issue: apart from the log, to those who may, and never without a trace."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from data.runtime import runtime
from data.store.database import read_events
from data.store.personal import reference
from data.store.verify import problems
from geo.access import Role, Scope
from tests.api.people import Person, person, signing_in

NAME, PHONE = "王小明-canary", "139-0000-canary"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, bare_city: Path) -> Iterator[TestClient]:
    with signing_in(f"sqlite:///{tmp_path_factory.mktemp('reporter') / 'store.db'}", bare_city) as client:
        yield client


@pytest.fixture(autouse=True)
def _no_cookies_of_others(desk: TestClient) -> None:
    desk.cookies.clear()


@pytest.fixture(scope="module")
def inspector(desk: TestClient) -> Person:
    return person("inspector", Role.INSPECTOR)


def told(desk: TestClient, by: Person, place: int = 0, **fields: Any) -> str:
    """An issue that somebody told `by` of."""
    inside = runtime().city.areas.geometry[place].representative_point()
    body = {
        "id": str(uuid.uuid4()),
        "type": "C0101",
        "geometry": {"type": "Point", "coordinates": [inside.x, inside.y]},
        "reporter_name": NAME,
        "reporter_phone": PHONE,
        **fields,
    }
    answer = desk.post("/api/issues", json=body, headers=by.headers())
    assert answer.status_code == 201, answer.text
    return str(body["id"])


def test_who_may_is_shown_it_and_the_look_is_logged(desk: TestClient, inspector: Person) -> None:
    issue = told(desk, inspector)
    answer = desk.get(f"/api/issues/{issue}/reporter", headers=inspector.headers())
    assert answer.json() == {
        "issue": issue, "reference": reference(issue), "name": NAME, "phone": PHONE, "erased": False,
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-store"
    [entry] = runtime().access.newest_entries(1)
    account = runtime().access.account("inspector").id
    assert (entry.kind, entry.actor, entry.subject) == ("saw_protected", account, issue)
    assert entry.payload == '{"what":"reporter"}'
    assert "canary" not in str(entry)


def test_no_other_answer_and_no_event_holds_it(desk: TestClient, inspector: Person) -> None:
    issue = told(desk, inspector)
    for path in (f"/api/issues/{issue}", f"/api/issues/{issue}/history", "/api/issues.geojson", "/api/issues.csv"):
        answer = desk.get(path, headers=inspector.headers())
        assert answer.status_code == 200, path
        assert issue in answer.text
        assert "canary" not in answer.text, path
    with runtime().store.reading() as connection:
        assert not any("canary" in str(event) for event in read_events(connection))
    first = desk.get(f"/api/issues/{issue}/history", headers=inspector.headers()).json()["entries"][0]
    assert first["actor"] == runtime().access.account("inspector").id  # who entered it


@pytest.mark.parametrize("role", [Role.PLANNER, Role.DEPARTMENT, Role.ADMINISTRATOR, Role.PUBLIC])
def test_others_are_refused_and_nothing_is_logged(desk: TestClient, inspector: Person, role: Role) -> None:
    issue = told(desk, inspector)
    other = person(f"other.{role}", role)
    before = runtime().access.newest_entries(1)
    assert desk.get(f"/api/issues/{issue}/reporter", headers=other.headers()).status_code == 403
    assert runtime().access.newest_entries(1) == before


def test_outside_their_part_and_where_nobody_is_named_there_is_none(desk: TestClient, inspector: Person) -> None:
    elsewhere = Scope(subdistricts=frozenset({runtime().city.areas.codes[1]}))
    bounded = person("bounded", Role.INSPECTOR, scope=elsewhere)
    issue = told(desk, inspector)
    assert desk.get(f"/api/issues/{issue}/reporter", headers=bounded.headers()).status_code == 404
    nobody = told(desk, inspector, reporter_name=None, reporter_phone=" ")
    assert desk.get(f"/api/issues/{nobody}/reporter", headers=inspector.headers()).status_code == 404


def test_headquarters_forgets_it_with_a_reason_and_the_log_stays_whole(desk: TestClient, inspector: Person) -> None:
    issue, boss = told(desk, inspector), person("boss", Role.COMMANDER)
    there = f"/api/issues/{issue}/reporter/erase"
    assert desk.post(there, json={"reason": "asked for"}, headers=inspector.headers()).status_code == 403
    assert desk.post(there, json={"reason": " "}, headers=boss.headers()).status_code == 400
    assert desk.post(there, json={"reason": "asked for"}, headers=boss.headers()).json()["erased"] is True
    assert desk.post(there, json={"reason": "asked for"}, headers=boss.headers()).json()["erased"] is False
    with runtime().store.reading() as connection:
        assert problems(connection, runtime().city) == []
    said = desk.get(f"/api/issues/{issue}/reporter", headers=inspector.headers()).json()
    assert (said["name"], said["phone"], said["erased"]) == (None, None, True)


@pytest.mark.parametrize(
    ("field", "value"), [("reporter_name", "x" * 81), ("reporter_phone", "x" * 41), ("reporter_name", ["a"])]
)
def test_what_is_no_name_or_phone_is_refused(desk: TestClient, inspector: Person, field: str, value: Any) -> None:
    with pytest.raises(AssertionError, match=field):
        told(desk, inspector, **{field: value})
