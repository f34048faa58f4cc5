"""On a clock that goes on, what was asked for last is carried to the present, deadlines that pass and all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from data.catching_up import read_snapshot
from data.runtime import Runtime
from data.snapshot import Snapshot
from geo.filter import IssueFilter
from geo.issue import IssueDraft
from geo.selection import OVERDUE
from tests.data.test_laws_of_the_store import BATCHES, act_on_one, figures_of, filled
from tests.small_city import CLOCK, small_city
from tests.stores import Stores
from tests.strategies import filters

CITY = small_city()
LATER = st.lists(st.integers(0, 900_000), min_size=3, max_size=3)
"""Seconds that pass between one batch and the next: up to ten days, so that deadlines pass."""


def a_draft(number: int, at: datetime, **others: Any) -> IssueDraft:
    """A report of that moment in the middle of the toy city."""
    place = Point(106.705, 26.605)
    return IssueDraft("supervision", "E0110", place, number=f"N-{number}", reported_at=at, **others)


def said(snapshot: Snapshot, chosen: IssueFilter) -> list[object]:
    """All that is kept of a filter."""
    counts, (cells, side) = snapshot.counts(chosen), snapshot.cells(chosen, 200.0, most=5)
    registers = snapshot.registers_at(chosen.as_of)
    return [
        *(counts.by_stage.tolist(), counts.area.round(9).tolist(), snapshot.stages(chosen).tolist()),
        *(cells.count.tolist(), side, registers.by_stage.tolist()),
        *(snapshot.heat(chosen).values.tobytes(), figures_of(snapshot, chosen)),
    ]


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    with patch("data.carrying.campaign_now", return_value=moment):
        yield


@settings(max_examples=settings().max_examples // 3)
@given(BATCHES, st.lists(filters(CITY), min_size=1, max_size=3), LATER)
def test_what_is_carried_to_the_present_is_what_is_worked_out_anew(
    stores: Stores, batches: list, chosen: list, later: list[int]
) -> None:
    now = CLOCK
    with filled(stores, []) as (runtime, _):
        for (drafts, imported, changed), seconds in zip(batches, later, strict=False):
            for issue_filter in chosen:
                said(runtime.snapshot, replace(issue_filter, as_of=now))  # asked before, at the clock of then
            now += timedelta(seconds=seconds)
            with clock_at(now):
                runtime.submit(drafts, actor="law", imported=imported)
                for which, step in changed:
                    act_on_one(runtime, which, step)
        fresh = read_snapshot(runtime.store, CITY)
        for issue_filter in chosen:
            for moment in (now, now + timedelta(hours=1)):
                asked = replace(issue_filter, as_of=moment)
                assert said(runtime.snapshot, asked) == said(fresh, asked)


def test_after_a_report_and_a_passed_deadline_nothing_is_worked_out_anew(live: Runtime) -> None:
    """Ten issues with deadlines an hour apart; then a report three hours and a half later: three of them are late."""
    hour = timedelta(hours=1)
    drafts = [a_draft(k, CLOCK, due_at=CLOCK + (k + 1) * hour) for k in range(10)]
    live.submit(drafts, actor="law")
    everything = IssueFilter(campaign=CITY.current_campaign, register="supervision", as_of=CLOCK)
    said(live.snapshot, everything)
    now = CLOCK + 3.5 * hour
    with clock_at(now), patch("data.runtime.campaign_now", return_value=now):
        live.submit([a_draft(99, now)], actor="law")
    asked = replace(everything, as_of=now)
    anew = AssertionError("worked out anew")
    with patch("data.snapshot.chosen_stages", side_effect=anew), patch("data.snapshot.counts_of", side_effect=anew):
        counts = live.snapshot.counts(asked)
        later = live.snapshot.counts(replace(asked, as_of=now + timedelta(minutes=29)))  # no deadline in between
    assert counts.by_stage[OVERDUE] == 3
    assert later is counts
    assert live.snapshot.counts(replace(asked, as_of=now + hour)).by_stage[OVERDUE] == 4
