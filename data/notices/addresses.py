"""The e-mail addresses of units: personal data, kept apart from the log and erased by deleting them."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from data.store.notice_tables import UNIT_ADDRESS
from geo.errors import BadValueError, ConflictError, NotFoundError

MOST_A_UNIT: Final = 20
_MOST: Final = 254
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


def checked_address(value: object) -> str:
    """An e-mail address of plain ASCII, without a name beside it: nothing in it can end a header or begin another.
    Raises BadValueError."""
    if not isinstance(value, str) or len(value) > _MOST or not _ADDRESS.fullmatch(value):
        raise BadValueError(
            "address", value if isinstance(value, str) else "…", "one e-mail address, as duty@d.example"
        )
    return value


def addresses(connection: Connection) -> dict[str, list[str]]:
    """The addresses of every unit that has some, by its code."""
    found: dict[str, list[str]] = {}
    for row in connection.execute(select(UNIT_ADDRESS).order_by(UNIT_ADDRESS.c.unit, UNIT_ADDRESS.c.address)):
        found.setdefault(row.unit, []).append(row.address)
    return found


def add_address(connection: Connection, unit: str, address: str, now_us: int) -> None:
    """One more address of a unit; one that is there already stays. Raises ConflictError beyond MOST_A_UNIT."""
    there = addresses(connection).get(unit, [])
    if address in there:
        return
    if len(there) >= MOST_A_UNIT:
        raise ConflictError(
            f"the unit has {MOST_A_UNIT} addresses already; remove one first", "addresses_full", n=MOST_A_UNIT
        )
    connection.execute(insert(UNIT_ADDRESS).values(unit=unit, address=address, made_us=now_us))


def remove_address(connection: Connection, unit: str, address: str) -> None:
    """Erase one address. Raises NotFoundError."""
    gone = connection.execute(
        delete(UNIT_ADDRESS).where(UNIT_ADDRESS.c.unit == unit, UNIT_ADDRESS.c.address == address)
    )
    if gone.rowcount != 1:
        raise NotFoundError("address", address[:80])
