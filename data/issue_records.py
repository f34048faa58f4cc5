"""What is read of a few issues at a time, straight from the store: numbers, texts, actors, and searches in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from data.documents.document import Document
from data.store.database import Store
from data.store.documents import versions_of
from data.store.events import Kind
from data.store.past import ISSUE_PAST, as_it_was, past_at
from data.store.schema import EVENT, ISSUE, TRANSITION
from geo.clock import from_us
from geo.errors import NotFoundError
from geo.issue import Transition
from geo.lifecycle import Status
from geo.tables import Floats, Objects

_AT_ONCE: Final = 500
"""Rows asked for by number in one statement; where more than half of a stretch is wanted it is read whole."""

_KEPT_NAMES: Final = 60_000
_TEXTS: Final = ("id", "number", "description", "address", "visit", "source_datum")
_FLOATS: Final = ("source_x", "source_y", "distance_m")
_AMENDED: Final = ("description", "address", "source_datum", *_FLOATS)
"""What is in here and may be amended."""


@dataclass(frozen=True, slots=True, eq=False)
class Details:
    """Columns of a few issues, parallel to the rows asked for. `distance_m` is NaN for an issue on no road."""

    id: Objects
    number: Objects
    description: Objects
    address: Objects
    visit: Objects
    source_datum: Objects
    source_x: Floats  # as it came, in its own datum
    source_y: Floats
    distance_m: Floats
    recorded_us: NDArray[np.int64]
    version: NDArray[np.int64]  # the present one, whatever the moment: it is what an act names


@dataclass(frozen=True, slots=True)
class Standing:
    """What one issue says besides, as it is now: the end of its deferral, how often its deadline was put off and it
    was reopened, the issue (UUID) that it repeats, and who reported it (a reference)."""

    deferred_until_us: int | None
    extensions: int
    reopened: int
    duplicate_of: str | None
    reporter: str


class IssueRecords:
    """Reads the issues of one snapshot by position. `rows` are their row numbers in the store where they are not all
    of them (position + 1). Every method may raise StoreError: the store may be out of reach."""

    def __init__(self, store: Store, rows: NDArray[np.int64] | None = None) -> None:
        self._store, self._rows = store, rows
        self._names: dict[int, tuple[str, str, bool]] = {}

    def of(self, positions: NDArray[np.integer], *, as_of_us: int | None = None) -> Details:
        """The details of these positions, in their order; as they are, or as they were at `as_of_us`."""
        wanted = self._row_numbers(positions)
        found: dict[int, tuple[object, ...]] = {}
        names = ("row", *_TEXTS, *_FLOATS, "recorded_us", "version")
        query = select(*(ISSUE.c[name] for name in names))
        ordered = np.unique(wanted)
        with self._store.reading() as connection:
            for start in range(0, len(ordered), _AT_ONCE):
                part = ordered[start : start + _AT_ONCE]
                for row in connection.execute(query.where(_among(part))):
                    found[row[0]] = tuple(row)
                if as_of_us is not None:
                    for at, was in _were(connection, part, as_of_us):
                        found[at] = tuple(was.get(name, value) for name, value in zip(names, found[at], strict=True))
        rows = [found[row] for row in wanted.tolist()]
        columns = dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
        texts: dict[str, Any] = {name: _objects(columns[name]) for name in _TEXTS}
        floats: dict[str, Any] = {name: np.array(columns[name], np.float64) for name in _FLOATS}
        whole = {name: np.array(columns[name], np.int64) for name in ("recorded_us", "version")}
        return Details(**texts, **floats, recorded_us=whole["recorded_us"], version=whole["version"])

    def versions(self, collection: str, identity: str, *, until: int) -> list[Document]:
        """The versions of a document up to that one, the first one first."""
        with self._store.reading() as connection:
            return [one for one in versions_of(connection, collection, identity) if one.version <= until]

    def names(self, positions: NDArray[np.integer], *, all_ids: bool = False) -> tuple[list[str], dict[int, str]]:
        """The numbers of these positions (ascending), in their order; and the UUIDs, by place in that order: all, or of
        those for which `position` of their number is another issue's."""
        wanted = self._row_numbers(positions).tolist()
        known = {row: name for row in wanted if (name := self._names.get(row)) is not None}
        missing = np.array([row for row in wanted if row not in known], np.int64)
        if len(missing):
            read = self._read_names(missing)
            known |= read
            if len(self._names) + len(read) > _KEPT_NAMES:
                self._names.clear()
            self._names.update(read)
        found = [known[row] for row in wanted]
        return [number for number, _, _ in found], {
            at: identity for at, (_, identity, is_first) in enumerate(found) if all_ids or not is_first
        }

    def _read_names(self, rows: NDArray[np.int64]) -> dict[int, tuple[str, str, bool]]:
        """By row number: number, UUID, and whether it is the first issue of that number. None of it ever changes."""
        names: dict[int, tuple[str, str, bool]] = {}
        with self._store.reading() as connection:
            for start in range(0, len(rows), _AT_ONCE):
                part = rows[start : start + _AT_ONCE]
                asked = set(part.tolist())
                query = select(ISSUE.c.row, ISSUE.c.id, ISSUE.c.number).where(_among(part))
                found = [tuple(row) for row in connection.execute(query) if row.row in asked]
                of_number = select(ISSUE.c.number, func.min(ISSUE.c.row)).group_by(ISSUE.c.number)
                of_number = of_number.where(ISSUE.c.number.in_({number for _, _, number in found}))
                first = dict(tuple(row) for row in connection.execute(of_number))
                names |= {row: (number, identity, first[number] == row) for row, identity, number in found}
        return names

    def position(self, identity: str, n: int) -> int:
        """Position among the first `n` of the issue with that UUID or number (of several with one number the first).

        Raises NotFoundError.
        """
        if "\0" in identity:  # which no text of a store holds, and not every database lets us ask
            raise NotFoundError("issue", identity[:80])
        query = select(ISSUE.c.row).order_by(ISSUE.c.row)
        known = (ISSUE.c.id == identity.lower(), ISSUE.c.number == identity)
        with self._store.reading() as connection:
            for row in connection.execute(query.where(or_(*known))).scalars():
                position = self._position(int(row))
                if position is not None and position < n:
                    return position
        raise NotFoundError("issue", identity[:80])

    def positions(self, ids: Sequence[str], n: int) -> NDArray[np.int64]:
        """Positions among the first `n` of the issues with those UUIDs, in their order; unknown ones are left out."""
        rows: dict[str, int] = {}
        with self._store.reading() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                query = select(ISSUE.c.id, ISSUE.c.row).where(ISSUE.c.id.in_(ids[start : start + _AT_ONCE]))
                rows |= {row.id: row.row for row in connection.execute(query)}
        known = np.array([rows[identity] for identity in ids if identity in rows], np.int64)
        return self._known(known, n)

    def standings(self, positions: NDArray[np.integer]) -> list[Standing]:
        """What issues at these positions say besides, in their order."""
        wanted = self._row_numbers(positions)
        names = ("deferred_until_us", "extensions", "reopened", "duplicate_of", "reporter")
        query = select(ISSUE.c.row, *(ISSUE.c[name] for name in names))
        found: dict[int, Standing] = {}
        ordered = np.unique(wanted)
        with self._store.reading() as connection:
            for start in range(0, len(ordered), _AT_ONCE):
                for row, *values in connection.execute(query.where(_among(ordered[start : start + _AT_ONCE]))):
                    found[row] = Standing(*values)
        return [found[row] for row in wanted.tolist()]

    def reported_by(self, positions: NDArray[np.integer], account: str) -> NDArray[np.int64]:
        """Those of `positions` (ascending) whose report that account sent, or is named in as its reporter."""
        wanted = self._row_numbers(positions)
        found: list[int] = []
        sent = EVENT.c.kind.in_([str(Kind.ISSUE_REPORTED), str(Kind.ISSUE_IMPORTED)]) & (EVENT.c.actor == account)
        query = select(ISSUE.c.row).distinct().join(EVENT, EVENT.c.issue_id == ISSUE.c.id)
        query = query.where(or_(sent, ISSUE.c.reporter == account))
        with self._store.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                part = wanted[start : start + _AT_ONCE]
                asked = set(part.tolist())
                found += [row for row in connection.execute(query.where(_among(part))).scalars() if row in asked]
        return self._known(np.array(sorted(found), np.int64), np.iinfo(np.int64).max)

    def numbers(self) -> frozenset[str]:
        """Every number that was given."""
        with self._store.reading() as connection:
            return frozenset(connection.execute(select(ISSUE.c.number)).scalars())

    def steps(self, position: int) -> list[Transition]:
        """What happened to one issue, from the report on, in order."""
        [row] = self._row_numbers(np.array([position])).tolist()
        t = TRANSITION.c
        query = select(t.status, t.at_us, t.actor, t.note, t.evidence).where(t.issue_row == row).order_by(t.n)
        steps = []
        with self._store.reading() as connection:
            for status, at_us, *texts in connection.execute(query):
                at = from_us(at_us)
                assert at is not None
                steps.append(Transition(Status(status), at, *texts))
        return steps

    def containing(self, text: str, n: int, *, as_of_us: int | None = None) -> NDArray[np.int64]:
        """Positions among the first `n` whose number, description, address or road contains `text` (folded, see
        geo.search), ascending; as they are, or as they were at `as_of_us`."""
        # Both sides are folded, so LIKE without regard to case and with it are the same here.
        query = select(ISSUE.c.row).order_by(ISSUE.c.row)
        said: ColumnElement[Any] = ISSUE.c.search_text
        if as_of_us is not None:
            past = past_at(as_of_us)
            query = query.outerjoin(past, past.c.issue_row == ISSUE.c.row)
            said = as_it_was(past, "search_text")
        return self._positions(query.where(said.contains(text, autoescape=True)), n)

    def by_number(self, n: int) -> NDArray[np.int64]:
        """The first `n` positions in the order of their numbers, which is that of their characters' code points."""
        query = select(ISSUE.c.row, ISSUE.c.number).where(ISSUE.c.row <= self._last_row(n))
        with self._store.reading() as connection:
            rows = sorted(connection.execute(query).all(), key=lambda row: (row.number, row.row))
        return self._known(np.array([row.row for row in rows], np.int64), n)

    def _positions(self, query: Select[tuple[int]], n: int) -> NDArray[np.int64]:
        with self._store.reading() as connection:
            rows = np.fromiter(connection.execute(query).scalars(), np.int64)
        return self._known(rows, n)

    def _known(self, rows: NDArray[np.int64], n: int) -> NDArray[np.int64]:
        """Positions of row numbers; those that this snapshot does not have are left out."""
        if self._rows is None:
            return rows[rows <= n] - 1
        at = np.searchsorted(self._rows, rows)
        inside = at < len(self._rows)
        at, rows = at[inside], rows[inside]
        return np.asarray(at[self._rows[at] == rows], np.int64)

    def _position(self, row: int) -> int | None:
        known = self._known(np.array([row], np.int64), np.iinfo(np.int64).max)
        return int(known[0]) if len(known) else None

    def _row_numbers(self, positions: NDArray[np.integer]) -> NDArray[np.int64]:
        return np.asarray(positions, np.int64) + 1 if self._rows is None else self._rows[positions]

    def _last_row(self, n: int) -> int:
        return n if self._rows is None else int(self._rows.max(initial=0))


def _were(connection: Connection, rows: NDArray[np.int64], as_of_us: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Of those of `rows` that were otherwise at `as_of_us`: what is kept of that."""
    p = ISSUE_PAST.c
    query = select(p.issue_row, *(p[name] for name in _AMENDED)).where(p.until_us > as_of_us)
    seen: set[int] = set()
    for row in connection.execute(query.where(p.issue_row.in_(rows.tolist())).order_by(p.row)):
        if row.issue_row not in seen:
            seen.add(row.issue_row)
            yield row.issue_row, {name: row._mapping[name] for name in _AMENDED}


def _among(rows: NDArray[np.int64]) -> ColumnElement[bool]:
    first, last = int(rows[0]), int(rows[-1])
    if last - first < 2 * len(rows):
        return ISSUE.c.row.between(first, last)
    return ISSUE.c.row.in_(rows.tolist())


def _objects(values: object) -> Objects:
    listed = list(values)  # type: ignore[call-overload]
    column = np.empty(len(listed), object)
    column[:] = listed
    return column
