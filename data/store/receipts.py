"""Exactly once: which drafts were written before, which are new, and the identity and number each is given."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from data.intake.issues import CheckedIssue
from data.store.database import Meta
from data.store.schema import ISSUE
from geo.errors import ConflictError

CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a client is told of one draft. `created` False: it had been written before, by `revision`."""

    id: str
    number: str
    revision: int
    created: bool


def known_receipts(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, Receipt]]:
    """Content hash and receipt of each of `ids` that the store has."""
    known = {}
    for start in range(0, len(ids), CHUNK):
        query = select(ISSUE.c.id, ISSUE.c.number, ISSUE.c.revision, ISSUE.c.content)
        for row in connection.execute(query.where(ISSUE.c.id.in_(ids[start : start + CHUNK]))):
            known[row.id] = (row.content, Receipt(row.id, row.number, row.revision, created=False))
    return known


def sort_out(
    issues: Sequence[CheckedIssue], known: MutableMapping[str, tuple[str, Receipt]], meta: Meta, prefix: str
) -> tuple[list[Receipt], list[tuple[int, CheckedIssue]]]:
    """Receipts of all drafts, and which (with their position) are new; new ones are given their id and number."""
    receipts: list[Receipt] = []
    fresh: list[tuple[int, CheckedIssue]] = []
    given = (issue.payload["number"] for issue in issues if issue.payload["number"])
    next_number = max(meta.last_number, last_number(given, prefix)) + 1
    for position, issue in enumerate(issues):
        if issue.id is not None and issue.id in known:
            content, receipt = known[issue.id]
            if not issue.is_same(content):
                raise ConflictError(
                    f"the issue {issue.id} is known with other content; send it as a new UUID",
                    "uuid_issue", id=issue.id,
                )  # fmt: skip
            receipts.append(receipt)
            continue
        issue.id = issue.id or str(uuid.uuid4())
        if issue.payload["number"] is None:
            issue.payload["number"] = f"{prefix}-{next_number:05d}"
            next_number += 1
        receipt = Receipt(issue.id, issue.payload["number"], meta.revision + 1, created=True)
        receipts.append(receipt)
        known[issue.id] = (issue.content, Receipt(receipt.id, receipt.number, receipt.revision, created=False))
        fresh.append((position, issue))
    return receipts, fresh


def last_number(numbers: Iterable[str], prefix: str) -> int:
    """The highest running number among those of our own form PREFIX-00001; 0 without any."""
    start = f"{prefix}-"
    tails = (number[len(start) :] for number in numbers if number.startswith(start))
    return max((int(tail) for tail in tails if tail.isascii() and tail.isdecimal() and len(tail) <= 12), default=0)
