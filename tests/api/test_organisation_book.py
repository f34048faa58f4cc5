"""Putting the organisation over HTTP: tried first, in force at once, exactly once, and never over another's change."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.testclient import TestClient

PATH = "/api/organisation/book"
HERE = {"type": "Point", "coordinates": [106.7135, 26.5983]}


def body(empty: TestClient, content: dict[str, Any], **changes: Any) -> dict[str, Any]:
    version = empty.get(PATH).json()["version"]
    return {"id": str(uuid.uuid4()), "version": version, "actor": "a-1", "content": content, **changes}


def content_of(empty: TestClient) -> dict[str, Any]:
    content: dict[str, Any] = empty.get(PATH).json()["content"]
    return content


def assigned(empty: TestClient, issue_type: str) -> str:
    code: str = empty.get(f"/api/assignment?type={issue_type}").json()["unit"]["code"]
    return code


def test_what_is_read_can_be_put_and_a_preview_writes_nothing(empty: TestClient) -> None:
    empty.post("/api/issues", json={"id": str(uuid.uuid4()), "type": "C0118", "geometry": HERE})
    content = content_of(empty)
    same = empty.post(PATH, json=body(empty, content, preview=True))
    assert same.status_code == 200, same.text
    assert (same.json()["moved"], same.json()["created"], same.json()["gaps"]) == (0, False, [])
    lamps = next(rule for rule in content["rules"] if rule["code"] == "lamps")
    lamps["unit"] = "D51"
    tried = empty.post(PATH, json=body(empty, content, preview=True)).json()
    assert tried["open"] >= tried["moved"] == 1
    assert assigned(empty, "C0118") == "D08", "nothing was written"


def test_a_put_is_in_force_at_once_and_made_once(empty: TestClient) -> None:
    content = content_of(empty)
    content["rules"] = [rule for rule in content["rules"] if rule["code"] != "lamps"]
    wish = body(empty, content)
    first = empty.post(PATH, json=wish)
    assert first.status_code == 201, first.text
    assert [gap["types"] for gap in first.json()["gaps"]] == [["C0118"]]
    assert empty.get("/api/assignment?type=C0118").json()["unit"] is None
    again = empty.post(PATH, json=wish)
    assert (again.status_code, again.json()["created"]) == (200, False)
    answer = empty.get("/api/organisation").json()
    assert (answer["version"], answer["uncovered"]["open"]) == (first.json()["version"], 1)
    late = {**wish, "id": str(uuid.uuid4())}
    stale = empty.post(PATH, json=late)
    assert stale.status_code == 409, "the version that it saw is gone"
    assert stale.json()["error"]["changed_by"] == "a-1"


def test_what_cannot_be_taken_is_named(empty: TestClient) -> None:
    content = content_of(empty)
    content["units"][0]["kind"] = "palace"
    answer = empty.post(PATH, json=body(empty, content))
    assert answer.status_code == 400
    assert answer.json()["error"]["key"] == "units[1].kind"
    for wrong, key in (({"content": []}, "content"), ({"preview": 1}, "preview"), ({"colour": 1}, "colour")):
        answer = empty.post(PATH, json={**body(empty, content_of(empty)), **wrong})
        assert (answer.status_code, answer.json()["error"]["key"]) == (400, key)
