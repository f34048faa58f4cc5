"""GET /api/roads: few lines for any viewport, whose figures add up and do not depend on what is elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from starlette.testclient import TestClient

from api import roads
from data.runtime import runtime

WHOLE = "106.5,26.4,106.9,26.8"


def drawn(answer: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """The answer's lines as corners in degrees."""
    east, north = np.cumsum(answer["east"]), np.cumsum(answer["north"])
    corners = np.column_stack(
        [answer["origin"][0] + east * answer["step"], answer["origin"][1] + north * answer["step"]]
    )
    ends = np.cumsum(answer["corners"])
    return [part.tolist() for part in np.split(corners, ends[:-1])]


@pytest.mark.parametrize("z", [9, 12, 15, 18])
def test_lines_stand_for_the_roads_within_a_pixel(demo: TestClient, z: int) -> None:
    answer = demo.get(f"/api/roads?z={z}&bbox={WHOLE}").json()
    layer = runtime().city.roads
    assert layer is not None
    pixel = 360 / 256 / 2**z
    network = shapely.union_all(layer.geometry)
    lines = shapely.union_all([shapely.LineString(line) for line in drawn(answer)])
    assert shapely.hausdorff_distance(network, lines) <= 2.5 * pixel
    assert answer["total"] == len(answer["class"]) == len(answer["corners"])
    assert {answer["classes"][at] for at in answer["class"]} <= {"major", "secondary", "minor"}


def test_figures_add_up_to_the_issues_on_roads(demo: TestClient) -> None:
    on_roads = demo.get("/api/density/roads").json()
    for z in (10, 14, 17):
        answer = demo.get(f"/api/roads?z={z}&bbox={WHOLE}&density=1").json()
        assert sum(answer["count"]) + on_roads["unsnapped"] == pytest.approx(
            on_roads["total"], abs=0.01 * len(answer["count"])
        )
        assert sum(answer["open"]) == pytest.approx(sum(row["open"] for row in on_roads["rows"]), abs=1)
        assert {row["code"] for row in on_roads["rows"] if row["name"]["zh"]} <= {*answer["road"]}
        assert all((level == -1) == (count == 0) for level, count in zip(answer["level"], answer["count"], strict=True))


def test_the_scale_of_the_legend_parts_the_densities(demo: TestClient) -> None:
    legend = demo.get("/api/density/roads").json()["legend"]
    own = demo.get(f"/api/roads?z=13&bbox={WHOLE}&density=1").json()
    given = demo.get(f"/api/roads?z=13&bbox={WHOLE}&density=1&scale={legend['scale']}").json()
    assert own["level"] == given["level"]
    wider = demo.get(f"/api/roads?z=13&bbox={WHOLE}&density=1&scale={legend['scale'] * 100}").json()
    assert max(wider["level"]) < max(own["level"])


def test_a_name_goes_with_its_line(demo: TestClient) -> None:
    answer = demo.get(f"/api/roads?z=14&bbox={WHOLE}").json()
    layer = runtime().city.roads
    assert layer is not None
    names = {code: name.zh for code, name in zip(layer.road_codes, layer.road_names, strict=True)}
    for code, at in zip(answer["road"], answer["name"], strict=True):
        assert (answer["names"][at]["zh"] if at >= 0 else "") == names[code]


def test_too_many_lines_leave_out_the_least_important(demo: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roads, "MOST_LINES", 20)
    monkeypatch.setattr(roads, "FEW_LINES", 30)
    answer = demo.get(f"/api/roads?z=16&bbox={WHOLE}&density=1&type=E0110").json()
    assert len(answer["class"]) == len(answer["level"]) == 20 < answer["total"]
    assert "road" not in answer
    assert "count" not in answer
    assert min(answer["level"]) >= 0  # lines without an issue are left out first
    plain = demo.get(f"/api/roads?z=16&bbox={WHOLE}&type=E0110").json()
    assert {plain["classes"][at] for at in plain["class"]} == {"major"}


def test_a_box_without_roads_is_empty(demo: TestClient) -> None:
    answer = demo.get("/api/roads?z=12&bbox=10,10,11,11&density=1").json()
    assert (answer["total"], answer["corners"], answer["east"]) == (0, [], [])
