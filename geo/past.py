"""What issues were before they were amended, and all of them as they were at a moment."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER
from geo.tables import Bools, IssueTable, RowValues, Shares


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """One entry for each amendment that changed what is shown, in the order of the log: the values that issue `row`
    had until `until_us` (which ascends within an issue). The columns are those of an IssueTable; the `row` of shapes
    and shares is the position of an entry here."""

    row: NDArray[np.int32]
    until_us: NDArray[np.int64]
    type: NDArray[np.int16]
    task: NDArray[np.int16]
    subdistrict: NDArray[np.int16]
    segment: NDArray[np.int32]
    lon_e7: NDArray[np.int32]
    lat_e7: NDArray[np.int32]
    x_cm: NDArray[np.int32]
    y_cm: NDArray[np.int32]
    due_us: NDArray[np.int64]
    is_point: Bools
    shapes: RowValues
    subdistrict_shares: Shares
    segment_shares: Shares
    department: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.row)

    @property
    def newest_us(self) -> int:
        """The moment of the newest amendment; NEVER without any."""
        return int(self.until_us.max()) if len(self.until_us) else NEVER


_OWN: Final = ("row", "until_us")


def before_amendments(table: IssueTable, past: Past, as_of_us: int) -> IssueTable:
    """`table` with what every issue was at `as_of_us`: the first of its entries that held longer, else what it is."""
    later = np.flatnonzero(past.until_us > as_of_us)
    if not len(later):
        return table
    rows, first = np.unique(past.row[later], return_index=True)
    entries = later[first]
    changes: dict[str, Any] = {}
    for entry in fields(Past):
        if entry.name in _OWN:
            continue
        now, was = getattr(table, entry.name), getattr(past, entry.name)
        if isinstance(now, RowValues | Shares):
            changes[entry.name] = replaced_entries(now, rows, _of_entries(was, entries, rows))
        elif not np.array_equal(now[rows], was[entries]):
            column = now.copy()
            column[rows] = was[entries]
            changes[entry.name] = column
    return replace(table, **changes)


def replaced_entries(now: Any, rows: NDArray[Any], new: Any) -> Any:
    """`now` (RowValues or Shares) without its entries of `rows`, and with `new`, in the order of their rows."""
    if not len(new.row):
        gone = np.isin(now.row, rows)
        if not gone.any():
            return now
    kept = ~np.isin(now.row, rows)
    row = np.concatenate([now.row[kept], new.row]).astype(np.int32)
    order = np.argsort(row, kind="stable")
    values = {
        entry.name: np.concatenate([getattr(now, entry.name)[kept], getattr(new, entry.name)])[order]
        for entry in fields(now)
        if entry.name != "row"
    }
    return replace(now, row=row[order], **values)


def _of_entries(was: Any, entries: NDArray[Any], rows: NDArray[Any]) -> Any:
    """What `was` holds of `entries`, as entries of the issues `rows` (parallel to them)."""
    kept = np.isin(was.row, entries)
    order = np.argsort(entries)
    owner = rows[order][np.searchsorted(entries[order], was.row[kept])].astype(np.int32)
    values = {entry.name: getattr(was, entry.name)[kept] for entry in fields(was) if entry.name != "row"}
    return replace(was, row=owner, **values)
