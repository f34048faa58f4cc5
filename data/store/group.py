"""One transaction's worth of work: what cannot be taken is found before the first row is written, and fails alone."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from data.campaign_clock import campaign_now
from data.documents.checking import CheckedPuts
from data.intake.amendments import CheckedAmendment
from data.intake.changes import CheckedChange
from data.intake.issues import CheckedIssue
from data.intake.placing import Placer
from data.intake.points import VISITS_SEEN, point_events, visit_events
from data.records import Reject
from data.store.acting import Acting, ChangeReceipt, CheckedActs
from data.store.appending import append_events, is_empty, issue_events
from data.store.batch import Batch
from data.store.bulk_insert import insert_rows, insert_tuples
from data.store.database import layers_must_agree, set_meta
from data.store.events import Kind, Pending, iso_utc
from data.store.personal import PERSONAL, Erasure, ErasureReceipt, erase, is_kept, person_rows, reference
from data.store.projection import IssueRecord, issue_record, point_columns, visit_columns
from data.store.putting import DocumentReceipt, Putting
from data.store.receipts import Receipt, known_receipts, last_number, sort_out
from data.store.row_sums import insert_summed
from data.store.schema import ISSUE, ISSUE_SHARE, POINT, TRANSITION, VISIT
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError, NotFoundError, StoreError

Work = Batch | CheckedChange | CheckedAmendment | CheckedActs | CheckedPuts | Erasure
Outcome = list[Receipt] | ChangeReceipt | list[ChangeReceipt] | list[DocumentReceipt] | ErasureReceipt


class Group:
    """Takes one work after the other, each as if the ones before it were written; `write` writes them all.

    `take` raises what it will not have and leaves the group as it was. Whatever `write` raises, the transaction has to
    be rolled back by whoever holds it.
    """

    def __init__(self, connection: Connection, city: City, placer: Placer, works: Sequence[Work]) -> None:
        self._connection, self._city, self._placer = connection, city, placer
        self._meta = layers_must_agree(connection, city)
        self._last_number = self._meta.last_number
        issues = [issue for work in works if isinstance(work, Batch) for issue in work.issues.issues]
        self._known = known_receipts(connection, [issue.id for issue in issues if issue.id is not None])
        acts = [act for work in works for act in _acts_of(work)]
        self._acting = Acting(connection, city, placer, acts) if acts else None
        puts = [work for work in works if isinstance(work, CheckedPuts)]
        puts += [CheckedPuts(work.documents) for work in works if isinstance(work, Batch) and work.documents]
        self._putting = Putting(connection, city, puts) if puts else None
        self._wall_us = to_us(datetime.now(UTC))
        self._row = connection.execute(select(func.max(ISSUE.c.row))).scalar() or 0
        self._pending: list[Pending] = []
        self._records: list[IssueRecord] = []
        self._geometries: list[NDArray[np.object_]] = []
        self._rejects: Sequence[Reject] = ()
        self._persons: list[dict[str, Any]] = []
        self._erased: list[str] = []
        self._points_and_visits: tuple[set[str], set[str]] | None = None

    @property
    def revision(self) -> int:
        """The revision that the store has once this group is written."""
        return self._meta.revision + bool(self._pending)

    @property
    def wrote(self) -> bool:
        """Whether there is anything to write."""
        return bool(self._pending)

    def take(self, work: Work) -> Outcome:
        """Receipts of a batch's drafts or of documents, or that of an act. Raises ConflictError for a known UUID with
        other content, StoreError where `only_if_empty` is not met, BadValueError for a point or visit that cannot be
        taken, and for acts and documents what `Acting.take` and `Putting.take` raise."""
        if isinstance(work, Batch):
            return self._take_batch(work)
        if isinstance(work, CheckedPuts):
            return self._take_puts(work)
        if isinstance(work, Erasure):
            return self._take_erasure(work)
        assert self._acting is not None
        revision = self._meta.revision + 1
        receipts, events = self._acting.take(_acts_of(work), revision=revision, wall_us=self._wall_us)
        self._pending += events
        return receipts if isinstance(work, CheckedActs) else receipts[0]

    def _take_puts(self, puts: CheckedPuts) -> list[DocumentReceipt]:
        receipts, events = self._put(puts)
        self._pending += events
        return receipts

    def _take_erasure(self, erasure: Erasure) -> ErasureReceipt:
        kept = is_kept(self._connection, erasure.ref)
        if kept is None:
            raise NotFoundError("person", erasure.ref)
        if not kept or erasure.ref in self._erased:
            return ErasureReceipt(erasure.ref, self._meta.revision, created=False)
        self._erased.append(erasure.ref)
        revision = self._meta.revision + 1
        at_us = to_us(campaign_now(self._city.campaign()))
        payload = {"ref": erasure.ref, "note": erasure.note, "revision": revision}
        payload["recorded_at"] = iso_utc(self._wall_us)
        self._pending.append(Pending(None, at_us, erasure.actor, Kind.PERSON_ERASED, payload))
        return ErasureReceipt(erasure.ref, revision, created=True)

    def _put(self, puts: CheckedPuts) -> tuple[list[DocumentReceipt], list[Pending]]:
        assert self._putting is not None
        return self._putting.take(puts, revision=self._meta.revision + 1, wall_us=self._wall_us)

    def _take_batch(self, batch: Batch) -> list[Receipt]:
        if batch.only_if_empty and (self._pending or not is_empty(self._connection)):
            raise StoreError("the store is not empty; the demo loads into an empty one only")
        mine: dict[str, tuple[str, Receipt]] = {}
        meta = replace(self._meta, last_number=self._last_number)
        receipts, fresh = sort_out(batch.issues.issues, ChainMap(mine, self._known), meta, self._city.number_prefix)
        pending, known = self._of_points_and_visits(batch)
        if batch.documents:  # the last that may be refused
            pending += self._put(CheckedPuts(batch.documents, as_dated=batch.as_dated))[1]
        self._points_and_visits = known
        if not (fresh or pending):
            return receipts
        if batch.as_dated:
            fresh.sort(key=lambda entry: entry[1].reported_us)
        pending += self._add(batch, fresh)
        if batch.as_dated:
            pending.sort(key=lambda event: event.at_us)
        self._pending += pending
        self._known.update(mine)
        numbers = (issue.payload["number"] for _, issue in fresh)
        self._last_number = max(self._last_number, last_number(numbers, self._city.number_prefix))
        self._rejects = batch.rejects or self._rejects
        return receipts

    def write(self) -> None:
        """Write what was taken; nothing where nothing was new."""
        if not self._pending:
            return
        append_events(self._connection, self._pending)
        self._write_issues()
        if self._acting is not None:
            self._acting.write()
        if self._putting is not None:
            self._putting.write()
        insert_summed(self._connection, PERSONAL, self._persons)
        if self._erased:
            erase(self._connection, self._erased, self._wall_us)
        _add_points(self._connection, self._pending, self._placer)
        set_meta(self._connection, revision=self.revision, last_number=self._last_number)
        if self._rejects:
            listed = [[reject.row, reject.column, reject.value, reject.reason] for reject in self._rejects]
            set_meta(self._connection, rejects=orjson.dumps(listed).decode())

    def _write_issues(self) -> None:
        if not self._records:
            return
        issues = [record.columns for record in self._records]
        geometries = np.concatenate(self._geometries)
        for at, record in enumerate(self._records):
            if record.past:  # amended in the transaction that brings it
                geometries[at] = shapely.from_wkb(record.columns["wkb"])
        places = self._placer.issues(geometries, issues)
        for columns, place in zip(issues, places.columns, strict=True):
            columns.update(place)
        insert_rows(self._connection, ISSUE, issues)
        insert_rows(self._connection, ISSUE_SHARE, places.shares)
        insert_tuples(self._connection, TRANSITION, [step for record in self._records for step in record.steps])

    def _add(self, batch: Batch, fresh: list[tuple[int, CheckedIssue]]) -> list[Pending]:
        """The new issues as records of this group; their events."""
        pending: list[Pending] = []
        records: list[IssueRecord] = []
        persons: list[dict[str, Any]] = []
        for row, (_, issue) in enumerate(fresh, self._row + 1):
            assert issue.id is not None
            recorded = issue.reported_us if batch.as_dated else self._wall_us
            issue.payload.update(revision=self._meta.revision + 1, recorded_at=iso_utc(recorded))
            if issue.person:
                issue.payload.update(reporter=reference(issue.id), personal=sorted(issue.person))
                persons += person_rows(issue.payload["reporter"], issue.person)
            pending += issue_events(issue, batch.actor, imported=batch.imported)
            record = issue_record(row, issue.id, issue.payload)
            if not batch.imported:
                for step in issue.history:
                    record.change(to_us(step.at), step.actor, step.status, step.note, step.evidence)
            records.append(record)
        self._row += len(records)
        if self._acting is not None:
            self._acting.known_from_now_on(records, batch.actor)
        self._persons += persons
        self._records += records
        self._geometries.append(batch.issues.geometries[[position for position, _ in fresh]])
        return pending

    def _of_points_and_visits(self, batch: Batch) -> tuple[list[Pending], tuple[set[str], set[str]] | None]:
        """The events, and which points and visits are known once these are taken."""
        if not (batch.points or batch.visits):
            return [], self._points_and_visits
        if self._points_and_visits is None:
            codes = set(self._connection.execute(select(POINT.c.code)).scalars())
            visits = set(self._connection.execute(select(VISIT.c.id)).scalars())
        else:
            codes, visits = self._points_and_visits
        pending = point_events(batch.points, self._city, actor=batch.actor, known=codes)
        codes = codes | {point.code for point in batch.points}
        pending += visit_events(batch.visits, actor=batch.actor, points=codes, known=visits)
        for code, seen in batch.visits_seen.items():
            self._check_visits_of(code, seen)
        return pending, (codes, visits | {visit.id for visit in batch.visits})

    def _check_visits_of(self, code: str, seen: int) -> None:
        made = self._connection.execute(select(func.count()).select_from(VISIT).where(VISIT.c.point == code)).scalar()
        here = [event for event in self._pending if event.kind is Kind.VISIT_RECORDED]
        number = (made or 0) + sum(event.payload["point"] == code for event in here)
        if number != seen:
            raise BadValueError(VISITS_SEEN, seen, f"{number}: the visits of {code} that are recorded")


def _acts_of(work: Work) -> tuple[CheckedChange | CheckedAmendment, ...]:
    if isinstance(work, CheckedActs):
        return work.acts
    return (work,) if isinstance(work, CheckedChange | CheckedAmendment) else ()


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
