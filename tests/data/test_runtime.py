"""The runtime: exactly once, all or nothing, told after the commit, and the same after a restart."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely

from data.campaign_clock import campaign_now
from data.feed import Change
from data.intake.issues import examine
from data.intake.placing import Placer
from data.records import CityRecords, Reject
from data.runtime import Runtime, demo_batch, open_runtime, runtime
from data.settings import Settings
from data.store.verify import problems
from data.store.writer import Writer
from geo.city import City
from geo.crs import metric_to_lonlat
from geo.errors import BadValueError, CityError, ConflictError, NotFoundError, StoreError
from geo.issue import IssueDraft, Transition
from geo.lifecycle import Status
from geo.point import InspectionPoint, Visit
from tests.data.conftest import runtime_of
from tests.small_city import CLOCK, CRS, ORIGIN, small_city
from tests.stores import Stores, fresh_store

HERE = shapely.Point(106.71, 26.6)


def draft(**changes: object) -> IssueDraft:
    return replace(IssueDraft("supervision", "C0101", HERE, id=str(uuid.uuid4())), **changes)


def numbers(live: Runtime) -> list[str]:
    """The numbers of all issues, in the order of the log."""
    return live.snapshot.records.of(np.arange(len(live.snapshot.issues))).number.tolist()


def test_a_report_is_there_when_its_receipt_is(live: Runtime) -> None:
    (receipt,) = live.submit([draft(description="井盖")], actor="inspector")
    assert (receipt.number, receipt.revision, receipt.created) == ("SC-00001", 1, True)
    row = live.snapshot.row(receipt.id)
    assert row == live.snapshot.row("SC-00001") == live.snapshot.row(receipt.id.upper())
    assert live.snapshot.records.of(np.array([row])).description[0] == "井盖"
    assert live.snapshot.revision == 1


def test_the_same_uuid_again_is_the_same_receipt(live: Runtime) -> None:
    first = draft()
    (receipt,) = live.submit([first], actor="a")
    live.submit([draft()], actor="a")
    (again,) = live.submit([first], actor="a")
    assert again == replace(receipt, created=False)
    assert (len(live.snapshot.issues), live.snapshot.revision) == (2, 2)


def test_the_same_uuid_in_another_writing_is_the_same(live: Runtime) -> None:
    first = draft()
    (receipt,) = live.submit([first], actor="a")
    (again,) = live.submit([replace(first, id=first.id.upper())], actor="a")
    assert again == replace(receipt, created=False)


def test_the_same_uuid_with_other_content_is_a_conflict_and_writes_nothing(live: Runtime) -> None:
    first = draft()
    live.submit([first], actor="a")
    with pytest.raises(ConflictError, match="other content"):
        live.submit([draft(), replace(first, description="changed")], actor="a")
    assert (len(live.snapshot.issues), live.snapshot.revision) == (1, 1)


def test_a_uuid_twice_in_one_batch_is_written_once(live: Runtime) -> None:
    twice = draft()
    created = [receipt.created for receipt in live.submit([twice, twice], actor="a")]
    assert created == [True, False]
    assert len(live.snapshot.issues) == 1


def test_one_bad_draft_keeps_the_batch_out(live: Runtime) -> None:
    with pytest.raises(BadValueError):
        live.submit([draft(), draft(type="nonsense")], actor="a")
    assert (len(live.snapshot.issues), live.snapshot.revision) == (0, 0)


def test_threads_that_send_the_same_uuid_write_it_once(live: Runtime) -> None:
    drafts = [draft(description=str(n)) for n in range(6)]
    start = threading.Barrier(12)

    def send(n: int) -> bool:
        start.wait()
        return live.submit([drafts[n % 6]], actor="a")[0].created

    with ThreadPoolExecutor(12) as pool:
        created = list(pool.map(send, range(12)))
    assert sum(created) == 6
    assert sorted(numbers(live)) == [f"SC-{n:05d}" for n in range(1, 7)]
    with live.store.reading() as connection:
        assert problems(connection, live.city) == []


def test_numbers_go_on_after_those_that_were_given(live: Runtime) -> None:
    live.submit([draft(number="SC-00041"), draft(number="2021-7"), draft()], actor="a")
    (receipt,) = live.submit([draft()], actor="a")
    assert numbers(live) == ["SC-00041", "2021-7", "SC-00042", "SC-00043"]
    assert receipt.number == "SC-00043"


def test_a_live_report_gets_the_campaigns_time_and_keeps_the_wall_time(live: Runtime) -> None:
    live.submit([draft()], actor="a")
    snapshot = live.snapshot
    assert snapshot.events(0) == [Transition(Status.REPORTED, CLOCK, "reporter")]
    wall = datetime.fromtimestamp(snapshot.records.of(np.array([0])).recorded_us[0] / 1e6, UTC)
    assert abs(wall - datetime.now(UTC)) < timedelta(minutes=1)
    assert live.now() == CLOCK
    assert live.now("second") > CLOCK


def test_listeners_hear_of_a_commit_once_the_snapshot_shows_it(live: Runtime) -> None:
    heard: list[tuple[Change, int]] = []
    stop = live.subscribe(lambda change: heard.append((change, live.snapshot.revision)))
    live.subscribe(lambda _change: 1 / 0)  # a listener that fails disturbs nobody
    (receipt,) = live.submit([draft()], actor="a")
    stop()
    stop()
    live.submit([draft()], actor="a")
    assert heard == [(Change(1, (receipt.id,)), 1)]


def test_a_repetition_alone_is_no_change(live: Runtime) -> None:
    first = draft()
    live.submit([first], actor="a")
    heard: list[Change] = []
    live.subscribe(heard.append)
    live.submit([first], actor="a")
    assert heard == []


def test_progress_goes_from_nothing_to_all(live: Runtime) -> None:
    shares: list[float] = []
    live.submit([draft()], actor="a", progress=shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_after_a_restart_everything_is_as_before(opened: Callable[[City], Runtime], city: City) -> None:
    before = opened(city)
    steps = (Transition(Status.ACCEPTED, CLOCK, "commander", note="受理"),)
    first = draft()
    before.submit([first, draft(history=steps, geometry=HERE.buffer(0.001))], actor="a")
    old, after = before.snapshot, opened(city)
    assert after.snapshot.revision == old.revision == 1
    for name, values in old.arrays.items():
        np.testing.assert_array_equal(after.snapshot.arrays[name], values)
    assert [step.status for step in after.snapshot.events(1)] == [Status.REPORTED, Status.ACCEPTED]
    assert after.submit([first], actor="a")[0].created is False


def moved_city() -> City:
    """The small city with its areas A and B under each other's code: the same shapes, another version."""
    city = small_city()
    areas = replace(city.areas, codes=("B", "A", "C"), names=city.areas.names)
    return replace(city, areas=areas, layer_version="small-2")


