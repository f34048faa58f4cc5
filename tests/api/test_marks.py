"""GET /api/marks and /api/point-marks: few one by one, many as clusters, nothing lost on the way."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api import marks, point_marks

WHOLE = "106.5,26.4,106.9,26.8"
OPEN = "stage=handling&stage=verifying&stage=overdue"


def test_few_issues_come_one_by_one(demo: TestClient) -> None:
    answer = demo.get(f"/api/marks?z=12&bbox={WHOLE}&{OPEN}").json()
    assert answer["mode"] == "issues"
    assert answer["total"] == len(answer["issues"]) == 81
    assert {mark["stage"] for mark in answer["issues"]} == {"handling", "verifying", "overdue"}
    assert sum(mark["stage"] == "overdue" for mark in answer["issues"]) == 12


@pytest.mark.parametrize("z", [3, 10, 13, 16, 20])
def test_many_issues_come_as_clusters_that_add_up(demo: TestClient, z: int) -> None:
    answer = demo.get(f"/api/marks?z={z}&bbox={WHOLE}").json()
    assert answer["mode"] == "clusters"
    assert answer["issues"] == []
    assert sum(entry["count"] for entry in answer["clusters"]) == answer["total"] == 2366
    assert sum(entry["overdue"] for entry in answer["clusters"]) == 12
    assert len(answer["clusters"]) <= marks.MOST_MARKS
    assert all(106.5 < entry["lon"] < 106.9 for entry in answer["clusters"])


def test_lines_and_polygons_bring_their_shape(demo: TestClient) -> None:
    answer = demo.get(f"/api/marks?z=12&bbox={WHOLE}&register=cable_phase1").json()
    shapes = [mark["geometry"] for mark in answer["issues"] if "geometry" in mark]
    assert shapes
    assert {shape["type"] for shape in shapes} <= {"LineString", "MultiLineString", "Polygon", "MultiPolygon"}


def test_rejected_issues_are_drawn_only_when_asked_for(demo: TestClient) -> None:
    answer = demo.get(f"/api/marks?z=12&bbox={WHOLE}&stage=rejected").json()
    assert all(mark["stage"] == "rejected" for mark in answer["issues"])
    assert answer["total"] == demo.get("/api/summary").json()["issues"]["rejected"]


def test_points_come_with_their_state(demo: TestClient) -> None:
    answer = demo.get(f"/api/point-marks?z=12&bbox={WHOLE}").json()
    assert answer["mode"] == "points"
    assert answer["total"] == len(answer["points"]) == 317
    assert answer["states"] == {"first_ok": 298, "fixed": 19, "failing": 0, "unvisited": 0}
    assert answer["unlocated"] == 0


def test_many_points_come_as_clusters(demo: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(point_marks, "MOST_MARKS", 100)
    answer = demo.get(f"/api/point-marks?z=18&bbox={WHOLE}&as_of=2021-08-20").json()
    assert answer["mode"] == "clusters"
    assert sum(entry["count"] for entry in answer["clusters"]) == 317
    assert sum(entry["failing"] for entry in answer["clusters"]) == answer["states"]["failing"]
    assert sum(entry["fixed"] for entry in answer["clusters"]) == answer["states"]["fixed"]
    assert len(answer["clusters"]) <= 100


def test_an_empty_box_is_empty(demo: TestClient) -> None:
    answer = demo.get("/api/marks?z=12&bbox=10,10,11,11").json()
    assert (answer["mode"], answer["total"], answer["issues"]) == ("issues", 0, [])
