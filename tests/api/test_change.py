"""POST /api/issues/{identity}/changes: made once, shown at once, and a stale one is told what differs."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from starlette.testclient import TestClient

from data.runtime import runtime
from data.store.writer_queue import Bounds

HERE = {"type": "Point", "coordinates": [106.7135, 26.5983]}


@pytest.fixture
def issue(empty: TestClient) -> dict[str, Any]:
    receipt = empty.post("/api/issues", json={"id": str(uuid.uuid4()), "type": "E0501", "geometry": HERE}).json()
    record: dict[str, Any] = empty.get(f"/api/issues/{receipt['id']}").json()
    return record


def body(**changes: Any) -> dict[str, Any]:
    whole = {"id": str(uuid.uuid4()), "version": 1, "status": "ACCEPTED", "actor": "指挥部", **changes}
    return {key: value for key, value in whole.items() if value is not None}


def test_a_change_is_made_once_and_shows_at_once(empty: TestClient, issue: dict[str, Any]) -> None:
    assert (issue["version"], issue["status"]) == (1, "REPORTED")
    wish = body(note="受理")
    first = empty.post(f"/api/issues/{issue['id']}/changes", json=wish)
    assert first.status_code == 201, first.text
    receipt = first.json()
    assert receipt == {"id": wish["id"], "issue": issue["id"], "version": 2, "revision": receipt["revision"],
                       "created": True}  # fmt: skip
    again = empty.post(f"/api/issues/{issue['number']}/changes", json=wish)
    assert (again.status_code, again.json()) == (200, {**receipt, "created": False})
    record = empty.get(f"/api/issues/{issue['id']}").json()
    assert (record["revision"], record["version"], record["status"]) == (receipt["revision"], 2, "ACCEPTED")
    assert [(step["status"], step["actor"], step["note"]) for step in record["history"]][1:] == [
        ("ACCEPTED", "指挥部", "受理")
    ]
    found = empty.get("/api/issues.geojson?status=ACCEPTED").json()["features"]
    assert issue["number"] in {feature["properties"]["number"] for feature in found}


def test_a_stale_change_is_a_conflict_that_says_what_differs(empty: TestClient, issue: dict[str, Any]) -> None:
    path = f"/api/issues/{issue['id']}/changes"
    assert empty.post(path, json=body(actor="甲")).status_code == 201
    answer = empty.post(path, json=body(status="REJECTED", note="重复", actor="乙"))
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["message"].startswith("Nothing was written: 甲 changed it meanwhile, it is at version 2")
    assert "第 2 版" in error["message_zh"]
    assert {key: error[key] for key in ("id", "version", "expected_version", "changed_by", "changed_at")} == {
        "id": issue["id"],
        "version": 2,
        "expected_version": 1,
        "changed_by": "甲",
        "changed_at": "2021-08-24T10:00:00+00:00",
    }
    assert error["difference"] == {
        "status": {"yours": "REJECTED", "now": "ACCEPTED"},
        "note": {"yours": "重复", "now": ""},
    }


def test_a_step_that_life_does_not_have_is_a_conflict(empty: TestClient, issue: dict[str, Any]) -> None:
    answer = empty.post(f"/api/issues/{issue['id']}/changes", json=body(status="CLOSED", evidence="x"))
    assert answer.status_code == 409
    assert "REPORTED cannot become CLOSED" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("changes", "status", "key"),
    [
        ({"id": None}, 400, "id"),
        ({"version": None}, 400, "version"),
        ({"status": None}, 400, "status"),
        ({"actor": 5}, 400, "actor"),
        ({"version": "1"}, 400, "version"),
        ({"version": 1.5}, 400, "version"),
        ({"status": "DONE"}, 400, "status"),
        ({"status": "REJECTED"}, 400, "note"),
        ({"note": ["x"]}, 400, "note"),
        ({"role": "commander"}, 400, "role"),
        ({"note": "x" * 70_000}, 413, "body"),
    ],
)
def test_what_cannot_be_taken_is_named_and_not_written(
    empty: TestClient, issue: dict[str, Any], changes: dict[str, Any], status: int, key: str
) -> None:
    answer = empty.post(f"/api/issues/{issue['id']}/changes", json=body(**changes))
    assert (answer.status_code, answer.json()["error"]["key"]) == (status, key), answer.text
    assert empty.get(f"/api/issues/{issue['id']}").json()["version"] == 1


def test_an_unknown_issue_is_not_found(empty: TestClient) -> None:
    for identity in (str(uuid.uuid4()), "YY-99999", "x" * 3_000):
        assert empty.post(f"/api/issues/{identity}/changes", json=body()).status_code == 404


def test_only_pages_of_this_site_may_change_an_issue(empty: TestClient, issue: dict[str, Any]) -> None:
    path = f"/api/issues/{issue['id']}/changes"
    assert empty.post(path, json=body(), headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert empty.post(path, content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415
    assert empty.get(path).status_code == 405


def test_when_too_much_waits_a_write_is_told_to_come_again(
    empty: TestClient, issue: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime()._queue, "_bounds", Bounds(waiting=0))
    report = {"id": str(uuid.uuid4()), "type": "E0501", "geometry": HERE}
    for path, content in ((f"/api/issues/{issue['id']}/changes", body()), ("/api/issues", report)):
        answer = empty.post(path, json=content)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "nothing was written" in answer.json()["error"]["message"]
        monkeypatch.undo()
        assert empty.post(path, json=content).status_code == 201
        monkeypatch.setattr(runtime()._queue, "_bounds", Bounds(waiting=0))
