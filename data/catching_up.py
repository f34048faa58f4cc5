"""From the store to the snapshot: read it whole, or bring it from one revision to the next by what the log says."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields, replace
from itertools import compress
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, select

from data.carrying import carried
from data.columns_file import KeptColumns, read_columns, write_columns
from data.documents.document import Documents
from data.growing import Growing
from data.issue_records import IssueRecords
from data.records import Reject
from data.snapshot import Snapshot, emptied
from data.store.collector import collector_at_rest
from data.store.database import Store, layers_must_agree, read_meta
from data.store.documents import documents_put_since, latest_documents
from data.store.events import GENESIS, Kind
from data.store.past import ISSUE_PAST, ISSUE_PAST_SHARE
from data.store.schema import EVENT, ISSUE, ISSUE_SHARE, META, POINT, TRANSITION, VISIT
from data.table_building import (
    AMENDED_COLUMNS,
    PAST_COLUMNS,
    POINT_COLUMNS,
    SHARE_COLUMNS,
    VISIT_COLUMNS,
    Arrays,
    TableBuilder,
    first_arrays,
    history_of,
    issue_table,
)
from data.table_reading import SHARE_ORDER, Opener, issue_stretches, read_columns_of
from geo.city import City
from geo.errors import StoreError
from geo.history import folded
from geo.past import replaced_entries
from geo.scale import is_large
from geo.tables import PointTable, VisitTable

_IDS_AT_ONCE: Final = 500
_MOST_CHANGES: Final = 50_000
"""More events than this since the last revision are not gone through: the store is read anew."""

_LAST: Final = 2**62
_LATER_SHARE: Final = 20
"""Changes of old rows are folded into the history when there is one for every so many issues."""


class CaughtUp(NamedTuple):
    """A snapshot and what came since the one before: ids of issues and names of collections (data.feed.Change)."""

    snapshot: Snapshot
    ids: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()


def read_snapshot(store: Store, city: City, *, only: Select[tuple[int]] | None = None) -> Snapshot:
    """The store as it stands; `only` (a select of row numbers) limits the issues."""
    with collector_at_rest(), store.reading() as connection:
        try:
            return _read_all(connection, store, city, only)
        except (TypeError, ValueError, OverflowError) as error:  # a value that its column never holds
            raise StoreError(f"a table of the store is damaged ({error}); restore a backup") from None


def open_snapshot(store: Store, city: City, columns: Path) -> tuple[Snapshot, int]:
    """The store as it stands: from the arrays kept in the file `columns` and what came later, else read whole.

    With it the `seq` at which the file stands; −1 without a file that could be used.
    """
    kept = read_columns(columns, city)
    if kept is not None:
        with store.reading() as connection:
            head = connection.execute(select(EVENT.c.hash).where(EVENT.c.seq == kept.seq)).scalar()
            if head == kept.head:  # the chain of hashes says that the log up to here is the one they were made of
                growing = {name: Growing(values) for name, values in kept.arrays.items()}
                point = (kept.revision, kept.seq, kept.head)
                opened = _with_rest(connection, store, city, point, kept.arrays, growing)
                return caught_up(opened, store).snapshot, kept.seq
    return read_snapshot(store, city), -1


def keep_columns(snapshot: Snapshot, columns: Path) -> None:
    """Keep the arrays of a large snapshot for the next start; a small one is read from the store as fast."""
    if is_large(len(snapshot.issues)):
        kept = KeptColumns(snapshot.revision, snapshot.seq, snapshot.head, snapshot.arrays)
        write_columns(columns, snapshot.city, kept)


def caught_up(snapshot: Snapshot, store: Store) -> CaughtUp:
    """The snapshot at the store's newest revision, and what was added or changed since.

    Costs what happened since, not what there is.
    """
    with store.reading() as connection:
        meta = read_meta(connection)
        if meta.revision == snapshot.revision:
            return CaughtUp(snapshot)
        layers_must_agree(connection, snapshot.city)
        query = select(EVENT.c.seq, EVENT.c.issue_id, EVENT.c.kind, EVENT.c.hash).where(EVENT.c.seq > snapshot.seq)
        events = connection.execute(query.order_by(EVENT.c.seq).limit(_MOST_CHANGES + 1)).all()
        kinds = {Kind(event.kind) for event in events}
        if not events or len(events) > _MOST_CHANGES or Kind.LAYERS_CHANGED in kinds:
            return CaughtUp(read_snapshot(store, snapshot.city))
        try:
            after, changed = _advanced(connection, snapshot, kinds, _changed_ids(events))
            put = documents_put_since(connection, snapshot.seq) if Kind.DOCUMENT_PUT in kinds else []
        except (TypeError, ValueError, OverflowError) as error:
            raise StoreError(f"a table of the store is damaged ({error}); restore a backup") from None
        ids = tuple(dict.fromkeys(event.issue_id for event in events if event.issue_id is not None))
        documents = snapshot.documents.followed_by(put) if put else snapshot.documents
        after = emptied(after, revision=meta.revision, seq=events[-1].seq, head=events[-1].hash, documents=documents)
        carried(snapshot, after, changed)
        return CaughtUp(after, ids, tuple(dict.fromkeys(document.collection for document in put)))


def _changed_ids(events: Sequence[Any]) -> list[str]:
    """Issues that were there before and have changed since."""
    new = {event.issue_id for event in events if event.kind in (Kind.ISSUE_REPORTED, Kind.ISSUE_IMPORTED)}
    acts = (Kind.ISSUE_CHANGED, Kind.ISSUE_AMENDED)
    return list(dict.fromkeys(e.issue_id for e in events if e.kind in acts and e.issue_id not in new))


def _advanced(
    connection: Connection, snapshot: Snapshot, kinds: set[Kind], ids: Sequence[str]
) -> tuple[Snapshot, NDArray[np.int64]]:
    """The snapshot with new issues behind and `ids` in their new states; and the positions of those."""
    arrays, growing = dict(snapshot.arrays), snapshot.growing
    builder, before = TableBuilder(snapshot.city, arrays["departments"].tolist()), len(snapshot.issues)
    if kinds & {Kind.ISSUE_REPORTED, Kind.ISSUE_IMPORTED}:
        _append(connection, builder, arrays, growing, first_row=before + 1)
    changed = np.empty(0, np.int64)
    if ids:
        amended = Kind.ISSUE_AMENDED in kinds
        changed = _change(connection, snapshot, builder, arrays, growing, ids, shapes_too=amended)
    if kinds & {Kind.ISSUE_CHANGED, Kind.ISSUE_AMENDED}:
        _grow(arrays, growing, _pasts(connection, builder, after=len(arrays["past.row"])))
    points, visits = snapshot.points, snapshot.visits
    if kinds & {Kind.POINT_ADDED, Kind.VISIT_RECORDED}:
        points, visits = _points_and_visits(connection, builder)
    return emptied(snapshot, arrays=arrays, points=points, visits=visits), changed


def _grow(arrays: Arrays, growing: dict[str, Growing], part: Arrays) -> None:
    for name, values in part.items():
        arrays[name] = growing[name].append(arrays[name], values)


def _change(
    connection: Connection,
    snapshot: Snapshot,
    builder: TableBuilder,
    arrays: Arrays,
    growing: dict[str, Growing],
    ids: Sequence[str],
    *,
    shapes_too: bool,
) -> NDArray[np.int64]:
    """Put `ids` as they are now, and the changes that led there, into `arrays`; their positions, ascending."""
    rows: list[int] = []
    for start in range(0, len(ids), _IDS_AT_ONCE):
        query = select(ISSUE.c.row).where(ISSUE.c.id.in_(ids[start : start + _IDS_AT_ONCE]))
        rows += connection.execute(query).scalars()
    numbers = np.array(sorted(rows), np.int64)
    positions = numbers - 1
    steps: list[tuple[int, int, int, int]] = []
    t = TRANSITION.c
    known = _entries(snapshot, positions.tolist())
    for start in range(0, len(numbers), _IDS_AT_ONCE):
        some = numbers[start : start + _IDS_AT_ONCE].tolist()
        made = select(t.issue_row, t.n, t.at_us, t.status).where(t.issue_row.in_(some)).order_by(t.issue_row, t.n)
        steps += [tuple(row) for row in connection.execute(made)]
        _replace(connection, builder, arrays, growing, some, shapes_too=shapes_too)
    later = [(row - 1, at_us, status) for row, n, at_us, status in steps if n >= known[row - 1]]
    for name, at, kind in (("later_row", 0, np.int32), ("later_at_us", 1, np.int64), ("later_status", 2, np.int8)):
        values = np.array([entry[at] for entry in later], kind)
        name = f"history.{name}"
        arrays[name] = growing[name].append(arrays[name], values)
    if len(arrays["history.later_row"]) > max(1_000, len(snapshot.issues) // _LATER_SHARE):
        _fold(arrays, growing)
    return positions


def _replace(
    connection: Connection,
    builder: TableBuilder,
    arrays: Arrays,
    growing: dict[str, Growing],
    numbers: list[int],
    *,
    shapes_too: bool,
) -> None:
    """Put what acts may have changed of these rows (ascending) into `arrays`; a column in which nothing did stays."""
    at = np.array(numbers, np.int64) - 1
    only = select(ISSUE.c.row).where(ISSUE.c.row.in_(numbers))
    columns = read_columns_of(connection, ISSUE, (*AMENDED_COLUMNS, "status"), ISSUE.c.row, only=only, key="row")
    shares = read_columns_of(connection, ISSUE_SHARE, SHARE_COLUMNS, *SHARE_ORDER, only=only, key="issue_row")
    now = builder.amendable(columns, shares) | {"status": np.array(columns["status"], np.int8)}
    _grow(arrays, growing, {"departments": now.pop("departments")})
    table = issue_table(arrays)
    for name in ("shapes", "subdistrict_shares", "segment_shares"):
        before = getattr(table, name)
        mine = {part.name: now.pop(f"{name}.{part.name}") for part in fields(before)}
        if not shapes_too:
            continue
        after = replaced_entries(before, at, replace(before, **mine | {"row": at[mine["row"]].astype(np.int32)}))
        for part in fields(before):
            whole, values = f"{name}.{part.name}", getattr(after, part.name)
            if not np.array_equal(arrays[whole], values):
                arrays[whole], growing[whole] = values, Growing(values)
    for name, values in now.items():
        if not np.array_equal(arrays[name][at], values):
            arrays[name] = growing[name].replaced(arrays[name], at, values)


def _pasts(
    connection: Connection, builder: TableBuilder, *, after: int = 0, rows: NDArray[np.int64] | None = None
) -> Arrays:
    """What issues were before, from row `after` + 1 on; `rows` are those of the issues where they are not all."""
    p, s = ISSUE_PAST.c, ISSUE_PAST_SHARE.c
    columns = read_columns_of(connection, ISSUE_PAST, PAST_COLUMNS, p.row, key="row", stretch=(after + 1, _LAST))
    shares = read_columns_of(
        connection, ISSUE_PAST_SHARE, ("past_row", *SHARE_COLUMNS[1:]), s.past_row, s.layer, s.place,
        key="past_row", stretch=(after + 1, _LAST),
    )  # fmt: skip
    shares = {**shares, "issue_row": shares["past_row"]}
    owners = np.array(columns["issue_row"], np.int64)
    if rows is None:
        return builder.past(columns, shares, owners - 1, after=after)
    kept = np.isin(owners, rows)
    mine = set(np.array(columns["row"], np.int64)[kept].tolist())
    theirs = [row in mine for row in shares["issue_row"]]
    columns = {name: list(compress(values, kept)) for name, values in columns.items()}
    shares = {name: list(compress(values, theirs)) for name, values in shares.items()}
    return builder.past(columns, shares, np.searchsorted(rows, owners[kept]))


def _entries(snapshot: Snapshot, positions: Sequence[int]) -> dict[int, int]:
    """How many changes of status the snapshot has of each of these positions."""
    history = snapshot.history
    at = np.array(positions, np.int64)
    known = dict(zip(positions, (history.first[at + 1] - history.first[at]).tolist(), strict=True))
    for row in history.later_row.tolist():
        if row in known:
            known[row] += 1
    return known


def _fold(arrays: Arrays, growing: dict[str, Growing]) -> None:
    history = folded(history_of(arrays))
    for name in history.__slots__:
        values = getattr(history, name)
        arrays[f"history.{name}"], growing[f"history.{name}"] = values, Growing(values)


def _read_all(connection: Connection, store: Store, city: City, only: Select[tuple[int]] | None) -> Snapshot:
    builder = TableBuilder(city)
    arrays = first_arrays(builder)
    growing = {name: Growing(values) for name, values in arrays.items()}
    _append(connection, builder, arrays, growing, only=only, beside=store.reading)
    rows = None
    if only is not None:
        rows = np.fromiter(connection.execute(only.order_by(ISSUE.c.row)).scalars(), np.int64)
    _grow(arrays, growing, _pasts(connection, builder, rows=rows))
    last = connection.execute(select(EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)).first()
    seq, head = (0, GENESIS) if last is None else (int(last.seq), str(last.hash))
    point = (read_meta(connection).revision, seq, head)
    snapshot = _with_rest(connection, store, city, point, arrays, growing)
    return snapshot if rows is None else emptied(snapshot, records=IssueRecords(store, rows))


def _append(
    connection: Connection,
    builder: TableBuilder,
    arrays: Arrays,
    growing: dict[str, Growing],
    *,
    first_row: int = 1,
    only: Select[tuple[int]] | None = None,
    beside: Opener | None = None,
) -> None:
    """Put the issues from row `first_row` on behind those in `arrays`."""
    with closing(issue_stretches(connection, first_row, only=only, beside=beside)) as stretches:
        for stretch in stretches:
            part = builder.issues(*stretch, after=len(arrays["status"]), entries=len(arrays["history.at_us"]))
            _grow(arrays, growing, part)


def _with_rest(
    connection: Connection,
    store: Store,
    city: City,
    point: tuple[int, int, str],
    arrays: Arrays,
    growing: dict[str, Growing],
) -> Snapshot:
    """A snapshot of these issues, at a point (revision, seq, head) of the log, with what is always read anew."""
    points, visits = _points_and_visits(connection, TableBuilder(city))
    rejects = connection.execute(select(META.c.value).where(META.c.key == "rejects")).scalar() or "[]"
    return Snapshot(
        revision=point[0],
        seq=point[1],
        head=point[2],
        city=city,
        arrays=arrays,
        growing=growing,
        points=points,
        visits=visits,
        records=IssueRecords(store),
        rejects=tuple(Reject(*entry) for entry in orjson.loads(rejects)),
        documents=Documents(latest_documents(connection)),
    )


def _points_and_visits(connection: Connection, builder: TableBuilder) -> tuple[PointTable, VisitTable]:
    points = builder.points(read_columns_of(connection, POINT, POINT_COLUMNS, POINT.c.row))
    return points, builder.visits(read_columns_of(connection, VISIT, VISIT_COLUMNS, VISIT.c.row), points)
