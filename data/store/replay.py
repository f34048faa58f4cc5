"""The replay of the log held against the tables: every value of every row, types included.

An issue is compared as soon as its last event has passed: memory is bounded where most issues are one event each.
Values are compared as the driver gives them, since an empty blob in the place of a zero would pass for one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import Boolean, Column, Connection, Float, Integer, Select, Table, func, select, type_coerce
from sqlalchemy.types import NullType

from data.intake.placing import Placer
from data.store.acted_rows import past_rows, photo_rows
from data.store.documents import DOCUMENT
from data.store.events import Event
from data.store.past import ISSUE_PAST, ISSUE_PAST_SHARE, ISSUE_PHOTO
from data.store.personal import PERSONAL
from data.store.projection import IssueRecord, Projection
from data.store.receipts import last_number
from data.store.schema import EVENT, ISSUE, ISSUE_CHANGE, ISSUE_SHARE, POINT, TRANSITION, VISIT
from geo.city import City
from geo.plural import numbered

Row = Mapping[Any, Any]
_COUNTED: Final = (
    *(ISSUE, ISSUE_SHARE, TRANSITION, ISSUE_CHANGE, ISSUE_PAST, ISSUE_PAST_SHARE, ISSUE_PHOTO, DOCUMENT),
)
_CHUNK: Final = 10_000
_DOCUMENTS: Final = 500
"""Documents are longer than issues."""


class DifferenceError(Exception):
    """The first row that is not as the log says; the text is the sentence."""


class Replay:
    """The log as it is replayed, compared with the tables piece by piece. Raises DifferenceError."""

    def __init__(self, connection: Connection, city: City) -> None:
        self._connection, self._city, self._placer = connection, city, Placer(city)
        self._projection = Projection()
        self._left = _events_left(connection)
        self._done: list[IssueRecord] = []
        self._rows = dict.fromkeys(_COUNTED, 0)
        self.last_revision = self.last_number = 0

    def take(self, event: Event) -> None:
        """The next event of the log."""
        self._projection.apply(event)
        if len(self._projection.changes) >= _CHUNK:
            self._compare_changes()
        if len(self._projection.documents) >= _DOCUMENTS:
            self._compare_documents()
        issue_id = event.issue_id
        if issue_id is None:
            return
        left = self._left.get(issue_id, 1) - 1
        if left:
            self._left[issue_id] = left
        else:
            self._done.append(self._projection.issues.pop(issue_id))
            if len(self._done) >= _CHUNK:
                self._compare_issues()

    def end(self) -> None:
        """After the last event: what is left, then the rows that no event made."""
        self._compare_issues()
        self._compare_changes()
        self._compare_documents()
        self._compare_personal()
        points = self._projection.points
        spots = self._placer.points([(columns["lon"], columns["lat"]) for columns in points])
        rows = [columns | spot for columns, spot in zip(points, spots, strict=True)]
        _compare(self._connection, POINT, rows, select(*_raw(POINT)))
        _compare(self._connection, VISIT, self._projection.visits, select(*_raw(VISIT)))
        for table, expected in self._rows.items():
            stored = self._connection.execute(select(func.count()).select_from(table)).scalar() or 0
            _same_number(table, expected, stored)

    def _compare_changes(self) -> None:
        changes, self._projection.changes = self._projection.changes, []
        self._rows[ISSUE_CHANGE] += len(changes)
        only = ISSUE_CHANGE.c.id.in_([columns["id"] for columns in changes])
        _compare(self._connection, ISSUE_CHANGE, changes, select(*_raw(ISSUE_CHANGE)).where(only))
        self.last_revision = max(self.last_revision, *(columns["revision"] for columns in changes), 0)

    def _compare_documents(self) -> None:
        documents, self._projection.documents = self._projection.documents, []
        self._rows[DOCUMENT] += len(documents)
        only = DOCUMENT.c.change.in_([columns["change"] for columns in documents])
        _compare(self._connection, DOCUMENT, documents, select(*_raw(DOCUMENT)).where(only))
        self.last_revision = max(self.last_revision, *(columns["revision"] for columns in documents), 0)

    def _compare_personal(self) -> None:
        """Which personal data there are, and which were erased; what they say stands in no log."""
        p = PERSONAL.c
        stored = {}
        for ref, kind, value, erased_us in self._connection.execute(select(p.ref, p.kind, p.value, p.erased_us)):
            stored[ref, kind] = erased_us
            if (value is None) != (erased_us is not None):
                raise DifferenceError(
                    f"row {ref}/{kind} of the table personal is neither kept nor erased as the log says"
                )
        for (ref, kind), erased_us in self._projection.personal.items():
            if stored.pop((ref, kind), -1) != erased_us:
                said = "kept" if erased_us is None else "erased"
                raise DifferenceError(f"row {ref}/{kind} of the table personal is not {said} as the log says")
        for ref, kind in stored:
            raise DifferenceError(f"the table personal has row {ref}/{kind}, of which the log does not know")

    def _compare_issues(self) -> None:
        records, self._done = sorted(self._done, key=lambda record: record.columns["row"]), []
        if not records:
            return
        issues = [record.columns for record in records]
        geometries = np.asarray(shapely.from_wkb([columns["wkb"] for columns in issues]), object)
        places = self._placer.issues(geometries, issues)
        numbers = [columns["row"] for columns in issues]
        pasts = [was for record in records for was in record.past]
        was, was_where = past_rows(self._placer, pasts, {c["row"]: c["number"] for c in issues}) if pasts else ([], [])
        left = [row["row"] for row in was]
        for table, key, rows in (
            (ISSUE_PAST, ISSUE_PAST.c.issue_row, was),
            (ISSUE_PHOTO, ISSUE_PHOTO.c.issue_row, photo_rows(records)),
            (ISSUE, ISSUE.c.row, [columns | place for columns, place in zip(issues, places.columns, strict=True)]),
            (ISSUE_SHARE, ISSUE_SHARE.c.issue_row, places.shares),
            (TRANSITION, TRANSITION.c.issue_row, [step._asdict() for record in records for step in record.steps]),
        ):
            self._rows[table] += len(rows)
            _compare(self._connection, table, rows, select(*_raw(table)).where(key.in_(numbers)))
        self._rows[ISSUE_PAST_SHARE] += len(was_where)
        for start in range(0, len(left), _CHUNK):
            part = left[start : start + _CHUNK]
            only = ISSUE_PAST_SHARE.c.past_row.in_(part)
            mine = [share for share in was_where if share["past_row"] in set(part)]
            _compare(self._connection, ISSUE_PAST_SHARE, mine, select(*_raw(ISSUE_PAST_SHARE)).where(only))
        self.last_revision = max(self.last_revision, *(columns["revision"] for columns in issues))
        self.last_number = max(
            self.last_number, last_number((columns["number"] for columns in issues), self._city.number_prefix)
        )


def _events_left(connection: Connection) -> dict[str, int]:
    """How many events there are of each issue that has more than one."""
    count = func.count()
    query = select(EVENT.c.issue_id, count).where(EVENT.c.issue_id.is_not(None)).group_by(EVENT.c.issue_id)
    return {row[0]: row[1] for row in connection.execute(query.having(count > 1))}


def _raw(table: Table) -> list[Any]:
    """The columns as the driver gives them: SQLAlchemy would read an empty blob as False."""
    return [type_coerce(column, NullType()).label(column.name) for column in table.columns]


def _compare(connection: Connection, table: Table, expected: Sequence[Row], query: Select[Any]) -> None:
    keys = [column.name for column in table.primary_key.columns]

    def in_order(row: Row) -> tuple[Any, ...]:
        return tuple(row[key] for key in keys)

    stored = [row._mapping for row in connection.execute(query)]
    _same_number(table, len(expected), len(stored))
    stand = {in_order(row): row for row in stored}
    convert = {column.name: _driver_value(connection, column) for column in table.columns}
    for row in sorted(expected, key=in_order):
        found = stand.get(in_order(row))
        if found is None:
            raise DifferenceError(f"the table {table.name} lacks row {in_order(row)}; restore a backup")
        for name, converted in convert.items():
            should, value = row[name] if row[name] is None else converted(row[name]), found[name]
            if type(value) is not type(should) or value != should:
                named = "/".join(map(str, in_order(row)))
                raise DifferenceError(
                    f"row {named} of the table {table.name} has {name} {str(value)[:60]!r}, "
                    f"the log makes {str(should)[:60]!r}; restore a backup"
                )


def _driver_value(connection: Connection, column: Column[Any]) -> Callable[[Any], Any]:
    """How a value of ours comes back from the driver of this database."""
    if isinstance(column.type, Boolean):
        return int if connection.dialect.name == "sqlite" else bool
    if isinstance(column.type, Integer):  # and its smaller and larger kin
        return int
    return float if isinstance(column.type, Float) else lambda value: value


def _same_number(table: Table, expected: int, stored: int) -> None:
    if expected != stored:
        rows = numbered(stored, "row")
        raise DifferenceError(f"the table {table.name} has {rows}, the log makes {expected}; restore a backup")
