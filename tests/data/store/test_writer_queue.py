"""The one queue: what waits is written together, fails alone, is refused when too much waits, and drains at the end."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import func, select, text

from data.campaign_clock import campaign_now
from data.feed import Change
from data.intake.issues import examine
from data.intake.placing import Placer
from data.runtime import Runtime
from data.store.database import Store, open_store, read_meta
from data.store.receipts import Receipt
from data.store.schema import EVENT, ISSUE
from data.store.verify import problems
from data.store.writer import Batch, Writer
from data.store.writer_queue import Bounds, WriterQueue
from geo.city import City
from geo.errors import BusyError, ConflictError, StoreError
from geo.issue import IssueDraft

HERE = shapely.Point(106.71, 26.6)


def draft(**changes: object) -> IssueDraft:
    return replace(IssueDraft("supervision", "C0101", HERE, id=str(uuid.uuid4())), **changes)


def batch(city: City, *drafts: IssueDraft, **options: object) -> Batch:
    return Batch(examine(drafts, city, now=campaign_now), "test", **options)


class Desk:
    """A queue over a bare store whose thread stands still in `after_commit` while `held`."""

    def __init__(self, store: Store, city: City, bounds: Bounds | None = None) -> None:
        self.store, self.city = store, city
        self.commits = 0
        self._go_on = threading.Event()
        self._go_on.set()
        self.queue = WriterQueue(Writer(store, city, Placer(city)), self._after, bounds)

    def _after(self) -> None:
        self.commits += 1
        assert self._go_on.wait(30)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Whatever is submitted in the block waits until its end."""
        self._go_on.clear()
        before = self.commits
        first = self.queue.submit(batch(self.city, draft()))
        while self.commits == before:
            threading.Event().wait(0.001)
        try:
            yield
        finally:
            self._go_on.set()
        first.result(30)

    def submit(self, *drafts: IssueDraft, **options: object) -> Future[list[Receipt]]:
        return self.queue.submit(batch(self.city, *drafts, **options))

    def count(self) -> int:
        with self.store.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(ISSUE)).scalar() or 0)


@pytest.fixture
def desk(store: Store, city: City) -> Iterator[Desk]:
    made = Desk(store, city)
    yield made
    made.queue.close()


def test_what_waits_is_written_in_one_transaction_in_the_order_it_came(desk: Desk) -> None:
    drafts = [draft() for _ in range(40)]
    with desk.held():
        futures = [desk.submit(one) for one in drafts]
    receipts = [future.result(30)[0] for future in futures]
    assert {receipt.revision for receipt in receipts} == {2}
    assert [receipt.id for receipt in receipts] == [one.id for one in drafts]
    assert [receipt.number for receipt in receipts] == [f"SC-{n:05d}" for n in range(2, 42)]
    assert desk.commits == 2
    with desk.store.reading() as connection:
        rows = connection.execute(select(ISSUE.c.id).order_by(ISSUE.c.row)).scalars().all()
        assert rows[1:] == [one.id for one in drafts]
        assert read_meta(connection).revision == 2
        assert problems(connection, desk.city) == []


def test_a_uuid_twice_in_one_group_is_written_once_and_the_receipts_are_equal(desk: Desk) -> None:
    same = draft()
    with desk.held():
        futures = [desk.submit(same) for _ in range(32)]
    receipts = [future.result(30)[0] for future in futures]
    assert [receipt.created for receipt in receipts] == [True] + [False] * 31
    assert len({replace(receipt, created=True) for receipt in receipts}) == 1
    assert desk.count() == 2


def test_a_uuid_with_other_content_in_the_same_group_fails_alone(desk: Desk) -> None:
    same = draft()
    with desk.held():
        one = desk.submit(same)
        # The conflict comes second in its batch: the draft before it must not come in either.
        lost = draft()
        two = desk.submit(lost, replace(same, description="other"))
        three = desk.submit(draft())
    assert one.result(30)[0].created
    with pytest.raises(ConflictError, match="other content"):
        two.result(30)
    assert three.result(30)[0].number == "SC-00003", "the number of the refused one is given to the next"
    assert desk.count() == 3
    assert desk.submit(lost).result(30)[0].created


def test_a_batch_for_an_empty_store_fails_alone(desk: Desk) -> None:
    with desk.held():
        good, demo = desk.submit(draft()), desk.submit(draft(), only_if_empty=True)
    assert good.result(30)[0].created
    with pytest.raises(StoreError, match="not empty"):
        demo.result(30)
    assert desk.count() == 2


def test_when_the_commit_fails_all_of_the_group_are_refused_and_nothing_is_written(tmp_path: Path, city: City) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'full.db'}", city)
    desk = Desk(store, city)
    with desk.held():
        futures = [desk.submit(draft(description="x" * 2_000)) for _ in range(40)]
        with desk.store.writing() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar()
            connection.execute(text(f"PRAGMA max_page_count = {pages + 5}"))
    for future in futures:
        with pytest.raises(StoreError, match="the disk is full"):
            future.result(30)
    assert desk.count() == 1
    assert desk.submit(draft()).result(30)[0].created, "what fits is taken, by the same thread"
    with desk.store.writing() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert desk.submit(*[draft() for _ in range(40)]).result(30)[-1].revision == 3
    with desk.store.reading() as connection:
        assert problems(connection, desk.city) == []
    desk.queue.close()
    store.close()


def test_a_defect_in_one_batch_spares_the_others_of_its_group(desk: Desk) -> None:
    broken = batch(desk.city, draft())
    broken.issues.issues[0].payload["description"] = {1, 2}  # what no event can hold
    with desk.held():
        good, bad, more = desk.submit(draft()), desk.queue.submit(broken), desk.submit(draft())
    assert good.result(30)[0].created
    assert more.result(30)[0].created
    with pytest.raises(TypeError):
        bad.result(30)
    assert desk.count() == 3
    with desk.store.reading() as connection:
        assert problems(connection, desk.city) == []


