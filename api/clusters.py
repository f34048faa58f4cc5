"""Many marks as few: those that share a square of a metric grid become one, at their middle."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.cells import MAX_GRID
from geo.scale import is_large
from geo.selection import OVERDUE, Stages
from geo.tables import DEGREE_SCALE, METRE_SCALE, Bools, Floats, IssueTable

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


def issue_clusters(table: IssueTable, stages: Stages, *, below: int, cell_m: float, most: int) -> Clusters:
    """The same over the issues with 0 ≤ stage < `below`; a compiled pass where they are many."""
    if is_large(len(table)):
        found = _compiled_clusters(table, stages, below, cell_m, most)
        if found is not None:
            return found
    rows = np.flatnonzero((stages >= 0) & (stages < below))
    lon, lat = table.lonlat(rows)
    entries = clusters(*table.xy_m(rows), lon, lat, {"overdue": stages[rows] == OVERDUE}, cell_m=cell_m, most=most)
    columns = [[entry[name] for entry in entries] for name in ("lon", "lat", "count", "overdue")]
    return (
        np.array(columns[0], np.float64),
        np.array(columns[1], np.float64),
        np.array(columns[2], np.int64),
        np.array(columns[3], np.int64),
    )


def _compiled_clusters(table: IssueTable, stages: Stages, below: int, cell_m: float, most: int) -> Clusters | None:
    """None where issues are scattered too wide for a grid of such squares."""
    from geo import counting_kernels, kernels

    low_x, high_x, low_y, high_y, n = counting_kernels.extent(stages, table.x_cm, table.y_cm, below).tolist()
    if n == 0:
        return np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64)
    while True:
        cell_cm = cell_m * METRE_SCALE
        west, south = int(np.floor(low_x / cell_cm)), int(np.floor(low_y / cell_cm))
        wide, tall = int(np.floor(high_x / cell_cm)) - west + 1, int(np.floor(high_y / cell_cm)) - south + 1
        if wide * tall > MAX_GRID // 8:
            return None
        grid = kernels.cluster_grid(
            stages, below, OVERDUE, table.x_cm, table.y_cm, table.lon_e7, table.lat_e7, cell_cm, west, south, wide, tall
        )
        grid = grid[grid[:, 0] > 0]
        if len(grid) <= most:
            count = grid[:, 0]
            lon, lat = (np.round(grid[:, at] / count / DEGREE_SCALE, 6) for at in (2, 3))
            return lon, lat, count, grid[:, 1]
        cell_m *= 2


def _groups(x_m: Floats, y_m: Floats, cell_m: float) -> tuple[NDArray[np.int64], int]:
    """Number of each member's square, and how many squares there are."""
    column, row = np.floor(x_m / cell_m).astype(np.int64), np.floor(y_m / cell_m).astype(np.int64)
    wide = int(column.max() - column.min()) + 1
    keys, group = np.unique((row - row.min()) * wide + (column - column.min()), return_inverse=True)
    return group.astype(np.int64), len(keys)
