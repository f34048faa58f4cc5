"""Many rows into one table: SQLAlchemy writes the statement once, the driver is handed the values as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, each with a value for every column of `table`; no rows are no statement."""
    if rows:
        insert_tuples(connection, table, list(map(itemgetter(*table.c.keys()), rows)))


def insert_tuples(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """The same for tuples in the order of the table's columns.

    Passing them through SQLAlchemy's parameters costs three times the insert itself, and our values (int, float, str,
    bytes, bool, None) are what the drivers take.
    """
    if not rows:
        return
    statement, by_position = _statement(table, connection.dialect)
    if by_position:
        connection.exec_driver_sql(statement, list(rows))
    else:
        connection.exec_driver_sql(statement, [dict(zip(table.c.keys(), row, strict=True)) for row in rows])


@lru_cache(maxsize=32)  # compiling takes as long as inserting twenty rows
def _statement(table: Table, dialect: Dialect) -> tuple[str, bool]:
    compiled = insert(table).compile(dialect=dialect, column_keys=table.c.keys())
    return str(compiled), compiled.positiontup is not None
