"""The seal of the table `meta`: one hash over all its values, so that none of them changes unnoticed.

What the store says of itself does not follow from the log. On SQLite the text of the schema (tables,
indexes, triggers) is sealed along, under the key `tables`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from data.store.schema import META
from geo.errors import StoreError

SEAL: Final = "seal"
TABLES: Final = "tables"
SUMS: Final = "sums"  # see data.store.row_sums
OWN_KEYS: Final = frozenset({SEAL, TABLES, SUMS})
"""Keys that belong to this database rather than to its content: a backup leaves them out, a restore makes them anew."""

_DAMAGED: Final = "the table meta of the store is damaged: its seal does not fit; restore a backup"
_CHANGE: Final = update(META).where(META.c.key == bindparam("at")).values(value=bindparam("to"))


def seal_meta(connection: Connection) -> None:
    """Write the seal that fits what `meta` and the schema are now, within the transaction of `connection`."""
    values = _values(connection)
    own = {key: values.pop(key) for key in (SEAL, TABLES) if key in values}
    wanted = {} if (tables := _tables_hash(connection)) is None else {TABLES: tables}
    wanted[SEAL] = _hash(values | wanted)
    if wanted != own:
        connection.execute(delete(META).where(META.c.key.in_((SEAL, TABLES))))
        connection.execute(insert(META), [{"key": key, "value": value} for key, value in wanted.items()])


def change_meta(connection: Connection, changes: Mapping[str, str]) -> None:
    """Change values and the seal with them, within the transaction of `connection`. Raises StoreError where what stands
    there does not fit its seal: sealing it anew would hide the damage."""
    values = _values(connection)
    if values.pop(SEAL, None) != _hash(values):
        raise StoreError(_DAMAGED)
    values |= changes
    written = [{"at": key, "to": value} for key, value in {**changes, SEAL: _hash(values)}.items()]
    connection.execute(_CHANGE, written)


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
        return _DAMAGED
    if values.get(TABLES) != _tables_hash(connection):
        return "the tables, indexes or triggers of the store were changed; restore a backup"
    return None


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
