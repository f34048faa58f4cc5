"""Sums over the rows of tables that do not follow from the log: accounts, sessions, notices, personal data.

A table's sum is that of the SHA-256 of its rows modulo 2^256; it stands in `meta`, under its seal. Every transaction
adds what the rows that it touched have become and takes off what they were, so that writing never costs more than its
own rows, and damage done in between is never summed over: the difference stays until `problem` tells of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import orjson
from sqlalchemy import (
    Connection,
    Delete,
    Executable,
    Insert,
    Select,
    Table,
    Update,
    delete,
    event,
    insert,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import NullType

from data.store.access_tables import ACCOUNT, IDENTITY, SESSION, TOKEN
from data.store.bulk_insert import insert_rows
from data.store.meta_seal import SUMS, change_meta
from data.store.notice_tables import NOTICE_TABLES
from data.store.personal import PERSONAL
from data.store.schema import META
from geo.errors import StoreError

SUMMED: Final = (ACCOUNT, SESSION, TOKEN, IDENTITY, *NOTICE_TABLES, PERSONAL)
_MODULUS: Final = 1 << 256
_AT_ONCE: Final = 200
_BATCH: Final = 5_000
Key = tuple[Any, ...]


class RowSums:
    """What one transaction does to the rows of SUMMED: statements are heard of, rows put in by the driver are told."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._before: dict[Table, dict[Key, int]] = {}

    def before_execute(self, _connection: Connection, statement: Executable, *_rest: object) -> None:
        """Note the rows that a change or a deletion will touch, as they are now. Keys are never changed."""
        if not isinstance(statement, Update | Delete) or statement.table not in SUMMED:
            return
        table = statement.table
        query = _rows_of(table)
        if statement.whereclause is not None:
            query = query.where(statement.whereclause)
        known = self._before.setdefault(table, {})
        for key, value in _valued(self._connection, table, query):
            known.setdefault(key, value)

    def after_execute(
        self,
        _connection: Connection,
        statement: Executable,
        many: Sequence[Mapping[str, Any]],
        _one: Mapping[str, Any],
        _options: object,
        result: Any,
    ) -> None:
        """Note the rows that were inserted: they were not there before."""
        if isinstance(statement, Insert) and statement.table in SUMMED:
            table = statement.table
            self.told(table, [_key_of(table, row) for row in many] or [tuple(result.inserted_primary_key)])

    def told(self, table: Table, keys: Iterable[Key]) -> None:
        """Rows of `table` that are new."""
        known = self._before.setdefault(table, {})
        for key in keys:
            known.setdefault(key, 0)

    def write(self) -> None:
        """Bring the sums in `meta` up to what the rows are now. Raises StoreError where `meta` is damaged."""
        moved = {table: self._moved(table, known) for table, known in self._before.items() if known}
        if any(moved.values()):
            sums = _stored(self._connection)
            for table, by in moved.items():
                sums[table.name] = _hex(int(sums[table.name], 16) + by)
            change_meta(self._connection, {SUMS: _text(sums)})

    def _moved(self, table: Table, known: Mapping[Key, int]) -> int:
        keys, after = list(known), 0
        for start in range(0, len(keys), _AT_ONCE):
            only = tuple_(*table.primary_key.columns).in_(keys[start : start + _AT_ONCE])
            after += sum(value for _, value in _valued(self._connection, table, _rows_of(table).where(only)))
        return (after - sum(known.values())) % _MODULUS


@contextmanager
def summed(connection: Connection) -> Iterator[None]:
    """Keep the sums right through one transaction of `connection`, whatever it does to SUMMED by statements."""
    sums = RowSums(connection)
    event.listen(connection, "before_execute", sums.before_execute)
    event.listen(connection, "after_execute", sums.after_execute)
    info = connection.info  # asked for here: of a lost connection it cannot be had, and would hide why it was lost
    info[RowSums] = sums
    try:
        yield
        sums.write()
    finally:
        info.pop(RowSums, None)


def insert_summed(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """`insert_rows` for a table of SUMMED, within `summed`."""
    if rows:
        insert_rows(connection, table, rows)
        connection.info[RowSums].told(table, [_key_of(table, row) for row in rows])


def make_sums(connection: Connection, *, anew: bool = False) -> None:
    """Write the sums of the rows as they are, where there are none yet or `anew`; `seal_meta` must follow."""
    known = {} if anew else _stored(connection)
    missing = [table for table in SUMMED if table.name not in known]
    if missing:
        sums = known | {table.name: _whole(connection, table) for table in missing}
        connection.execute(delete(META).where(META.c.key == SUMS))
        connection.execute(insert(META).values(key=SUMS, value=_text(sums)))


def problem(connection: Connection) -> str | None:
    """One sentence naming the first table with a row that was changed, removed or put in by another; None for none."""
    sums = _stored(connection)
    if not sums:
        return "the store has no sums of its accounts, notices and personal data; restore a backup"
    for table in SUMMED:
        if sums.get(table.name) != _whole(connection, table):
            return f"the table {table.name} is not as this program last wrote it; restore a backup"
    return None


def _stored(connection: Connection) -> dict[str, str]:
    """The sums by table, none in a store that no program of today has opened. Raises StoreError for a damaged one."""
    value = connection.execute(select(META.c.value).where(META.c.key == SUMS)).scalar()
    try:
        return {} if value is None else dict(json.loads(value))
    except (TypeError, ValueError):
        raise StoreError("the table meta of the store is damaged; restore a backup") from None


def _whole(connection: Connection, table: Table) -> str:
    query = _rows_of(table).execution_options(yield_per=_BATCH)
    return _hex(sum(value for _, value in _valued(connection, table, query)))


def _rows_of(table: Table) -> Select[Any]:
    """Values as the driver gives them, so that nothing passes for what it is not."""
    columns: list[Any] = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
    return select(*columns)


def _valued(connection: Connection, table: Table, query: Select[Any]) -> Iterator[tuple[Key, int]]:
    """Key and hash of every row."""
    for row in connection.execute(query):
        line = orjson.dumps(tuple(row), default=_foreign)
        yield _key_of(table, row._mapping), int.from_bytes(hashlib.sha256(line).digest(), "big")


def _key_of(table: Table, row: Mapping[Any, Any]) -> Key:
    return tuple(row[column.name] for column in table.primary_key.columns)


def _foreign(value: object) -> dict[str, str]:
    """A value of a kind that we never write."""
    return {type(value).__name__: value.hex() if isinstance(value, bytes) else repr(value)}


def _hex(total: int) -> str:
    return format(total % _MODULUS, "064x")


def _text(sums: Mapping[str, str]) -> str:
    return json.dumps(sums, sort_keys=True)
