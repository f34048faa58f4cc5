"""PostgreSQL with PostGIS: several writing processes, one after the other; its settings, and what its refusals mean."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.pq import Conninfo
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from data.store.listening import CHANNEL, Listener
from data.store.schema import META
from geo.errors import SettingsError, StoreError, StoreLostError

_WRITER_LOCK: Final = 0x78756E6A6965  # "xunjie": the advisory lock of whoever appends to the event chain
_WAIT_S: Final = 30  # for another process's transaction
_SETTINGS: Final = (f"lock_timeout = '{_WAIT_S}s'", "synchronous_commit = on", "timezone = 'UTC'")
_CONNECTING: Final[Mapping[str, Any]] = {
    "connect_timeout": 2,  # a server that is lost while we connect to it is told within 3 s too
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # ms: a server that is cut off is given up after this
    "application_name": "xunjie",
}
_OUR_OWN: Final = frozenset({"user", "password", "dbname", "port", "host"})
_MEANINGS: Final = (  # by how the SQLSTATE begins
    ("28", "refuses the user or the password of XUNJIE_DATABASE_URL"),
    ("3D000", "is not there: the server has no database of that name"),
    ("42501", "refuses what this user asks for: make it the owner of the database"),
    ("25006", "is read-only at the moment"),
    ("53100", "cannot be written: the disk is full"),
    ("53300", "takes no more connections; close some, or raise max_connections"),
    ("55P03", f"has been written by another process for {_WAIT_S} seconds; try again later"),
    ("40", "was changed by another process at the same moment; try again"),
    ("58030", "cannot be read or written: the disk reports an error"),
    ("XX00", "is damaged; restore a backup"),
    ("P0001", "refuses to change its event log"),
)
_STATES: Final = (  # a refused connection has no SQLSTATE, only words (English, unless the server was told otherwise)
    ("authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ("pg_hba.conf", "28000"),
    ('role "', "28000"),
    ('database "', "3D000"),
    ("too many", "53300"),
    ("connection slots", "53300"),
)


class PostgresqlBackend:
    """See `data.store.engine.Backend`."""

    reading: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    writing: Mapping[str, Any] = {}  # READ COMMITTED: what is read after the lock was given is the newest state
    own_tables = frozenset({"spatial_ref_sys"})

    def __init__(self, url: URL) -> None:
        _check_options(url)
        self._url = url.set(drivername="postgresql+psycopg")
        self.file: Path | None = None
        self._name = secrets.token_hex(8)  # whoever announces a revision shows it himself
        host = url.host or url.query.get("host") or "localhost"
        self.place = f"{url.database} at {host}" + (f":{url.port}" if url.port else "")

    def open(self, *, writing: bool) -> Engine:
        """An engine that replaces connections lost meanwhile. Nothing is reached until the first connection."""
        return _engine(self._url)

    def before_tables(self, connection: Connection) -> None:
        """The extension PostGIS, made where this user may; the database must hold UTF-8."""
        if connection.exec_driver_sql("SHOW server_encoding").scalar() != "UTF8":
            raise StoreError(f"the database {self.place} does not hold UTF-8; create it with ENCODING 'UTF8'")
        try:
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
        except DBAPIError as error:
            raise StoreError(
                f"the database {self.place} lacks PostGIS; install it on the server and have an administrator run "
                "CREATE EXTENSION postgis in that database"
            ) from error

    def begin_writing(self, connection: Connection) -> None:
        """Wait for our turn: the lock ends with the transaction, however that ends."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")

    def before_commit(self, connection: Connection) -> None:
        """Notify every listener of the revision and of who we are; it is delivered after the commit, or never."""
        payload = META.c.value + f" {self._name}"
        connection.execute(select(func.pg_notify(CHANNEL, payload)).where(META.c.key == "revision"))

    def forget(self, engine: Engine) -> None:
        """Nothing is done: the server's own autovacuum takes away what no transaction sees any more."""

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn what PostgreSQL refuses into a StoreError of one sentence, StoreLostError where it cannot be reached."""
        try:
            yield
        except PoolTimeoutError as error:
            raise StoreError(f"the store {self.place} is busy: all connections are taken; try again later") from error
        except (DBAPIError, psycopg.Error) as error:
            raise self._refusal(error) from error

    def listener(self, heard: Callable[[int], None], lost: Callable[[Exception], None]) -> Listener | None:
        """Who hears what `before_commit` said in any other process."""
        arguments = _libpq_arguments(self._url)
        return Listener(lambda: psycopg.connect(autocommit=True, **arguments), heard, lost, own_name=self._name)

    def announce(self, address: str) -> None:
        """Nobody is kept out: other processes write by themselves."""

    def release(self) -> None:
        """Nothing is held between transactions."""

    def _refusal(self, error: DBAPIError | psycopg.Error) -> StoreError:
        cause = error.orig if isinstance(error, DBAPIError) else error
        text = " ".join(str(cause).split())
        state = getattr(cause, "sqlstate", None) or next((state for words, state in _STATES if words in text), "")
        for beginning, meaning in _MEANINGS:
            if state.startswith(beginning):
                return StoreError(f"the store {self.place} {meaning}")
        if _is_loss(cause):
            return StoreLostError(f"the store {self.place} cannot be reached: {text or 'the connection broke'}")
        # The first line alone: details repeat the values of a row.
        said = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
        return StoreError(f"the store {self.place} cannot be used: {said or type(cause).__name__}")


def _is_loss(error: BaseException | None) -> bool:
    """Whether `error` means that the server is away, shutting down or starting, and not that it refused."""
    state = getattr(error, "sqlstate", None) or ""
    if state:
        return state.startswith(("08", "57P"))
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)


def _check_options(url: URL) -> None:
    if not url.database:
        raise SettingsError("XUNJIE_DATABASE_URL names no database; expected postgresql+psycopg://HOST:PORT/DATABASE")
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} - _OUR_OWN | {"host"}
    for name in url.query:
        if name not in known:
            raise SettingsError(
                f"XUNJIE_DATABASE_URL has the option {name[:40]!r}, which PostgreSQL does not know here"
            )


def _libpq_arguments(url: URL) -> dict[str, Any]:
    """What psycopg is given for `url`: the URL's own options before ours."""
    own = {"host": url.host, "port": url.port, "user": url.username, "password": url.password, "dbname": url.database}
    return {**_CONNECTING, **{key: value for key, value in own.items() if value is not None}, **url.query}


def _engine(url: URL) -> Engine:
    missing = {name: value for name, value in _CONNECTING.items() if name not in url.query}
    engine = create_engine(url, connect_args=missing, pool_pre_ping=True, pool_timeout=10, hide_parameters=True)

    def configure(connection: psycopg.Connection[Any], _record: object) -> None:
        connection.autocommit = True
        for setting in _SETTINGS:
            connection.execute(f"SET {setting}".encode())
        connection.autocommit = False

    event.listen(engine, "connect", configure)
    return engine
