"""Metrics and the access log: routes by their template, and nothing that anyone typed."""

from __future__ import annotations

import logging
import re
import uuid

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import ROUTES

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]
SECRET = "甲的电话13800000000"


def figures(client: TestClient) -> Figures:
    """Every sample by name and labels, as a Prometheus server reads them."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def labels(**given: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(given.items()))


def added(before: Figures, after: Figures, name: str, **given: str) -> float:
    key = (name, labels(**given))
    return after.get(key, 0.0) - before.get(key, 0.0)


def test_requests_are_counted_by_route_and_status(empty: TestClient) -> None:
    before = figures(empty)
    empty.get("/api/summary")
    empty.get("/api/summary", params={"colour": "red"})
    empty.get("/api/issues/none-such")
    empty.get("/api/nothing/here")
    empty.request("BREW", "/api/summary")
    after = figures(empty)
    for method, route, status in [
        ("GET", "/api/summary", "200"),
        ("GET", "/api/summary", "400"),
        ("GET", "/api/issues/{identity}", "404"),
        ("GET", "other", "404"),
    ]:
        assert added(before, after, "xunjie_requests_total", method=method, route=route, status=status) == 1, route
    assert added(before, after, "xunjie_request_seconds_count", route="/api/summary") >= 2
    methods = {dict(key[1])["method"] for key in after if key[0] == "xunjie_requests_total"}
    assert methods <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}


def test_what_people_ask_for_makes_no_new_series(empty: TestClient) -> None:
    for n in range(30):
        empty.get(f"/api/issues/{n}")
        empty.get(f"/api/{SECRET}/{n}")
        empty.get("/api/summary", params={"q": f"{SECRET}{n}"})
    seen = figures(empty)
    routes = {dict(key[1])["route"] for key in seen if key[0] == "xunjie_requests_total"}
    assert routes <= {route.path for route in ROUTES if isinstance(route, Route)} | {"other"}
    assert SECRET not in str(seen)


def test_the_state_of_the_program_is_among_them(empty: TestClient) -> None:
    before = figures(empty)
    draft = {
        "id": str(uuid.uuid4()),
        "register": "supervision",
        "type": "E0110",
        "geometry": {"type": "Point", "coordinates": [106.71, 26.6]},
        "description": SECRET,
    }
    assert empty.post("/api/issues", json=draft).status_code == 201
    after = figures(empty)
    assert added(before, after, "xunjie_revision") == 1
    assert added(before, after, "xunjie_issues") == 1
    assert added(before, after, "xunjie_snapshot_rows", part="issues") == 1
    assert added(before, after, "xunjie_commit_seconds_count") == 1
    assert added(before, after, "xunjie_snapshot_bytes") > 50
    assert after["xunjie_writes_waiting", ()] == 0
    assert after["xunjie_open_streams", ()] == 0
    assert after["process_resident_memory_bytes", ()] > 10_000_000
    assert after["process_cpu_seconds_total", ()] > 0
    states = [value for (name, _), value in after.items() if name == "xunjie_health"]
    assert sorted(states) == [0, 0, 1]
    assert SECRET not in str(after)


def test_metrics_are_for_this_machine_only(empty: TestClient) -> None:
    assert empty.get("/metrics", headers={"Host": "example.org"}).status_code == 421
    assert empty.get("/metrics?x=1").status_code == 400


def test_an_access_line_says_the_route_and_never_what_was_typed(
    empty: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "xunjie.access")
    empty.get("/api/summary", params={"q": SECRET})
    empty.get(f"/api/issues/{SECRET}")
    empty.get("/healthz")
    lines = [record for record in caplog.records if record.name == "xunjie.access"]
    assert [record.getMessage() for record in lines] == ["GET /api/summary 200", "GET /api/issues/{identity} 404"]
    assert lines[0].__dict__["route"] == "/api/summary"
    assert 0 < lines[0].__dict__["duration_ms"] < 60_000
    assert SECRET not in caplog.text
    assert "%E7%94%B2" not in caplog.text


def test_an_answer_names_its_request(empty: TestClient) -> None:
    names = {empty.get("/healthz").headers["x-request-id"] for _ in range(3)}
    assert len(names) == 3
    assert all(re.fullmatch(r"[0-9a-f]{16}", name) for name in names)
    assert empty.get("/healthz", headers={"X-Request-ID": "trace-1234"}).headers["x-request-id"] == "trace-1234"
    assert empty.get("/healthz", headers={"X-Request-ID": 'a"b\tc/../d'}).headers["x-request-id"] != 'a"b\tc/../d'
    assert "x-request-id" in empty.get("/api/summary", headers={"Host": "example.org"}).headers
