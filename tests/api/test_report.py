"""POST /api/issues: exactly once, strict about every field, and in every figure at once."""

from __future__ import annotations

import json
import uuid
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from api.question import read_question
from api.report import MOST_BYTES, draft_of
from data.access.cookies import ROLE_COOKIE
from data.runtime import runtime

HERE = {"type": "Point", "coordinates": [106.7135, 26.5983]}


def body(**changes: Any) -> dict[str, Any]:
    """A report that is taken; `changes` replace fields, None leaves one out."""
    whole = {"id": str(uuid.uuid4()), "type": "E0501", "geometry": HERE, **changes}
    return {key: value for key, value in whole.items() if value is not None}


def test_a_report_is_taken_once_and_shows_in_every_figure(empty: TestClient) -> None:
    before = empty.get("/api/summary").json()
    report = body(description="占道经营", address="文昌北路")
    first = empty.post("/api/issues", json=report)
    assert first.status_code == 201
    receipt = first.json()
    assert receipt["created"] is True
    assert receipt["revision"] == before["revision"] + 1
    assert first.headers["location"] == f"/api/issues/{report['id']}"

    again = empty.post("/api/issues", json=report)
    assert again.status_code == 200
    assert again.json() == {**receipt, "created": False}

    after = empty.get("/api/summary").json()
    assert after["issues"]["total"] == before["issues"]["total"] + 1
    assert after["revision"] == receipt["revision"]
    record = empty.get(first.headers["location"]).json()
    assert record["number"] == receipt["number"]
    assert (record["description"], record["address"], record["stage"]) == ("占道经营", "文昌北路", "handling")
    assert record["reported_at"] == "2021-08-24T18:00:00+08:00"
    assert record["synthetic"] is False
    marks = empty.get("/api/marks?z=15&bbox=106.5,26.4,106.9,26.8").json()["issues"]
    assert receipt["number"] in {mark["number"] for mark in marks}


def test_who_reported_stands_in_the_story_and_is_known_as_the_reporter(empty: TestClient) -> None:
    me = {"Cookie": f"{ROLE_COOKIE}=inspector"}
    receipt = empty.post("/api/issues", json=body(), headers=me).json()
    [first] = empty.get(f"/api/issues/{receipt['id']}").json()["history"]
    [entry] = empty.get(f"/api/issues/{receipt['id']}/history").json()["entries"]
    assert first["actor"] == entry["actor"] == empty.get("/api/me", headers=me).json()["account"]
    assert first["name"]["en"].startswith("Inspector"), "people are shown a name where one is known"
    row = np.array([runtime().snapshot.row(receipt["id"])])
    assert runtime().snapshot.records.reported_by(row, first["actor"]).tolist() == row.tolist()


def test_the_same_uuid_with_other_content_is_a_conflict(empty: TestClient) -> None:
    report = body()
    assert empty.post("/api/issues", json=report).status_code == 201
    revision = empty.get("/healthz").json()["revision"]
    answer = empty.post("/api/issues", json={**report, "type": "E0504"})
    assert answer.status_code == 409
    assert answer.json()["error"]["message"]
    assert empty.get("/healthz").json()["revision"] == revision


def test_lines_polygons_and_other_datums_are_taken(empty: TestClient) -> None:
    line = {"type": "LineString", "coordinates": [[106.71, 26.58], [106.72, 26.59]]}
    ring = [[106.71, 26.58], [106.71, 26.581], [106.711, 26.581], [106.711, 26.58], [106.71, 26.58]]
    for geometry in (line, {"type": "Polygon", "coordinates": [ring]}):
        assert empty.post("/api/issues", json=body(geometry=geometry)).status_code == 201
    receipt = empty.post("/api/issues", json=body(datum="gcj02")).json()
    record = empty.get(f"/api/issues/{receipt['id']}").json()
    assert record["source_datum"] == "gcj02"
    assert record["geometry"]["coordinates"] != HERE["coordinates"]
    assert abs(record["lon"] - HERE["coordinates"][0]) > 0.003


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [116.4, 39.9]},
        {"type": "LineString", "coordinates": [[106.71, 26.6], [-87.6, 41.9]]},
        {"type": "Polygon", "coordinates": [[[-90, -60], [90, -60], [90, 60], [-90, 60], [-90, -60]]]},
    ],
)
def test_a_place_far_from_the_city_is_refused_and_says_which_are_taken(empty: TestClient, geometry: Any) -> None:
    answer = empty.post("/api/issues", json=body(geometry=geometry))
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["key"] == "geometry"
    assert error["value"].startswith(geometry["type"].upper())
    assert "in or near the city: longitude 106.39 to 106.98, latitude 26.38 to 26.85" in error["expected"]


