"""GET /api/watch: the issues longest overdue and the newest ones, for the wall and the rail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from api.data_route import Json, data_operation
from api.operation import integer
from api.place_names import road_of, subdistrict_of, type_of
from api.schemas import COUNT, MOMENT, STRING, TEXT, listing, nullable, record
from api.view import View
from geo.clock import from_us
from geo.iso_time import local_iso
from geo.lifecycle import Stage
from geo.selection import STAGES

_DAY_US = 86_400_000_000
_MOST = 100


def watch(view: View, own: Mapping[str, Any]) -> Json:
    """Overdue ones by deadline, earliest first; newest by time of report, latest first; ties by number."""
    table = view.issues
    overdue = np.flatnonzero(view.counted & (view.stages == STAGES.index(Stage.OVERDUE)))
    longest = sorted(overdue.tolist(), key=lambda row: (int(table.due_us[row]), table.number[row]))
    rows = np.flatnonzero(view.counted)
    recent = sorted(_latest(view, rows, own["newest"]), key=lambda row: (-int(table.reported_us[row]), -row))
    return {
        "overdue": [_overdue_row(view, row) for row in longest[: own["overdue"]]],
        "overdue_total": len(overdue),
        "newest": [_newest_row(view, row) for row in recent[: own["newest"]]],
    }


def _latest(view: View, rows: np.ndarray[Any, np.dtype[np.intp]], most: int) -> list[int]:
    """At least the `most` latest of `rows`, ties included, without sorting them all."""
    if most == 0 or len(rows) <= most:
        return rows.tolist() if most else []
    times = view.issues.reported_us[rows]
    oldest_kept = np.partition(times, len(times) - most)[len(times) - most]
    kept: list[int] = rows[times >= oldest_kept].tolist()
    return kept


def _row(view: View, row: int) -> Json:
    entry = type_of(view.city, view.issues, row)
    subdistrict, subdistrict_name = subdistrict_of(view.city, view.issues, row)
    return {
        "id": view.issues.id[row],
        "number": view.issues.number[row],
        "type": entry.code,
        "name": entry.name,
        "subdistrict": subdistrict,
        "subdistrict_name": subdistrict_name,
    }


def _overdue_row(view: View, row: int) -> Json:
    return _row(view, row) | {"days": int((view.as_of_us - int(view.issues.due_us[row])) // _DAY_US)}


def _newest_row(view: View, row: int) -> Json:
    road, road_name = road_of(view.city, view.issues, row)
    reported = from_us(int(view.issues.reported_us[row]))
    assert reported is not None
    moment = local_iso(reported, view.city.time_zone)
    return _row(view, row) | {"road": road, "road_name": road_name, "reported_at": moment}


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
