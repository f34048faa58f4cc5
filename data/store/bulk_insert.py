"""Many rows into one table: the driver is handed the values as they are, PostgreSQL by COPY."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Dialect,
    Float,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    insert,
)

_COPY_TYPES: Final = {
    BigInteger: "int8",
    Boolean: "bool",
    Float: "float8",
    Integer: "int4",
    LargeBinary: "bytea",
    SmallInteger: "int2",
    Text: "text",
}


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
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        connection.exec_driver_sql(_statement(table, connection.dialect), list(rows))


@lru_cache(maxsize=32)  # compiling takes as long as inserting twenty rows
def _statement(table: Table, dialect: Dialect) -> str:
    return str(insert(table).compile(dialect=dialect, column_keys=table.c.keys()))


def _copy(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Binary COPY; a value that its column cannot hold is refused as an INSERT would refuse it."""
    prepared = connection.dialect.identifier_preparer
    columns = ", ".join(map(prepared.quote, table.c.keys()))
    driver: Any = connection.connection.driver_connection
    statement = f"COPY {prepared.format_table(table)} ({columns}) FROM STDIN (FORMAT BINARY)"
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types([_COPY_TYPES[type(column.type)] for column in table.columns])
        for row in rows:
            copy.write_row(row)
