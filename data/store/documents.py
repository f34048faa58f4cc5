"""The table of documents: every version of every one is a row, worked out from the log like the other tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, Row, Select, Table, Text, func, select

from data.documents.document import Document
from data.store.events import Kind, us_of_iso
from data.store.schema import CODE, EVENT, METADATA
from geo.clock import from_us

DOCUMENT: Final = Table(
    "document",
    METADATA,
    Column("collection", CODE, primary_key=True),
    Column("id", CODE, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),  # 1, 2, …
    Column("at_us", BigInteger, nullable=False),  # never before that of the version before it
    Column("recorded_us", BigInteger, nullable=False),  # wall time
    Column("actor", Text, nullable=False),
    Column("content", Text, nullable=False),  # JSON, keys in order
    Column("retired", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("change", CODE, nullable=False, unique=True),  # the client's UUID: each put is made exactly once
    Column("hash", Text, nullable=False),  # of what the client sent
)


def document_payload(columns: Mapping[str, Any], *, recorded_at: str) -> dict[str, Any]:
    """The payload of the `document_put` event that makes this row."""
    copied = ("collection", "id", "version", "retired", "revision", "change", "hash")
    content = orjson.loads(columns["content"])
    return {name: columns[name] for name in copied} | {"content": content, "recorded_at": recorded_at}


def document_columns(at_us: int, actor: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The row that a `document_put` event makes; its moment and actor are the event's."""
    return {
        **{name: payload[name] for name in ("collection", "id", "version", "retired", "revision", "change", "hash")},
        "at_us": at_us,
        "recorded_us": us_of_iso(payload["recorded_at"]),
        "actor": actor,
        "content": orjson.dumps(payload["content"], option=orjson.OPT_SORT_KEYS).decode(),
    }


def latest_documents(
    connection: Connection, *, collection: str | None = None, by_us: int | None = None
) -> Iterator[Document]:
    """The latest version of every document (of one collection, by a moment), in the order of collections and ids."""
    d = DOCUMENT.c
    last = select(d.collection, d.id, func.max(d.version).label("version")).group_by(d.collection, d.id)
    if collection is not None:
        last = last.where(d.collection == collection)
    if by_us is not None:
        last = last.where(d.at_us <= by_us)
    newest = last.subquery()
    same = (d.collection == newest.c.collection) & (d.id == newest.c.id) & (d.version == newest.c.version)
    return _documents(connection, select(DOCUMENT).join(newest, same).order_by(d.collection, d.id))


def versions_of(connection: Connection, collection: str, identity: str) -> list[Document]:
    """Every version of one document, the first one first; empty where there is none."""
    d = DOCUMENT.c
    query = select(DOCUMENT).where(d.collection == collection, d.id == identity)
    return list(_documents(connection, query.order_by(d.version)))


def documents_put_since(connection: Connection, seq: int) -> list[Document]:
    """What the log has put after event `seq`, in its order."""
    e = EVENT.c
    query = select(e.at, e.actor, e.payload).where(e.seq > seq, e.kind == Kind.DOCUMENT_PUT).order_by(e.seq)
    rows = connection.execute(query)
    return [_document(document_columns(us_of_iso(at), actor, orjson.loads(payload))) for at, actor, payload in rows]


def _documents(connection: Connection, query: Select[Any]) -> Iterator[Document]:
    rows: Iterable[Row[Any]] = connection.execute(query)
    return (_document(row._mapping) for row in rows)


def _document(columns: Mapping[Any, Any]) -> Document:
    at = from_us(columns["at_us"])
    assert at is not None
    return Document(
        columns["collection"],
        columns["id"],
        columns["version"],
        at,
        columns["actor"],
        orjson.loads(columns["content"]),
        columns["retired"],
        columns["revision"],
    )
