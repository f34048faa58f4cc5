"""/healthz: ready, degraded with its reasons, closed."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from data.health import Reason
from data.runtime import runtime


def test_the_contracts_keys_are_there(empty: TestClient) -> None:
    answer = empty.get("/healthz")
    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "reasons", "city", "revision", "issues"}
    assert answer.json()["city"] == "yunyan"
    assert answer.headers["cache-control"] == "no-store"


def test_what_does_not_work_is_said_while_reading_goes_on(empty: TestClient) -> None:
    remove = runtime().checks.add("test", lambda: Reason("read_only"))
    answer = empty.get("/healthz")
    remove()
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    reason = next(reason for reason in answer.json()["reasons"] if reason["code"] == "read_only")
    assert "read-only" in reason["message"]
    assert "只读" in reason["message_zh"]


def test_a_program_without_a_store_is_closed(empty: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.runtime._open", [])
    answer = empty.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "closed"
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["not_open"]
