"""Densities over HTTP: the sum law under any filter, rows, classes, legend, and what is per visit."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from data.runtime import runtime
from geo.filter_query import filter_pairs

ROUTES = {"subdistricts": "outside", "roads": "unsnapped"}


def queries(demo: TestClient) -> st.SearchStrategy[str]:
    """Query strings of filters that the demo's city takes."""
    from tests.strategies import filters

    city = runtime().city
    return filters(city).map(lambda f: urlencode(filter_pairs(f, city, now=lambda c: runtime().now(c.code))))


def test_rows_and_remainder_add_up_to_the_total_under_any_filter(demo: TestClient) -> None:
    @settings(max_examples=25)
    @given(queries(demo))
    def holds(query: str) -> None:
        summary = demo.get(f"/api/summary?{query}&synthetic_splits=1").json()
        for name, remainder in ROUTES.items():
            answer = demo.get(f"/api/density/{name}?{query}").json()
            total = summary["issues"]["total"]
            assert answer["total"] == total
            assert sum(row["count"] for row in answer["rows"]) + answer[remainder] == pytest.approx(total, abs=1e-6)
            assert sum(row["open"] for row in answer["rows"]) <= summary["issues"]["in_progress"] + 1e-6
            legend = answer["legend"]
            parts = sum(part["count"] for part in legend["classes"]) + legend["remainder"]
            assert parts == pytest.approx(total, abs=1e-6)

    holds()


def test_every_subdistrict_has_a_row_and_a_class(demo: TestClient) -> None:
    answer = demo.get("/api/density/subdistricts?q=nothing-has-this-text").json()
    assert len(answer["rows"]) == 18
    assert {(row["count"], row["class"]) for row in answer["rows"]} == {(0.0, 0)}
    assert answer["total"] == 0


def test_the_legend_counts_the_areas_of_each_class(demo: TestClient) -> None:
    answer = demo.get("/api/density/subdistricts").json()
    legend = answer["legend"]
    assert legend["n"] == 2366
    assert legend["places"] == 18
    for position, entry in enumerate(legend["classes"]):
        assert entry["places"] == sum(row["class"] == position for row in answer["rows"])
    for row in answer["rows"]:
        assert row["per_km2"] == pytest.approx(row["count"] / row["area_km2"])
    assert (legend["since"], legend["until"]) == ("2021-06-03", "2021-08-24")
    assert legend["quality"] == "approximate"


def test_segments_add_up_to_their_roads(demo: TestClient) -> None:
    answer = demo.get("/api/density/roads").json()
    counts: dict[str, float] = {}
    for segment in answer["segments"]:
        counts[segment["road"]] = counts.get(segment["road"], 0) + segment["count"]
    assert {row["code"]: pytest.approx(row["count"]) for row in answer["rows"]} == counts
    assert [row["count"] for row in answer["rows"]] == sorted((row["count"] for row in answer["rows"]), reverse=True)
    assert all(segment["count"] > 0 for segment in answer["segments"])
    assert answer["legend"]["quality"] == "schematic"


@pytest.mark.parametrize("by", ["subdistrict", "site_class"])
def test_issues_per_visit_have_their_denominator_and_remainders(demo: TestClient, by: str) -> None:
    answer = demo.get(f"/api/density/visits?by={by}").json()
    assert sum(row["issues"] for row in answer["rows"]) + answer["other_issues"] + answer["unlinked"] == 2366
    for row in answer["rows"]:
        expected = None if row["visits"] == 0 else pytest.approx(row["issues"] / row["visits"])
        assert row["per_visit"] == expected


@pytest.mark.parametrize("query", ["by=road", "by=", "by=subdistrict&by=site_class", "by=task"])
def test_visits_are_grouped_by_two_things_only(demo: TestClient, query: str) -> None:
    answer = demo.get(f"/api/density/visits?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["key"] == "by"
