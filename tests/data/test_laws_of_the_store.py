"""Laws of the store: rows are the replay of the log, the past is the log cut there, the filter means one thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from unittest.mock import patch

import numpy as np
import orjson
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, func, select

from data.campaign_clock import campaign_now
from data.catching_up import read_snapshot
from data.intake.changes import CheckedChange, checked_change
from data.intake.issues import examine
from data.intake.placing import Placer
from data.runtime import Runtime
from data.snapshot import Snapshot
from data.store.acting import RefusedTogetherError
from data.store.database import open_store, read_events
from data.store.events import Event, Kind, checked
from data.store.filter_sql import issue_ids
from data.store.projection import cut, project
from data.store.receipts import Receipt
from data.store.schema import ISSUE, ISSUE_CHANGE, ISSUE_SHARE, TRANSITION
from data.store.verify import problems
from data.store.writer import Batch, Writer
from data.table_building import history_of
from geo.clock import to_us
from geo.errors import ConflictError, XunjieError
from geo.figures import day_counts, overdue
from geo.filter import IssueFilter
from geo.history import folded
from geo.in_view import in_view
from geo.issue import IssueDraft
from geo.lifecycle import Status
from geo.selection import REJECTED, issues_within, meant
from tests.data.conftest import runtime_of
from tests.lawful_acts import BEGIN, an_act, moving_clock, refusal_of, same_past
from tests.small_city import CLOCK, small_city
from tests.stores import Stores, made_store, packed_reading
from tests.strategies import filters, issue_drafts, moments, scopes

CITY = small_city()


def takeable(draft: IssueDraft) -> IssueDraft:
    """The draft with what is after the city's clock left out, and no deadline before the report."""
    assert draft.reported_at is not None
    history = tuple(step for step in draft.history if step.at <= CLOCK)
    due = draft.due_at if draft.due_at is not None and draft.due_at >= draft.reported_at else None
    return replace(draft, history=history, due_at=due)


DRAFTS = issue_drafts(CITY).filter(lambda draft: draft.reported_at <= CLOCK).map(takeable)
CHANGED = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 500)), max_size=8)
"""After a batch: on which issue somebody acts (modulo how many there are), and how (tests.lawful_acts)."""

