"""The rows of issues that are acted on: read with what an act needs, and written as the acts leave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from sqlalchemy import Connection, bindparam, delete, select, update

from data.intake.placing import PLACE_COLUMNS, Placer
from data.store.asking import ASKS, askings_where_asked
from data.store.bulk_insert import insert_rows, insert_tuples
from data.store.events import Kind, us_of_iso
from data.store.past import ISSUE_PAST, ISSUE_PAST_SHARE, ISSUE_PHOTO, KEPT
from data.store.projection import IssueRecord, Step
from data.store.receipts import CHUNK
from data.store.schema import EVENT, ISSUE, ISSUE_CHANGE, ISSUE_SHARE, TRANSITION

_FOLLOWING: Final = (
    *("status", "closed_us", "rework", "reopened", "version", "deferred_until_us", "duplicate_of", "extensions"),
)
_COLUMNS: Final = (
    *("row", "id", "number", "campaign", "reporter", "reported_us", "subdistrict"),
    *_FOLLOWING,
    *KEPT,
)


class KnownAct(NamedTuple):
    """An act that was made before."""

    id: str
    issue_id: str
    version: int
    revision: int


def known_acts(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[KnownAct, str]]:
    """Each of `ids` that was made before, and the hash of its content."""
    c = ISSUE_CHANGE.c
    query = select(c.id, ISSUE.c.id, c.version, c.revision, c.content).join(ISSUE, ISSUE.c.row == c.issue_row)
    for start in range(0, len(ids), CHUNK):
        for *told, content in connection.execute(query.where(c.id.in_(ids[start : start + CHUNK]))):
            yield KnownAct(*told), content


def records_of(connection: Connection, ids: Sequence[str]) -> dict[str, IssueRecord]:
    """Those of `ids` that are stored, with all their steps and photos, but only the columns that an act needs, and
    nothing of what they were before."""
    records: dict[int, IssueRecord] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        query = select(*(ISSUE.c[name] for name in _COLUMNS)).where(ISSUE.c.id.in_(wanted[start : start + CHUNK]))
        records.update((row.row, IssueRecord(dict(row._mapping))) for row in connection.execute(query))
    rows = sorted(records)
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        steps = select(TRANSITION).where(TRANSITION.c.issue_row.in_(part))
        for step in connection.execute(steps.order_by(TRANSITION.c.issue_row, TRANSITION.c.n)):
            records[step.issue_row].steps.append(Step(*step))
        for photo in connection.execute(select(ISSUE_PHOTO).where(ISSUE_PHOTO.c.issue_row.in_(part))):
            records[photo.issue_row].photos[photo.photo, photo.kind] = photo.at_us, photo.recorded_us, photo.actor
    found = {record.columns["id"]: record for record in records.values()}
    e = EVENT.c
    asked: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        said = (
            select(e.issue_id, e.at, e.actor, e.kind, ASKS)
            .where(e.issue_id.in_(wanted[start : start + CHUNK]))
            .order_by(e.seq)
        )
        for issue_id, at, actor, kind, asks in connection.execute(said):
            record = found[issue_id]
            record.first_actor = record.first_actor or actor
            record.last_us = max(record.last_us, us_of_iso(at))
            if kind in (Kind.ISSUE_CHANGED, Kind.ISSUE_AMENDED):
                record.last_actor = actor
            if asks:
                asked.add(issue_id)
    for issue_id, asking in askings_where_asked(connection, asked).items():
        found[issue_id].asking = asking
    return found


def write_acted(
    connection: Connection,
    placer: Placer,
    stored: Sequence[tuple[IssueRecord, int]],
    touched: Sequence[IssueRecord],
    pasts: Sequence[dict[str, Any]],
    acts: Sequence[dict[str, Any]],
) -> None:
    """Let the rows follow: of `stored` issues, each with how many steps it had; what the `touched` ones left behind;
    their photos; and the acts themselves."""
    insert_tuples(connection, TRANSITION, [step for record, known in stored for step in record.steps[known:]])
    _update(connection, _FOLLOWING, [record.columns for record, _ in stored])
    _write_amended(connection, placer, [record for record, _ in stored if record.past])
    _write_pasts(connection, placer, touched, pasts)
    _write_photos(connection, touched)
    insert_rows(connection, ISSUE_CHANGE, acts)


def _update(connection: Connection, names: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        change = update(ISSUE).where(ISSUE.c.row == bindparam("at_row"))
        connection.execute(
            change.values({name: bindparam(f"new_{name}") for name in names}),
            [{"at_row": row["row"], **{f"new_{name}": row[name] for name in names}} for row in rows],
        )


def _write_amended(connection: Connection, placer: Placer, records: Sequence[IssueRecord]) -> None:
    """The amended columns of stored issues, and their places, which follow."""
    if not records:
        return
    rows = [record.columns for record in records]
    places = placer.issues(_geometries(rows), rows)
    for columns, place in zip(rows, places.columns, strict=True):
        columns.update(place)
    _update(connection, (*KEPT, *PLACE_COLUMNS), rows)
    numbers = [columns["row"] for columns in rows]
    for start in range(0, len(numbers), CHUNK):
        connection.execute(delete(ISSUE_SHARE).where(ISSUE_SHARE.c.issue_row.in_(numbers[start : start + CHUNK])))
    insert_rows(connection, ISSUE_SHARE, places.shares)


def _write_pasts(
    connection: Connection, placer: Placer, touched: Sequence[IssueRecord], pasts: Sequence[dict[str, Any]]
) -> None:
    if pasts:
        numbers = {record.columns["row"]: record.columns["number"] for record in touched}
        rows, shares = past_rows(placer, pasts, numbers)
        insert_rows(connection, ISSUE_PAST, rows)
        insert_rows(connection, ISSUE_PAST_SHARE, shares)


def past_rows(
    placer: Placer, pasts: Sequence[dict[str, Any]], numbers: dict[int, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of `issue_past` with their places, and of `issue_past_share`; `numbers` of the issues by row."""
    named = [was | {"number": numbers[was["issue_row"]]} for was in pasts]
    places = placer.issues(_geometries(pasts), named)
    shares = [{("past_row" if name == "issue_row" else name): value for name, value in share.items()}
              for share in places.shares]  # fmt: skip
    return [was | place for was, place in zip(pasts, places.columns, strict=True)], shares


def photo_rows(records: Sequence[IssueRecord]) -> list[dict[str, Any]]:
    """Rows of `issue_photo`."""
    return [
        {
            "issue_row": record.columns["row"],
            "photo": photo,
            "kind": kind,
            "at_us": at_us,
            "recorded_us": recorded_us,
            "actor": actor,
        }
        for record in records
        for (photo, kind), (at_us, recorded_us, actor) in record.photos.items()
    ]


def _write_photos(connection: Connection, touched: Sequence[IssueRecord]) -> None:
    numbers = [record.columns["row"] for record in touched]
    for start in range(0, len(numbers), CHUNK):
        connection.execute(delete(ISSUE_PHOTO).where(ISSUE_PHOTO.c.issue_row.in_(numbers[start : start + CHUNK])))
    insert_rows(connection, ISSUE_PHOTO, photo_rows(touched))


def _geometries(rows: Sequence[dict[str, Any]]) -> Any:
    return np.asarray(shapely.from_wkb([row["wkb"] for row in rows]), object)