def test_when_too_much_waits_more_is_refused_until_there_is_room(store: Store, city: City) -> None:
    desk = Desk(store, city, Bounds(waiting=3))
    with desk.held():
        taken = [desk.submit(draft()) for _ in range(3)]
        with pytest.raises(BusyError, match="3 writes wait already"):
            desk.submit(draft())
    assert all(future.result(30)[0].created for future in taken)
    assert desk.submit(draft()).result(30)[0].created
    assert desk.count() == 5
    desk.queue.close()


def test_bytes_are_bounded_too_but_one_large_batch_is_taken_when_nothing_else_waits(store: Store, city: City) -> None:
    desk = Desk(store, city, Bounds(waiting_bytes=5_000, group_bytes=5_000))
    with desk.held():
        large = desk.submit(*[draft() for _ in range(20)])
        with pytest.raises(BusyError):
            desk.submit(draft())
    assert len(large.result(30)) == 20
    with desk.held():
        small = [desk.submit(draft()) for _ in range(3)]
    assert len({future.result(30)[0].revision for future in small}) == 1
    desk.queue.close()


def test_a_group_holds_no_more_than_its_bounds(store: Store, city: City) -> None:
    desk = Desk(store, city, Bounds(group=4))
    with desk.held():
        futures = [desk.submit(draft()) for _ in range(10)]
    assert [future.result(30)[0].revision for future in futures] == [2] * 4 + [3] * 4 + [4] * 2
    desk.queue.close()


def test_closing_writes_what_waits_and_refuses_what_comes_later(store: Store, city: City) -> None:
    desk = Desk(store, city)
    with desk.held():
        futures = [desk.submit(draft()) for _ in range(5)]
        closing = threading.Thread(target=desk.queue.close)
        closing.start()
        while closing.is_alive():
            try:
                futures.append(desk.submit(draft()))  # until the closing is seen, more may come
            except StoreError as error:
                refused = str(error)
                break
        assert "closing its store" in refused
    closing.join(30)
    assert not closing.is_alive()
    assert all(future.done() and future.result()[0].created for future in futures)
    assert desk.count() == len(futures) + 1
    desk.queue.close()


def test_a_listener_that_fails_does_not_keep_a_receipt_back(store: Store, city: City) -> None:
    queue = WriterQueue(Writer(store, city, Placer(city)), lambda: 1 / 0)
    assert queue.submit(batch(city, draft())).result(30)[0].created
    assert queue.submit(batch(city, draft())).result(30)[0].created
    queue.close()


@pytest.mark.parametrize("threads", [32])
def test_many_threads_with_one_uuid_write_one_row(live: Runtime, threads: int) -> None:
    same = draft()
    start = threading.Barrier(threads)

    def send(_: int) -> Receipt:
        start.wait()
        return live.submit([same], actor="a")[0]

    with ThreadPoolExecutor(threads) as pool:
        receipts = list(pool.map(send, range(threads)))
    assert len({replace(receipt, created=True) for receipt in receipts}) == 1
    assert sum(receipt.created for receipt in receipts) == 1
    assert len(live.snapshot.issues) == 1


def test_many_threads_with_one_uuid_and_two_contents_write_one_of_them(live: Runtime) -> None:
    one = draft()
    two = replace(one, description="other")
    start = threading.Barrier(32)

    def send(n: int) -> bool:
        start.wait()
        try:
            live.submit([one if n % 2 else two], actor="a")
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(32) as pool:
        taken = list(pool.map(send, range(32)))
    assert sum(taken) == 16
    assert len(live.snapshot.issues) == 1


def test_thirty_two_writers_at_once_lose_nothing_and_hear_of_everything_in_order(live: Runtime, soak: bool) -> None:
    each = 60 if soak else 8
    heard: list[Change] = []
    live.subscribe(heard.append)

    def send(_: int) -> list[Receipt]:
        return [live.submit([draft()], actor="a")[0] for _ in range(each)]

    with ThreadPoolExecutor(32) as pool:
        receipts = [receipt for part in pool.map(send, range(32)) for receipt in part]
    assert len(receipts) == len(live.snapshot.issues) == 32 * each
    ids = live.snapshot.records.of(np.arange(32 * each)).id.tolist()
    assert sorted(receipt.number for receipt in receipts) == [f"SC-{n:05d}" for n in range(1, 32 * each + 1)]
    assert [change.revision for change in heard] == list(range(1, live.snapshot.revision + 1))
    assert [one for change in heard for one in change.ids] == ids
    assert live.snapshot.revision < 32 * each, "some were committed together"
    with live.store.reading() as connection:
        assert problems(connection, live.city) == []
        assert connection.execute(select(func.count()).select_from(EVENT)).scalar() == 32 * each


def test_a_closed_runtime_refuses_in_one_sentence(url: str, city: City, opened: Callable[[City], Runtime]) -> None:
    runtime = opened(city)
    runtime.submit([draft()], actor="a")
    runtime.close()
    with pytest.raises(StoreError, match="closing its store"):
        runtime.submit([draft()], actor="a")
    open_store(url, city).close()


def test_a_listener_that_would_wait_for_itself_is_stopped(live: Runtime) -> None:
    heard: list[BaseException] = []

    def write_back(_change: Change) -> None:
        try:
            live.submit([draft()], actor="listener")
        except AssertionError as error:
            heard.append(error)

    live.subscribe(write_back)
    live.submit([draft()], actor="a")
    assert len(heard) == 1
    assert len(live.snapshot.issues) == 1
