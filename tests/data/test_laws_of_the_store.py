"""Laws of the store: rows are the replay of the log, the past is the log cut there, the filter means one thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.campaign_clock import campaign_now
from data.catching_up import read_snapshot
from data.intake.issues import examine
from data.intake.placing import Placer
from data.runtime import Runtime
from data.store.database import read_events
from data.store.events import checked
from data.store.filter_sql import issue_ids
from data.store.projection import cut, project
from data.store.receipts import Receipt
from data.store.verify import problems
from geo.clock import NEVER, to_us
from geo.history import endings_at
from geo.issue import IssueDraft
from geo.selection import meant
from tests.data.conftest import runtime_of
from tests.small_city import CLOCK, small_city
from tests.stores import Stores, fresh_store
from tests.strategies import filters, issue_drafts, moments

CITY = small_city()


def takeable(draft: IssueDraft) -> IssueDraft:
    """The draft with what is after the city's clock left out, and no deadline before the report."""
    assert draft.reported_at is not None
    history = tuple(step for step in draft.history if step.at <= CLOCK)
    due = draft.due_at if draft.due_at is not None and draft.due_at >= draft.reported_at else None
    return replace(draft, history=history, due_at=due)


DRAFTS = issue_drafts(CITY).filter(lambda draft: draft.reported_at <= CLOCK).map(takeable)
BATCHES = st.lists(st.tuples(st.lists(DRAFTS, max_size=5), st.booleans()), max_size=3)
LAW = settings(max_examples=settings().max_examples // 3)  # each example fills a store


@contextmanager
def filled(
    stores: Stores, batches: Sequence[tuple[Sequence[IssueDraft], bool]]
) -> Iterator[tuple[Runtime, list[Receipt]]]:
    with fresh_store(stores) as url:
        runtime = runtime_of(CITY, url)
        receipts = [
            receipt
            for drafts, imported in batches
            for receipt in runtime.submit(drafts, actor="law", imported=imported)
        ]
        try:
            yield runtime, receipts
        finally:
            runtime.close()


@LAW
@given(BATCHES)
def test_the_stored_rows_are_the_replay_of_the_log(
    stores: Stores, batches: list[tuple[list[IssueDraft], bool]]
) -> None:
    with filled(stores, batches) as (runtime, receipts), runtime.store.reading() as connection:
        assert problems(connection, CITY) == []
        assert len(project(checked(read_events(connection))).issues) == len(receipts) == len(runtime.snapshot.issues)


@LAW
@given(BATCHES, moments(CITY))
def test_the_past_is_the_log_cut_there(
    stores: Stores, batches: list[tuple[list[IssueDraft], bool]], as_of: object
) -> None:
    with filled(stores, batches) as (runtime, _), runtime.store.reading() as connection:
        then = project(cut(read_events(connection), to_us(as_of)))
        snapshot = runtime.snapshot
        table = snapshot.issues_at(as_of)
        known = np.flatnonzero(table.status >= 0)
        ids, endings = snapshot.records.of(known).id, endings_at(snapshot.history, known, to_us(as_of))
        assert set(ids) == set(then.issues)
        for at, row in enumerate(known):
            columns = then.issues[ids[at]].columns
            assert columns["status"] == table.status[row]
            assert columns["rework"] == endings.rework[at]
            assert (columns["closed_us"] or NEVER) == endings.closed_us[at]


@LAW
@given(BATCHES, st.lists(filters(CITY), min_size=1, max_size=5))
def test_a_filter_means_the_same_in_sql_as_in_python(stores: Stores, batches: list, chosen: list) -> None:
    with filled(stores, batches) as (runtime, _), runtime.store.reading() as connection:
        for issue_filter in chosen:
            rows = np.flatnonzero(meant(runtime.snapshot.stages(issue_filter), issue_filter))
            assert issue_ids(connection, CITY, issue_filter) == list(runtime.snapshot.records.of(rows).id)


@LAW
@given(BATCHES)
def test_the_snapshot_that_caught_up_is_the_one_read_from_the_store(stores: Stores, batches: list) -> None:
    with filled(stores, batches) as (runtime, _):
        grown, fresh = runtime.snapshot, read_snapshot(runtime.store, CITY)
        assert (grown.revision, grown.seq, grown.head) == (fresh.revision, fresh.seq, fresh.head)
        assert grown.arrays.keys() == fresh.arrays.keys()
        for name, values in fresh.arrays.items():
            assert grown.arrays[name].dtype == values.dtype, name
            np.testing.assert_array_equal(grown.arrays[name], values, err_msg=name)


@LAW
@given(BATCHES, st.lists(filters(CITY), min_size=1, max_size=5))
def test_a_tally_carried_from_revision_to_revision_is_the_one_worked_out_anew(
    stores: Stores, batches: list, chosen: list
) -> None:
    with filled(stores, []) as (runtime, _):
        for drafts, imported in batches:
            for issue_filter in chosen:
                runtime.snapshot.tally(issue_filter)  # asked before: it is carried on
            runtime.submit(drafts, actor="law", imported=imported)
        fresh = read_snapshot(runtime.store, CITY)
        for issue_filter in chosen:
            carried, anew = runtime.snapshot.tally(issue_filter), fresh.tally(issue_filter)
            assert carried.by_stage.tolist() == anew.by_stage.tolist()
            np.testing.assert_allclose(carried.area, anew.area, atol=1e-9)
            np.testing.assert_allclose(carried.segment, anew.segment, atol=1e-9)
            np.testing.assert_allclose((carried.outside, carried.unsnapped), (anew.outside, anew.unsnapped), atol=1e-9)


@LAW
@given(BATCHES, DRAFTS)
def test_an_older_snapshot_stays_as_it_was(stores: Stores, batches: list, draft: IssueDraft) -> None:
    with filled(stores, batches) as (runtime, _):
        old = runtime.snapshot
        before = {name: values.copy() for name, values in old.arrays.items()}
        runtime.submit([draft], actor="law")
        assert len(runtime.snapshot.issues) == len(old.issues) + 1
        for name, values in old.arrays.items():
            np.testing.assert_array_equal(values, before[name], err_msg=name)


@LAW
@given(st.lists(DRAFTS, min_size=1, max_size=8))
def test_places_follow_from_the_geometry_alone(drafts: list[IssueDraft]) -> None:
    """Worked out one by one or together, an issue's place is the same."""
    placer = Placer(CITY)
    examined = examine(drafts, CITY, now=campaign_now)
    records = [{"row": n, "number": "", "description": "", "address": ""} for n in range(len(drafts))]
    together = placer.issues(examined.geometries, records)
    alone = [placer.issues(examined.geometries[n : n + 1], [records[n]]).columns[0] for n in range(len(drafts))]
    assert together.columns == alone


@LAW
@given(DRAFTS)
def test_what_is_stored_is_where_it_was_seen(stores: Stores, draft: IssueDraft) -> None:
    with filled(stores, [([draft], False)]) as (runtime, _):
        table = runtime.snapshot.issues
        [lon], [lat] = table.lonlat(np.array([0]))
        stored = shapely.Point(lon, lat) if table.is_point[0] else shapely.from_wkb(table.wkb(0))
        assert shapely.hausdorff_distance(stored, draft.geometry) <= 1e-7
