"""One store: a database file that belongs to one city, opened only if this program can keep it right."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, insert, inspect, select, update

from data.store.engine import database_file, refusals_of, sqlite_engine
from data.store.events import Event
from data.store.lock import StillLock, WriterLock
from data.store.migrations import migrate, refuse_newer
from data.store.schema import EVENT, META, METADATA, SCHEMA_VERSION
from geo.city import City
from geo.errors import StoreError

_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Meta:
    """What a store says of itself. `last_number` is the highest one given out so far."""

    city: str
    layer_version: str
    revision: int
    last_number: int


class Store:
    """An open store. `writing` ones hold the lock of the only writing process until `close`, `still` keeps writers out
    while a store is read that cannot be read beside them."""

    def __init__(self, file: Path, engine: Engine, lock: WriterLock | None, still: StillLock | None = None) -> None:
        self.file = file
        self._engine = engine
        self._lock, self._still = lock, still
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store throughout. Refusals of the database become StoreErrors."""
        self._must_be_open()
        with refusals_of(self.file), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        if self._lock is None:
            raise StoreError(f"the store {self.file} was opened for reading only")
        self._must_be_open()
        with (
            refusals_of(self.file),
            self._engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Close all connections and let another process write. Twice is harmless."""
        self._closed = True
        self._engine.dispose()
        for lock in (self._lock, self._still):
            if lock is not None:
                lock.release()

    def _must_be_open(self) -> None:
        if self._closed:  # the lock is gone: another process may be writing
            raise StoreError(f"the store {self.file} is closed; open it again")


def open_store(url: str, city: City, *, writing: bool = True) -> Store:
    """Open the store at `url`, made anew where there is no file yet (when `writing`), migrated where it is older.

    Raises StoreInUseError if another process writes to it, StoreError for a store of another city, of a newer schema,
    for a file that is no store, and where the disk refuses.
    """
    file = database_file(url)
    if not writing:
        store = _reading_store(file)
    else:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot make the folder {file.parent} of the store: {error.strerror}") from None
        lock = WriterLock(file)
        store = Store(file, sqlite_engine(file, writing=True), lock)
    try:
        if writing:
            with store.writing() as connection:
                _prepare(connection, city, file)
        with store.reading() as connection:
            _check(connection, city, file)
    except BaseException:
        store.close()
        raise
    return store


def _reading_store(file: Path) -> Store:
    """The store for reading, also from a disk or by a user that may write nothing beside it."""
    if not file.is_file():
        raise StoreError(f"there is no store at {file}; start the program or load the demo first")
    log = file.with_name(file.name + "-wal")
    may_write = os.access(file.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    if may_write or (log.exists() and file.with_name(file.name + "-shm").exists()):
        return Store(file, sqlite_engine(file, writing=False), None)
    if log.exists() and log.stat().st_size:
        raise StoreError(
            f"the store {file} was not closed by the program that wrote it, and what it left in {log.name} cannot be "
            "read without writing; copy both files to a folder that can be written, and read there"
        )
    still = StillLock(file)
    return Store(file, sqlite_engine(file, writing=False, still=True), None, still)


def read_meta(connection: Connection) -> Meta:
    """What the store says of itself now."""
    values = {row.key: row.value for row in connection.execute(select(META.c.key, META.c.value))}
    try:
        return Meta(values["city"], values["layer_version"], int(values["revision"]), int(values["last_number"]))
    except (KeyError, ValueError):
        raise StoreError("the table meta of the store is damaged; restore a backup") from None


def layers_must_agree(connection: Connection, city: City) -> None:
    """Raises StoreError where the city's layers were replaced since the places in the store were worked out."""
    if read_meta(connection).layer_version != city.layer_version:
        raise StoreError("the layers of the city were replaced: start the program once to work out every place anew")


def set_meta(connection: Connection, **values: object) -> None:
    """Change what the store says of itself, within the transaction of `connection`."""
    for key, value in values.items():
        connection.execute(update(META).where(META.c.key == key).values(value=str(value)))


def read_events(connection: Connection, *, issue_id: str | None = None) -> Iterator[Event]:
    """The log in its order, all of it or of one issue, a few thousand at a time."""
    query = select(EVENT).order_by(EVENT.c.seq)
    if issue_id is not None:
        query = query.where(EVENT.c.issue_id == issue_id)
    for row in connection.execution_options(yield_per=_BATCH).execute(query):
        yield Event(*row)


def _prepare(connection: Connection, city: City, file: Path) -> None:
    """Make the tables of a new store, or bring an older one forward."""
    tables = inspect(connection).get_table_names()
    if not tables:
        METADATA.create_all(connection)
        first = {
            "schema_version": SCHEMA_VERSION,
            "city": city.code,
            "layer_version": city.layer_version,
            "revision": 0,
            "last_number": 0,
            "rejects": "[]",
        }
        connection.execute(insert(META), [{"key": key, "value": str(value)} for key, value in first.items()])
    elif META.name in tables:
        _check_city(connection, city, file)
        migrate(connection, _schema_version(connection), SCHEMA_VERSION)


def _check(connection: Connection, city: City, file: Path) -> None:
    if META.name not in inspect(connection).get_table_names():
        raise StoreError(f"{file} is a database, but not a store of Xunjie; name another file")
    found = _schema_version(connection)
    refuse_newer(found, SCHEMA_VERSION)
    if found != SCHEMA_VERSION:
        raise StoreError(
            f"the store {file} has schema {found}, not {SCHEMA_VERSION}; start the program once to mend it"
        )
    _check_city(connection, city, file)


def _check_city(connection: Connection, city: City, file: Path) -> None:
    found = connection.execute(select(META.c.value).where(META.c.key == "city")).scalar()
    if found != city.code:
        raise StoreError(
            f"the store {file} belongs to the city {found!r}, but XUNJIE_CITY names {city.code!r}; "
            "set XUNJIE_DATABASE_URL to another file"
        )


def _schema_version(connection: Connection) -> int:
    value = connection.execute(select(META.c.value).where(META.c.key == "schema_version")).scalar()
    if value is None or not value.isdecimal():
        raise StoreError("the store does not say its schema version; restore a backup")
    return int(value)
