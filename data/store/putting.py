"""Documents put within one transaction: from which version, and each UUID only once."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from data.campaign_clock import campaign_now
from data.documents.checking import CheckedPut, CheckedPuts
from data.store.bulk_insert import insert_rows
from data.store.documents import DOCUMENT, document_payload
from data.store.events import Kind, Pending, iso_utc
from data.store.receipts import CHUNK
from geo.city import City
from geo.clock import from_us, to_us
from geo.errors import ConflictError, NotFoundError, StaleError

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentReceipt:
    """What a client is told of its put: the document's version after it. `created` False: it had been made before."""

    collection: str
    id: str
    version: int
    revision: int
    created: bool


class Putting:
    """The documents that a transaction may put, as they stand in it."""

    def __init__(self, connection: Connection, city: City, works: Sequence[CheckedPuts]) -> None:
        puts = [put for work in works for put in work.puts]
        self._connection, self._city = connection, city
        self._heads = _heads(connection, puts)
        self._known = _receipts(connection, [put.change for put in puts])
        self._rows: list[_Row] = []

    def take(self, work: CheckedPuts, *, revision: int, wall_us: int) -> tuple[list[DocumentReceipt], list[Pending]]:
        """Receipts of all puts of `work`, and the events of those that had not been made before.

        Raises ConflictError for a known UUID with other content, NotFoundError for a later version of a document that
        is not there, StaleError where one is at another version; nothing of `work` is taken then.
        """
        heads = ChainMap(dict[tuple[str, str], _Row](), self._heads)
        known = ChainMap(dict[str, tuple[str, DocumentReceipt]](), self._known)
        receipts, rows = [], []
        for put in work.puts:
            if put.change in known:
                digest, receipt = known[put.change]
                if digest != put.hash:
                    raise ConflictError(
                        f"the put {put.change} is known with other content; send it as a new UUID",
                        "uuid_put", id=put.change,
                    )  # fmt: skip
                receipts.append(receipt)
                continue
            row = self._next(put, heads.get((put.collection, put.id)))
            row |= {"revision": revision, "recorded_us": row["at_us"] if work.as_dated else wall_us}
            heads[put.collection, put.id] = row
            receipt = DocumentReceipt(put.collection, put.id, row["version"], revision, created=True)
            known[put.change] = put.hash, replace(receipt, created=False)
            receipts.append(receipt)
            rows.append(row)
        self._heads.update(heads.maps[0])
        self._known.update(known.maps[0])
        self._rows += rows
        return receipts, [_event(row) for row in rows]

    def write(self) -> None:
        """Write the rows of all that was taken."""
        insert_rows(self._connection, DOCUMENT, self._rows)

    def _next(self, put: CheckedPut, head: _Row | None) -> _Row:
        """The row of the next version, but for what only the transaction knows."""
        if head is None and put.expected:
            raise NotFoundError(f"document in {put.collection}", put.id)
        content = orjson.dumps(put.content, option=orjson.OPT_SORT_KEYS).decode()
        if head is not None and head["version"] != put.expected:
            raise _stale(put, head)
        at_us = to_us(campaign_now(self._city.campaign())) if put.at_us is None else put.at_us
        return {
            "collection": put.collection,
            "id": put.id,
            "version": put.expected + 1,
            "at_us": at_us if head is None else max(at_us, head["at_us"]),
            "actor": put.actor,
            "content": content,
            "retired": put.retired,
            "change": put.change,
            "hash": put.hash,
        }


def _event(row: _Row) -> Pending:
    payload = document_payload(row, recorded_at=iso_utc(row["recorded_us"]))
    return Pending(None, row["at_us"], row["actor"], Kind.DOCUMENT_PUT, payload)


def _stale(put: CheckedPut, head: _Row) -> StaleError:
    wished, now = {**put.content, "retired": put.retired}, {**orjson.loads(head["content"]), "retired": head["retired"]}
    changed_at = from_us(head["at_us"])
    assert changed_at is not None
    return StaleError(
        put.id,
        kind=f"document in {put.collection}",
        expected=put.expected,
        version=head["version"],
        changed_by=head["actor"],
        changed_at=changed_at,
        difference={
            name: (_said(wished.get(name)), _said(now.get(name)))
            for name in dict.fromkeys((*wished, *now))
            if wished.get(name) != now.get(name)
        },
    )


def _said(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _heads(connection: Connection, puts: Sequence[CheckedPut]) -> dict[tuple[str, str], _Row]:
    """The latest rows of the documents that are to be put."""
    d = DOCUMENT.c
    wanted: dict[str, list[str]] = {}
    for put in puts:
        wanted.setdefault(put.collection, []).append(put.id)
    heads = {}
    for collection, ids in wanted.items():
        for start in range(0, len(ids), CHUNK):
            mine = (d.collection == collection) & d.id.in_(ids[start : start + CHUNK])
            last = select(d.id, func.max(d.version).label("version")).where(mine).group_by(d.id).subquery()
            same = (d.id == last.c.id) & (d.version == last.c.version)
            query = select(DOCUMENT).join(last, same).where(d.collection == collection)
            for row in connection.execute(query):
                heads[collection, row.id] = dict(row._mapping)
    return heads


def _receipts(connection: Connection, changes: Sequence[str]) -> dict[str, tuple[str, DocumentReceipt]]:
    """Hash and receipt of each of `changes` that was made before."""
    d = DOCUMENT.c
    known = {}
    query = select(d.change, d.hash, d.collection, d.id, d.version, d.revision)
    for start in range(0, len(changes), CHUNK):
        for row in connection.execute(query.where(d.change.in_(changes[start : start + CHUNK]))):
            receipt = DocumentReceipt(row.collection, row.id, row.version, row.revision, created=False)
            known[row.change] = row.hash, receipt
    return known
