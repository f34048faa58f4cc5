"""The store's rows by column, a stretch at a time.

Few rows come as the driver gives them. Of many on SQLite, whole numbers and codes come as one JSON array a column: the
database then makes one text of a stretch instead of the driver an object of every value, in half the time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing
from itertools import chain, zip_longest
from typing import Any, Final

import numpy as np
import orjson
from sqlalchemy import ColumnElement, Connection, Select, Table, case, func, select

from data.store.database import read_meta
from data.store.schema import ISSUE, ISSUE_SHARE, TRANSITION
from data.table_building import ISSUE_COLUMNS, SHARE_COLUMNS, STEP_COLUMNS, Columns
from geo.clock import NEVER
from geo.errors import StoreError

ROWS_AT_ONCE = 20_000
PACKED_FROM = 500
"""From so many rows of a stretch on they come packed. Both ways give the same, and are tested to."""

Stretch = tuple[int, int]
"""First and last row, both in it."""

Opener = Callable[[], AbstractContextManager[Connection]]
Texts = Mapping[str, str]

_MEASURES: Final = ("lon", "lat", "x_m", "y_m")  # JSON would round them
_PACKED: Final = tuple(name for name in ISSUE_COLUMNS if name not in (*_MEASURES, "shape"))
_STEP_ORDER: Final = (TRANSITION.c.issue_row, TRANSITION.c.n)
SHARE_ORDER: Final = (ISSUE_SHARE.c.issue_row, ISSUE_SHARE.c.layer, ISSUE_SHARE.c.place)


def issue_stretches(
    connection: Connection, first_row: int, *, only: Select[tuple[int]] | None = None, beside: Opener | None = None
) -> Generator[tuple[Columns, Columns, Columns]]:
    """The issues from row `first_row` on with their shares and changes of status, in stretches that bound the memory.

    `only` (a select of row numbers) limits them. `beside` opens another connection to the same store: with it the
    next stretch is fetched while the last one is worked on. Raises StoreError for a gap in the rows, or an issue
    without a report.
    """
    last = int(connection.execute(select(func.max(ISSUE.c.row))).scalar() or 0)
    stretches = [(first, min(first + ROWS_AT_ONCE - 1, last)) for first in range(first_row, last + 1, ROWS_AT_ONCE)]
    packed = only is None and last - first_row + 1 >= PACKED_FROM and connection.dialect.name == "sqlite"
    tables = _packed_tables(connection, stretches, beside) if packed else _tables(connection, stretches, only)
    with closing(tables):  # an error on the way must not leave a thread behind
        for stretch, (issues, steps) in zip(stretches, tables, strict=True):
            shares = read_columns_of(
                connection, ISSUE_SHARE, SHARE_COLUMNS, *SHARE_ORDER, only=only, key="issue_row", stretch=stretch
            )
            if only is None and not np.array_equal(issues["row"], np.arange(stretch[0], stretch[1] + 1)):
                raise StoreError("the table issue of the store has gaps in its rows; restore a backup")
            owners = np.asarray(steps["issue_row"], np.int64)
            if np.count_nonzero(np.diff(owners, prepend=0)) != len(issues["row"]):
                raise StoreError("the table transition of the store lacks the report of an issue; restore a backup")
            yield issues, shares, steps


def read_columns_of(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    *order: Any,
    only: Select[tuple[int]] | None = None,
    key: str = "",
    stretch: Stretch | None = None,
) -> Columns:
    """The columns `names` of `table` in `order`; only rows whose `key` is in `stretch` (and in `only`)."""
    query = _within(select(*(_expression(table, name) for name in names)).order_by(*order), table, key, stretch)
    if only is not None:
        query = query.where(table.c[key].in_(only))
    # Straight from the driver: our values (int, float, str, bytes, None) need no conversion.
    result = connection.execute(query)
    rows = result.cursor.fetchall() if result.cursor is not None else []
    result.close()
    return dict(zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True))


def _tables(
    connection: Connection, stretches: Sequence[Stretch], only: Select[tuple[int]] | None
) -> Generator[tuple[Columns, Columns]]:
    """Issues and changes of status of each stretch, as the driver gives them."""
    for stretch in stretches:
        issues = read_columns_of(connection, ISSUE, ISSUE_COLUMNS, ISSUE.c.row, only=only, key="row", stretch=stretch)
        steps = read_columns_of(
            connection, TRANSITION, STEP_COLUMNS, *_STEP_ORDER, only=only, key="issue_row", stretch=stretch
        )
        yield issues, steps


def _packed_tables(
    connection: Connection, stretches: Sequence[Stretch], beside: Opener | None
) -> Generator[tuple[Columns, Columns]]:
    """The same packed. `beside` is used where it sees the store as `connection` does."""
    with ExitStack() as opened, ThreadPoolExecutor(1, "xunjie-reading") as pool:
        other = pool.submit(opened.enter_context, beside()).result() if beside and len(stretches) > 1 else None
        if other is None or read_meta(other).revision != read_meta(connection).revision:
            for stretch in stretches:
                yield _unpacked_tables(connection, stretch, _fetched(connection, stretch))
            return
        ahead = pool.submit(_fetched, other, stretches[0])
        for stretch, following in zip_longest(stretches, stretches[1:]):
            texts = ahead.result()
            if following is not None:
                ahead = pool.submit(_fetched, other, following)
            yield _unpacked_tables(connection, stretch, texts)


def _fetched(connection: Connection, stretch: Stretch) -> tuple[Texts, Texts]:
    """What comes packed of issues and of changes of status: a JSON array for each column. Holds no lock of Python's
    while the database works."""
    found: list[Texts] = []
    for table, names, key in ((ISSUE, _PACKED, "row"), (TRANSITION, STEP_COLUMNS, "issue_row")):
        arrays = select(*(func.json_group_array(_expression(table, name)) for name in names))
        found.append(dict(zip(names, connection.execute(_within(arrays, table, key, stretch)).one(), strict=True)))
    return found[0], found[1]


def _unpacked_tables(connection: Connection, stretch: Stretch, texts: tuple[Texts, Texts]) -> tuple[Columns, Columns]:
    issues, steps = ({name: _unpacked(text) for name, text in table.items()} for table in texts)
    # Nowhere does SQLite promise the order of an array. It goes through the trees of the primary keys, though, and
    # where the first parts of the keys ascend it did: the changes of an issue are then in their order too.
    if any(np.any(np.diff(np.asarray(key, np.int64)) < 0) for key in (issues["row"], steps["issue_row"])):
        return next(_tables(connection, (stretch,), None))
    n = len(issues["row"])
    query = select(*(ISSUE.c[name] for name in _MEASURES)).order_by(ISSUE.c.row)
    result = connection.execute(_within(query, ISSUE, "row", stretch))
    rows: Any = result.cursor
    measures = np.fromiter(chain.from_iterable(rows), np.float64, n * len(_MEASURES)).reshape(n, len(_MEASURES))
    result.close()
    issues |= dict(zip(_MEASURES, measures.T, strict=True))
    issues["shape"] = (None,) * n
    if not np.all(issues["is_point"]):
        issues |= read_columns_of(connection, ISSUE, ("shape",), ISSUE.c.row, key="row", stretch=stretch)
    return issues, steps


def _unpacked(text: str) -> Any:
    """The values of a JSON array: an array where all are whole numbers, a list of whatever there is otherwise."""
    if len(text) == len("[]") or any(sign in text for sign in '".en'):  # texts, fractions, true, false, null
        return orjson.loads(text)
    return np.fromstring(text[1:-1], np.int64, sep=",")


def _within(query: Select[Any], table: Table, key: str, stretch: Stretch | None) -> Select[Any]:
    return query if stretch is None else query.where(table.c[key].between(*stretch))


def _expression(table: Table, name: str) -> ColumnElement[Any]:
    """A column of issues, or of what they were, as the tables in memory take it."""
    if name == "shape":
        return case((table.c.is_point, None), else_=table.c.wkb).label(name)
    return func.coalesce(table.c.due_us, NEVER).label(name) if name == "due_us" else table.c[name]
