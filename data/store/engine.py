"""What a store asks of its database: one interface, which SQLite and PostgreSQL keep each in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from data.store.listening import Listener
from data.store.postgresql import PostgresqlBackend
from data.store.sqlite import SqliteBackend
from geo.errors import SettingsError

EXPECTED: Final = "sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE"
"""The addresses of a database that can be opened."""


class Backend(Protocol):
    """One database, not necessarily reached yet.

    `place` is how messages name the store, without user or password; `file` is its file, where it is one.
    `reading` and `writing` are the execution options of the connections for each. `own_tables` may stand in a database
    that is still empty.
    """

    place: str
    file: Path | None
    reading: Mapping[str, Any]
    writing: Mapping[str, Any]
    own_tables: frozenset[str]

    def open(self, *, writing: bool) -> Engine:
        """An engine of durable connections; for `writing` whatever keeps others from writing at the wrong moment.

        Raises StoreInUseError where another process may write alone, StoreError where there is nothing to open.
        """

    def before_tables(self, connection: Connection) -> None:
        """Make ready, within the transaction of `connection`, what the tables need; StoreError where it cannot be."""

    def begin_writing(self, connection: Connection) -> None:
        """Wait until no other transaction writes: what `connection` reads from here on is the newest state."""

    def before_commit(self, connection: Connection) -> None:
        """Let other processes hear of the revision in `connection`'s transaction once it is committed."""

    def forget(self, engine: Engine) -> None:
        """Let nothing stay of what was just erased (and committed) where the database keeps what was written last.
        It raises nothing: the erasure stands."""

    def refusals(self) -> AbstractContextManager[None]:
        """Turn what the database refuses inside the block into a StoreError of one sentence."""

    def listener(self, heard: Callable[[int], None], lost: Callable[[Exception], None]) -> Listener | None:
        """Who tells of other processes' revisions (not started yet); None where there can be no other writer."""

    def announce(self, address: str) -> None:
        """Tell other processes that want to write where this one answers over HTTP, where it keeps them out."""

    def release(self) -> None:
        """Let others write. Twice is harmless."""


def backend_of(url: str) -> Backend:
    """The database that `url` names; nothing is opened yet. Raises SettingsError, which never repeats the URL: it may
    hold a password."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError(f"XUNJIE_DATABASE_URL cannot be read; expected {EXPECTED}") from None
    if parts.drivername == "sqlite":
        return SqliteBackend(parts)
    if parts.drivername in ("postgresql", "postgresql+psycopg"):
        return PostgresqlBackend(parts)
    raise SettingsError(f"XUNJIE_DATABASE_URL has the scheme {parts.drivername[:40]!r}; expected {EXPECTED}")
