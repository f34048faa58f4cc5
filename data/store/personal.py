"""Personal data, apart from the log: what a reference stands for, until it is erased."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Table, Text, select, update

from data.store.schema import CODE, METADATA

PERSONAL: Final = Table(
    "personal",
    METADATA,
    Column("ref", CODE, primary_key=True),  # p-…: what the log and the issue hold
    Column("kind", CODE, primary_key=True),  # name | phone
    Column("value", Text),  # NULL once erased
    Column("erased_us", BigInteger),
)
KINDS: Final = ("name", "phone")
_AT_ONCE: Final = 500
_NAMESPACE: Final = uuid.UUID("5d2f3c6e-6d0a-4c57-9d5e-0f5b1f1d8c11")


@dataclass(frozen=True, slots=True)
class Erasure:
    """That what `ref` stands for shall be forgotten."""

    ref: str
    actor: str
    note: str


@dataclass(frozen=True, slots=True)
class ErasureReceipt:
    """`created` False: there was nothing left to forget."""

    ref: str
    revision: int
    created: bool


def reference(issue_id: str) -> str:
    """The reference of whoever reported the issue: the same whenever the report is sent again."""
    return f"p-{uuid.uuid5(_NAMESPACE, issue_id)}"


def is_reference(text: str) -> bool:
    """Whether `text` stands for a person, rather than for an account or a unit."""
    return text.startswith("p-")


def person_rows(ref: str, person: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows of `personal`."""
    return [{"ref": ref, "kind": kind, "value": value, "erased_us": None} for kind, value in sorted(person.items())]


def is_kept(connection: Connection, ref: str) -> bool | None:
    """Whether anything is kept under `ref`; None for one that never was."""
    values = connection.execute(select(PERSONAL.c.value).where(PERSONAL.c.ref == ref)).scalars().all()
    return any(value is not None for value in values) if values else None


def erase(connection: Connection, refs: Iterable[str], at_us: int) -> None:
    """Forget what `refs` stand for; on SQLite the bytes are written over (data.store.sqlite)."""
    for ref in refs:
        connection.execute(update(PERSONAL).where(PERSONAL.c.ref == ref).values(value=None, erased_us=at_us))


def persons(connection: Connection, refs: Iterable[str]) -> dict[str, dict[str, str | None]]:
    """What is kept under each of `refs` that is known, by kind; None where it was erased."""
    found: dict[str, dict[str, str | None]] = {}
    wanted = sorted(set(refs))
    p = PERSONAL.c
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(p.ref, p.kind, p.value).where(p.ref.in_(wanted[start : start + _AT_ONCE]))
        for ref, kind, value in connection.execute(query):
            found.setdefault(ref, {})[kind] = value
    return found


def references_of(connection: Connection, value: str) -> list[str]:
    """The references under which exactly this name or phone is kept: what to erase when somebody asks for it."""
    p = PERSONAL.c
    return list(connection.execute(select(p.ref).where(p.value == value).order_by(p.ref).distinct()).scalars())
