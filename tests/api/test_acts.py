"""Amendments, many acts at once and the whole story over HTTP: made once, refused with reasons, told in order."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from starlette.testclient import TestClient

HERE = {"type": "Point", "coordinates": [106.7135, 26.5983]}
THERE = {"type": "Point", "coordinates": [106.7155, 26.5993]}


@pytest.fixture
def issue(empty: TestClient) -> dict[str, Any]:
    receipt = empty.post("/api/issues", json={"id": str(uuid.uuid4()), "type": "E0501", "geometry": HERE}).json()
    record: dict[str, Any] = empty.get(f"/api/issues/{receipt['id']}").json()
    return record


def wish(act: str, version: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "version": version, "act": act, "actor": "指挥部", **more}


def test_an_amendment_is_made_once_and_the_story_tells_it(empty: TestClient, issue: dict[str, Any]) -> None:
    path = f"/api/issues/{issue['id']}"
    body = wish("correct", set={"geometry": THERE, "description": "改正"}, note="点错了")
    first = empty.post(f"{path}/amendments", json=body)
    assert first.status_code == 201, first.text
    again = empty.post(f"{path}/amendments", json=body)
    assert (again.status_code, again.json()) == (200, {**first.json(), "created": False})
    record = empty.get(path).json()
    assert (record["description"], record["version"], record["geometry"]) == ("改正", 2, THERE)
    assert empty.post(f"{path}/amendments", json=wish("assign", 2, set={"department": "D01"})).status_code == 201
    assert empty.post(f"{path}/amendments", json=wish("assign", 3, set={"department": None})).status_code == 201
    entries = empty.get(f"/api/issues/{issue['number']}/history").json()["entries"]
    assert [(entry["kind"], entry["act"], entry["version"]) for entry in entries] == [
        ("reported", None, 1),
        ("amended", "correct", 2),
        ("amended", "assign", 3),
        ("amended", "assign", 4),
    ]
    assert entries[1]["before"]["geometry"]["coordinates"] == HERE["coordinates"]
    assert (entries[3]["set"], entries[3]["before"]) == ({"department": None}, {"department": "D01"})


@pytest.mark.parametrize(
    ("body", "status", "key"),
    [
        (wish("bury"), 400, "act"),
        (wish("correct", set=[], note="x"), 400, "set"),
        (wish("correct", set={"geometry": 7}, note="x"), 400, "geometry"),
        (wish("extend", set={"due_at": "2021-09-01"}, note="x"), 400, "due_at"),
        (wish("ask_extension", set={"until": "2021-09-01"}, note="x"), 400, "until"),
        (wish("ask_extension", set={}, note="x"), 400, "until"),
        (wish("refuse_extension", note="x"), 409, None),
        ({**wish("assign", set={"department": "d"}), "colour": "red"}, 400, "colour"),
        (wish("assign", 7, set={"department": "D01"}), 409, None),
        (wish("assign", set={"department": "城管局"}), 400, "department"),
    ],
)
def test_what_cannot_be_made_is_told(
    empty: TestClient, issue: dict[str, Any], body: dict[str, Any], status: int, key: str | None
) -> None:
    answer = empty.post(f"/api/issues/{issue['id']}/amendments", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"].get("key") == key


def test_many_acts_are_previewed_then_made_or_refused_together(empty: TestClient, issue: dict[str, Any]) -> None:
    act = {"issue": issue["number"], "id": str(uuid.uuid4()), "version": 1, "status": "ACCEPTED"}
    late = {"issue": issue["id"], "id": str(uuid.uuid4()), "version": 1, "act": "assign", "set": {"department": "D01"}}
    both = {"acts": [act, late], "actor": "指挥部"}
    preview = empty.post("/api/acts?preview=1", json=both)
    assert preview.status_code == 200, preview.text
    assert [outcome["error"] is None for outcome in preview.json()["outcomes"]] == [True, False]
    refused = empty.post("/api/acts", json=both)
    assert refused.status_code == 409
    [refusal] = refused.json()["error"]["refusals"]
    assert (refusal["position"], refusal["error"]["version"]) == (1, 2)
    assert empty.get(f"/api/issues/{issue['id']}").json()["version"] == 1
    made = empty.post("/api/acts", json={"acts": [act, {**late, "version": 2}], "actor": "指挥部"})
    assert made.status_code == 201
    assert [outcome["receipt"]["version"] for outcome in made.json()["outcomes"]] == [2, 3]
    for bad in ([], "acts", [7], [{"issue": 7, "id": "x", "version": 1}]):
        assert empty.post("/api/acts", json={"acts": bad, "actor": "a"}).status_code == 400


def test_a_deferral_names_its_end(empty: TestClient, issue: dict[str, Any]) -> None:
    path = f"/api/issues/{issue['id']}/changes"
    for version, status in enumerate(("ACCEPTED", "FILED"), 1):
        body = {"id": str(uuid.uuid4()), "version": version, "status": status, "actor": "a"}
        assert empty.post(path, json=body).status_code == 201
    body = {"id": str(uuid.uuid4()), "version": 3, "status": "DEFERRED", "actor": "a", "note": "雨季"}
    assert empty.post(path, json=body).json()["error"]["key"] == "until"
    assert empty.post(path, json={**body, "until": "2199-01-01T00:00:00+08:00"}).status_code == 201


def test_more_time_is_asked_for_seen_and_answered(empty: TestClient, issue: dict[str, Any]) -> None:
    path = f"/api/issues/{issue['id']}"
    until = "2199-01-01T00:00:00+08:00"
    body = wish("ask_extension", set={"until": until}, note="等配件")
    assert empty.post(f"{path}/amendments", json=body).status_code == 201
    record = empty.get(path).json()
    assert record["due_at"] == issue["due_at"]
    assert {name: record["asking"][name] for name in ("until", "actor", "note")} == {
        "until": until, "actor": "指挥部", "note": "等配件",
    }  # fmt: skip
    listed = empty.get("/api/overdue?as_of=2198-01-01&most=500").json()["rows"]
    assert [row["asked_until"] for row in listed if row["id"] == issue["id"]] == [until]
    assert empty.post(f"{path}/amendments", json=wish("refuse_extension", 2, note="不可")).status_code == 201
    assert empty.get(path).json()["asking"] is None
    entries = empty.get(f"{path}/history").json()["entries"]
    assert [(entry["act"], entry["answers"]) for entry in entries[1:]] == [
        ("ask_extension", None), ("refuse_extension", 2),
    ]  # fmt: skip


def test_the_record_says_what_became_of_every_request(empty: TestClient, issue: dict[str, Any]) -> None:
    """Where in the history each was asked and ended, by whom; of the past what was known then."""
    path, until = f"/api/issues/{issue['id']}", "2199-01-01T00:00:00+08:00"

    def act(version: int, name: str, **more: Any) -> None:
        answer = empty.post(f"{path}/amendments", json=wish(name, version, **more))
        assert answer.status_code == 201, answer.text

    assert empty.get(path).json()["asked"] == []
    act(1, "ask_extension", set={"until": until}, note="等配件")
    act(2, "refuse_extension", note="不可")
    act(3, "assign", set={"department": "D01"})
    for version, status in enumerate(("ACCEPTED", "FILED"), 4):
        step = {"id": str(uuid.uuid4()), "version": version, "status": status, "actor": "a"}
        assert empty.post(f"{path}/changes", json=step).status_code == 201
    act(6, "ask_extension", set={"until": until}, note="雨季")
    deferred = {"id": str(uuid.uuid4()), "version": 7, "status": "DEFERRED", "actor": "a", "note": "n", "until": until}
    assert empty.post(f"{path}/changes", json=deferred).status_code == 201
    act(8, "ask_extension", set={"until": "2199-02-01T00:00:00+08:00"}, note="再等")
    act(9, "assign", set={"department": "D02"})
    record = empty.get(path).json()
    assert [(e["act"], e["states"], e["version"], e["answers"], e["lapsed"]) for e in record["asked"]] == [
        ("ask_extension", 1, 2, None, None), ("refuse_extension", 1, 3, 2, None),
        ("ask_extension", 3, 7, None, None), (None, 4, 8, 7, None),
        ("ask_extension", 4, 9, None, None), ("assign", 4, 10, None, 9),
    ]  # fmt: skip
    assert [step["status"] for step in record["history"]] == ["REPORTED", "ACCEPTED", "FILED", "DEFERRED"]
    assert [(e["until"], e["note"]) for e in record["asked"][:2]] == [(until, "等配件"), (None, "不可")]
    assert record["asking"] is None
    before = empty.get(path, params={"as_of": issue["reported_at"]}).json()
    assert all(entry["at"] <= issue["reported_at"] for entry in before["asked"])


def test_an_unknown_issue_has_no_story(empty: TestClient) -> None:
    for identity in ("YY-99999", str(uuid.uuid4())):
        assert empty.get(f"/api/issues/{identity}/history").status_code == 404
