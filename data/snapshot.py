"""The read side: one revision of the store in memory as columnar tables, never changed after it is made."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Table, select

from data.campaign_clock import campaign_now
from data.records import Reject
from data.store.collector import collector_at_rest
from data.store.database import read_meta
from data.store.projection import Step
from data.store.schema import ISSUE, ISSUE_SHARE, META, POINT, TRANSITION, VISIT
from data.store.writer import Rows
from data.table_building import (
    ISSUE_COLUMNS,
    POINT_COLUMNS,
    SHARE_COLUMNS,
    TRANSITION_COLUMNS,
    VISIT_COLUMNS,
    TableBuilder,
    transitions,
)
from geo.campaign import Campaign
from geo.city import City
from geo.clock import from_us, to_us
from geo.errors import NotFoundError, StoreError
from geo.history import table_at
from geo.issue import Transition
from geo.lifecycle import Status
from geo.tables import IssueTable, Objects, PointTable, Shares, Transitions, VisitTable

_KEPT_MOMENTS: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class StepTexts:
    """Who made each change of `Snapshot.transitions` and what was said or shown, in the same order."""

    actor: Objects
    note: Objects
    evidence: Objects


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One revision. `issues` holds the states after all transitions; `issues_at` those of another moment.

    `rows` are the store's row numbers of the issues (ascending), `recorded_us` the wall times at which they came in,
    `rejects` the rows of the city's own files that could not be taken.
    """

    revision: int
    city: City
    issues: IssueTable
    transitions: Transitions
    points: PointTable
    visits: VisitTable
    steps: StepTexts
    rows: NDArray[np.int64]
    recorded_us: NDArray[np.int64]
    rejects: tuple[Reject, ...] = ()
    _moments: OrderedDict[int, IssueTable] = field(default_factory=OrderedDict, repr=False)
    _moments_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def issues_at(self, as_of: datetime) -> IssueTable:
        """The issues with the states of `as_of` (status −1: not yet reported). The last few moments are kept."""
        as_of_us = to_us(as_of)
        if as_of_us >= self._last_us:
            return self.issues
        with self._moments_lock:
            table = self._moments.pop(as_of_us, None)
            if table is None:
                table = table_at(self.issues, self.transitions, as_of_us)
            self._moments[as_of_us] = table
            while len(self._moments) > _KEPT_MOMENTS:
                self._moments.popitem(last=False)
        return table

    def now(self, campaign: Campaign) -> datetime:
        """The moment of `campaign`, as `geo.filter_query` asks for it."""
        return campaign_now(campaign)

    def row(self, identity: str) -> int:
        """Position of the issue with that UUID or number (of several with one number: the first); NotFoundError."""
        found = self._rows_by_identity.get(identity)
        if found is None:
            found = self._rows_by_identity.get(identity.lower())
        if found is None:
            raise NotFoundError("issue", identity[:80])
        return found

    def point_row(self, code: str) -> int:
        """Position of the inspection point of that code; NotFoundError."""
        found = self._point_rows.get(code)
        if found is None:
            raise NotFoundError("inspection point", code[:80])
        return found

    def events(self, row: int) -> list[Transition]:
        """What happened to the issue at position `row`, from the report on, in order."""
        first, last = np.searchsorted(self.transitions.row, [row, row + 1]).tolist()
        steps = []
        for at in range(first, last):
            moment = from_us(int(self.transitions.at_us[at]))
            assert moment is not None
            status = Status(int(self.transitions.status[at]))
            texts = (self.steps.actor[at], self.steps.note[at], self.steps.evidence[at])
            steps.append(Transition(status, moment, *texts))
        return steps

    def with_rows(self, rows: Rows, revision: int) -> Snapshot:
        """The next revision: this one and the issues that a transaction added behind them."""
        part = _parts(_columns(rows.issues, ISSUE_COLUMNS), _columns(rows.shares, SHARE_COLUMNS),
                      _step_columns(rows.transitions), self.city)  # fmt: skip
        offset = len(self.issues)
        later = part.transitions
        return replace(
            self,
            revision=revision,
            issues=_joined(self.issues, part.issues, offset),
            transitions=_joined(self.transitions, replace(later, row=later.row + np.int32(offset)), offset),
            steps=_joined(self.steps, part.steps, offset),
            rows=np.concatenate([self.rows, part.rows]),
            recorded_us=np.concatenate([self.recorded_us, part.recorded_us]),
            _moments=OrderedDict(),
            _moments_lock=threading.Lock(),
        )

    @cached_property
    def _last_us(self) -> int:
        return int(self.transitions.at_us.max()) if len(self.transitions.at_us) else 0

    @cached_property
    def _rows_by_identity(self) -> dict[str, int]:
        last_first = range(len(self.issues) - 1, -1, -1)
        return {str(self.issues.number[row]): row for row in last_first} | {
            str(self.issues.id[row]): row for row in last_first
        }

    @cached_property
    def _point_rows(self) -> dict[str, int]:
        return {str(code): row for row, code in enumerate(self.points.code)}


