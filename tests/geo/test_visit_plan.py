"""A plan for a day: the most pressing point and its neighbours, in a short walk that is the same every time."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.visit_plan import Candidate, Reason, plan_visits, walk

places = st.lists(
    st.tuples(st.integers(-5_000, 5_000), st.integers(-5_000, 5_000)), min_size=1, max_size=7, unique=True
)


def length(xy, order, start=None):
    path = [*([start] if start is not None else []), *(xy[at] for at in order)]
    return sum(float(np.hypot(*np.subtract(b, a))) for a, b in pairwise(path))


@given(places, st.one_of(st.none(), st.tuples(st.integers(-5_000, 5_000), st.integers(-5_000, 5_000))))
def test_a_walk_visits_everything_once_and_its_legs_are_what_is_walked(xy, start):
    order, legs = walk(np.array(xy, float), start=start)
    assert sorted(order) == list(range(len(xy)))
    assert sum(legs) == pytest.approx(length(xy, order, start))
    if start is None:
        assert (order[0], legs[0]) == (0, 0.0)


@given(places)
def test_a_walk_is_within_half_of_the_shortest_and_no_exchange_shortens_it(xy):
    order, legs = walk(np.array(xy, float))
    best = min(length(xy, (0, *rest)) for rest in permutations(range(1, len(xy))))
    assert sum(legs) <= 1.5 * best + 1e-6
    for i in range(1, len(order)):
        for j in range(i + 1, len(order)):
            exchanged = order[:i] + order[i : j + 1][::-1] + order[j + 1 :]
            assert length(xy, exchanged) >= sum(legs) - 1e-6


@given(places, st.integers(0, 9), st.data())
def test_a_plan_has_k_stops_and_does_not_depend_on_the_order_it_was_asked_in(xy, k, data):
    reasons = data.draw(st.lists(st.sampled_from(list(Reason)), min_size=len(xy), max_size=len(xy)))
    candidates = [Candidate(f"P{n}", *place, reason) for n, (place, reason) in enumerate(zip(xy, reasons, strict=True))]
    plan = plan_visits(candidates, k)
    assert len({stop.code for stop in plan}) == len(plan) == min(k, len(xy))
    assert plan_visits(data.draw(st.permutations(candidates)), k) == plan


def test_the_most_pressing_point_is_always_on_the_plan_and_its_neighbours_follow():
    far = [Candidate(f"F{n}", 20_000 + 10 * n, 0) for n in range(5)]
    near = [Candidate(f"N{n}", 10 * n, 50) for n in range(5)]
    due = [Candidate("R1", 0, 0, Reason.RECHECK_DUE, 2), Candidate("R2", 30, 0, Reason.RECHECK_DUE, 1)]
    plan = plan_visits([*far, *near, *due], 4)
    assert {stop.code for stop in plan} >= {"R1", "R2"}
    assert all(stop.code[0] in "NR" for stop in plan)
    assert plan[0].code == "R2"  # falls due first
    assert {stop.code: stop.reason for stop in plan}["R1"] is Reason.RECHECK_DUE


def test_a_reason_is_worth_a_way_but_not_every_way():
    candidates = [
        Candidate("R", 0, 0, Reason.RECHECK_OVERDUE),
        Candidate("plain", 500, 0),
        Candidate("new", 1_400, 0, Reason.UNVISITED),  # 1,000 m of it are worth it
        Candidate("too far", 1_600, 0, Reason.UNVISITED),
    ]
    assert [stop.code for stop in plan_visits(candidates, 2)] == ["R", "new"]
    assert [stop.code for stop in plan_visits(candidates[:2] + candidates[3:], 2)] == ["R", "plain"]


def test_nothing_to_visit_is_an_empty_plan():
    assert plan_visits([], 5) == ()
    assert plan_visits([Candidate("P", 0, 0)], 0) == ()
    assert walk(np.empty((0, 2))) == ([], [])
