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


@pytest.mark.parametrize("query", [OPEN, "register=cable_phase1", "stage=overdue", ""])
def test_columns_say_the_same_as_the_list(demo: TestClient, query: str) -> None:
    asked = f"/api/marks?z=14&bbox={WHOLE}&{query}".rstrip("&")
    listed, columns = demo.get(asked).json(), demo.get(f"{asked}&form=columns").json()
    assert (listed["mode"], listed["total"]) == (columns["mode"], columns["total"])
    entries = listed["issues"] or listed["clusters"]
    places = zip(columns["east"], columns["north"], strict=True)
    for entry, (east, north) in zip(entries, places, strict=True):
        assert entry["lon"] == pytest.approx(columns["origin"][0] + east * columns["step"], abs=1e-5)
        assert entry["lat"] == pytest.approx(columns["origin"][1] + north * columns["step"], abs=1e-5)
    if listed["mode"] == "clusters":
        assert [entry["count"] for entry in entries] == columns["count"]
        assert [entry["overdue"] for entry in entries] == columns["overdue"]
        return
    assert [mark["number"] for mark in entries] == columns["number"]
    assert [mark["id"] for mark in entries] == [columns["id"][str(at)] for at in range(len(entries))]
    assert [mark["type"] for mark in entries] == [columns["types"][at] for at in columns["type"]]
    assert [mark["stage"] for mark in entries] == [columns["stages"][at] for at in columns["stage"]]
    assert {at: mark["geometry"] for at, mark in enumerate(entries) if "geometry" in mark} == {
        int(at): shape for at, shape in columns["shapes"].items()
    }


def test_many_marks_are_named_by_their_number(demo: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "FEW_MARKS", 5)
    columns = demo.get(f"/api/marks?z=15&bbox={WHOLE}&{OPEN}&form=columns").json()
    assert columns["id"] == {}  # Yunyan's numbers are one issue's each
    assert demo.get(f"/api/issues/{columns['number'][7]}").json()["number"] == columns["number"][7]
