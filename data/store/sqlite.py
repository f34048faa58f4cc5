"""SQLite: one file, one writing process; its settings, and what its refusals mean."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from data.store.listening import Listener
from data.store.lock import StillLock, WriterLock
from geo.errors import SettingsError, StoreError

_LOG = logging.getLogger("xunjie.store")
_BUSY_MS: Final = 10_000
_FORGET_MS: Final = 1_000
_CACHE_KB: Final = 16_000  # with the default of 2 MB bulk inserts into the index of UUIDs take half as long again
_MEANINGS: Final = (
    ("not a database", "is not a database file; name another file, or move this one away"),
    ("readonly", "cannot be written: the file or its folder is read-only"),
    ("unable to open", "cannot be opened: the folder does not exist or may not be entered or written"),
    ("is full", "cannot be written: the disk is full"),
    ("disk i/o", "cannot be read or written: the disk reports an error"),
    ("malformed", "is damaged; restore a backup"),
    ("cannot hold blob", "is damaged; restore a backup"),  # bytes where a text or number belongs
    ("locked", "is being written by another program; stop that first"),
    ("append-only", "refuses to change its event log"),
)


class SqliteBackend:
    """See `data.store.engine.Backend`. `file` is the database's file."""

    reading: Mapping[str, Any] = {}
    writing: Mapping[str, Any] = {"writing": True}
    own_tables = frozenset[str]()

    def __init__(self, url: URL) -> None:
        self._file = _file(url)
        self.file: Path | None = self._file
        self.place = str(self._file)
        self._lock: WriterLock | None = None
        self._still: StillLock | None = None

    def open(self, *, writing: bool) -> Engine:
        """An engine on the file; `writing` makes its folder and takes the lock of the only writing process."""
        if not writing:
            return self._open_for_reading()
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot make the folder {self._file.parent} of the store: {error.strerror}") from None
        self._lock = WriterLock(self._file)
        with suppress(OSError):  # it is there, or opening it says why not
            self._file.touch(mode=0o600, exist_ok=False)  # persons' data: SQLite gives its further files the same mode
        return _engine(self._file, writing=True)

    def _open_for_reading(self) -> Engine:
        """The same also from a disk, or by a user, that may write nothing beside the file: kept still meanwhile."""
        if not self._file.is_file():
            raise StoreError(f"there is no store at {self.place}; start the program or load the demo first")
        log = self._file.with_name(self._file.name + "-wal")
        may_write = os.access(self._file.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
        if may_write or (log.exists() and self._file.with_name(self._file.name + "-shm").exists()):
            return _engine(self._file, writing=False)
        if log.exists() and log.stat().st_size:
            raise StoreError(
                f"the store {self.place} was not closed by the program that wrote it, and what it left in {log.name} "
                "cannot be read without writing; copy both files to a folder that can be written, and read there"
            )
        self._still = StillLock(self._file)
        return _engine(self._file, writing=False, still=True)

    def before_tables(self, connection: Connection) -> None:
        """Nothing is needed."""

    def begin_writing(self, connection: Connection) -> None:
        """The transaction began with the write lock (`_begin`)."""

    def before_commit(self, connection: Connection) -> None:
        """No other process keeps a snapshot."""

    def forget(self, engine: Engine) -> None:
        """Carry the write-ahead log into the file and cut it off: it still held what was erased. A reader who stays
        for long may keep it; then that goes with the next erasure, or when the program ends."""
        try:
            with closing(engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA busy_timeout = {_FORGET_MS}")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy = cursor.fetchall()[0][0]
                cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            why = "somebody reads it" if busy else ""
        except (DBAPIError, sqlite3.Error) as error:
            why = _meaning(error)
        if why:
            _LOG.warning("what was erased stays in the write-ahead log of %s for a while: %s", self.place, why)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn what SQLite refuses into a StoreError of one sentence."""
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise StoreError(f"the store {self.place} {_meaning(error)}") from error

    def listener(self, heard: Callable[[int], None], lost: Callable[[Exception], None]) -> Listener | None:
        """None: this process is the only one that writes."""
        return None

    def announce(self, address: str) -> None:
        """Written into the lock file."""
        if self._lock is not None:
            self._lock.announce(address)

    def release(self) -> None:
        """Let another process write."""
        for lock in (self._lock, self._still):
            if lock is not None:
                lock.release()


def _file(url: URL) -> Path:
    """The file that a SQLite URL names. Raises SettingsError for a URL without one, or with options after `?`: none
    would be heeded."""
    if url.query:
        raise SettingsError("XUNJIE_DATABASE_URL has options after '?', which are not heeded; expected sqlite:///PATH")
    name = url.database
    if not name or name == ":memory:" or name.startswith("file:"):
        raise SettingsError("XUNJIE_DATABASE_URL names no file; expected sqlite:///PATH")
    return Path(name)


def _engine(file: Path, *, writing: bool, still: bool = False) -> Engine:
    """An engine whose connections are durable (WAL, synchronous=FULL), write over what is deleted, and begin
    transactions where SQLAlchemy says.

    A connection with the execution option `writing=True` takes the write lock when its transaction begins. Without
    `writing` the connections refuse to change anything. `still` says that the file cannot change while it is read:
    nothing is then made beside it, as SQLite does for other readers.
    """
    if still:
        address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        engine = create_engine(
            "sqlite:///", creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False)
        )
    else:
        engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": _BUSY_MS / 1000})
    settled = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON") if writing else ("query_only=ON",)

    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin or commit by itself: DDL is in transactions too
        for pragma in (*settled, "foreign_keys=ON", "mmap_size=0", "temp_store=MEMORY", f"cache_size=-{_CACHE_KB}"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _meaning(error: Any) -> str:
    text = str(getattr(error, "orig", error)).lower()
    for part, meaning in _MEANINGS:
        if part in text:
            return meaning
    return f"cannot be used: {text.splitlines()[0] if text else type(error).__name__}"
