"""Bulletins over HTTP: the figures of other routes, a balance under any filter, and the same answer ever after."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from typing import Any

import pytest
from starlette.testclient import TestClient

GROUPS = ("subdistricts", "units", "types")


def balanced(entry: dict[str, Any]) -> bool:
    come = entry["opening"] + entry["reported"] + entry["reopened"]
    return bool(come - entry["closed"] - entry["dropped"] == entry["open"])


@pytest.mark.parametrize("query", ["", "kind=month", "kind=review&day=2021-07-01", "kind=week&type=E0501",
                                   "kind=month&register=cable_phase1&subdistrict=520103019"])  # fmt: skip
def test_groups_make_the_whole_and_every_line_is_balanced(demo: TestClient, query: str) -> None:
    answer = demo.get(f"/api/bulletin?{query}").json()
    assert balanced(answer["all"])
    for name in GROUPS:
        assert all(map(balanced, answer[name]))
        for measure, value in answer["all"].items():
            assert sum(entry[measure] for entry in answer[name]) == value, (name, measure)
    assert sum(answer["levels"]) == answer["all"]["overdue"]


def test_the_newest_month_ends_as_the_summary_says(demo: TestClient) -> None:
    answer, summary = demo.get("/api/bulletin?kind=month").json(), demo.get("/api/summary").json()
    assert answer["all"]["open"] == summary["issues"]["in_progress"] == 81
    assert answer["all"]["overdue"] == summary["issues"]["overdue"]
    assert (answer["points"]["points"], answer["points"]["current_compliant"]) == (317, 317)
    assert (answer["cut_off"], answer["has_ended"]) == (summary["as_of"], False)


def test_months_follow_on_each_other_and_reach_all_that_was_reported(demo: TestClient) -> None:
    months = [demo.get(f"/api/bulletin?kind=month&day=2021-{month:02d}-10").json()["all"] for month in (6, 7, 8)]
    assert months[0]["opening"] == 0
    for earlier, later in pairwise(months):
        assert later["opening"] == earlier["open"]
    assert sum(month["closed"] - month["reopened"] for month in months) == 2285
    assert demo.get("/api/bulletin?kind=month&day=2021-08-10").json()["before"] == months[1]


def test_ended_periods_are_the_same_whenever_they_are_asked(demo: TestClient) -> None:
    now = demo.get("/api/bulletin?kind=week&day=2021-07-14").json()
    then = demo.get("/api/bulletin?kind=week&day=2021-07-14&as_of=2021-07-20").json()
    for answer in (now, then):
        for name in ("as_of", "filter", "revision"):
            answer.pop(name)
    assert now == then


def test_the_csv_has_every_figure_with_its_filter_cut_off_and_denominator(demo: TestClient) -> None:
    query = "kind=month&day=2021-07-15&type=E0501"
    answer = demo.get(f"/api/bulletin?{query}").json()
    text = demo.get(f"/api/bulletin.csv?{query}").content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert {line["cut_off"] for line in lines} == {answer["cut_off"]}
    assert {(line["register"], line["filter"]) for line in lines} == {("supervision", "type=E0501")}
    whole = {line["measure"]: line for line in lines if line["group"] == "all"}
    assert {name: int(line["value"]) for name, line in whole.items()} == answer["all"]
    assert (whole["on_time"]["of_measure"], int(whole["on_time"]["of"])) == ("due", answer["all"]["due"])
    ranks = {line["code"]: line["value"] for line in lines if line["group"] == "ranking"}
    assert ranks == {entry["code"]: "" if entry["rank"] is None else str(entry["rank"]) for entry in answer["ranking"]}


@pytest.mark.parametrize(
    ("query", "key"),
    [("kind=year", "kind"), ("day=2021-13-01", "day"), ("day=2021-09-30", "day"), ("stage=overdue", "stage"),
     ("since=2021-07-01", "since"), ("register=facility_survey", "synthetic_splits")],
)  # fmt: skip
def test_what_makes_no_sense_is_named(demo: TestClient, query: str, key: str) -> None:
    answer = demo.get(f"/api/bulletin?{query}")
    assert (answer.status_code, answer.json()["error"]["key"]) == (400, key)
