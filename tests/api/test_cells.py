"""GET /api/cells: counts that add up, a bounded answer, and a cap that panning does not change."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.api.raster_pixels import pixels

WHOLE = "106.5,26.4,106.9,26.8"


def test_counts_add_up_to_the_issues_of_the_box(demo: TestClient) -> None:
    for z in (3, 8, 12, 14, 17, 20):
        answer = demo.get(f"/api/cells?z={z}&bbox={WHOLE}").json()
        assert sum(row[2] for row in answer["rows"]) == answer["total"] == 2366
        assert len(answer["rows"]) <= 5000
    half = demo.get("/api/cells?z=14&bbox=106.5,26.4,106.7,26.8").json()
    other = demo.get("/api/cells?z=14&bbox=106.7,26.4,106.9,26.8").json()
    assert half["total"] + other["total"] >= 2366  # what touches the line is in both
    assert 0 < half["total"] < 2366


def test_cells_get_finer_with_the_zoom(demo: TestClient) -> None:
    sizes = [demo.get(f"/api/cells?z={z}&bbox={WHOLE}").json()["cell_m"] for z in range(8, 18)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


def test_the_cap_is_the_same_wherever_the_map_looks(demo: TestClient) -> None:
    caps = {
        demo.get(f"/api/cells?z={z}&bbox={box}").json()["cap"]
        for z, box in ((12, WHOLE), (16, "106.70,26.57,106.72,26.59"), (16, "106.72,26.60,106.74,26.62"))
    }
    assert len(caps) == 1
    assert caps.pop() > 10


def test_the_raster_is_bytes_of_the_part_of_the_box_in_the_city(demo: TestClient) -> None:
    answer = demo.get(f"/api/cells?z=12&bbox={WHOLE}").json()
    raster = answer["raster"]
    values = pixels(raster)
    assert max(raster["nx"], raster["ny"]) <= 160
    assert max(values) == 255
    west, south, east, north = raster["bounds"]
    assert 106.5 <= west < east <= 106.9
    assert 26.4 <= south < north <= 26.8


def test_the_raster_feels_issues_just_outside_the_box(demo: TestClient) -> None:
    """Two boxes that share an edge draw the same there: no seam between what is seen before and after panning."""
    left = demo.get("/api/cells?z=16&bbox=106.70,26.57,106.715,26.59").json()["raster"]
    right = demo.get("/api/cells?z=16&bbox=106.715,26.57,106.73,26.59").json()["raster"]
    assert (left["nx"], left["ny"]) == (right["nx"], right["ny"])
    nx, ny = left["nx"], left["ny"]
    a, b = pixels(left), pixels(right)
    seam = [abs(a[y * nx + nx - 1] - b[y * nx]) for y in range(ny)]
    assert max(a[nx - 1 :: nx]) > 20
    assert max(seam) <= 24


def test_a_box_beyond_the_city_has_no_raster(demo: TestClient) -> None:
    answer = demo.get("/api/cells?z=12&bbox=10,10,11,11").json()
    assert answer["raster"] is None
    assert answer["rows"] == []


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("z=12", "bbox"),
        (f"bbox={WHOLE}", "z"),
        (f"z=2&bbox={WHOLE}", "z"),
        (f"z=21&bbox={WHOLE}", "z"),
        (f"z=12.5&bbox={WHOLE}", "z"),
        (f"z=１２&bbox={WHOLE}", "z"),
        (f"z=&bbox={WHOLE}", "z"),
        (f"z=12&z=13&bbox={WHOLE}", "z"),
        ("z=12&bbox=1,2,3", "bbox"),
        ("z=12&bbox=nan,2,3,4", "bbox"),
        ("z=12&bbox=106.9,26.4,106.5,26.8", "bbox"),
    ],
)
def test_a_viewport_that_is_none_is_refused(demo: TestClient, query: str, key: str) -> None:
    for route in ("cells", "marks", "point-marks"):
        answer = demo.get(f"/api/{route}?{query}")
        assert answer.status_code == 400
        assert answer.json()["error"]["key"] == key


def test_the_largest_box_is_answered(demo: TestClient) -> None:
    answer = demo.get("/api/cells?z=3&bbox=-180,-90,180,90").json()
    assert answer["total"] == 2366
    assert answer["raster"]["bounds"][0] > 106
