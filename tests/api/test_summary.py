"""GET /api/summary: the published figures to the digit, and null where nothing was published."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


def test_the_published_figures_come_out_to_the_digit(demo: TestClient) -> None:
    answer = demo.get("/api/summary").json()
    assert answer["as_of"] == "2021-08-24T18:00:00+08:00"
    assert answer["synthetic"] is True
    assert answer["filter"] == ""
    issues, points = answer["issues"], answer["points"]
    assert (issues["total"], issues["rectified"], issues["in_progress"]) == (2366, 2285, 81)
    assert (points["total"], points["first_visit_compliant"], points["first_visit_non_compliant"]) == (317, 298, 19)
    assert (points["current_compliant"], points["current_non_compliant"], points["unvisited"]) == (317, 0, 0)
    assert answer["register"]["code"] == "supervision"


def test_registers_and_tallies_have_value_bound_and_unit(demo: TestClient) -> None:
    answer = demo.get("/api/summary").json()
    registers = {
        code: (entry["total"], entry["bound"], entry["rectified"], entry["in_progress"])
        for code, entry in answer["registers"].items()
    }
    assert registers["supervision"] == (2366, "eq", 2285, 81)
    assert registers["facility_survey"] == (1058, "eq", None, None)
    assert registers["cable_survey"] == (980, "ge", None, None)
    assert registers["cable_phase1"] == (180, "eq", 83, 97)
    tallies = {entry["value"]: (entry["bound"], entry["unit"]["zh"]) for entry in answer["tallies"]}
    assert tallies[12000][0] == "ge"
    assert tallies[81106] == ("eq", "起")
    assert tallies[41760] == ("eq", "起")
    assert tallies[1000][0] == "approx"


@pytest.mark.parametrize("register", ["facility_survey", "cable_survey"])
def test_a_split_that_was_not_published_is_null_unless_the_invented_one_is_asked_for(
    demo: TestClient, register: str
) -> None:
    hidden = demo.get("/api/summary", params={"register": register}).json()
    assert hidden["issues"]["rectified"] is None
    assert hidden["issues"]["in_progress"] is None
    assert hidden["issues"]["handling"] is None
    shown = demo.get("/api/summary", params={"register": register, "synthetic_splits": "1"}).json()
    issues = shown["issues"]
    assert issues["rectified"] + issues["in_progress"] == issues["total"] == hidden["issues"]["total"]
    entry = shown["registers"][register]
    assert entry["rectified"] + entry["in_progress"] == entry["total"]


@pytest.mark.parametrize(
    "query",
    ["type=E0501", "subdistrict=-", "since=2021-08-01", "as_of=2021-07-01", "bbox=0,0,1,1", "register=cable_survey"],
)
def test_no_filter_touches_registers_and_tallies(demo: TestClient, query: str) -> None:
    plain, filtered = demo.get("/api/summary").json(), demo.get(f"/api/summary?{query}").json()
    assert filtered["registers"] == plain["registers"]
    assert filtered["tallies"] == plain["tallies"]
    assert filtered["issues"] != plain["issues"]


@pytest.mark.parametrize("query", ["", "?type=E0501", "?as_of=2021-07-15", "?stage=overdue", "?status=CLOSED&task=T01"])
def test_the_parts_of_a_total_add_up(demo: TestClient, query: str) -> None:
    issues = demo.get(f"/api/summary{query}").json()["issues"]
    assert issues["total"] == issues["rectified"] + issues["in_progress"]
    assert issues["in_progress"] == issues["handling"] + issues["verifying"] + issues["overdue"]


def test_points_follow_place_and_moment_and_no_other_key(demo: TestClient) -> None:
    everywhere = demo.get("/api/summary").json()["points"]
    assert demo.get("/api/summary?type=E0501&register=cable_survey").json()["points"] == everywhere
    before = demo.get("/api/summary?as_of=2021-06-01").json()["points"]
    assert (before["total"], before["unvisited"], before["current_compliant"]) == (317, 317, 0)
    codes = [row["code"] for row in demo.get("/api/density/subdistricts").json()["rows"]]
    parts = [demo.get(f"/api/summary?subdistrict={code}").json()["points"]["total"] for code in [*codes, "-"]]
    assert sum(parts) == 317


def test_the_oldest_overdue_issue_is_the_first_of_the_watch_list(demo: TestClient) -> None:
    summary, watch = demo.get("/api/summary").json(), demo.get("/api/watch?overdue=100").json()
    assert summary["issues"]["overdue"] == watch["overdue_total"] == len(watch["overdue"])
    assert summary["oldest_overdue_days"] == watch["overdue"][0]["days"]
    places = {row["subdistrict"] for row in watch["overdue"]} - {None}
    assert summary["overdue_subdistricts"] == len(places)