def test_changed_layers_move_every_place_in_one_revision(opened: Callable[[City], Runtime], city: City) -> None:
    line = shapely.transform(
        shapely.LineString([(ORIGIN[0] + 500, ORIGIN[1] + 200), (ORIGIN[0] + 1500, ORIGIN[1] + 200)]),
        lambda xy: np.column_stack(metric_to_lonlat(xy[:, 0], xy[:, 1], CRS)),
    )
    before = opened(city)
    before.submit([draft(geometry=shapely.Point(line.coords[0])), draft(geometry=line)], actor="a")
    names = city.areas.codes
    assert names[before.snapshot.issues.subdistrict[0]] == "A"
    moved = moved_city()
    after = opened(moved)
    assert moved.areas.codes[after.snapshot.issues.subdistrict[0]] == "B"
    shares = after.snapshot.issues.subdistrict_shares
    assert shares.weight[shares.row == 1].sum() == pytest.approx(1)
    assert after.snapshot.revision == 2
    with after.store.reading() as connection:
        assert problems(connection, moved) == []
    assert opened(moved).snapshot.revision == 2, "the same layers again change nothing"


def test_an_unknown_identity_is_not_found(live: Runtime) -> None:
    with pytest.raises(NotFoundError):
        live.snapshot.row("SC-99999")
    with pytest.raises(NotFoundError):
        live.snapshot.point_row("P1")


POINTS = [
    InspectionPoint("P1", "市场", "market", 106.71, 26.6, task="T01", synthetic=True),
    InspectionPoint("P2", "公园", "park", None, None),
]
VISITS = [
    Visit("v2", "P1", CLOCK - timedelta(days=1), "recheck", compliant=True),
    Visit("v1", "P1", CLOCK - timedelta(days=9), "unannounced", compliant=False, score=61.5, note="脏"),
    Visit("v3", "P2", CLOCK - timedelta(days=9), "announced", compliant=True),
]


def load(live: Runtime, records: CityRecords) -> None:
    Writer(live.store, live.city, Placer(live.city)).write(demo_batch(live.city, records))


