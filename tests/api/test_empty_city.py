"""A city without a single record answers every question: zeros, nulls, empty lists, never an error."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.api.raster_pixels import pixels

WHOLE = "106.5,26.4,106.9,26.8"


def test_there_is_nothing_to_total(empty: TestClient) -> None:
    issues = empty.get("/api/summary").json()["issues"]
    assert issues["total"] == issues["rejected"] == 0
    assert empty.get("/api/summary").json()["oldest_overdue_days"] is None


def test_an_empty_city_has_densities_of_zero(empty: TestClient) -> None:
    answer = empty.get("/api/density/roads").json()
    assert answer["rows"] == answer["segments"] == []
    assert answer["unsnapped"] == answer["total"] == 0
    assert empty.get("/api/density/visits").json()["rows"][0]["per_visit"] is None


def test_an_empty_city_draws_nothing(empty: TestClient) -> None:
    answer = empty.get(f"/api/cells?z=12&bbox={WHOLE}").json()
    assert set(pixels(answer["raster"])) == {0}
    assert answer["total"] == 0


@pytest.mark.parametrize("path", ["issues.geojson", "points.geojson", "timeline", "watch", "compliance", "issues.csv"])
def test_every_list_is_empty_and_says_so(empty: TestClient, path: str) -> None:
    answer = empty.get(f"/api/{path}")
    assert answer.status_code == 200
    if path.endswith("geojson"):
        assert answer.json()["features"] == []


def test_marks_are_none(empty: TestClient) -> None:
    for route in ("marks", "point-marks"):
        answer = empty.get(f"/api/{route}?z=12&bbox={WHOLE}").json()
        assert (answer["total"], answer["clusters"]) == (0, [])
