"""The columnar read side: issues, points and visits as parallel numpy arrays, about sixty bytes an issue.

What is only read a few rows at a time (numbers, texts, actors) is not in here: it stays in the store.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MOST_CODES: Final = int(np.iinfo(np.int16).max)
"""As many types, tasks, site classes, registers, campaigns or subdistricts a city may have: positions are int16."""

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]

DEGREE_SCALE = 10**7
"""Positions are whole ten-millionths of a degree: what is stored is what is exported, about a centimetre."""

METRE_SCALE = 100
"""Metric positions are whole centimetres."""


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Which part of which line or polygon lies in which place: parallel arrays, weights of a row sum to at most 1.

    Lines are split by length, polygons by area. A point is not in here: it lies whole in its own place, or in none.
    """

    row: NDArray[np.int32]
    place: NDArray[np.int32]
    weight: Floats

    @staticmethod
    def empty() -> Shares:
        """No shares."""
        return Shares(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))


@dataclass(frozen=True, slots=True, eq=False)
class RowValues:
    """A value for a few rows only: `row` ascending, `value` parallel to it."""

    row: NDArray[np.int32]
    value: Objects

    @staticmethod
    def empty() -> RowValues:
        """No values."""
        return RowValues(np.empty(0, np.int32), np.empty(0, object))


@dataclass(frozen=True, slots=True, eq=False)
class IssueTable:
    """Issues, one a position. Codes are stored as positions in the city's lists; −1 means none.

    `status` is that of one moment (`geo.history.status_at`), −1: not yet reported; so is what an amendment may change
    (`geo.past`): type, task, deadline, department and place.
    """

    campaign: NDArray[np.int16]  # in city.campaigns
    register: NDArray[np.int16]  # in city.registers
    type: NDArray[np.int16]  # in catalogue.types
    task: NDArray[np.int16]  # in catalogue.tasks
    subdistrict: NDArray[np.int16]  # in city.areas: where most of it lies
    segment: NDArray[np.int32]  # in city.roads: nearest within the snap limit
    lon_e7: NDArray[np.int32]  # WGS-84 × DEGREE_SCALE, a point on the geometry
    lat_e7: NDArray[np.int32]
    x_cm: NDArray[np.int32]  # the same point in the city's metric CRS × METRE_SCALE
    y_cm: NDArray[np.int32]
    reported_us: NDArray[np.int64]
    due_us: NDArray[np.int64]
    day: NDArray[np.int32]  # of the report in the city's calendar, as date.toordinal()
    synthetic: Bools
    approximate: Bools
    duplicate: Bools
    is_point: Bools
    shapes: RowValues  # WKB (WGS-84) of the lines and polygons
    visits: RowValues  # id of the visit at which it was found, where there was one
    subdistrict_shares: Shares
    segment_shares: Shares
    status: NDArray[np.int8]
    department: NDArray[np.int16]  # in `departments`
    departments: Objects  # the codes of departments, in the order in which they were first seen; not one an issue

    def __len__(self) -> int:
        return len(self.status)

    def lonlat(self, rows: Ints) -> tuple[Floats, Floats]:
        """Longitude and latitude (WGS-84, degrees) of a point on each of these rows' geometries."""
        return self.lon_e7[rows] / DEGREE_SCALE, self.lat_e7[rows] / DEGREE_SCALE

    def xy_m(self, rows: Ints) -> tuple[Floats, Floats]:
        """The same points in the city's metric CRS, metres."""
        return self.x_cm[rows] / METRE_SCALE, self.y_cm[rows] / METRE_SCALE

    def wkb(self, row: int) -> bytes:
        """Geometry of a line or polygon (WKB, WGS-84). KeyError for a point."""
        at = int(np.searchsorted(self.shapes.row, row))
        if at == len(self.shapes.row) or self.shapes.row[at] != row:
            raise KeyError(row)
        return bytes(self.shapes.value[at])


def rows_within(table: IssueTable, x_m: float, y_m: float, within_m: float) -> NDArray[np.intp]:
    """Positions of the issues whose point lies within `within_m` metres of (x_m, y_m), metric CRS."""
    reach = within_m * METRE_SCALE
    near = (np.abs(table.x_cm - x_m * METRE_SCALE) <= reach) & (np.abs(table.y_cm - y_m * METRE_SCALE) <= reach)
    rows = np.flatnonzero(near)
    x, y = table.xy_m(rows)
    return rows[np.hypot(x - x_m, y - y_m) <= within_m]


def subset(table: IssueTable, rows: Ints) -> IssueTable:
    """The issues at `rows` (ascending positions) as a table of their own."""
    changes: dict[str, Any] = {}
    for entry in fields(table):
        if entry.name == "departments":
            continue
        column = getattr(table, entry.name)
        changes[entry.name] = column[rows] if isinstance(column, np.ndarray) else _of_rows(column, rows)
    return replace(table, **changes)


def _of_rows(values: RowValues | Shares, rows: Ints) -> RowValues | Shares:
    """The entries of `rows`, numbered by their position there."""
    at = np.searchsorted(rows, values.row)
    kept = np.flatnonzero(rows[np.minimum(at, len(rows) - 1)] == values.row) if len(rows) else np.empty(0, np.intp)
    row = at[kept].astype(np.int32)
    if isinstance(values, Shares):
        return Shares(row, values.place[kept], values.weight[kept])
    return RowValues(row, values.value[kept])


@dataclass(frozen=True, slots=True, eq=False)
class PointTable:
    """Inspection points, one a position; lon/lat NaN where no position is known."""

    code: Objects
    name: Objects
    campaign: NDArray[np.int16]
    site_class: NDArray[np.int16]
    task: NDArray[np.int16]
    subdistrict: NDArray[np.int16]
    segment: NDArray[np.int32]
    lon: Floats
    lat: Floats
    steward: Objects
    synthetic: Bools
    approximate: Bools

    def __len__(self) -> int:
        return len(self.code)


@dataclass(frozen=True, slots=True, eq=False)
class VisitTable:
    """Visits, ordered by (point, time, id)."""

    id: Objects
    point: NDArray[np.int32]  # row of the PointTable
    at_us: NDArray[np.int64]
    kind: Objects
    compliant: Bools
    score: Floats  # NaN where none
    note: Objects

    def __len__(self) -> int:
        return len(self.id)
