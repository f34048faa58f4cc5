"""Cells: nothing is lost, and there are never too many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.cells import cell_counts, cell_size_m, counted_cells
from geo.errors import BadValueError
from geo.tables import subset
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records, compiled_passes

metres = st.floats(-1e5, 1e5)


def test_the_cell_halves_with_each_zoom_and_stays_a_fit_for_the_screen():
    assert cell_size_m(13) == pytest.approx(382.19, abs=0.01)
    assert [cell_size_m(z) / cell_size_m(z + 1) for z in range(20)] == [2.0] * 20
    for latitude in (0.0, 26.6, 41.9):
        pixel_m = 40_075_016.686 / 256 / 2**14 * np.cos(np.radians(latitude))
        cells_on_screen = (1920 * pixel_m / cell_size_m(14)) * (1080 * pixel_m / cell_size_m(14))
        assert 2_000 < cells_on_screen < 5_200


def placed(x, y):
    """A table of issues in progress at these metric positions."""
    n = len(x)
    issue = build_records(small_city(), 1, 0, CLOCK).issues
    table = subset(issue, np.zeros(n, np.intp)) if n == 0 else replace(
        issue, **{name: np.repeat(getattr(issue, name), n) for name in issue.__slots__
                  if isinstance(getattr(issue, name), np.ndarray)}
    )  # fmt: skip
    return replace(
        table, x_cm=np.rint(np.array(x) * 100).astype(np.int32), y_cm=np.rint(np.array(y) * 100).astype(np.int32)
    )


@given(
    x=arrays(float, 30, elements=metres),
    y=arrays(float, 30, elements=metres),
    stages=arrays(np.int8, 30, elements=st.integers(-1, 4)),
    cell=st.sampled_from([0.5, 7.0, 382.2, 1e6]),
)
def test_the_cells_hold_every_issue_once_and_each_lies_in_its_cell(x, y, stages, cell):
    table = placed(x, y)
    cells, size = cell_counts(table, stages, cell, most=100)
    kept = np.flatnonzero((stages >= 0) & (stages < 4))
    assert (cells.count.sum(), size) == (len(kept), cell)
    assert len(set(zip(cells.x_m, cells.y_m, strict=True))) == len(cells.count)
    for px, py in zip(*table.xy_m(kept), strict=True):
        assert ((np.abs(cells.x_m - px) <= cell * 0.500001) & (np.abs(cells.y_m - py) <= cell * 0.500001)).any()
    with compiled_passes():
        again, _ = cell_counts(table, stages, cell, most=100)
    for name in ("x_m", "y_m", "count"):
        np.testing.assert_array_equal(getattr(again, name), getattr(cells, name))


def test_cells_are_ordered_and_borders_belong_north_east():
    table = placed([10.0, 9.9, 0.0, -0.1, -0.1], [0.0, 0.0, 10.0, 0.0, 1.0])
    cells, _ = cell_counts(table, np.zeros(5, np.int8), 10, most=100)
    assert cells.x_m.tolist() == [-5, 5, 15, 5]
    assert cells.y_m.tolist() == [5, 5, 5, 15]
    assert cells.count.tolist() == [2, 1, 1, 1]


def test_cells_double_until_they_are_few_enough():
    table = placed(np.arange(64) * 10.0, np.zeros(64))
    cells, size = cell_counts(table, np.zeros(64, np.int8), 10, most=20)
    assert (size, len(cells.count), cells.count.sum()) == (40, 16, 64)


@given(
    x=arrays(float, 40, elements=metres),
    y=arrays(float, 40, elements=metres),
    cell=st.sampled_from([0.5, 7.0, 382.2]),
    most=st.integers(4, 40),
)
def test_the_doubled_cells_are_those_counted_anew_at_their_side(x, y, cell, most):
    table, stages = placed(x, y), np.zeros(40, np.int8)
    cells, side = cell_counts(table, stages, cell, most=most)
    assert len(cells.count) <= most
    anew = counted_cells(table, stages, side).at_most(40)[0]
    assert side == cell or len(counted_cells(table, stages, side / 2).count) > most
    for name in ("x_m", "y_m", "count"):
        np.testing.assert_array_equal(getattr(cells, name), getattr(anew, name))


@given(
    x=arrays(float, 30, elements=st.floats(-100, 100)),
    y=arrays(float, 30, elements=st.floats(-100, 100)),
    stages=arrays(np.int8, 30, elements=st.integers(-1, 4)),
    first=st.integers(0, 30),
    cell=st.sampled_from([7.0, 50.0, 382.2]),
)
def test_cells_of_disjoint_issues_add_up_and_can_be_taken_away(x, y, stages, first, cell):
    table = placed(x, y)
    head, tail = np.arange(first), np.arange(first, 30)
    whole, one, two = (counted_cells(subset(table, rows), stages[rows], cell) for rows in (np.arange(30), head, tail))
    for found, expected in ((one.plus(two), whole), (whole.plus(one, sign=-1), two)):
        for name in ("column", "line", "count"):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def test_no_positions_give_no_cells():
    assert len(cell_counts(placed([], []), np.empty(0, np.int8), 10, most=1)[0].count) == 0
    with compiled_passes():
        assert len(cell_counts(placed([], []), np.empty(0, np.int8), 10, most=1)[0].count) == 0


@pytest.mark.parametrize("size", [0, -1, np.nan, np.inf])
def test_a_cell_without_size_is_refused(size):
    with pytest.raises(BadValueError, match="cell_m"):
        cell_counts(placed([0.0], [0.0]), np.zeros(1, np.int8), size, most=1)
