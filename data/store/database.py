"""One store: a database that belongs to one city, opened only if this program can keep it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, insert, inspect, select

from data.store.engine import Backend, backend_of
from data.store.events import Event
from data.store.file_seal import break_seal, seal_file
from data.store.listening import Listener
from data.store.meta_seal import change_meta, is_sealed, seal_meta, seal_problem
from data.store.migrations import migrate, refuse_newer
from data.store.row_sums import make_sums, summed
from data.store.schema import EVENT, ISSUE, META, SCHEMA_VERSION, make_missing_indexes
from data.store.tables import METADATA
from data.writer_meter import METER
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
    schema: int


class Store:
    """An open store. Those opened for `writing` on SQLite hold the lock of the only writing process until `close`.

    `place` is how messages name it, `file` its file where it is one.
    """

    def __init__(self, backend: Backend, *, writing: bool) -> None:
        self.place = backend.place
        self.file = backend.file
        self._backend, self._may_write = backend, writing
        self._engine = backend.open(writing=writing)
        self._closed = False
        self.is_sound = False  # until it has been opened in full: what may be sealed when it is closed

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store throughout. Refusals of the database become StoreErrors."""
        self._must_be_open()
        backend = self._backend
        with (
            backend.refusals(),
            self._engine.connect().execution_options(**backend.reading) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, alone among all processes: committed when the block ends, rolled back when it raises."""
        if not self._may_write:
            raise StoreError(f"the store {self.place} was opened for reading only")
        self._must_be_open()
        backend = self._backend
        with (
            METER.transaction(),
            backend.refusals(),
            self._engine.connect().execution_options(**backend.writing) as connection,
            connection.begin(),
        ):
            backend.begin_writing(connection)
            with summed(connection):
                yield connection
            backend.before_commit(connection)

    def forget(self) -> None:
        """Let no byte stay of what was erased in a transaction that is committed, as far as that lies with us."""
        self._backend.forget(self._engine)

    def listener(self, heard: Callable[[int], None], lost: Callable[[Exception], None]) -> Listener | None:
        """Who tells (once started) of revisions that other processes commit; None where no other process can."""
        return self._backend.listener(heard, lost)

    def announce(self, address: str) -> None:
        """Tell other processes that want to write where this one answers over HTTP."""
        self._backend.announce(address)

    def close(self) -> None:
        """Close all connections and let another process write. Twice is harmless."""
        to_seal, self._closed = self._may_write and self.is_sound and not self._closed, True
        self._engine.dispose()
        if to_seal and self.file is not None:
            seal_file(self.file)
        self._backend.release()

    def _must_be_open(self) -> None:
        if self._closed:  # the lock is gone: another process may be writing
            raise StoreError(f"the store {self.place} is closed; open it again")


def open_store(url: str, city: City, *, writing: bool = True) -> Store:
    """Open the store at `url`, made anew where there is none yet (when `writing`), migrated where it is older.

    Raises StoreInUseError if another process writes to it alone, StoreError for a store of another city, of a newer
    schema, for a database that is no store, and where the disk or the server refuses; SettingsError for a bad `url`.
    """
    backend = backend_of(url)
    store = Store(backend, writing=writing)
    try:
        if writing:
            if store.file is not None:
                break_seal(store.file)
            with store.writing() as connection:
                _prepare(connection, city, backend)
        with store.reading() as connection:
            _check(connection, city, backend)
        store.is_sound = True
    except BaseException:
        store.close()
        raise
    return store


def read_meta(connection: Connection) -> Meta:
    """What the store says of itself now."""
    values = {row.key: row.value for row in connection.execute(select(META.c.key, META.c.value))}
    try:
        numbers = (int(values[name]) for name in ("revision", "last_number", "schema_version"))
        return Meta(values["city"], values["layer_version"], *numbers)
    except (KeyError, ValueError):
        raise StoreError("the table meta of the store is damaged; restore a backup") from None


def layers_must_agree(connection: Connection, city: City) -> Meta:
    """What the store says of itself. Raises StoreError where the places in it belong to other layers of the city, or
    where a newer program brought it forward: this one would write what that one does not expect."""
    meta = read_meta(connection)
    refuse_newer(meta.schema, SCHEMA_VERSION)
    if meta.layer_version != city.layer_version:
        raise StoreError("the layers of the city were replaced: start the program once to work out every place anew")
    return meta


def set_meta(connection: Connection, **values: object) -> None:
    """Change what the store says of itself, within the transaction of `connection`; StoreError if it is damaged."""
    change_meta(connection, {key: str(value) for key, value in values.items()})


def read_events(connection: Connection, *, issue_id: str | None = None) -> Iterator[Event]:
    """The log in its order, all of it or of one issue, a few thousand at a time."""
    query = select(EVENT).order_by(EVENT.c.seq)
    if issue_id is not None:
        query = query.where(EVENT.c.issue_id == issue_id)
    for row in connection.execute(query.execution_options(yield_per=_BATCH)):  # the connection's own would stay
        yield Event(*row)


def _prepare(connection: Connection, city: City, backend: Backend) -> None:
    """Make the tables of a new store, or bring an older one forward."""
    tables = _tables(connection, backend)
    if not tables:
        backend.before_tables(connection)
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
        make_sums(connection)
        seal_meta(connection)
    elif META.name in tables:
        _check_city(connection, city, backend.place)
        problem = seal_problem(connection) if is_sealed(connection) else None
        migrate(connection, _schema_version(connection), SCHEMA_VERSION)
        if problem is not None:
            raise StoreError(problem)
        if ISSUE.name in tables:
            make_missing_indexes(connection)
        seal_meta(connection)
    else:
        raise _no_store(backend)


def _check(connection: Connection, city: City, backend: Backend) -> None:
    tables = _tables(connection, backend)
    if not tables:
        raise StoreError(f"there is no store at {backend.place}; start the program or load the demo first")
    if META.name not in tables:
        raise _no_store(backend)
    found = _schema_version(connection)
    refuse_newer(found, SCHEMA_VERSION)
    if found != SCHEMA_VERSION:
        raise StoreError(
            f"the store {backend.place} has schema {found}, not {SCHEMA_VERSION}; start the program once to mend it"
        )
    _check_city(connection, city, backend.place)


def _tables(connection: Connection, backend: Backend) -> set[str]:
    return set(inspect(connection).get_table_names()) - set(backend.own_tables)


def _no_store(backend: Backend) -> StoreError:
    return StoreError(f"{backend.place} is a database, but not a store of Xunjie; name another one")


def _check_city(connection: Connection, city: City, place: str) -> None:
    found = connection.execute(select(META.c.value).where(META.c.key == "city")).scalar()
    if found != city.code:
        raise StoreError(
            f"the store {place} belongs to the city {found!r}, but XUNJIE_CITY names {city.code!r}; "
            "set XUNJIE_DATABASE_URL to another one"
        )


def _schema_version(connection: Connection) -> int:
    value = connection.execute(select(META.c.value).where(META.c.key == "schema_version")).scalar()
    if value is None or not value.isdecimal():
        raise StoreError("the store does not say its schema version; restore a backup")
    return int(value)
