"""Compliance: published intervals, the two rates of a point, and rows that add up."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import to_us
from geo.compliance import Compliance, PointState, compliance_at, point_states, rate_of_all, rates_by, wilson
from geo.selection import select_points
from geo.tables import VisitTable
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records, filters, records

CITY = small_city()


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (298, 317, 0.9083, 0.9613),  # reckoned by hand: (0.94006 + 0.00606 ± 0.02683) ÷ 1.01212
        (317, 317, 0.9880, 1.0000),  # by hand: 317 ÷ (317 + 1.96²)
    ],
)
def test_wilson_agrees_with_published_intervals(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10**6), st.data(), st.floats(0.5, 4))
def test_the_ends_of_an_interval_are_where_the_score_test_just_rejects(n, data, z):
    successes = data.draw(st.integers(0, n))
    low, high = wilson(successes, n, z=z)
    assert 0 <= low <= successes / n <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            score = abs(successes / n - end) / math.sqrt(end * (1 - end) / n)
            assert score == pytest.approx(z, rel=1e-6)
    other = wilson(n - successes, n, z=z)
    assert (1 - other[1], 1 - other[0]) == pytest.approx((low, high), abs=1e-9)


def test_the_ends_are_exact_where_none_or_all_comply():
    assert wilson(0, 7)[0] == 0.0
    assert wilson(7, 7)[1] == 1.0
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("successes", "n"), [(-1, 3), (4, 3), (1, 0), (0, -1)])
def test_more_successes_than_trials_are_refused(successes, n):
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson(successes, n)


def visits(*rows: tuple[int, int, bool]) -> VisitTable:
    """Visits from (point, time, compliant), already in order."""
    point, at, compliant = zip(*rows, strict=True)
    texts = np.array([f"V{n}" for n in range(len(rows))], object)
    none = np.full(len(rows), np.nan)
    return VisitTable(texts, np.array(point, np.int32), np.array(at, np.int64), texts, np.array(compliant), none, texts)


def three_points():
    """A PointTable of three points."""
    for seed in range(1_000):
        points = build_records(CITY, 0, seed, CLOCK).points
        if len(points) == 3:
            return points
    raise AssertionError("no seed gives three points")


def test_first_is_the_earliest_and_current_the_latest_visit_by_then():
    made = visits((0, 10, False), (0, 20, True), (2, 15, True), (2, 15, False), (2, 30, True))
    points = three_points()
    for as_of, first, current, states in [
        (9, [-1, -1, -1], [-1, -1, -1], ["unvisited"] * 3),
        (10, [0, -1, -1], [0, -1, -1], ["failing", "unvisited", "unvisited"]),
        (15, [0, -1, 1], [0, -1, 0], ["failing", "unvisited", "failing"]),
        (30, [0, -1, 1], [1, -1, 1], ["fixed", "unvisited", "first_ok"]),
    ]:
        compliance = compliance_at(points, made, as_of)
        assert compliance.first.tolist() == first
        assert compliance.current.tolist() == current
        assert point_states(compliance).tolist() == states


@given(records(CITY))
def test_compliance_is_a_plain_reading_of_each_points_visits(drawn):
    as_of_us, table = to_us(drawn.as_of), drawn.visits
    compliance = compliance_at(drawn.points, table, as_of_us)
    for point in range(len(drawn.points)):
        own = [v for v in range(len(table)) if table.point[v] == point and table.at_us[v] <= as_of_us]
        own.sort(key=lambda v: (table.at_us[v], v))
        first, current = (int(table.compliant[own[0]]), int(table.compliant[own[-1]])) if own else (-1, -1)
        assert (compliance.first[point], compliance.current[point]) == (first, current)


@pytest.mark.parametrize("by", ["subdistrict", "site_class", "task"])
@given(data=st.data())
def test_rows_add_up_to_the_points_asked_about(by, data):
    drawn = data.draw(records(CITY))
    points = drawn.points
    mask = select_points(points, CITY, data.draw(filters(CITY)))
    compliance = compliance_at(points, drawn.visits, to_us(drawn.as_of))
    rows = rates_by(points, compliance, CITY, mask, by=by)
    whole = rate_of_all(compliance, mask)
    assert whole.n == int(mask.sum())
    for column in ("n", "visited", "first_compliant", "current_compliant"):
        assert sum(getattr(row, column) for row in rows) == getattr(whole, column)
    states = point_states(compliance)[mask].tolist()
    assert whole.visited == len(states) - states.count(PointState.UNVISITED)
    assert whole.current_compliant == states.count(PointState.FIRST_OK) + states.count(PointState.FIXED)
    assert all(0 <= row.first_compliant <= row.visited <= row.n for row in rows)
    assert [row.code for row in rows if row.code == "-"] == (["-"] if rows[-1].code == "-" else [])


def test_points_without_a_code_stand_in_a_last_row():
    points = replace(three_points(), task=np.array([1, -1, 1], np.int16))
    compliance = Compliance(np.array([1, 0, -1], np.int8), np.array([1, 1, -1], np.int8))
    rows = rates_by(points, compliance, CITY, np.ones(3, bool), by="task")
    assert [(row.code, row.n, row.visited, row.first_compliant, row.current_compliant) for row in rows] == [
        ("T01", 0, 0, 0, 0),
        ("T02", 2, 1, 1, 1),
        ("-", 1, 1, 0, 1),
    ]
    with pytest.raises(ValueError, match="steward"):
        rates_by(points, compliance, CITY, np.ones(3, bool), by="steward")
