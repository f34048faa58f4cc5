"""The description: valid OpenAPI, complete, and true of the answers that the demo gives."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import OPERATIONS, ROUTES
from geo.filter_query import FILTER_KEYS

WHOLE = "z=12&bbox=106.5,26.4,106.9,26.8"
ASKED = {
    "/healthz": [""],
    "/api/summary": [
        "",
        "register=cable_survey",
        "as_of=2021-06-01",
        "synthetic_splits=1&register=facility_survey",
        "heat=1",
    ],
    "/api/issues.geojson": ["stage=overdue", "register=cable_phase1"],
    "/api/points.geojson": [""],
    "/api/density/subdistricts": ["", "type=E0501"],
    "/api/density/roads": ["", "road=-", "register=cable_phase1", "most=5"],
    "/api/density/visits": ["", "by=site_class"],
    "/api/cells": [WHOLE, "z=12&bbox=1,1,2,2", WHOLE + "&part=raster&cap=50", WHOLE + "&part=rows"],
    "/api/marks": [
        *(WHOLE, WHOLE + "&stage=overdue", WHOLE + "&register=cable_phase1", WHOLE + "&form=columns"),
        WHOLE + "&register=cable_phase1&form=columns",
    ],
    "/api/roads": [WHOLE, WHOLE + "&density=1", WHOLE + "&density=1&scale=0.5", "z=12&bbox=1,1,2,2"],
    "/api/point-marks": [WHOLE],
    "/api/compliance": ["", "by=subdistrict", "by=task", "as_of=2021-06-01"],
    "/api/organisation": ["", "type=E0501", "as_of=2021-06-01"],
    "/api/organisation/book": [""],
    "/api/overdue": ["", "soon=1&most=5", "unit=D02"],
    "/api/bulletin": [
        "",
        "kind=review&day=2021-08-20",
        "kind=month&register=cable_phase1",
        "kind=month&as_of=2021-07-01",
        "register=facility_survey&synthetic_splits=1",
    ],
    "/api/responsibility": ["", "subdistrict=520103019&most=3"],
    "/api/assignment": ["type=C0101", "type=E2104&subdistrict=520103019&task=T03"],
    "/api/timeline": ["", "since=2021-12-01"],
    "/api/picture": ["ask=/api/summary&ask=/api/timeline&tag=none&ask=/api/summary%3Ftype%3Dnone"],
    "/api/watch": ["", "overdue=50&newest=50"],
    "/api/my-list": ["", "most=3&subdistrict=520103026"],
    "/api/issues/{identity}": [""],
    "/api/issues/{identity}/photos": [""],
    "/api/issues/{identity}/history": [""],
    "/api/issues/{identity}/reporter": [],  # nobody is named in the demo: tests/api/test_reporter.py
    "/api/points/{code}": [""],
    "/api/inspections": ["", "as_of=2021-07-01", "subdistrict=520103019"],
    "/api/checklists": [""],
    "/api/draws": ["", "as_of=2021-08-20"],
    "/api/draws/{draw}": [""],
    "/api/plans": ["", "day=2021-08-24"],
    "/api/plans/proposal": ["", "k=3&subdistrict=520103019", "as_of=2021-07-01"],
    "/api/tallies": ["", "code=bikes_towed"],
    "/api/programmes": ["", "synthetic_splits=1", "as_of=2021-07-01"],
    "/api/exposures": ["", "register=cable_phase1", "as_of=2021-07-01"],
    "/api/meetings": [""],
    "/api/junctions": ["", "day=2021-08-22"],
    "/api/openapi.json": [""],
    "/api/me": [""],
    "/api/me/sessions": [""],
    "/api/tokens": [""],
    "/api/accounts": [""],
    "/api/accounts/{id}/access": [],  # nor has it accounts: tests/api/test_my_access.py
    "/api/access-log": ["", "most=3"],
    "/api/inbox": ["", "most=3", "most=0"],
    "/api/webhooks": [""],
    "/api/unit-addresses": [""],
}


@pytest.fixture(scope="module")
def described(demo: TestClient) -> dict[str, Any]:
    """The OpenAPI document."""
    content: dict[str, Any] = demo.get("/api/openapi.json").json()
    return content


def test_every_route_is_described(described: dict[str, Any]) -> None:
    served = {
        (route.path, method.lower())
        for route in ROUTES
        if isinstance(route, Route) and route.methods
        for method in route.methods - {"HEAD"}
    }
    written = {(path, method) for path, methods in described["paths"].items() for method in methods}
    assert served == written
    assert len(served) >= 20


def test_the_document_is_openapi(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    for methods in described["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert operation["responses"]
            done = [answer for status, answer in operation["responses"].items() if status < "400"]
            assert done
            for content in (content for answer in done for content in answer.get("content", {}).values()):
                jsonschema.Draft202012Validator.check_schema(content.get("schema", {}))


def test_who_acts_is_never_asked_for() -> None:
    """It is who is signed in: a client made from the description would be refused if it had to say somebody."""
    bodies = [operation.body for operation in OPERATIONS if operation.body is not None]
    named = [body for body in bodies if "actor" in body.get("properties", {})]
    assert len(named) >= 10
    assert [body for body in named if "actor" in body["required"]] == []


def test_filtered_routes_describe_every_filter_key(described: dict[str, Any]) -> None:
    keys = {parameter["name"] for parameter in described["components"]["parameters"].values()}
    assert keys == set(FILTER_KEYS)
    for operation in OPERATIONS:
        if operation.filtered:
            references = [p for p in described["paths"][operation.path]["get"]["parameters"] if "$ref" in p]
            assert len(references) == len(FILTER_KEYS)


def test_every_json_answer_is_asked_for_below() -> None:
    json_routes = {
        operation.path
        for operation in OPERATIONS
        if operation.method == "GET" and 200 in operation.answers and operation.answers[200].schema is not None
    }
    assert json_routes == set(ASKED)


@pytest.mark.parametrize(("path", "query"), [(path, query) for path, queries in ASKED.items() for query in queries])
def test_answers_are_as_described(demo: TestClient, described: dict[str, Any], path: str, query: str) -> None:
    numbers = {
        "{identity}": ["YY-00001", "YY-00002", "YY-02000"],
        "{code}": ["P001", "P100", "P317"],
        "{draw}": ["D-2021-08"],
    }
    placeholder = next((name for name in numbers if name in path), None)
    paths = [path.replace(placeholder, value) for value in numbers[placeholder]] if placeholder else [path]
    [content] = described["paths"][path]["get"]["responses"]["200"]["content"].values()
    for address in paths:
        answer = demo.get(f"{address}?{query}" if query else address)
        assert answer.status_code == 200
        validate(answer.json(), content["schema"])


def test_refusals_are_as_described(demo: TestClient, described: dict[str, Any]) -> None:
    for path, status in (("/api/summary?x=1", "400"), ("/api/issues/nothing", "404")):
        template = "/api/issues/{identity}" if status == "404" else "/api/summary"
        schema = described["paths"][template]["get"]["responses"][status]["content"]["application/json"]["schema"]
        validate(demo.get(path).json(), schema)


def validate(content: Any, schema: dict[str, Any]) -> None:
    """Raises jsonschema.ValidationError where `content` is not as described; formats are checked too."""
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(content)
