"""Compliance, timeline and watch list: their rows add up to what the summary says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize("by", ["site_class", "subdistrict", "task"])
def test_compliance_adds_up_to_the_summary(demo: TestClient, by: str) -> None:
    answer, points = demo.get(f"/api/compliance?by={by}").json(), demo.get("/api/summary").json()["points"]
    assert answer["all"]["n"] == points["total"] == sum(row["n"] for row in answer["rows"])
    assert answer["all"]["first_compliant"] == points["first_visit_compliant"]
    assert answer["all"]["current_compliant"] == points["current_compliant"]


def test_the_intervals_are_wilson_s(demo: TestClient) -> None:
    low, high = demo.get("/api/compliance").json()["all"]["first_interval"]
    assert (low, high) == (pytest.approx(0.9083, abs=5e-4), pytest.approx(0.9613, abs=5e-4))


def test_without_a_visit_there_is_no_interval(demo: TestClient) -> None:
    answer = demo.get("/api/compliance?as_of=2021-06-01").json()
    assert answer["all"]["visited"] == 0
    assert answer["all"]["first_interval"] is None


def test_the_days_of_the_campaign_add_up_to_its_total(demo: TestClient) -> None:
    answer = demo.get("/api/timeline").json()
    days = [date.fromisoformat(row[0]) for row in answer["rows"]]
    assert (days[0], days[-1]) == (date(2021, 6, 3), date(2021, 8, 24))
    assert days == [days[0] + timedelta(days=step) for step in range(len(days))]
    assert sum(row[1] for row in answer["rows"]) == 2366


def test_the_days_of_a_period_are_its_own(demo: TestClient) -> None:
    answer = demo.get("/api/timeline?since=2021-07-01&until=2021-07-07").json()
    assert [row[0] for row in answer["rows"]] == [f"2021-07-0{day}" for day in range(1, 8)]
    whole = dict(demo.get("/api/timeline").json()["rows"])
    assert all(whole[day] == count for day, count in answer["rows"])
    assert answer["total"] == sum(count for _, count in answer["rows"])


def test_columns_say_the_same_as_rows(demo: TestClient) -> None:
    for period in ("since=2021-07-01&until=2021-07-07", ""):
        rows = demo.get(f"/api/timeline?{period}").json()["rows"]
        answer = demo.get(f"/api/timeline?form=columns&{period}").json()
        first = date.fromisoformat(answer["first"])
        days = [(first + timedelta(days=at)).isoformat() for at in range(len(answer["counts"]))]
        assert [list(row) for row in zip(days, answer["counts"], strict=True)] == rows
        assert "rows" not in answer
    empty = demo.get("/api/timeline?form=columns&since=2021-12-01").json()
    assert (empty["first"], empty["counts"]) == (None, [])


def test_a_period_of_centuries_costs_no_more_than_the_campaign(demo: TestClient) -> None:
    answer = demo.get("/api/timeline?since=1900-01-01&until=2199-12-31").json()
    assert len(answer["rows"]) == 83


def test_a_period_without_days_is_empty(demo: TestClient) -> None:
    assert demo.get("/api/timeline?since=2021-12-01").json()["rows"] == []


def test_the_watch_list_is_in_order_and_as_long_as_asked(demo: TestClient) -> None:
    answer = demo.get("/api/watch?overdue=5&newest=4").json()
    assert [len(answer["overdue"]), len(answer["newest"])] == [5, 4]
    assert answer["overdue_total"] == 12
    days = [row["days"] for row in answer["overdue"]]
    assert days == sorted(days, reverse=True)
    times = [row["reported_at"] for row in answer["newest"]]
    assert times == sorted(times, reverse=True)
    assert set(answer["newest"][0]["name"]) == {"zh", "en"}


def test_the_default_watch_list_is_that_of_the_wall(demo: TestClient) -> None:
    answer = demo.get("/api/watch").json()
    assert (len(answer["overdue"]), len(answer["newest"])) == (8, 3)
    nothing = demo.get("/api/watch?overdue=0&newest=0").json()
    assert nothing["overdue"] == nothing["newest"] == []


@pytest.mark.parametrize("query", ["overdue=-1", "overdue=101", "newest=x", "newest=1e1", "newest=+1", "overdue="])
def test_lengths_that_are_none_are_refused(demo: TestClient, query: str) -> None:
    assert demo.get(f"/api/watch?{query}").status_code == 400
