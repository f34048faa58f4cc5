"""GET /api/watch: the issues longest overdue and the newest ones, for the wall and the rail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.data_route import Json, data_operation
from api.operation import integer
from api.place_names import road_of, subdistrict_of, type_of
from api.schemas import COUNT, MOMENT, STRING, TEXT, listing, nullable, record
from api.view import View
from data.issue_records import Details
from geo.clock import from_us
from geo.iso_time import local_iso
from geo.permissions import Action
from geo.selection import OVERDUE, counted

_DAY_US = 86_400_000_000
_MOST = 100
Rows = NDArray[np.intp]


def watch(view: View, own: Mapping[str, Any]) -> Json:
    """Overdue ones by deadline, earliest first; newest by time of report, latest first; ties by order of the log."""
    table = view.issues
    overdue, rows = np.flatnonzero(view.stages == OVERDUE), np.flatnonzero(counted(view.stages))
    longest = _smallest(overdue, table.due_us[overdue], overdue, own["overdue"])
    newest = _smallest(rows, -table.reported_us[rows], -rows, own["newest"])
    details = view.snapshot.records.of(np.concatenate([longest, newest]))
    return {
        "overdue": [_overdue_row(view, row, details, at) for at, row in enumerate(longest.tolist())],
        "overdue_total": len(overdue),
        "newest": [_newest_row(view, row, details, at) for at, row in enumerate(newest.tolist(), len(longest))],
    }


def _smallest(rows: Rows, keys: NDArray[np.int64], ties: Rows, most: int) -> Rows:
    """The `most` of `rows` with the smallest keys, in order, equal ones by `ties`; without sorting them all."""
    if most == 0:
        return rows[:0]
    kept = np.arange(len(rows)) if len(rows) <= most else np.flatnonzero(keys <= np.partition(keys, most - 1)[most - 1])
    return rows[kept[np.lexsort((ties[kept], keys[kept]))[:most]]]


def _row(view: View, row: int, details: Details, at: int) -> Json:
    entry = type_of(view.city, view.issues, row)
    subdistrict, subdistrict_name = subdistrict_of(view.city, view.issues, row)
    return {
        "id": details.id[at],
        "number": details.number[at],
        "type": entry.code,
        "name": entry.name,
        "subdistrict": subdistrict,
        "subdistrict_name": subdistrict_name,
    }


def _overdue_row(view: View, row: int, details: Details, at: int) -> Json:
    return _row(view, row, details, at) | {"days": int((view.as_of_us - int(view.issues.due_us[row])) // _DAY_US)}


def _newest_row(view: View, row: int, details: Details, at: int) -> Json:
    road, road_name = road_of(view.city, view.issues, row)
    reported = from_us(int(view.issues.reported_us[row]))
    assert reported is not None
    moment = local_iso(reported, view.city.time_zone)
    return _row(view, row, details, at) | {"road": road, "road_name": road_name, "reported_at": moment}


_ROW = {
    "id": STRING,
    "number": STRING,
    "type": STRING,
    "name": TEXT,
    "subdistrict": nullable(STRING),
    "subdistrict_name": nullable(TEXT),
}
OPERATION = data_operation(
    "/api/watch",
    watch,
    summary="The issues longest overdue, and the newest.",
    action=Action.SEE_ISSUES,
    parameters=(
        integer("overdue", "how many overdue issues", 0, _MOST, default=8),
        integer("newest", "how many of the newest issues", 0, _MOST, default=3),
    ),
    schema={
        "overdue": listing(record({**_ROW, "days": COUNT}), most=_MOST),
        "overdue_total": COUNT,
        "newest": listing(
            record({**_ROW, "road": nullable(STRING), "road_name": nullable(TEXT), "reported_at": MOMENT}), most=_MOST
        ),
    },
)
