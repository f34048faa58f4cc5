"""The seal of the table `meta`: one hash over all its values, so that none of them changes unnoticed.

The other tables follow from the log; what the store says of itself does not. On SQLite the text of the schema (tables,
indexes, triggers) is sealed along, under the key `tables`.
"""

from __future__ import annotations

import hashlib
from typing import Final

import orjson
from sqlalchemy import Connection, delete, insert, select

from data.store.schema import META
from geo.errors import StoreError

SEAL: Final = "seal"
TABLES: Final = "tables"
OWN_KEYS: Final = frozenset({SEAL, TABLES})
"""Keys that belong to this database rather than to its content: a backup leaves them out, a restore makes them anew."""


def seal_meta(connection: Connection) -> None:
    """Write the seal that fits what `meta` holds now, within the transaction of `connection`."""
    values = _values(connection)
    own = {key: values.pop(key) for key in OWN_KEYS & values.keys()}
    wanted = {} if (tables := _tables_hash(connection)) is None else {TABLES: tables}
    wanted[SEAL] = _hash(values | wanted)
    if wanted != own:
        connection.execute(delete(META).where(META.c.key.in_(sorted(OWN_KEYS))))
        connection.execute(insert(META), [{"key": key, "value": value} for key, value in wanted.items()])


def is_sealed(connection: Connection) -> bool:
    """Whether there is a seal at all; stores of the first release have none until a newer one opens them to write."""
    return SEAL in _values(connection)


def seal_problem(connection: Connection) -> str | None:
    """One sentence if `meta` or the schema is not as it was sealed; None for a sound one."""
    values = _values(connection)
    found = values.pop(SEAL, None)
    if found is None:
        return "the table meta of the store is not sealed; start the program once to seal it"
    if found != _hash(values):
        return "the table meta of the store is damaged: its seal does not fit; restore a backup"
    if values.get(TABLES) != _tables_hash(connection):
        return "the tables, indexes or triggers of the store were changed; restore a backup"
    return None


def refuse_broken_seal(connection: Connection) -> None:
    """Raises StoreError where what stands in `meta` does not fit its seal: sealing anew would hide the damage."""
    if is_sealed(connection) and (problem := seal_problem(connection)) is not None:
        raise StoreError(problem)


def _values(connection: Connection) -> dict[str, str]:
    return {row.key: row.value for row in connection.execute(select(META.c.key, META.c.value))}


def _hash(values: dict[str, str]) -> str:
    try:
        return hashlib.sha256(orjson.dumps(sorted(values.items()))).hexdigest()
    except TypeError:  # a value that is no text: never written by us
        return ""


def _tables_hash(connection: Connection) -> str | None:
    if connection.dialect.name != "sqlite":
        return None
    rows = connection.exec_driver_sql(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name"
    )
    try:
        return hashlib.sha256(orjson.dumps([tuple(row) for row in rows])).hexdigest()
    except TypeError:
        return ""