BATCHES = st.lists(st.tuples(st.lists(DRAFTS, max_size=5), st.booleans(), CHANGED), max_size=3)
LAW = settings(max_examples=settings().max_examples // 3)  # each example fills a store


Filling = Sequence[tuple[Sequence[IssueDraft], bool, Sequence[tuple[int, int]]]]


@contextmanager
def filled(stores: Stores, batches: Filling) -> Iterator[tuple[Runtime, list[Receipt]]]:
    with made_store(stores, CITY) as url, moving_clock():
        runtime = runtime_of(CITY, url)
        receipts: list[Receipt] = []
        for drafts, imported, changed in batches:
            receipts += runtime.submit(drafts, actor="law", imported=imported)
            for which, step in changed:
                act_on_one(runtime, which, step)
        try:
            yield runtime, receipts
        finally:
            runtime.close()


def act_on_one(runtime: Runtime, which: int, choice: int) -> None:
    """One lawful act on one issue, if there is any; one that would change nothing, or link it to itself, is refused for
    that reason, and no other act is."""
    n = len(runtime.snapshot.issues)
    if not n:
        return
    act = an_act(runtime, which % n, choice)
    expected = refusal_of(runtime, act)
    try:
        # Another actor each time: who handled an issue may not close it.
        [made] = runtime.act_many([act], actor=f"lawful {act.version}")
    except RefusedTogetherError as refused:
        [refusal] = refused.refusals.values()
        assert expected is not None, refusal
        assert type(refusal) is ConflictError, refusal
        assert expected in str(refusal)
        return
    assert expected is None, f"{act} was made, though {expected}"
    assert made.receipt is not None
    assert made.receipt.version == act.version + 1, "an act makes the next version"


@LAW
@given(BATCHES)
def test_the_stored_rows_are_the_replay_of_the_log(stores: Stores, batches: Filling) -> None:
    with filled(stores, batches) as (runtime, receipts), runtime.store.reading() as connection:
        assert problems(connection, CITY) == []
        assert len(project(checked(read_events(connection))).issues) == len(receipts) == len(runtime.snapshot.issues)
        versions = connection.execute(select(ISSUE.c.version).order_by(ISSUE.c.row)).scalars().all()
        acts = connection.execute(select(func.count()).select_from(ISSUE_CHANGE)).scalar()
        assert sum(versions) == len(receipts) + sum(map(steps_of_report, read_events(connection))) + acts


def steps_of_report(event: Event) -> int:
    """The steps that came with a report rather than as acts."""
    payload = orjson.loads(event.payload)
    return len(payload.get("history", ())) + (event.kind == Kind.ISSUE_CHANGED and "id" not in payload)


MOMENTS = moments(CITY) | st.integers(-1, 60).map(lambda hours: BEGIN + timedelta(hours=hours))


@LAW
@given(BATCHES, MOMENTS)
def test_the_past_is_the_log_cut_there(stores: Stores, batches: Filling, as_of: datetime) -> None:
    with filled(stores, batches) as (runtime, _), runtime.store.reading() as connection:
        same_past(runtime, project(cut(read_events(connection), to_us(as_of))), as_of)


ASKED = st.builds(lambda f, at, seen: replace(f, as_of=at, within=seen), filters(CITY), MOMENTS, scopes(CITY))


@LAW
@given(BATCHES, st.lists(ASKED, min_size=1, max_size=5))
def test_a_filter_means_the_same_in_sql_as_in_python(stores: Stores, batches: list, chosen: list) -> None:
    with filled(stores, batches) as (runtime, _), runtime.store.reading() as connection:
        for issue_filter in chosen:
            rows = np.flatnonzero(meant(runtime.snapshot.stages(issue_filter), issue_filter))
            table = runtime.snapshot.issues_at(issue_filter.as_of)
            assert issues_within(table, rows, CITY, issue_filter.within).all()
            assert issue_ids(connection, CITY, issue_filter) == list(runtime.snapshot.records.of(rows).id)


@LAW
@given(BATCHES)
def test_the_snapshot_that_caught_up_is_the_one_read_from_the_store(stores: Stores, batches: list) -> None:
    with filled(stores, batches) as (runtime, _):
        with packed_reading():
            packed = read_snapshot(runtime.store, CITY)
        same_readings(runtime.snapshot, read_snapshot(runtime.store, CITY))
        same_readings(runtime.snapshot, packed)


def same_readings(grown: Snapshot, fresh: Snapshot) -> None:
    """Two snapshots of one revision show the same, in whatever order they met the departments."""
    assert (grown.revision, grown.seq, grown.head) == (fresh.revision, fresh.seq, fresh.head)
    same_arrays(*(with_named_departments(snapshot.arrays) for snapshot in (grown, fresh)))


def with_named_departments(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    names = np.array([*arrays["departments"].tolist(), "-"], object)
    named = {name: names[arrays[name]] for name in ("department", "past.department")}
    return {**arrays, **named, "departments": np.array(sorted(names.tolist()), object)}


def same_arrays(grown: dict[str, np.ndarray], fresh: dict[str, np.ndarray]) -> None:
    """Equal in values and types, once the later changes are folded into the history."""
    assert grown.keys() == fresh.keys()
    history = folded(history_of(grown))
    for name, values in fresh.items():
        part = name.removeprefix("history.")
        mine = getattr(history, part) if part != name else grown[name]
        assert mine.dtype == values.dtype, name
        np.testing.assert_array_equal(mine, values, err_msg=name)


@LAW
@given(BATCHES, st.lists(filters(CITY), min_size=1, max_size=5))
def test_what_is_carried_from_revision_to_revision_is_what_is_worked_out_anew(
    stores: Stores, batches: list, chosen: list
) -> None:
    with filled(stores, []) as (runtime, _):
        for drafts, imported, changed in batches:
            for issue_filter in chosen:
                runtime.snapshot.counts(issue_filter)  # asked before: they are carried on
                runtime.snapshot.heat(issue_filter)
                runtime.snapshot.cells(issue_filter, 200.0, most=5)
                figures_of(runtime.snapshot, issue_filter)
            runtime.snapshot.registers_at(CLOCK)
            runtime.submit(drafts, actor="law", imported=imported)
            for which, step in changed:
                act_on_one(runtime, which, step)
        fresh = read_snapshot(runtime.store, CITY)
        registers, counted_anew = (snapshot.registers_at(CLOCK) for snapshot in (runtime.snapshot, fresh))
        assert registers.by_stage.tolist() == counted_anew.by_stage.tolist()
        assert registers.synthetic.tolist() == counted_anew.synthetic.tolist()
        for issue_filter in chosen:
            carried, anew = runtime.snapshot.counts(issue_filter), fresh.counts(issue_filter)
            assert carried.by_stage.tolist() == anew.by_stage.tolist()
            np.testing.assert_array_equal(runtime.snapshot.stages(issue_filter), fresh.stages(issue_filter))
            np.testing.assert_allclose(carried.area, anew.area, atol=1e-9)
            np.testing.assert_allclose(carried.segment, anew.segment, atol=1e-9)
            np.testing.assert_allclose((carried.outside, carried.unsnapped), (anew.outside, anew.unsnapped), atol=1e-9)
            both = (runtime.snapshot, fresh)
            (cells, side), (cells_anew, side_anew) = (snapshot.cells(issue_filter, 200.0, most=5) for snapshot in both)
            assert side == side_anew
            for name in ("x_m", "y_m", "count"):
                np.testing.assert_array_equal(getattr(cells, name), getattr(cells_anew, name))
            surfaces = (snapshot.heat(issue_filter) for snapshot in both)
            np.testing.assert_array_equal(*(surface.values for surface in surfaces))
            assert figures_of(runtime.snapshot, issue_filter) == figures_of(fresh, issue_filter)


def figures_of(snapshot: Snapshot, chosen: IssueFilter) -> list[object]:
    """What the figures say that a snapshot keeps of a filter, and of its box."""
    table, stages = snapshot.issues_at(chosen.as_of), snapshot.stages(chosen)
    days = snapshot.figure(chosen, "days", lambda: day_counts(table.day, stages))
    late = snapshot.figure(chosen, "overdue", lambda: overdue(table, stages, len(snapshot.city.areas.codes)))
    said: list[object] = [days.day.tolist(), days.count.tolist(), late.by_area.tolist(), late.oldest_us]
    for most in (2, 40):
        view = snapshot.figure(
            chosen, ("in view", most), lambda m=most: in_view(table, stages, below=REJECTED, cell_m=700, most=m)
        )
        squares = None if view.squares is None else (view.squares.cell_cm, view.squares.filled.tolist())
        said += [view.total, view.rows.tolist(), view.stages.tolist(), squares]
    return said


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
    with filled(stores, [([draft], False, ())]) as (runtime, _):
        table = runtime.snapshot.issues
        [lon], [lat] = table.lonlat(np.array([0]))
        stored = shapely.Point(lon, lat) if table.is_point[0] else shapely.from_wkb(table.wkb(0))
        assert shapely.hausdorff_distance(stored, draft.geometry) <= 1e-7


ID = st.integers(0, 3).map(lambda n: f"00000000-0000-4000-8000-00000000000{n}")
"""Few UUIDs: repetitions, conflicts and stale changes are met all the time."""

SMALL = st.builds(lambda one, identity: replace(one, id=identity), DRAFTS, ID)
CHANGE = st.builds(
    lambda issue, version, status, which: checked_change(
        issue, version, status, change_id=which, actor="lawful", note="reason", evidence="proof"
    ),
    ID,
    st.integers(1, 3),
    st.sampled_from([Status.ACCEPTED, Status.REJECTED, Status.FILED]),
    ID,
)


@LAW
@given(st.lists(st.lists(SMALL, min_size=1, max_size=2) | CHANGE, min_size=1, max_size=8))
def test_written_together_or_one_by_one_is_the_same(
    stores: Stores, works: list[list[IssueDraft] | CheckedChange]
) -> None:
    """Outcomes, rows and the order of the log; only the revisions differ, and the wall time."""
    still = patch("data.store.acting.campaign_now", lambda _campaign: CLOCK)  # one of the campaigns has the wall clock
    with made_store(stores, CITY) as one, made_store(stores, CITY) as two, still:
        opened = [open_store(url, CITY) for url in (one, two)]
        writers = [Writer(store, CITY, Placer(CITY)) for store in opened]
        batches = [[batch_of(work) for work in works] for _ in opened]  # each writer fills its own with ids and numbers
        together = writers[0].write_group(batches[0]).outcomes
        alone = [writers[1].write_group([work]).outcomes[0] for work in batches[1]]
        assert [said(outcome) for outcome in together] == [said(outcome) for outcome in alone]
        tables = []
        for store in opened:
            with store.reading() as connection:
                assert problems(connection, CITY) == []
                log = [(event.kind, event.issue_id) for event in read_events(connection)]
                tables.append([log, *(rows_of(connection, t) for t in (ISSUE, ISSUE_SHARE, TRANSITION, ISSUE_CHANGE))])
            store.close()
        assert tables[0] == tables[1]


def batch_of(work: list[IssueDraft] | CheckedChange) -> Batch | CheckedChange:
    return work if isinstance(work, CheckedChange) else Batch(examine(work, CITY, now=campaign_now), "law")


def said(outcome: object) -> object:
    if isinstance(outcome, XunjieError):
        return type(outcome), str(outcome)
    return [replace(receipt, revision=0) for receipt in (outcome if isinstance(outcome, list) else [outcome])]


def rows_of(connection: Connection, table: Table) -> list[dict[str, object]]:
    apart = {"revision", "recorded_us"}
    rows = connection.execute(select(table).order_by(*table.primary_key.columns))
    return [{name: value for name, value in row._mapping.items() if name not in apart} for row in rows]
