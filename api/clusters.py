"""Many marks as few: those that share a square of a metric grid become one, at their middle."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.in_view import InView
from geo.selection import OVERDUE, Stages
from geo.tables import DEGREE_SCALE, Bools, Floats, IssueTable

CELL_PX: Final = 72
"""Side of a square on the screen: a cluster and its number fit in it."""

Clusters = tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64]]
"""Longitude and latitude of their middles, how many members, and how many of them are overdue."""


def clusters(
    x_m: Floats, y_m: Floats, lon: Floats, lat: Floats, marks: dict[str, Bools], *, cell_m: float, most: int
) -> list[dict[str, float | int]]:
    """One entry a square: lon, lat (mean of its members), count, and how many members each of `marks` holds for.

    Arrays are parallel, metres and degrees. The square grows by doubling until there are at most `most`; Σ count =
    number of members. No members give [].
    """
    if len(x_m) == 0:
        return []
    while True:
        group, size = _groups(x_m, y_m, cell_m)
        if size <= most:
            break
        cell_m *= 2
    count = np.bincount(group, minlength=size)
    columns: dict[str, NDArray[Any]] = {
        "lon": np.round(np.bincount(group, weights=lon, minlength=size) / count, 6),
        "lat": np.round(np.bincount(group, weights=lat, minlength=size) / count, 6),
        "count": count,
        **{name: np.bincount(group[mask], minlength=size) for name, mask in marks.items()},
    }
    lists = {name: values.tolist() for name, values in columns.items()}
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def issue_clusters(table: IssueTable, stages: Stages, found: InView, *, cell_m: float) -> Clusters:
    """The same of the issues that `found` (of these `stages`) counts."""
    if found.squares is not None:
        sums = found.squares.filled
        lon, lat = (np.round(sums[:, at] / sums[:, 0] / DEGREE_SCALE, 6) for at in (2, 3))
        return lon, lat, sums[:, 0], sums[:, 1]
    rows = np.flatnonzero((stages >= 0) & (stages < found.below))
    lon, lat = table.lonlat(rows)
    late = {"overdue": stages[rows] == OVERDUE}
    entries = clusters(*table.xy_m(rows), lon, lat, late, cell_m=cell_m, most=found.most)
    columns = [[entry[name] for entry in entries] for name in ("lon", "lat", "count", "overdue")]
    return (
        np.array(columns[0], np.float64),
        np.array(columns[1], np.float64),
        np.array(columns[2], np.int64),
        np.array(columns[3], np.int64),
    )


def _groups(x_m: Floats, y_m: Floats, cell_m: float) -> tuple[NDArray[np.int64], int]:
    """Number of each member's square, and how many squares there are."""
    column, row = np.floor(x_m / cell_m).astype(np.int64), np.floor(y_m / cell_m).astype(np.int64)
    wide = int(column.max() - column.min()) + 1
    keys, group = np.unique((row - row.min()) * wide + (column - column.min()), return_inverse=True)
    return group.astype(np.int64), len(keys)