def read_snapshot(connection: Connection, city: City, *, only: Select[tuple[int]] | None = None) -> Snapshot:
    """The store as it stands in the transaction of `connection`; `only` (a select of row numbers) limits the issues."""
    with collector_at_rest():
        try:
            return _read_all(connection, city, only)
        except (TypeError, ValueError) as error:  # a value that its column never holds
            raise StoreError(f"a table of the store is damaged ({error}); restore a backup") from None


def _read_all(connection: Connection, city: City, only: Select[tuple[int]] | None) -> Snapshot:
    builder = TableBuilder(city)
    part = _parts(
        _read(connection, ISSUE, ISSUE_COLUMNS, ISSUE.c.row, only, "row"),
        _read(connection, ISSUE_SHARE, SHARE_COLUMNS, ISSUE_SHARE.c.issue_row, only, "issue_row"),
        _read(connection, TRANSITION, TRANSITION_COLUMNS, (TRANSITION.c.issue_row, TRANSITION.c.n), only, "issue_row"),
        city,
    )
    points = builder.points(_read(connection, POINT, POINT_COLUMNS, POINT.c.row))
    visits = builder.visits(_read(connection, VISIT, VISIT_COLUMNS, VISIT.c.row), points)
    rejects = connection.execute(select(META.c.value).where(META.c.key == "rejects")).scalar() or "[]"
    return replace(
        part,
        revision=read_meta(connection).revision,
        points=points,
        visits=visits,
        rejects=tuple(Reject(*entry) for entry in orjson.loads(rejects)),
    )


def _parts(issues: _Columns, shares: _Columns, steps: _Columns, city: City) -> Snapshot:
    """A snapshot of these issues alone, without points and visits."""
    builder = TableBuilder(city)
    points = builder.points(dict.fromkeys(POINT_COLUMNS, ()))
    texts = {name: _object_column(steps[name]) for name in ("actor", "note", "evidence")}
    return Snapshot(
        revision=0,
        city=city,
        issues=builder.issues(issues, shares),
        transitions=transitions(steps, issues["row"]),
        points=points,
        visits=builder.visits(dict.fromkeys(VISIT_COLUMNS, ()), points),
        steps=StepTexts(**texts),
        rows=np.array(issues["row"], np.int64),
        recorded_us=np.array(issues["recorded_us"], np.int64),
    )


_Columns = Mapping[str, Sequence[Any]]


def _read(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    order: Any,
    only: Select[tuple[int]] | None = None,
    key: str = "",
) -> _Columns:
    """The columns `names` of `table` in `order`, straight from the driver: values of SQLite need no conversion."""
    query = select(*(table.c[name] for name in names)).order_by(*(order if isinstance(order, tuple) else (order,)))
    if only is not None:
        query = query.where(table.c[key].in_(only))
    result = connection.execute(query)
    rows = result.cursor.fetchall() if result.cursor is not None else []
    result.close()
    return dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> _Columns:
    return {name: [row[name] for row in rows] for name in names}


def _step_columns(steps: Sequence[Step]) -> _Columns:
    return {name: [getattr(step, name) for step in steps] for name in TRANSITION_COLUMNS}


def _object_column(values: Sequence[Any]) -> Objects:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _joined(first: Any, second: Any, offset: int) -> Any:
    """Two tables of one kind behind each other; rows of the second one's shares start at `offset`."""
    joined: dict[str, Any] = {}
    for entry in fields(first):
        one, two = getattr(first, entry.name), getattr(second, entry.name)
        if isinstance(one, Shares):
            row = np.concatenate([one.row, two.row + np.int32(offset)])
            joined[entry.name] = Shares(row, np.concatenate([one.place, two.place]),
                                        np.concatenate([one.weight, two.weight]))  # fmt: skip
        else:
            joined[entry.name] = np.concatenate([one, two])
    return type(first)(**joined)
