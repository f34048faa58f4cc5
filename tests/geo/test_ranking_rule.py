"""The monthly ranking: kept deadlines first, ties share a rank, too few are not ranked, and doubt is said."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.compliance import wilson
from geo.period_figures import NOTHING, Figures
from geo.ranking_rule import LEAST_DUE, differ, ranked


def group(on_time: int, due: int, overdue: int = 0) -> Figures:
    return replace(NOTHING, on_time=on_time, due=due, overdue=overdue)


GROUPS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 2)).map(
        lambda t: group(min(t[0], t[1]), t[1], t[2])
    ),
    max_size=8,
)


def test_by_share_then_by_overdue_then_together() -> None:
    groups = [group(8, 10), group(10, 10, 1), group(10, 10), group(4, 5), group(20, 20)]
    order = [(entry.position, entry.rank) for entry in ranked(groups)]
    assert order == [(2, 1), (4, 1), (1, 3), (0, 4), (3, 4)]


def test_who_had_too_few_deadlines_is_listed_and_not_ranked() -> None:
    found = ranked([group(4, LEAST_DUE - 1), group(0, 0), group(3, 6)])
    assert [(entry.position, entry.rank) for entry in found] == [(2, 1), (0, None), (1, None)]
    assert found[1].share == pytest.approx(1.0)
    assert found[2].share is None
    assert (found[2].low, found[2].high) == (0.0, 1.0)
    assert not found[1].like_best


def test_what_so_few_cases_cannot_tell_apart_is_said() -> None:
    assert [entry.like_best for entry in ranked([group(6, 6), group(5, 6)])] == [True, True]
    close = ranked([group(90, 100), group(85, 100), group(40, 100)])
    assert [entry.like_best for entry in close] == [True, True, False]
    assert [entry.like_best for entry in ranked([group(990, 1_000), group(960, 1_000)])] == [True, False]


@pytest.mark.parametrize(
    ("more", "less", "lower"),
    [((56, 70), (48, 80), 0.0524), ((9, 10), (3, 10), 0.1705), ((6, 7), (2, 7), 0.0582), ((5, 56), (0, 29), -0.0381)],
)
def test_the_interval_of_a_difference_is_newcombes(more: tuple[int, int], less: tuple[int, int], lower: float) -> None:
    """Four of his own examples (1998, table II, method 10)."""
    (a, n), (b, m) = more, less
    found = a / n - b / m - sqrt((a / n - wilson(a, n)[0]) ** 2 + (wilson(b, m)[1] - b / m) ** 2)
    assert found == pytest.approx(lower, abs=5e-5)
    assert differ(more, less) == (lower > 0)


@given(GROUPS)
def test_everybody_stands_once_and_nobody_behind_a_lower_share(groups: list[Figures]) -> None:
    found = ranked(groups)
    assert sorted(entry.position for entry in found) == list(range(len(groups)))
    able = [entry for entry in found if entry.rank is not None]
    assert [entry.rank for entry in able] == sorted(entry.rank for entry in able if entry.rank is not None)
    for place, entry in enumerate(able):
        own = groups[entry.position]
        assert own.due >= LEAST_DUE
        better = [o for o in able if (groups[o.position].on_time * own.due, -groups[o.position].overdue)
                  > (own.on_time * groups[o.position].due, -own.overdue)]  # fmt: skip
        assert entry.rank == len(better) + 1 <= place + 1
