"""Input that is wrong or hostile: a 400 that names key, value and expectation; never a 500, never a traceback."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import OPERATIONS
from api.operation import Operation

FILTERED = [operation for operation in OPERATIONS if operation.filtered]
WHOLE = "106.5,26.4,106.9,26.8"
HOSTILE = (
    "{{7*7}}",
    "${alert(1)}",
    "`id`",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe",
    "x" * 10_000,
    "\x00",
    "' OR 1=1 --",
)


def address(operation: Operation) -> str:
    """The operation's path with a record that exists, and what it needs."""
    path = operation.path.replace("{identity}", "YY-00001").replace("{code}", "P001")
    needed = {"z": "12"} if any(parameter.name == "z" for parameter in operation.parameters) else {}
    if needed:
        needed["bbox"] = WHOLE
    return path + "?" + "&".join(f"{key}={value}" for key, value in needed.items())


@pytest.mark.parametrize("operation", FILTERED, ids=lambda operation: operation.path)
@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("colour=red", "colour"),
        ("Type=E0501", "Type"),
        ("type=", "type"),
        ("type=E9999", "type"),
        ("status=closed", "status"),
        ("since=2021-02-30", "since"),
        ("until=yesterday", "until"),
        ("as_of=2021-08-24T25:00", "as_of"),
        ("register=supervision&register=cable_survey", "register"),
        ("register=nothing", "register"),
        ("campaign=1999", "campaign"),
        ("subdistrict=999", "subdistrict"),
        ("q=" + "x" * 101, "q"),
        ("=1", "(empty key)"),
    ],
)
def test_bad_input_is_named_on_every_data_route(demo: TestClient, operation: Operation, query: str, key: str) -> None:
    answer = demo.get(f"{address(operation)}&{query}")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["key"] == key
    assert error["expected"]
    assert set(error) == {"key", "value", "expected", "message", "message_zh"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_or_finds_nothing(demo: TestClient, text: str) -> None:
    for key in ("type", "subdistrict", "q", "as_of", "unknown", text):
        answer = demo.get("/api/summary", params={key: text})
        assert answer.status_code in (200, 400)
        assert answer.headers["content-type"] == "application/json"
        if answer.status_code == 400:
            assert len(answer.content) < 3_000
            assert answer.json()["error"]["value"] in (text, text[:199] + "…")


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(["z", "bbox", "q", "since", "road", "by", "x"]), st.text(max_size=30)), max_size=4
    )
)
def test_no_query_makes_the_server_fail(demo: TestClient, pairs: list[tuple[str, str]]) -> None:
    for route in ("summary", "cells", "watch"):
        assert demo.get(f"/api/{route}", params=pairs).status_code in (200, 400)


@pytest.mark.parametrize("path", ["/healthz", "/api/openapi.json", "/api/stream", "/map/assets/x"])
def test_routes_without_a_filter_take_no_parameters(demo: TestClient, path: str) -> None:
    assert demo.get(f"{path}?type=E0501").status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_wrong_method_is_told_which_are_right(demo: TestClient, method: str) -> None:
    answer = demo.request(method, "/api/summary", headers={"Content-Type": "application/json"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert "GET" in answer.json()["error"]["message"]


def test_what_is_not_there_is_a_404_in_json(demo: TestClient) -> None:
    for path in ("/api", "/api/", "/api/summary/", "/api/%2e%2e/x"):
        answer = demo.get(path)
        assert answer.status_code == 404, path
        assert set(answer.json()["error"]) == {"message", "message_zh"}


def test_a_defect_is_a_500_without_a_traceback(demo: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.data_route.view_of", lambda *_: 1 / 0)
    answer = demo.get("/api/summary?q=defect")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert answer.json()["error"]["message"]
