"""What issues were before amendments: rows of a moment, shapes and shares among them."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.past import Past, before_amendments
from geo.tables import IssueTable, RowValues, Shares, subset
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records

CITY = small_city()


def past_of(table: IssueTable, entries: list[tuple[int, int, int]]) -> Past:
    """Entries (issue, until, which other issue it was like), in this order."""
    like = [other for _, _, other in entries]
    parts = [subset(table, np.array([other])) for other in like]

    def joined(name: str, part: str | None = None) -> np.ndarray:
        columns = [getattr(p, name) if part is None else getattr(getattr(p, name), part) for p in parts]
        whole = getattr(table, name) if part is None else getattr(getattr(table, name), part)
        return np.concatenate([whole[:0], *columns])

    def nested(name: str, kind: type) -> object:
        owners = [np.full(len(getattr(p, name).row), at, np.int32) for at, p in enumerate(parts)]
        values = {f.name: joined(name, f.name) for f in fields(kind) if f.name != "row"}
        return kind(row=np.concatenate([np.empty(0, np.int32), *owners]), **values)

    own = {"row", "until_us", "shapes", "subdistrict_shares", "segment_shares"}
    return Past(
        row=np.array([row for row, _, _ in entries], np.int32),
        until_us=np.array([until for _, until, _ in entries], np.int64),
        shapes=nested("shapes", RowValues),
        subdistrict_shares=nested("subdistrict_shares", Shares),
        segment_shares=nested("segment_shares", Shares),
        **{f.name: joined(f.name) for f in fields(Past) if f.name not in own},
    )


def same(one: IssueTable, other: IssueTable, rows: np.ndarray, other_rows: np.ndarray) -> None:
    mine, theirs = subset(one, rows), subset(other, other_rows)
    for name in (f.name for f in fields(Past) if f.name not in ("row", "until_us")):
        a, b = getattr(mine, name), getattr(theirs, name)
        pairs = [(a, b)] if isinstance(a, np.ndarray) else [(getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
        for left, right in pairs:
            np.testing.assert_array_equal(left, right, err_msg=name)
            assert left.dtype == right.dtype, name


@given(st.integers(1, 12), st.integers(0, 50), st.data())
def test_each_issue_is_what_its_first_later_entry_says(n: int, seed: int, data: st.DataObject) -> None:
    table = build_records(CITY, n, seed, CLOCK).issues
    row = st.integers(0, n - 1)
    entries = sorted(data.draw(st.lists(st.tuples(row, st.integers(0, 9), row), max_size=8)), key=lambda e: e[1])
    past, moment = past_of(table, entries), data.draw(st.integers(-1, 10))
    then = before_amendments(table, past, moment)
    for issue in range(n):
        later = [other for owner, until, other in entries if owner == issue and until > moment]
        same(then, table, np.array([issue]), np.array([later[0] if later else issue]))
    kept = ("campaign", "register", "reported_us", "status")
    assert all(getattr(then, name) is getattr(table, name) for name in kept)
    assert np.all(np.diff(then.shapes.row) > 0)


def test_without_amendments_the_table_is_itself() -> None:
    table = build_records(CITY, 5, 1, CLOCK).issues
    assert before_amendments(table, past_of(table, []), 0) is table
    assert before_amendments(replace(table), past_of(table, [(0, 5, 1)]), 5).type is table.type
