"""The rows of a table as lines of JSON, the same whichever database they come from, and one hash for all of them.

The hash of a table is the sum of the SHA-256 of its lines modulo 2^256, in hex: it does not depend on their order, in
which databases differ, and unlike an exclusive or it sees a row that is there twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import orjson
from sqlalchemy import Column, Connection, LargeBinary, Select, Table, func, select

from data.store.access_tables import NOT_BACKED_UP
from data.store.meta_seal import OWN_KEYS
from data.store.notice_tables import NOT_RESTORED
from data.store.schema import EVENT, META
from data.store.tables import METADATA

TABLES: Final[tuple[Table, ...]] = tuple(
    table for table in METADATA.sorted_tables if table.name not in NOT_BACKED_UP | NOT_RESTORED
)
_BATCH: Final = 5_000


class TableHash:
    """Takes in the lines of one table; `rows` and `hex` say what came so far."""

    __slots__ = ("_sum", "rows")

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, line: bytes) -> None:
        """One more row, as its line without the line feed."""
        self.rows += 1
        self._sum += int.from_bytes(hashlib.sha256(line).digest(), "big")

    @property
    def hex(self) -> str:
        """64 hex digits."""
        return format(self._sum % (1 << 256), "064x")


def columns_of(table: Table) -> list[Column[Any]]:
    """The columns that hold the table's content; a database's own ones (marked `own`) are worked out again."""
    return [column for column in table.columns if column.computed is None and not column.info.get("own")]


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Every row of `table` as one JSON array without a line feed, in the order of its key; bytes as hex digits."""
    query = _content(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH)
    for row in connection.execute(query):
        yield orjson.dumps(tuple(row), default=bytes.hex)


def values_of(line: bytes, table: Table) -> tuple[Any, ...]:
    """The inverse for one row."""
    values: list[Any] = orjson.loads(line)
    for position, column in enumerate(columns_of(table)):
        if isinstance(column.type, LargeBinary) and values[position] is not None:
            values[position] = bytes.fromhex(values[position])
    return tuple(values)


def hashes(connection: Connection) -> dict[str, tuple[int, str]]:
    """Rows and hash of each table of a store, by name: equal for stores of equal content."""
    found = {}
    for table in TABLES:
        total = TableHash()
        for line in lines(connection, table):
            total.add(line)
        found[table.name] = (total.rows, total.hex)
    return found


def last_event(connection: Connection) -> tuple[int, str]:
    """How many events the log has, and the hash of the last one ("" for none)."""
    count = connection.execute(select(func.count()).select_from(EVENT)).scalar() or 0
    last = connection.execute(select(EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)).scalar()
    return count, last or ""


def _content(table: Table) -> Select[Any]:
    query = select(*columns_of(table))
    return query.where(META.c.key.not_in(sorted(OWN_KEYS))) if table is META else query
