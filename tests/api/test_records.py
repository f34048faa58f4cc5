"""One issue and one point: by UUID, number and code, with history, visits and neighbours."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_an_issue_is_found_by_number_and_by_uuid(demo: TestClient) -> None:
    by_number = demo.get("/api/issues/YY-00001").json()
    by_uuid = demo.get(f"/api/issues/{by_number['id']}").json()
    assert by_uuid == by_number
    assert by_number["number"] == "YY-00001"
    assert by_number["history"][0]["status"] == "REPORTED"
    assert by_number["history"][-1]["status"] == by_number["status"]
    assert by_number["geometry"]["type"]


def test_a_record_says_what_the_export_says(demo: TestClient) -> None:
    feature = demo.get("/api/issues.geojson?stage=overdue").json()["features"][0]
    record = demo.get(f"/api/issues/{feature['id']}").json()
    assert {key: record[key] for key in feature["properties"]} == feature["properties"]
    assert record["geometry"] == feature["geometry"]


def test_the_past_is_shown_as_of_its_moment(demo: TestClient) -> None:
    now = demo.get("/api/issues/YY-00001").json()
    then = demo.get("/api/issues/YY-00001", params={"as_of": now["history"][0]["at"]}).json()
    assert then["status"] == "REPORTED"
    assert then["history"] == now["history"][:1]
    assert demo.get("/api/issues/YY-00001?as_of=2021-06-01").status_code == 404


def test_an_unknown_record_is_a_404_with_a_sentence(demo: TestClient) -> None:
    for path in (
        "/api/issues/YY-99999",
        "/api/points/nowhere",
        "/api/issues/%00",
        "/api/issues/..%2f",
        "/api/points/{{7*7}}",
    ):
        answer = demo.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["message"]


def test_a_point_has_its_visits_and_the_issues_linked_to_them(demo: TestClient) -> None:
    marks = demo.get("/api/point-marks?z=12&bbox=106.5,26.4,106.9,26.8").json()["points"]
    fixed = next(point for point in marks if point["state"] == "fixed")
    record = demo.get(f"/api/points/{fixed['code']}").json()
    assert record["state"] == "fixed"
    assert record["visits"][0]["compliant"] is False
    assert record["visits"][-1]["compliant"] is True
    assert {issue["visit"] for issue in record["issues"]} <= {visit["id"] for visit in record["visits"]}
    near = record["issues_near"]
    assert near["within_m"] == 200
    assert near["count"] >= near["open"]
    before = demo.get(f"/api/points/{fixed['code']}?as_of=2021-06-01").json()
    assert (before["state"], before["visits"], before["issues"]) == ("unvisited", [], [])


def test_near_issues_follow_the_filter(demo: TestClient) -> None:
    codes = [f"P{n:03d}" for n in range(1, 40)]
    counts = [demo.get(f"/api/points/{code}").json()["issues_near"]["count"] for code in codes]
    assert max(counts) > 0
    none = demo.get(f"/api/points/{codes[counts.index(max(counts))]}?q=nothing-has-this").json()
    assert none["issues_near"]["count"] == 0
