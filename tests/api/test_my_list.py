"""GET /api/my-list: what is open, by deadline, with the version that a change names."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from data.runtime import runtime
from data.work_queues import queue_rows
from geo.filter import IssueFilter
from geo.lifecycle import OPEN
from geo.queues import QUEUES, Pick


def test_it_holds_all_open_issues_and_no_other_by_deadline(demo: TestClient) -> None:
    answer = demo.get("/api/my-list?most=300").json()
    every = [feature["properties"] for feature in demo.get("/api/issues.geojson").json()["features"]]
    is_open = [issue for issue in every if issue["status"] in {status.name for status in OPEN}]
    assert {issue["id"] for issue in answer["issues"]} == {issue["id"] for issue in is_open}
    assert answer["total"] == len(is_open)
    due = [issue["due_at"] for issue in answer["issues"] if issue["due_at"]]
    assert due == sorted(due)
    assert all(issue["due_at"] is None for issue in answer["issues"][len(due) :])
    for stage in ("overdue", "verifying", "handling"):
        assert answer[stage] == sum(issue["stage"] == stage for issue in is_open)


def test_an_issue_is_said_as_its_own_record_says_it(demo: TestClient) -> None:
    for issue in demo.get("/api/my-list?most=5").json()["issues"]:
        record = demo.get(f"/api/issues/{issue['id']}").json()
        assert {name: record[name] for name in issue} == issue


def test_what_was_returned_is_what_the_queue_of_returned_issues_holds(demo: TestClient) -> None:
    moment = "as_of=2021-08-20"  # one had failed its verification that day and waited for its unit once more
    returned = demo.get(f"/api/my-list?queue=returned&{moment}").json()["issues"]
    assert returned
    every = demo.get(f"/api/my-list?most=300&{moment}").json()["issues"]
    assert {issue["id"] for issue in every if issue["returned"]} == {issue["id"] for issue in returned}


def test_the_filter_chooses_and_most_cuts_but_the_totals_stay(demo: TestClient) -> None:
    whole = demo.get("/api/my-list").json()
    first = demo.get("/api/my-list?most=3").json()
    assert first["issues"] == whole["issues"][:3]
    assert (first["total"], first["overdue"]) == (whole["total"], whole["overdue"])
    area = whole["issues"][0]["subdistrict"]
    part = demo.get(f"/api/my-list?subdistrict={area}").json()
    assert part["issues"] == [issue for issue in whole["issues"] if issue["subdistrict"] == area]
    assert demo.get("/api/my-list?most=0").json()["issues"] == []


@pytest.mark.parametrize("query", ["most=301", "most=-1", "most=x", "who=me", "subdistrict=nowhere"])
def test_what_it_does_not_know_is_refused(demo: TestClient, query: str) -> None:
    answer = demo.get(f"/api/my-list?{query}")
    assert (answer.status_code, answer.json()["error"]["key"]) == (400, query.split("=")[0])


def test_a_day_s_list_is_small(demo: TestClient) -> None:
    answer = demo.get("/api/my-list?most=300", headers={"Accept-Encoding": "gzip"})
    assert int(answer.headers["content-length"]) < 12_000


def test_a_queue_is_the_same_here_as_on_the_page_of_work(demo: TestClient) -> None:
    snapshot, city = runtime().snapshot, runtime().city
    chosen = IssueFilter(city.current_campaign, city.campaign().default_register, runtime().now())
    for queue in QUEUES:
        answer = demo.get(f"/api/my-list?most=300&queue={queue.code}")
        if queue.pick is Pick.OWN:  # which an answer that everybody shares cannot hold
            assert answer.status_code == 400
            continue
        rows = queue_rows(snapshot, chosen, queue)
        assert answer.json()["total"] == len(rows), queue.code
        assert [issue["id"] for issue in answer.json()["issues"]] == list(snapshot.records.of(rows[:300]).id)
