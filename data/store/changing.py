"""Changes of single issues within one transaction: from which version, by which rule, and each UUID only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from data.campaign_clock import campaign_now
from data.intake.changes import CheckedChange
from data.store.bulk_insert import insert_rows, insert_tuples
from data.store.events import Kind, Pending, iso_utc
from data.store.projection import STATUS_NAMES, IssueRecord, Step, change_columns
from data.store.receipts import CHUNK
from data.store.schema import ISSUE, ISSUE_CHANGE, TRANSITION
from geo.city import City
from geo.clock import from_us, to_us
from geo.errors import ConflictError, NotFoundError, StaleError
from geo.lifecycle import Status, check_change

_COLUMNS = ("row", "id", "campaign", "status", "closed_us", "rework", "version")
_FOLLOWING = ("status", "closed_us", "rework", "version")
_HANDLING = (Status.HANDLING, Status.VERIFYING)


@dataclass(frozen=True, slots=True)
class ChangeReceipt:
    """What a client is told of its change: the issue's version after it. `created` False: it had been made before."""

    id: str
    issue_id: str
    version: int
    revision: int
    created: bool


class Changing:
    """The issues that a transaction may change, as they stand in it.

    `records` are those issues by UUID, among them the new ones of the same transaction (`known_from_now_on`).
    """

    def __init__(self, connection: Connection, city: City, changes: Sequence[CheckedChange]) -> None:
        self._connection, self._city = connection, city
        self._records = _records(connection, [change.issue_id for change in changes])
        self._stored = {identity: len(record.steps) for identity, record in self._records.items()}
        self._receipts = _receipts(connection, [change.id for change in changes])
        self._rows: list[dict[str, Any]] = []

    def known_from_now_on(self, records: Sequence[IssueRecord]) -> None:
        """Issues that are new in this transaction can be changed in it too."""
        self._records.update((record.columns["id"], record) for record in records)

    def take(self, change: CheckedChange, *, revision: int, wall_us: int) -> tuple[ChangeReceipt, list[Pending]]:
        """The receipt and the event of `change`; no event where it had been made before.

        Raises ConflictError for a known UUID with other content, NotFoundError for an unknown issue, StaleError where
        the issue is at another version, and what `check_change` raises.
        """
        if change.id in self._receipts:
            content, receipt = self._receipts[change.id]
            if content != change.content:
                raise ConflictError(f"the change {change.id} is known with other content; send it as a new UUID")
            return receipt, []
        record = self._records.get(change.issue_id)
        if record is None:
            raise NotFoundError("issue", change.issue_id)
        if record.columns["version"] != change.expected:
            raise _stale(record, change)
        before = Status(record.columns["status"])
        handlers = {step.actor for step in record.steps if step.status in _HANDLING}
        check_change(before, change.status, actor=change.actor, handlers=handlers, note=change.note,
                     evidence=change.evidence)  # fmt: skip
        at_us = max(to_us(campaign_now(self._city.campaign(record.columns["campaign"]))), record.steps[-1].at_us)
        record.change(at_us, change.actor, change.status, change.note, change.evidence)
        self._rows.append(change_columns(record, change.id, revision=revision, content=change.content))
        receipt = ChangeReceipt(change.id, change.issue_id, record.columns["version"], revision, created=True)
        known = ChangeReceipt(change.id, change.issue_id, receipt.version, revision, created=False)
        self._receipts[change.id] = change.content, known
        return receipt, [Pending(change.issue_id, at_us, change.actor, Kind.ISSUE_CHANGED, {
            "before": STATUS_NAMES[before],
            "status": STATUS_NAMES[change.status],
            "note": change.note,
            "evidence": change.evidence,
            "id": change.id,
            "content": change.content,
            "revision": revision,
            "recorded_at": iso_utc(wall_us),
        })]  # fmt: skip

    def write(self) -> None:
        """Let the rows of the stored issues follow; new ones of this transaction are written with their changes."""
        grown = [
            (record, record.steps[before:])
            for identity, before in self._stored.items()
            if len((record := self._records[identity]).steps) > before
        ]
        if grown:
            insert_tuples(self._connection, TRANSITION, [step for _, steps in grown for step in steps])
            change = update(ISSUE).where(ISSUE.c.row == bindparam("at_row"))
            self._connection.execute(
                change.values({name: bindparam(f"new_{name}") for name in _FOLLOWING}),
                [
                    {"at_row": record.columns["row"], **{f"new_{name}": record.columns[name] for name in _FOLLOWING}}
                    for record, _ in grown
                ],
            )
        insert_rows(self._connection, ISSUE_CHANGE, self._rows)


def _stale(record: IssueRecord, change: CheckedChange) -> StaleError:
    last = record.steps[-1]
    wished = {"status": STATUS_NAMES[change.status], "note": change.note, "evidence": change.evidence}
    now = {"status": STATUS_NAMES[Status(last.status)], "note": last.note, "evidence": last.evidence}
    changed_at = from_us(last.at_us)
    assert changed_at is not None
    return StaleError(
        change.issue_id,
        expected=change.expected,
        version=record.columns["version"],
        changed_by=last.actor,
        changed_at=changed_at,
        difference={name: (wished[name], now[name]) for name in wished if wished[name] != now[name]},
    )


def _records(connection: Connection, ids: Sequence[str]) -> dict[str, IssueRecord]:
    """Those of `ids` that are stored, with all their steps but only the columns that a change needs."""
    records: dict[int, IssueRecord] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        query = select(*(ISSUE.c[name] for name in _COLUMNS)).where(ISSUE.c.id.in_(wanted[start : start + CHUNK]))
        records.update((row.row, IssueRecord(dict(row._mapping))) for row in connection.execute(query))
    rows = sorted(records)
    for start in range(0, len(rows), CHUNK):
        steps = select(TRANSITION).where(TRANSITION.c.issue_row.in_(rows[start : start + CHUNK]))
        for step in connection.execute(steps.order_by(TRANSITION.c.issue_row, TRANSITION.c.n)):
            records[step.issue_row].steps.append(Step(*step))
    return {record.columns["id"]: record for record in records.values()}


def _receipts(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ChangeReceipt]]:
    """Content hash and receipt of each of `ids` that was made before."""
    known: dict[str, tuple[str, ChangeReceipt]] = {}
    query = select(ISSUE_CHANGE, ISSUE.c.id.label("issue_id")).join(ISSUE, ISSUE.c.row == ISSUE_CHANGE.c.issue_row)
    for start in range(0, len(ids), CHUNK):
        for row in connection.execute(query.where(ISSUE_CHANGE.c.id.in_(ids[start : start + CHUNK]))):
            receipt = ChangeReceipt(row.id, row.issue_id, row.n + 1, row.revision, created=False)
            known[row.id] = row.content, receipt
    return known
