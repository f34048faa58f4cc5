"""Organisation, responsibility and assignment over HTTP: published numbers, sums, owners, and explained rules."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from data.runtime import runtime
from geo.filter_query import filter_pairs
from tests.strategies import filters


def queries() -> st.SearchStrategy[str]:
    city = runtime().city
    return filters(city).map(lambda f: urlencode(filter_pairs(f, city, now=lambda c: runtime().now(c.code))))


def test_units_are_as_many_as_were_published(demo: TestClient) -> None:
    units = demo.get("/api/organisation").json()["units"]
    count = Counter(unit["kind"] for unit in units)
    assert count == {
        "department": 54,
        "office": 18,
        "leader": 18,
        "task_lead": 13,
        "site_group": 8,
        "sector_group": 6,
        "headquarters_group": 3,
    }
    assert all(unit["synthetic"] for unit in units)
    assert {unit["kind"] for unit in units if unit["work"] is not None} == {"department", "office"}


def test_the_work_of_all_units_is_the_work_of_the_campaign(demo: TestClient) -> None:
    """2,285 rectified and 81 in rectification, of which 12 are overdue."""
    answer, summary = demo.get("/api/organisation").json(), demo.get("/api/summary").json()["issues"]
    works = [unit["work"] for unit in answer["units"] if unit["work"]] + [answer["uncovered"]]
    assert sum(work["open"] for work in works) == summary["in_progress"] == 81
    assert sum(work["closed"] for work in works) == summary["rectified"] == 2285
    assert sum(work["overdue"] for work in works) == summary["overdue"] > 0
    assert answer["uncovered"]["open"] == answer["uncovered"]["closed"] == 0
    assert answer["gaps"] == answer["unreached"] == []
    for work in works:
        assert work["zero"] == (work["overdue"] == 0)
        assert sum(work["levels"]) == work["overdue"]
        assert work["zero_since"] is None or work["zero"]


def test_work_adds_up_under_any_filter(demo: TestClient) -> None:
    @settings(max_examples=15)
    @given(queries())
    def holds(query: str) -> None:
        answer = demo.get(f"/api/organisation?{query}").json()
        issues = demo.get(f"/api/summary?{query}&synthetic_splits=1").json()["issues"]
        works = [unit["work"] for unit in answer["units"] if unit["work"]] + [answer["uncovered"]]
        assert sum(work["open"] for work in works) == issues["in_progress"]
        assert sum(work["closed"] for work in works) == issues["rectified"]
        assert sum(work["overdue"] for work in works) == issues["overdue"]

    holds()


def test_who_answers_for_what_is_told_with_what_is_wrong(demo: TestClient) -> None:
    answer = demo.get("/api/responsibility").json()
    assert answer["counts"] == {
        "subdistrict": {"none": 0, "one": 18, "several": 0},
        "road": {"none": 1, "one": 38, "several": 1},
        "point": {"none": 0, "one": 317, "several": 0},
        "task": {"none": 0, "one": 13, "several": 0},
    }
    rows = {(row["kind"], row["code"]): row for row in answer["rows"]}
    assert len(rows) == len(answer["rows"]) == 18 + 40 + 317 + 13
    assert rows["road", "YR39"]["owners"] == []
    assert [owner["code"] for owner in rows["road", "YR30"]["owners"]] == ["D03", "D05"]
    assert len(answer["segments"]) == 65
    states = Counter(segment["state"] for segment in answer["segments"])
    assert states == {"one": 62, "none": 1, "several": 2}
    steward = rows["point", "P001"]["owners"]
    assert [owner["code"] for owner in steward] == [None]
    assert "点位长" in steward[0]["name"]["zh"]


def test_points_are_those_of_the_filter_and_rows_are_bounded(demo: TestClient) -> None:
    answer = demo.get("/api/responsibility?subdistrict=520103019&most=3").json()
    points = [row for row in answer["rows"] if row["kind"] == "point"]
    count = demo.get("/api/summary?subdistrict=520103019").json()["points"]["total"]
    assert len(points) == 3 < count == answer["counts"]["point"]["one"]


def test_an_assignment_names_its_rule_and_why_the_rules_before_did_not_match(demo: TestClient) -> None:
    answer = demo.get("/api/assignment?type=E0501&subdistrict=520103019&task=T04").json()
    assert answer["unit"]["code"] == "D01"
    assert answer["rule"] == {"number": 16, "code": "street-order"}
    assert len(answer["passed"]) == 15
    assert answer["passed"][0] == {"number": 1, "code": "sites", "because": "type"}
    assert answer["passed"][14] == {"number": 15, "code": "market-order", "because": "task"}
    market = demo.get("/api/assignment?type=E0501&task=T06").json()
    assert (market["unit"]["code"], market["subdistrict"]) == ("D16", None)


def test_what_lies_in_no_subdistrict_goes_to_no_office(demo: TestClient) -> None:
    inside = demo.get("/api/assignment?type=E2104&subdistrict=520103019").json()
    outside = demo.get("/api/assignment?type=E2104&subdistrict=-").json()
    assert inside["unit"]["code"] == "O019"
    assert outside["unit"]["code"] == "D25"
    assert outside["passed"][-1]["because"] == "office"


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("", "type"),
        ("type=X", "type"),
        ("type=C0101&subdistrict=X", "subdistrict"),
        ("type=C0101&task=X", "task"),
        ("type=C0101&type=C0101", "type"),
        ("type=C0101&colour=red", "colour"),
    ],
)
def test_a_question_that_means_nothing_is_refused(demo: TestClient, query: str, key: str) -> None:
    answer = demo.get(f"/api/assignment?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["key"] == key


def test_the_same_question_has_the_same_etag(demo: TestClient) -> None:
    address = "/api/assignment?type=C0101"
    first = demo.get(address)
    again = demo.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_overdue_list_is_by_deadline_and_agrees_with_the_units(demo: TestClient) -> None:
    answer, units = demo.get("/api/overdue").json(), demo.get("/api/organisation").json()["units"]
    assert answer["total"] == len(answer["rows"]) == demo.get("/api/summary").json()["issues"]["overdue"]
    assert [row["due_at"] for row in answer["rows"]] == sorted(row["due_at"] for row in answer["rows"])
    levels = [level["code"] for level in demo.get("/api/organisation").json()["escalation"]["levels"]]
    for unit in units:
        if unit["work"] is not None:
            own = [row for row in answer["rows"] if row["unit"]["code"] == unit["code"]]
            assert len(own) == unit["work"]["overdue"]
            assert [sum(row["level"]["code"] == code for row in own) for code in levels] == unit["work"]["levels"]
    for row in answer["rows"]:
        start = {"unit": 0, "leader": 3, "headquarters": 5}[row["level"]["code"]]
        assert row["working_days_past"] >= start
        assert row["overdue"]


def test_what_is_due_soon_is_added_where_asked_and_one_unit_can_be_kept(demo: TestClient) -> None:
    soon = demo.get("/api/overdue?soon=1").json()
    late = [row for row in soon["rows"] if row["overdue"]]
    units = demo.get("/api/organisation").json()["units"]
    expected = sum(unit["work"]["due_soon"] for unit in units if unit["work"])
    assert soon["total"] - len(late) == expected > 0
    assert all(row["level"] is None and row["working_days_past"] == 0 for row in soon["rows"] if not row["overdue"])
    own = demo.get("/api/overdue?unit=D02").json()
    assert {row["unit"]["code"] for row in own["rows"]} == {"D02"}
    assert demo.get("/api/overdue?unit=D99").json()["error"]["key"] == "unit"
    assert demo.get("/api/overdue?most=1").json()["rows"] == late[:1]
