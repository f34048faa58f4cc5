"""The one running program: it owns the store, the writer, the snapshot and the change feed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from data.access.access import Access
from data.act_desk import ActDesk
from data.campaign_clock import campaign_now
from data.catching_up import caught_up, keep_columns, open_snapshot
from data.city_folder.load import load_city
from data.documents.checking import checked_put
from data.documents.desk import DocumentDesk
from data.feed import READY, Change, ChangeFeed, Health
from data.health import Check, Checks, Condition, Reason, disk_check, writable_check, writer_checks
from data.inspecting.visiting import VisitDesk
from data.intake.issues import Origin, examine
from data.intake.placing import Placer
from data.notices.desk import Notices
from data.photos.book import PhotoBook
from data.photos.files import PhotoFiles
from data.records import CityRecords
from data.settings import Settings
from data.snapshot import Snapshot
from data.store.database import Store, open_store, read_meta
from data.store.receipts import Receipt
from data.store.writer import Batch, Writer, is_empty
from data.store.writer_queue import WriterQueue
from data.writer_meter import METER
from geo.city import City
from geo.errors import CityError, StoreError, StoreLostError
from geo.issue import IssueDraft

_LOG = logging.getLogger("xunjie.runtime")
Progress = Callable[[float], None]


class Runtime(ActDesk, DocumentDesk, VisitDesk):
    """A city and its open store. Reading (`snapshot`) never waits; writing is one at a time."""

    def __init__(self, settings: Settings, city: City, store: Store, *, with_demo: bool = True) -> None:
        self.settings, self.city = settings, city
        self.store = store
        self._feed = ChangeFeed()
        self.checks = Checks()
        self.checks.add("store", self._store_at_hand)
        for name, check in _checks_of(store).items():
            self.checks.add(name, check)
        self._lock = threading.RLock()
        self._closed = False
        self._health = READY
        self._placer = Placer(city)
        self._writer = Writer(store, city, self._placer)
        self.access = Access(store, settings.access, self._writer.between_groups)
        folder = settings.photos_folder_for(store.file, store.place)
        self.photos = PhotoBook(store, city, PhotoFiles(folder), self._writer.between_groups)
        with store.reading() as connection:
            meta, empty = read_meta(connection), is_empty(connection)
        if meta.layer_version != city.layer_version:
            _LOG.info("the layers of %s changed: working out every place anew", city.code)
            self._writer.reassign()
        if with_demo and empty and city.demo is not None:
            self._load_demo()
        self._columns = settings.columns_file_for(store.file, store.place)
        self._snapshot, self._kept_seq = open_snapshot(store, city, self._columns)
        self._keeper = threading.Thread(target=self._settle, name="xunjie-columns")
        self._keeper.start()
        self._queue = WriterQueue(self._writer, self.catch_up)
        METER.waiting = lambda: self._queue.depth
        self.notices = Notices(store, self._writer.between_groups, lambda: self._snapshot)
        courier = self.notices.courier
        self.checks.add("webhooks", courier.check)
        self._feed.subscribe(courier.wake)
        courier.start()
        self._listener = store.listener(self._hear, self._lose)
        if self._listener is not None:
            self._listener.start()

    @property
    def snapshot(self) -> Snapshot:
        """The last committed revision."""
        return self._snapshot

    def now(self, campaign_code: str | None = None) -> datetime:
        """The moment of a campaign (the current one without a code): its clock or the wall clock. Aware."""
        return campaign_now(self.city.campaign(campaign_code))

    def submit(
        self,
        drafts: Sequence[IssueDraft],
        *,
        actor: str,
        progress: Progress | None = None,
        imported: bool = False,
        origins: Mapping[int, Origin] | None = None,
    ) -> list[Receipt]:
        """Write `drafts` whole or not at all, in one transaction; receipts in their order, given after its commit. What
        several threads submit at one time is committed together.

        A draft whose UUID is known with the same content is not written again (`created` False). Raises BadValueError
        for the first draft that cannot be taken, ConflictError for a known UUID with other content, BusyError where
        too much waits to be written. `imported` takes histories of other ledgers as they are; `origins` (by position)
        keeps older source coordinates; `progress` hears of the share done, 0 to 1.
        """
        tell = progress or (lambda _share: None)
        tell(0.0)
        examined = examine(drafts, self.city, now=campaign_now, imported=imported, origins=origins)
        for error in examined.errors.values():
            raise error
        tell(0.3)
        receipts = self._queue.submit(Batch(examined, actor, imported=imported)).result()
        tell(1.0)
        return receipts

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Call `callback` after every commit, once the snapshot shows it; the returned function ends that."""
        return self._feed.subscribe(callback)

    def subscribe_health(self, callback: Callable[[Health], None]) -> Callable[[], None]:
        """Call `callback` when the store is lost (within 3 s) and when it is found again."""
        return self._feed.subscribe_health(callback)

    @property
    def store_health(self) -> Health:
        """Whether the store can be reached; the snapshot can be read in either case."""
        return self._health

    def catch_up(self) -> None:
        """Show the newest committed revision, whichever process wrote it, and tell of it. Raises StoreError."""
        with self._lock:
            before = self._snapshot
            self._snapshot, ids, collections = caught_up(before, self.store)
            if self._snapshot is not before:
                self._feed.publish(Change(self._snapshot.revision, ids, collections))

    def health(self) -> Condition:
        """Whether it can do its work, and why not; `checks` takes further checks."""
        if self._closed:
            return Condition("closed", (Reason("not_open"),))
        reasons = self.checks.reasons()
        return Condition("degraded" if reasons else "ready", reasons)

    def close(self) -> None:
        """Write what waits, close the store and let another process have it. Twice is harmless."""
        self._closed = True
        self.notices.courier.close()
        self._queue.close()
        self._keeper.join()
        self._keep()
        if self._listener is not None:
            self._listener.close()
        self.store.close()
        _forget(self)

    def _settle(self) -> None:
        """Behind the start: room for the first report, which would wait for it, and the arrays for the next start."""
        for name, growing in list(self._snapshot.growing.items()):
            with self._lock:  # for one array at a time: a report may come in between
                growing.make_room(self._snapshot.arrays[name])
        self._keep()
        self._collect_photos()

    def _collect_photos(self) -> None:
        """Files that were left when a program was broken off between a photo's file and its row."""
        try:
            if removed := self.photos.collect():
                _LOG.info("took away %d files of photos that nothing names", removed)
        except (StoreError, OSError) as error:
            _LOG.warning("files of photos that nothing names could not be taken away: %s", error)

    def _keep(self) -> None:
        """Keep the arrays of a large snapshot for the next start, unless they were kept as they are."""
        snapshot = self._snapshot
        if snapshot.seq != self._kept_seq:
            keep_columns(snapshot, self._columns)
            self._kept_seq = snapshot.seq

    def _store_at_hand(self) -> Reason | None:
        return None if self._health is READY else Reason(self._health.why, section="errors")

    def _hear(self, revision: int) -> None:
        """On a thread of the listener's: the store is there and has reached `revision`."""
        if revision > self._snapshot.revision:
            self.catch_up()
        self._be(READY)

    def _lose(self, error: Exception) -> None:
        """On the listener's thread: the server cannot be reached, or what is in it cannot be shown."""
        lost = isinstance(error, StoreLostError) or not isinstance(error, StoreError)
        self._be(Health("degraded", "store_lost" if lost else "store_behind"))

    def _be(self, health: Health) -> None:
        if health != self._health:
            self._health = health
            self._feed.publish_health(health)

    def _load_demo(self) -> None:
        try:
            self._writer.write(self._demo_batch())
        except StoreError:
            with self.store.reading() as connection:
                if is_empty(connection):
                    raise
            _LOG.info("another process loaded the demo of %s first", self.city.code)

    def _demo_batch(self) -> Batch:
        from data.demo import load_records  # the loaders are large and needed once in a store's life

        return demo_batch(self.city, load_records(self.city))


