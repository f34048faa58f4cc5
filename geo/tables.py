"""The columnar read side: issues, their changes of status, points and visits as parallel numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_CODES: Final = int(np.iinfo(np.int16).max)
"""As many types, tasks, site classes, registers, campaigns or subdistricts a city may have: positions are int16."""

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Which part of which issue lies in which place: parallel arrays, weights of one row sum to at most 1.

    A point has one entry of weight 1, or none (outside, unsnapped); a line is split by length, a polygon by area.
    """

    row: NDArray[np.int32]
    place: NDArray[np.int32]
    weight: Floats

    @staticmethod
    def empty() -> Shares:
        """No shares."""
        return Shares(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))


@dataclass(frozen=True, slots=True, eq=False)
class Transitions:
    """Every change of status of every issue, ordered by (row, time, order of the log).

    `before` is −1 for the report itself. Times are microseconds (geo.clock).
    """

    row: NDArray[np.int32]
    at_us: NDArray[np.int64]
    before: NDArray[np.int8]
    status: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class IssueTable:
    """Issues, one a position. Codes are stored as positions in the city's lists; −1 means none.

    `status`, `closed_us` and `rework` are those of one moment (`geo.history.state_at`); status −1: not yet reported.
    """

    id: Objects  # str, UUID
    number: Objects  # str
    campaign: NDArray[np.int16]  # in city.campaigns
    register: NDArray[np.int16]  # in city.registers
    type: NDArray[np.int16]  # in catalogue.types
    task: NDArray[np.int16]  # in catalogue.tasks
    subdistrict: NDArray[np.int16]  # in city.areas: where most of it lies
    segment: NDArray[np.int32]  # in city.roads: nearest within the snap limit
    distance_m: Floats  # to that segment; NaN without one
    lon: Floats  # WGS-84, a point on the geometry
    lat: Floats
    x_m: Floats  # the same point in the city's metric CRS
    y_m: Floats
    reported_us: NDArray[np.int64]
    due_us: NDArray[np.int64]
    visit: Objects  # visit id or ""
    synthetic: Bools
    approximate: Bools
    duplicate: Bools
    wkb: Objects  # bytes, WGS-84; every kind of geometry
    is_point: Bools
    description: Objects
    address: Objects
    search_text: Objects  # case-folded number, description, address and road names
    source_datum: Objects
    source_x: Floats  # as it came, in its own datum (a point on the geometry)
    source_y: Floats
    subdistrict_shares: Shares
    segment_shares: Shares
    status: NDArray[np.int8]
    closed_us: NDArray[np.int64]
    rework: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.id)


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