def test_a_citys_records_fill_an_empty_store(opened: Callable[[City], Runtime], city: City) -> None:
    history = (Transition(Status.ACCEPTED, CLOCK - timedelta(days=1), "commander"),)
    late = draft(reported_at=CLOCK - timedelta(days=2), history=history)
    early = draft(reported_at=CLOCK - timedelta(days=3))
    rejects = [Reject(7, "lon", "", "no position")]
    live = opened(city)
    load(live, CityRecords([late, early], POINTS, VISITS, rejects, bulk=False))
    with pytest.raises(StoreError, match="not empty"):
        load(live, CityRecords([draft()]))
    snapshot = opened(city).snapshot
    ids = snapshot.records.of(np.arange(2)).id.tolist()
    assert ids == [early.id, late.id], "rows and numbers in the order of the reports"
    assert snapshot.points.code.tolist() == ["P1", "P2"]
    assert np.isnan(snapshot.points.lon[1])
    assert snapshot.visits.id.tolist() == ["v1", "v2", "v3"], "by point and time"
    assert snapshot.visits.score[0] == 61.5
    assert snapshot.rejects == tuple(rejects)


def test_a_log_of_dated_records_is_in_order_of_time_and_the_same_each_time(stores: Stores, city: City) -> None:
    records = CityRecords([draft(reported_at=CLOCK - timedelta(days=n)) for n in range(3)], POINTS, VISITS, bulk=False)
    hashes = []
    for _ in range(2):
        with fresh_store(stores) as url:
            live = runtime_of(city, url)
            load(live, records)
            with live.store.reading() as connection:
                rows = connection.exec_driver_sql("SELECT at, hash FROM event ORDER BY seq").fetchall()
            assert [row[0] for row in rows] == sorted(row[0] for row in rows)
            hashes.append(rows[-1][1])
            live.close()
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize(
    "records",
    [
        CityRecords([draft(type="nonsense")]),
        CityRecords(points=[POINTS[0], POINTS[0]]),
        CityRecords(points=[replace(POINTS[0], site_class="moon")]),
        CityRecords(points=[replace(POINTS[0], lat=None)]),
        CityRecords(points=[replace(POINTS[0], lon=181.0)]),
        CityRecords(visits=[VISITS[0]]),
        CityRecords(points=POINTS, visits=[VISITS[0], VISITS[0]]),
        CityRecords(points=POINTS, visits=[replace(VISITS[0], kind="secret")]),
        CityRecords(points=POINTS, visits=[replace(VISITS[0], score=101.0)]),
    ],
)
def test_records_that_cannot_be_taken_leave_the_store_empty(live: Runtime, records: CityRecords) -> None:
    with pytest.raises((BadValueError, CityError)):
        load(live, records)
    with live.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event").scalar() == 0


def test_the_snapshot_keeps_a_few_past_moments(live: Runtime) -> None:
    steps = (Transition(Status.ACCEPTED, CLOCK - timedelta(days=1), "c"),)
    live.submit([draft(reported_at=CLOCK - timedelta(days=4), history=steps)], actor="a")
    snapshot = live.snapshot
    past = snapshot.issues_at(CLOCK - timedelta(days=2))
    assert past.status.tolist() == [Status.REPORTED]
    assert snapshot.issues_at(CLOCK - timedelta(days=2)) is past
    assert snapshot.issues_at(CLOCK - timedelta(days=9)).status.tolist() == [-1]
    assert snapshot.issues_at(CLOCK) is snapshot.issues
    for n in range(20):
        snapshot.issues_at(CLOCK - timedelta(days=2, seconds=n))
    assert snapshot.issues_at(CLOCK - timedelta(days=2)) is not past


def test_the_open_runtime_is_found_until_it_is_closed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.runtime._open", [])  # other tests may hold theirs open
    settings = Settings(database_url=url)
    opened_now = open_runtime(settings, with_demo=False)
    assert runtime() is opened_now
    assert opened_now.health().state != "closed"
    opened_now.close()
    opened_now.close()
    assert opened_now.health().state == "closed"
    with pytest.raises(StoreError, match="not opened"):
        runtime()


def test_verify_names_what_was_tampered_with(live: Runtime) -> None:
    live.submit([draft(), draft()], actor="a")
    with live.store.writing() as connection:
        connection.exec_driver_sql('UPDATE issue SET status = 6 WHERE "row" = 2')
    with live.store.reading() as connection:
        (problem,) = problems(connection, live.city)
    assert "row 2 of the table issue has status '6'" in problem


def test_examined_geometries_belong_to_their_issues(city: City) -> None:
    examined = examine([draft(), draft(type="nonsense"), draft(geometry=shapely.Point(106.72, 26.6))], city,
                       now=campaign_now)  # fmt: skip
    placed = [shapely.from_wkb(bytes.fromhex(issue.payload["geometry"])) for issue in examined.issues]
    assert placed == list(examined.geometries)
