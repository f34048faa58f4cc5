"""From the store to the snapshot: read it whole, or bring it from one revision to the next by what the log says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Table, case, func, select

from data.columns_file import KeptColumns, read_columns, write_columns
from data.documents.document import Documents
from data.growing import Growing
from data.issue_records import IssueRecords
from data.records import Reject
from data.snapshot import Snapshot, carried, emptied
from data.store.collector import collector_at_rest
from data.store.database import Store, layers_must_agree, read_meta
from data.store.documents import documents_put_since, latest_documents
from data.store.events import GENESIS, Kind
from data.store.schema import EVENT, ISSUE, ISSUE_SHARE, META, POINT, TRANSITION, VISIT
from data.table_building import (
    ISSUE_COLUMNS,
    POINT_COLUMNS,
    SHARE_COLUMNS,
    STEP_COLUMNS,
    VISIT_COLUMNS,
    Arrays,
    Columns,
    TableBuilder,
    first_arrays,
    history_of,
)
from geo.city import City
from geo.errors import StoreError
from geo.history import folded
from geo.scale import is_large
from geo.tables import PointTable, VisitTable

_ROWS_AT_ONCE: Final = 20_000
_IDS_AT_ONCE: Final = 500
_MOST_CHANGES: Final = 50_000
"""More events than this since the last revision are not gone through: the store is read anew."""

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
    return list(dict.fromkeys(e.issue_id for e in events if e.kind == Kind.ISSUE_CHANGED and e.issue_id not in new))


def _advanced(
    connection: Connection, snapshot: Snapshot, kinds: set[Kind], ids: Sequence[str]
) -> tuple[Snapshot, NDArray[np.int64]]:
    """The snapshot with new issues behind and `ids` in their new states; and the positions of those."""
    arrays, growing = dict(snapshot.arrays), snapshot.growing
    builder, before = TableBuilder(snapshot.city), len(snapshot.issues)
    if kinds & {Kind.ISSUE_REPORTED, Kind.ISSUE_IMPORTED}:
        for part in _parts(connection, builder, first_row=before + 1, entries=len(arrays["history.at_us"])):
            for name, values in part.items():
                arrays[name] = growing[name].append(arrays[name], values)
    changed = _change(connection, snapshot, arrays, growing, ids) if ids else np.empty(0, np.int64)
    points, visits = snapshot.points, snapshot.visits
    if kinds & {Kind.POINT_ADDED, Kind.VISIT_RECORDED}:
        points, visits = _points_and_visits(connection, builder)
    return emptied(snapshot, arrays=arrays, points=points, visits=visits), changed


def _change(
    connection: Connection, snapshot: Snapshot, arrays: Arrays, growing: dict[str, Growing], ids: Sequence[str]
) -> NDArray[np.int64]:
    """Put the new states of `ids`, and the changes that led there, into `arrays`; their positions, ascending."""
    rows: dict[int, int] = {}
    steps: list[tuple[int, int, int, int]] = []
    t = TRANSITION.c
    for start in range(0, len(ids), _IDS_AT_ONCE):
        part = ids[start : start + _IDS_AT_ONCE]
        rows |= {int(r.row): int(r.status) for r in
                 connection.execute(select(ISSUE.c.row, ISSUE.c.status).where(ISSUE.c.id.in_(part)))}  # fmt: skip
        owners = select(ISSUE.c.row).where(ISSUE.c.id.in_(part))
        query = select(t.issue_row, t.n, t.at_us, t.status).where(t.issue_row.in_(owners)).order_by(t.issue_row, t.n)
        steps += [tuple(row) for row in connection.execute(query)]
    known = _entries(snapshot, [row - 1 for row in rows])
    later = [(row - 1, at_us, status) for row, n, at_us, status in steps if n >= known[row - 1]]
    for name, at, kind in (("later_row", 0, np.int32), ("later_at_us", 1, np.int64), ("later_status", 2, np.int8)):
        values = np.array([entry[at] for entry in later], kind)
        name = f"history.{name}"
        arrays[name] = growing[name].append(arrays[name], values)
    positions = np.array(sorted(rows), np.int64) - 1
    states = np.array([rows[position + 1] for position in positions.tolist()], np.int8)
    arrays["status"] = growing["status"].replaced(arrays["status"], positions, states)
    if len(arrays["history.later_row"]) > max(1_000, len(snapshot.issues) // _LATER_SHARE):
        _fold(arrays, growing)
    return positions


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
    for part in _parts(connection, builder, only=only):
        for name, values in part.items():
            arrays[name] = growing[name].append(arrays[name], values)
    last = connection.execute(select(EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)).first()
    seq, head = (0, GENESIS) if last is None else (int(last.seq), str(last.hash))
    point = (read_meta(connection).revision, seq, head)
    snapshot = _with_rest(connection, store, city, point, arrays, growing)
    if only is None:
        return snapshot
    rows = np.fromiter(connection.execute(only.order_by(ISSUE.c.row)).scalars(), np.int64)
    return emptied(snapshot, records=IssueRecords(store, rows))


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
    points = builder.points(_read(connection, POINT, POINT_COLUMNS, POINT.c.row))
    return points, builder.visits(_read(connection, VISIT, VISIT_COLUMNS, VISIT.c.row), points)


def _parts(
    connection: Connection,
    builder: TableBuilder,
    *,
    first_row: int = 1,
    entries: int = 0,
    only: Select[tuple[int]] | None = None,
) -> Iterator[Arrays]:
    """The issues from row `first_row` on, in parts that bound the memory; `entries` changes of status stand before."""
    after = first_row - 1
    last = int(connection.execute(select(func.max(ISSUE.c.row))).scalar() or 0)
    for first in range(first_row, last + 1, _ROWS_AT_ONCE):
        stretch = (first, min(first + _ROWS_AT_ONCE - 1, last))
        issues = _read(connection, ISSUE, ISSUE_COLUMNS, ISSUE.c.row, only=only, key="row", stretch=stretch)
        shares = _read(
            connection, ISSUE_SHARE, SHARE_COLUMNS, ISSUE_SHARE.c.issue_row, only=only, key="issue_row", stretch=stretch
        )
        order = (TRANSITION.c.issue_row, TRANSITION.c.n)
        steps = _read(connection, TRANSITION, STEP_COLUMNS, *order, only=only, key="issue_row", stretch=stretch)
        if only is None and [*issues["row"]] != [*range(stretch[0], stretch[1] + 1)]:
            raise StoreError("the table issue of the store has gaps in its rows; restore a backup")
        if len(set(steps["issue_row"])) != len(issues["row"]):
            raise StoreError("the table transition of the store lacks the report of an issue; restore a backup")
        yield builder.issues(issues, shares, steps, after=after, entries=entries)
        after += len(issues["row"])
        entries += len(steps["issue_row"])


def _read(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    *order: Any,
    only: Select[tuple[int]] | None = None,
    key: str = "",
    stretch: tuple[int, int] | None = None,
) -> Columns:
    """The columns `names` of `table` in `order`; only rows whose `key` is in `stretch` (and in `only`)."""
    query = select(*(_SHAPE if name == "shape" else table.c[name] for name in names)).order_by(*order)
    if stretch is not None:
        query = query.where(table.c[key].between(*stretch))
    if only is not None:
        query = query.where(table.c[key].in_(only))
    # Straight from the driver: our values (int, float, str, bytes, None) need no conversion.
    result = connection.execute(query)
    rows = result.cursor.fetchall() if result.cursor is not None else []
    result.close()
    return dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))


_SHAPE: Final = case((ISSUE.c.is_point, None), else_=ISSUE.c.wkb).label("shape")
