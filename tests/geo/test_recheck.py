"""A failed latest visit makes a recheck due; a passed one ends it."""

from __future__ import annotations

import numpy as np
import pytest

from geo.recheck import DAY_US, in_time, rechecks_due
from geo.tables import VisitTable


def visits(*rows: tuple[int, float, bool]) -> VisitTable:
    """(point, day, compliant), ordered by point and day."""
    ordered = sorted(rows)
    return VisitTable(
        id=np.array([f"v{n}" for n in range(len(ordered))], object),
        point=np.array([row[0] for row in ordered], np.int32),
        at_us=np.array([int(row[1] * DAY_US) for row in ordered], np.int64),
        kind=np.array(["announced"] * len(ordered), object),
        compliant=np.array([row[2] for row in ordered], bool),
        score=np.full(len(ordered), np.nan),
        note=np.array([""] * len(ordered), object),
    )


def test_the_latest_visit_decides_and_the_most_pressing_comes_first():
    table = visits((0, 1, False), (0, 4, True), (1, 5, False), (2, 2, True), (2, 3, False), (3, 1, True))
    found = rechecks_due(table, 10 * DAY_US, lambda point: 3 if point == 1 else 7)
    assert [(entry.point, entry.due_us // DAY_US) for entry in found] == [(1, 8), (2, 10)]
    assert [entry.overdue(10 * DAY_US) for entry in found] == [True, False]  # on the last moment it is still in time


def test_the_past_is_seen_as_it_was():
    table = visits((0, 1, False), (0, 4, True))
    assert [entry.point for entry in rechecks_due(table, 2 * DAY_US, lambda _: 7)] == [0]
    assert rechecks_due(table, 4 * DAY_US, lambda _: 7) == []
    assert rechecks_due(table, 0, lambda _: 7) == []
    assert rechecks_due(visits(), 0, lambda _: 7) == []


@pytest.mark.parametrize(("until", "counts"), [(1, (0, 0, 1)), (4, (1, 0, 1)), (20, (1, 1, 1))])
def test_failed_visits_are_followed_in_time_late_or_not_yet(until, counts):
    table = visits((0, 1, False), (0, 4, False), (0, 15, True), (1, 16, False))
    found = in_time(table, until * DAY_US, lambda _: 7)
    failed = int(np.count_nonzero((table.at_us <= until * DAY_US) & ~table.compliant))
    assert sum(found) == failed
    if until == 20:
        assert found == counts


def test_points_that_are_not_meant_are_not_counted():
    table = visits((0, 1, False), (0, 4, False), (0, 15, True), (1, 16, False))
    every = in_time(table, 20 * DAY_US, lambda _: 7)
    apart = [in_time(table, 20 * DAY_US, lambda _: 7, among=np.array([n == at for n in range(2)])) for at in range(2)]
    assert apart == [(1, 1, 0), (0, 0, 1)]
    assert tuple(map(sum, zip(*apart, strict=True))) == every


def test_without_a_term_a_point_is_due_but_never_overdue_and_comes_last():
    table = visits((0, 1, False), (1, 5, False), (2, 3, False))
    found = rechecks_due(table, 400 * DAY_US, lambda point: 7 if point == 1 else None)
    assert [(entry.point, entry.overdue(400 * DAY_US)) for entry in found] == [(1, True), (0, False), (2, False)]
    assert in_time(table, 400 * DAY_US, lambda _: None) == (0, 0, 0)