@pytest.mark.parametrize(
    "text",
    [
        *("{{7*7}}", "${alert(1)}", "`x`", "<img src=x onerror=alert(1)>", "</script>", "=1+1", "@SUM(A1)", "'=1"),
        *("\u202eabc\u202c", "多行\n文字\t", "x" * 2000, "é\u0301🏙️", "  spaces  "),
    ],
)
def test_hostile_text_comes_back_byte_for_byte(empty: TestClient, text: str) -> None:
    receipt = empty.post("/api/issues", json=body(description=text)).json()
    assert empty.get(f"/api/issues/{receipt['id']}").json()["description"] == text
    features = empty.get("/api/issues.geojson").json()["features"]
    assert text in {feature["properties"]["description"] for feature in features}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"id": None}, "id"),
        ({"type": None}, "type"),
        ({"geometry": None}, "geometry"),
        ({"id": "not-a-uuid"}, "id"),
        ({"id": 7}, "id"),
        ({"type": "E9999"}, "type"),
        ({"type": ["E0501"]}, "type"),
        ({"task": "T99"}, "task"),
        ({"register": "nothing"}, "register"),
        ({"datum": "mars"}, "datum"),
        ({"datum": 4326}, "datum"),
        ({"status": "CLOSED"}, "status"),
        ({"synthetic": True}, "synthetic"),
        ({"description": "x" * 2001}, "description"),
        ({"description": "x" * 10_000}, "description"),
        ({"description": "\x00"}, "description"),
        ({"address": "x" * 201}, "address"),
        ({"reported_at": "2021-08-24"}, "reported_at"),
        ({"reported_at": "2021-02-30T10:00"}, "reported_at"),
        ({"reported_at": "2031-01-01T10:00+08:00"}, "reported_at"),
        ({"reported_at": 1629799200}, "reported_at"),
        ({"geometry": "POINT(106.7 26.6)"}, "geometry"),
        ({"geometry": {"type": "Point"}}, "geometry"),
        ({"geometry": {"type": "Point", "coordinates": []}}, "geometry"),
        ({"geometry": {"type": "Point", "coordinates": ["106.7", "26.6"]}}, "geometry"),
        ({"geometry": {"type": "Point", "coordinates": [106.7, 95.0]}}, "coordinates"),
        ({"geometry": {"type": "Point", "coordinates": [1e308, 1e308]}}, "coordinates"),
        ({"geometry": {"type": "LineString", "coordinates": [[106.7, 26.6]]}}, "geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0]]]}}, "geometry"),
        ({"geometry": {"type": "MultiPoint", "coordinates": [[106.7, 26.6]]}}, "geometry"),
        ({"geometry": {"type": "GeometryCollection", "geometries": []}}, "geometry"),
        ({"geometry": {**HERE, "crs": "EPSG:3857"}}, "geometry"),
        ({"geometry": {"type": "Circle", "coordinates": [1, 2]}}, "geometry"),
    ],
)
def test_what_cannot_be_taken_is_named_and_not_written(empty: TestClient, changes: dict[str, Any], key: str) -> None:
    revision = empty.get("/healthz").json()["revision"]
    answer = empty.post("/api/issues", json=body(**changes))
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["key"] == key
    assert empty.get("/healthz").json()["revision"] == revision


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{",
        b"\xff\xfe",
        b'{"id": NaN}',
        b"[" * 100_000,
        b'{"a":' * 2_000,
        b'{"id":1e999}',
    ],
)
def test_what_is_no_json_object_is_refused(empty: TestClient, content: bytes) -> None:
    answer = empty.post("/api/issues", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["key"] in ("body", "id")


def test_a_body_over_its_cap_is_refused(empty: TestClient) -> None:
    content = json.dumps(body(description="x" * MOST_BYTES)).encode()
    answer = empty.post("/api/issues", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["error"]["key"] == "body"


def test_a_report_takes_no_query(empty: TestClient) -> None:
    assert empty.post("/api/issues?register=supervision", json=body()).status_code == 400


@pytest.mark.parametrize("depth", [10, 300, 900, 5_000])
def test_coordinates_nested_deeply_are_refused_like_any_other_nonsense(empty: TestClient, depth: int) -> None:
    whole = json.dumps(body()).replace(json.dumps(HERE["coordinates"]), "[" * depth + "]" * depth)
    answer = empty.post("/api/issues", content=whole, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["key"] in ("geometry", "body")


@pytest.mark.parametrize(("door", "path"), [("data_route", "/api/timeline"), ("exports", "/api/issues.geojson")])
def test_an_answer_never_shows_a_revision_later_than_the_moment_it_was_asked_for(
    empty: TestClient, monkeypatch: pytest.MonkeyPatch, door: str, path: str
) -> None:
    """On a wall clock a moment read before a report would hide it under the revision that brought it."""
    before = empty.get("/healthz").json()["revision"]

    def while_a_report_comes(*arguments: Any) -> Any:
        question = read_question(*arguments)
        [receipt] = runtime().submit([draft_of(json.dumps(body()).encode(), runtime())], actor="test")
        assert receipt.revision == before + 1
        return question

    monkeypatch.setattr(f"api.{door}.read_question", while_a_report_comes)
    assert empty.get(path).json()["revision"] == before
