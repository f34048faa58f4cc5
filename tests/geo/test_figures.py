"""Figures that are carried along by changes are what they would be if they were worked out anew."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.figures import DayCounts, Figure, Overdue, day_counts, overdue
from geo.in_view import InView, in_view
from geo.selection import OVERDUE, Stages, counted
from geo.tables import IssueTable, subset
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records, compiled_passes

CITY = small_city()
AREAS = len(CITY.areas.codes)
parts = st.lists(st.sampled_from(["stays", "changes", "comes"]), max_size=60)
seeds = st.integers(0, 2**31)


class Change:
    """A table before and after: some rows are in other stages, more stand behind."""

    def __init__(self, kinds: list[str], seed: int) -> None:
        kinds = sorted(kinds, key=lambda kind: kind == "comes")
        old = sum(kind != "comes" for kind in kinds)
        self.after = build_records(CITY, len(kinds), seed, CLOCK).issues
        dice = np.random.default_rng(seed)
        self.new = dice.integers(-1, 5, len(kinds)).astype(np.int8)
        self.changed = np.array([at for at, kind in enumerate(kinds) if kind == "changes"], np.int64)
        self.come = np.concatenate([self.changed, np.arange(old, len(kinds))])
        self.before = subset(self.after, np.arange(old))
        self.old = self.new[:old].copy()
        self.old[self.changed] = dice.integers(-1, 5, len(self.changed))

    def carried(self, figure: Figure) -> Figure | None:
        """`figure` of before, carried to after."""
        gone = subset(self.before, self.changed)
        without = figure.plus(gone, self.old[self.changed], self.changed, sign=-1) if len(self.changed) else figure
        come = subset(self.after, self.come)
        return without and without.plus(come, self.new[self.come], self.come, sign=1)


@given(parts, seeds)
def test_days_carried_along_are_those_counted_anew(kinds: list[str], seed: int) -> None:
    change = Change(kinds, seed)
    carried = change.carried(day_counts(change.before.day, change.old))
    anew = day_counts(change.after.day, change.new)
    assert isinstance(carried, DayCounts)
    assert (carried.day.tolist(), carried.count.tolist()) == (anew.day.tolist(), anew.count.tolist())
    with compiled_passes():
        compiled = day_counts(change.after.day, change.new)
    assert (compiled.day.tolist(), compiled.count.tolist()) == (anew.day.tolist(), anew.count.tolist())
    met = change.after.day[counted(change.new)]
    first = int(met.min()) if len(met) else 1
    assert anew.between(first - 3, 8).tolist() == [int((met == first - 3 + at).sum()) for at in range(8)]


def test_a_report_of_another_age_makes_no_calendar_of_all_days_between() -> None:
    day = np.array([1, 3_000_000, 3_000_000], np.int32)
    with compiled_passes():
        found = day_counts(day, np.zeros(3, np.int8))
    assert (found.day.tolist(), found.count.tolist()) == ([1, 3_000_000], [1, 2])


@given(parts, seeds)
def test_overdue_issues_carried_along_are_those_counted_anew(kinds: list[str], seed: int) -> None:
    change = Change(kinds, seed)
    carried = change.carried(overdue(change.before, change.old, AREAS))
    anew = overdue(change.after, change.new, AREAS)
    if isinstance(carried, Overdue):
        assert carried.by_area.tolist() == anew.by_area.tolist()
        assert carried.oldest_us == anew.oldest_us
    else:
        late = change.changed[change.old[change.changed] == OVERDUE]  # only the oldest cannot be taken away
        assert change.after.due_us[late].min() == overdue(change.before, change.old, AREAS).oldest_us


def drawn(table: IssueTable, stages: Stages, cell_m: float, most: int) -> InView:
    return in_view(table, stages, below=4, cell_m=cell_m, most=most)


@given(parts, seeds, st.floats(50, 5_000), st.integers(1, 40))
def test_a_view_carried_along_is_the_one_counted_anew(kinds: list[str], seed: int, cell_m: float, most: int) -> None:
    change = Change(kinds, seed)
    before = drawn(change.before, change.old, cell_m, most)
    carried, anew = change.carried(before), drawn(change.after, change.new, cell_m, most)
    with compiled_passes():
        assert said(drawn(change.after, change.new, cell_m, most)) == said(anew)
    if isinstance(carried, InView):
        assert said(carried) == said(anew)
    else:  # few have become many, squares too many, or one lies in none of them
        assert max(before.total, anew.total) > most


def test_a_view_is_carried_where_nothing_speaks_against_it() -> None:
    change = Change(["stays"] * 30 + ["changes"] * 3 + ["comes"] * 3, 7)
    change.new[:], change.old[:] = 0, 0
    for most in (20, 100):
        wide = drawn(change.after, change.new, 1_000, most)  # its squares hold every issue
        assert (wide.squares is None) == (most == 100)
        assert isinstance(change.carried(replace_rows(wide, change)), InView)


def replace_rows(view: InView, change: Change) -> InView:
    """`view` without what comes."""
    come: NDArray[np.int64] = np.arange(len(change.before), len(change.after))
    taken = view.plus(subset(change.after, come), change.new[come], come, sign=-1)
    assert taken is not None
    return taken


def said(view: InView) -> tuple[object, ...]:
    """What is drawn of it."""
    squares = None if view.squares is None else (view.squares.cell_cm, view.squares.filled.tolist())
    return view.total, view.rows.tolist(), view.stages.tolist(), squares
