"""The one writer: a batch becomes events, rows and places in one transaction, acknowledged only after its commit."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from data.intake.issues import CheckedIssue, Examined
from data.intake.placing import Placer
from data.intake.points import point_events, visit_events
from data.records import Reject
from data.store.bulk_insert import insert_rows, insert_tuples
from data.store.collector import collector_at_rest
from data.store.database import Store, layers_must_agree, read_meta, set_meta
from data.store.events import GENESIS, Kind, Pending, chained, iso_utc
from data.store.projection import STATUS_NAMES, IssueRecord, Step, issue_record, point_columns, visit_columns
from data.store.reassign import reassign_places
from data.store.receipts import Receipt, known_receipts, last_number, sort_out
from data.store.schema import EVENT, ISSUE, ISSUE_SHARE, POINT, TRANSITION, VISIT
from geo.city import City
from geo.clock import to_us
from geo.errors import StoreError
from geo.point import InspectionPoint, Visit


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction shall write. `imported`: one event an issue, with the history inside.

    `as_dated` leaves the wall clock out of the log, so that a synthetic demo has one log, byte for byte; it also puts
    the events in the order of their moments. `only_if_empty` refuses a store that holds anything.
    """

    issues: Examined
    actor: str
    imported: bool = False
    points: Sequence[InspectionPoint] = ()
    visits: Sequence[Visit] = ()
    rejects: Sequence[Reject] = ()
    as_dated: bool = False
    only_if_empty: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """What a transaction added to the tables, as rows by name of the column."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    shares: list[dict[str, Any]] = field(default_factory=list)
    transitions: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome: receipts in the order of the drafts, the revision now, and the new rows of issues."""

    revision: int
    receipts: list[Receipt]
    rows: Rows


class Writer:
    """Writes batches one after the other, whichever thread they come from."""

    def __init__(self, store: Store, city: City, placer: Placer) -> None:
        self._store, self._city, self._placer = store, city, placer
        self._lock = threading.Lock()

    def write(self, batch: Batch) -> Written:
        """Write `batch` whole or not at all. Raises ConflictError where a UUID is known with other content."""
        with self._lock, collector_at_rest(), self._store.writing() as connection:
            meta = layers_must_agree(connection, self._city)
            if batch.only_if_empty:
                self._refuse_unless_empty(connection)
            known = known_receipts(connection, [issue.id for issue in batch.issues.issues if issue.id is not None])
            receipts, fresh = sort_out(batch.issues.issues, known, meta, self._city.number_prefix)
            if not (fresh or batch.points or batch.visits):
                return Written(meta.revision, receipts, Rows())
            revision = meta.revision + 1
            rows = self._add(connection, batch, fresh, revision)
            numbers = last_number((issue.payload["number"] for _, issue in fresh), self._city.number_prefix)
            set_meta(connection, revision=revision, last_number=max(meta.last_number, numbers))
            if batch.rejects:
                listed = [[r.row, r.column, r.value, r.reason] for r in batch.rejects]
                set_meta(connection, rejects=orjson.dumps(listed).decode())
        return Written(revision, receipts, rows)

    def must_be_empty(self) -> None:
        """Raises StoreError if anything has happened in this store."""
        with self._store.reading() as connection:
            self._refuse_unless_empty(connection)

    def _refuse_unless_empty(self, connection: Connection) -> None:
        if not is_empty(connection):
            raise StoreError(f"the store {self._store.place} is not empty; the demo loads into an empty one only")

    def reassign(self) -> int:
        """Work out every place anew in the city's present layers; returns the revision. One transaction, one event."""
        with self._lock, self._store.writing() as connection:
            meta = read_meta(connection)
            if meta.layer_version == self._city.layer_version:  # another process was quicker
                return meta.revision
            reassign_places(connection, self._placer)
            at_us = to_us(datetime.now(UTC))
            change = {"from": meta.layer_version, "to": self._city.layer_version}
            append_events(connection, [Pending(None, at_us, "system", Kind.LAYERS_CHANGED, change)])
            set_meta(connection, revision=meta.revision + 1, layer_version=self._city.layer_version)
        return meta.revision + 1

    def _add(self, connection: Connection, batch: Batch, fresh: list[tuple[int, CheckedIssue]], revision: int) -> Rows:
        wall_us = to_us(datetime.now(UTC))
        order = (
            sorted(range(len(fresh)), key=lambda i: fresh[i][1].reported_us) if batch.as_dated else range(len(fresh))
        )
        ordered = [fresh[i] for i in order]
        first_row = (connection.execute(select(func.max(ISSUE.c.row))).scalar() or 0) + 1
        pending = _points_and_visits(connection, batch, self._city)
        records: list[IssueRecord] = []
        for row, (_, issue) in enumerate(ordered, first_row):
            assert issue.id is not None
            recorded = issue.reported_us if batch.as_dated else wall_us
            issue.payload.update(revision=revision, recorded_at=iso_utc(recorded))
            pending += issue_events(issue, batch.actor, imported=batch.imported)
            record = issue_record(row, issue.id, issue.payload)
            if not batch.imported:
                for step in issue.history:
                    record.change(to_us(step.at), step.actor, step.status, step.note, step.evidence)
            records.append(record)
        if batch.as_dated:
            pending.sort(key=lambda event: event.at_us)
        append_events(connection, pending)
        rows = self._rows(records, batch.issues, [position for position, _ in ordered])
        insert_rows(connection, ISSUE, rows.issues)
        insert_rows(connection, ISSUE_SHARE, rows.shares)
        insert_tuples(connection, TRANSITION, rows.transitions)
        _add_points(connection, pending, self._placer)
        return rows

    def _rows(self, records: list[IssueRecord], examined: Examined, positions: list[int]) -> Rows:
        if not records:
            return Rows()
        issues = [record.columns for record in records]
        places = self._placer.issues(examined.geometries[positions], issues)
        for columns, place in zip(issues, places.columns, strict=True):
            columns.update(place)
        return Rows(issues, places.shares, [step for record in records for step in record.steps])


