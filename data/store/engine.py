"""How a database is reached: the one place that knows SQLite's settings and what its refusals mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from geo.errors import SettingsError, StoreError

_BUSY_MS: Final = 10_000
_CACHE_KB: Final = 16_000  # with the default of 2 MB bulk inserts into the index of UUIDs take half as long again
_MEANINGS: Final = (
    ("not a database", "is not a database file; name another file, or move this one away"),
    ("readonly", "cannot be written: the file or its folder is read-only"),
    ("unable to open", "cannot be opened: the folder does not exist or may not be entered or written"),
    ("is full", "cannot be written: the disk is full"),
    ("disk i/o", "cannot be read or written: the disk reports an error"),
    ("malformed", "is damaged; restore a backup"),
    ("locked", "is being written by another program; stop that first"),
    ("append-only", "refuses to change its event log"),
)


def database_file(url: str) -> Path:
    """The file that a SQLite URL names. Raises SettingsError for a URL without one, or with options after `?`: none
    would be heeded."""
    try:
        parts = make_url(url)
    except ArgumentError:
        raise SettingsError("XUNJIE_DATABASE_URL names no file; expected sqlite:///PATH") from None
    if parts.query:
        raise SettingsError("XUNJIE_DATABASE_URL has options after '?', which are not heeded; expected sqlite:///PATH")
    name = parts.database
    if not name or name == ":memory:" or name.startswith("file:"):
        raise SettingsError("XUNJIE_DATABASE_URL names no file; expected sqlite:///PATH")
    return Path(name)


def sqlite_engine(file: Path, *, writing: bool, still: bool = False) -> Engine:
    """An engine whose connections are durable (WAL, synchronous=FULL) and begin transactions where SQLAlchemy says.

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
    settled = ("journal_mode=WAL", "synchronous=FULL") if writing else ("query_only=ON",)

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


@contextmanager
def refusals_of(file: Path) -> Iterator[None]:
    """Turn what the database refuses into a StoreError of one sentence."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise StoreError(f"the store {file} {_meaning(error)}") from error


def _meaning(error: Any) -> str:
    text = str(getattr(error, "orig", error)).lower()
    for part, meaning in _MEANINGS:
        if part in text:
            return meaning
    return f"cannot be used: {text.splitlines()[0] if text else type(error).__name__}"
