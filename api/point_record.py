"""GET /api/points/{code}: one inspection point with its visits, and the issues linked to it or near it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.place_names import road_of, subdistrict_of, type_of
from api.schemas import (
    BOOLEAN,
    COUNT,
    LAT,
    LON,
    MOMENT,
    NUMBER,
    POINT_STATE,
    STAGE,
    STRING,
    TEXT,
    listing,
    nullable,
    record,
)
from api.view import View
from geo.clock import from_us
from geo.crs import lonlat_to_metric
from geo.iso_time import local_iso
from geo.selection import STAGES, open_issues
from geo.tables import Bools

NEAR_M: Final = 200
_MOST_ISSUES: Final = 100


def point_record(view: View, own: Mapping[str, Any]) -> Json:
    """The point as at the filter's moment. Near issues are those the filter means, by straight distance."""
    points, catalogue = view.snapshot.points, view.city.catalogue
    row = view.snapshot.point_row(own["code"])
    subdistrict, subdistrict_name = subdistrict_of(view.city, points, row)
    road, road_name = road_of(view.city, points, row)
    site_class, task = catalogue.site_classes[int(points.site_class[row])], int(points.task[row])
    visits = _visits(view, row)
    near = _near(view, row)
    return {
        "code": points.code[row],
        "name": points.name[row],
        "site_class": site_class.code,
        "site_class_name": site_class.name,
        "task": None if task < 0 else catalogue.tasks[task].code,
        "task_name": None if task < 0 else catalogue.tasks[task].name,
        "steward": points.steward[row],
        "subdistrict": subdistrict,
        "subdistrict_name": subdistrict_name,
        "road": road,
        "road_name": road_name,
        "lon": points.lon[row],
        "lat": points.lat[row],
        "synthetic": bool(points.synthetic[row]),
        "approximate": bool(points.approximate[row]),
        "state": str(view.point_states[row]),
        "visits": visits,
        "issues_near": {
            "within_m": NEAR_M,
            "count": int(np.count_nonzero(near)),
            "open": int(np.count_nonzero(near & open_issues(view.issues))),
        },
        "issues": _linked(view, {visit["id"] for visit in visits}),
    }


def _visits(view: View, row: int) -> list[Json]:
    """The point's visits until the moment, in order."""
    visits = view.snapshot.visits
    made = np.flatnonzero((visits.point == row) & (visits.at_us <= view.as_of_us))
    return [
        {
            "id": visits.id[position],
            "at": _moment(view, int(visits.at_us[position])),
            "kind": visits.kind[position],
            "compliant": bool(visits.compliant[position]),
            "score": visits.score[position],
            "note": visits.note[position],
        }
        for position in made.tolist()
    ]


def _moment(view: View, at_us: int) -> str:
    moment = from_us(at_us)
    assert moment is not None
    return local_iso(moment, view.city.time_zone)


def _near(view: View, row: int) -> Bools:
    """The filter's issues within NEAR_M of the point; none where its position is unknown."""
    points, table = view.snapshot.points, view.issues
    if np.isnan(points.lon[row]):
        return np.zeros(len(table), bool)
    x_m, y_m = lonlat_to_metric(points.lon[row : row + 1], points.lat[row : row + 1], view.city.metric_crs)
    near: Bools = view.counted & (np.hypot(table.x_m - x_m[0], table.y_m - y_m[0]) <= NEAR_M)
    return near


def _linked(view: View, visits: set[str]) -> list[Json]:
    """Issues found at one of `visits`, whatever their register, latest first."""
    table = view.issues
    rows = [
        row for row in np.flatnonzero((table.visit != "") & (table.status >= 0)).tolist() if table.visit[row] in visits
    ]
    rows.sort(key=lambda row: (-int(table.reported_us[row]), row))
    return [_issue(view, row) for row in rows[:_MOST_ISSUES]]


def _issue(view: View, row: int) -> Json:
    table = view.issues
    entry = type_of(view.city, table, row)
    return {
        "id": table.id[row],
        "number": table.number[row],
        "register": view.city.registers[int(table.register[row])].code,
        "type": entry.code,
        "name": entry.name,
        "stage": STAGES[int(view.stages[row])].value,
        "reported_at": _moment(view, int(table.reported_us[row])),
        "visit": table.visit[row],
    }


_VISIT = record(
    {
        "id": STRING,
        "at": MOMENT,
        "kind": STRING,
        "compliant": BOOLEAN,
        "score": nullable(NUMBER),
        "note": STRING,
    }
)
_ISSUE = record(
    {
        "id": STRING,
        "number": STRING,
        "register": STRING,
        "type": STRING,
        "name": TEXT,
        "stage": STAGE,
        "reported_at": MOMENT,
        "visit": STRING,
    }
)
OPERATION = data_operation(
    "/api/points/{code}",
    point_record,
    summary="One inspection point: its state, its visits, the issues linked to them, and how many issues are near.",
    identity="code",
    schema={
        "code": STRING,
        "name": STRING,
        "site_class": STRING,
        "site_class_name": TEXT,
        "task": nullable(STRING),
        "task_name": nullable(TEXT),
        "steward": STRING,
        "subdistrict": nullable(STRING),
        "subdistrict_name": nullable(TEXT),
        "road": nullable(STRING),
        "road_name": nullable(TEXT),
        "lon": nullable(LON),
        "lat": nullable(LAT),
        "synthetic": BOOLEAN,
        "approximate": BOOLEAN,
        "state": POINT_STATE,
        "visits": listing(_VISIT),
        "issues_near": record({"within_m": COUNT, "count": COUNT, "open": COUNT}),
        "issues": listing(_ISSUE, most=_MOST_ISSUES),
    },
)