def is_empty(connection: Connection) -> bool:
    """Whether nothing has happened in this store yet."""
    return connection.execute(select(EVENT.c.seq).limit(1)).first() is None


def issue_events(issue: CheckedIssue, actor: str, *, imported: bool) -> list[Pending]:
    """The events of one new issue: one with its history inside if `imported`, else one for the report (dated to it)
    and one for each step."""
    steps = [
        {
            "status": STATUS_NAMES[step.status],
            "at": iso_utc(to_us(step.at)),
            "actor": step.actor,
            "note": step.note,
            "evidence": step.evidence,
        }
        for step in issue.history
    ]
    if imported:
        issue.payload["history"] = steps
        return [Pending(issue.id, issue.at_us, actor, Kind.ISSUE_IMPORTED, issue.payload)]
    events = [Pending(issue.id, issue.reported_us, actor, Kind.ISSUE_REPORTED, issue.payload)]
    before = "REPORTED"
    for step, payload in zip(issue.history, steps, strict=True):
        change = {name: payload[name] for name in ("status", "note", "evidence")} | {"before": before}
        events.append(Pending(issue.id, to_us(step.at), step.actor, Kind.ISSUE_CHANGED, change))
        before = STATUS_NAMES[step.status]
    return events


def append_events(connection: Connection, pending: Iterable[Pending]) -> None:
    """Chain `pending` to the log within the transaction of `connection`."""
    last = connection.execute(select(EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)).first()
    last_seq, last_hash = (0, GENESIS) if last is None else (int(last[0]), str(last[1]))
    insert_tuples(connection, EVENT, list(chained(pending, last_seq=last_seq, last_hash=last_hash)))


def _points_and_visits(connection: Connection, batch: Batch, city: City) -> list[Pending]:
    if not (batch.points or batch.visits):
        return []
    codes = set(connection.execute(select(POINT.c.code)).scalars())
    visits = set(connection.execute(select(VISIT.c.id)).scalars())
    pending = point_events(batch.points, city, actor=batch.actor, known=codes)
    codes |= {point.code for point in batch.points}
    return pending + visit_events(batch.visits, actor=batch.actor, points=codes, known=visits)


def _add_points(connection: Connection, pending: Sequence[Pending], placer: Placer) -> None:
    points = [event for event in pending if event.kind is Kind.POINT_ADDED]
    visits = [event for event in pending if event.kind is Kind.VISIT_RECORDED]
    if points:
        first = (connection.execute(select(func.max(POINT.c.row))).scalar() or 0) + 1
        rows = [point_columns(row, event.payload) for row, event in enumerate(points, first)]
        places = placer.points([(row["lon"], row["lat"]) for row in rows])
        insert_rows(connection, POINT, [row | place for row, place in zip(rows, places, strict=True)])
    if visits:
        first = (connection.execute(select(func.max(VISIT.c.row))).scalar() or 0) + 1
        insert_rows(
            connection,
            VISIT,
            [visit_columns(row, event.at_us, event.payload) for row, event in enumerate(visits, first)],
        )