def _checks_of(store: Store) -> dict[str, Check]:
    checks = dict(writer_checks())
    if store.file is not None:
        checks |= {"disk": disk_check(store.file.parent), "database": writable_check(store.file)}
    return checks


def demo_batch(city: City, records: CityRecords) -> Batch:
    """The batch that fills an empty store with a city's own records. Raises CityError naming the first bad record."""
    examined = examine(records.drafts, city, now=campaign_now, imported=records.bulk)
    for row, error in examined.errors.items():
        raise CityError(f"the records of {city.code}: record {row + 1} cannot be taken; {error}")
    return Batch(
        examined,
        actor="demo",
        imported=records.bulk,
        points=records.points,
        visits=records.visits,
        documents=tuple(checked_put(put, city, actor="demo") for put in records.documents),
        rejects=records.rejects,
        as_dated=not records.bulk,
        only_if_empty=True,
    )


_open: list[Runtime] = []


def open_runtime(settings: Settings, *, with_demo: bool = True) -> Runtime:
    """Load the city, open its store (`with_demo`: filled with the city's own records where it is empty), and make it
    `runtime()`.

    Raises CityError, SettingsError or StoreError, each one sentence; nothing stays open then.
    """
    city = load_city(settings.city_folder)
    store = open_store(settings.database_url_for(city.code), city)
    try:
        opened = Runtime(settings, city, store, with_demo=with_demo)
    except BaseException:
        store.close()
        raise
    _open.append(opened)
    return opened


def runtime() -> Runtime:
    """The runtime that was opened last and is not closed; StoreError when none is open."""
    if not _open:
        raise StoreError("the program has not opened its store yet; start it with streamlit_app.py")
    return _open[-1]


def open_runtime_or_none() -> Runtime | None:
    """The same, or None when none is open."""
    return _open[-1] if _open else None


def _forget(closed: Runtime) -> None:
    if closed in _open:
        _open.remove(closed)
