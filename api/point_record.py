"""GET /api/points/{code}: one inspection point with its visits, and the issues linked to it or near it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.place_names import type_of
from api.schemas import (
    BOOLEAN,
    COUNT,
    GEOMETRY,
    LAT,
    LON,
    MOMENT,
    NUMBER,
    POINT_STATE,
    STAGE,
    STRING,
    TEXT,
    Schema,
    listing,
    nullable,
    record,
)
from api.view import View
from data.exporting.point_properties import point_features
from data.issue_records import Details
from geo.clock import from_us
from geo.crs import lonlat_to_metric
from geo.errors import NotFoundError
from geo.iso_time import local_iso
from geo.permissions import Action
from geo.selection import STAGES, Stages, counted, stage_of, still_open
from geo.tables import rows_within

NEAR_M: Final = 200
_MOST_ISSUES: Final = 100


def point_record(view: View, own: Mapping[str, Any]) -> Json:
    """The point as at the filter's moment. Near issues are those the filter means, by straight distance."""
    row = view.snapshot.point_row(own["code"])
    if not view.sees_point(row):
        raise NotFoundError("inspection point", own["code"][:80])
    [(properties, geometry)] = point_features(view.snapshot, view.filter.as_of, np.array([row], np.intp))
    visits = _visits(view, row)
    near = _near(view, row)
    return {
        **properties,
        "lon": view.snapshot.points.lon[row],
        "lat": view.snapshot.points.lat[row],
        "geometry": geometry,
        "visits": visits,
        "issues_near": {
            "within_m": NEAR_M,
            "count": int(np.count_nonzero(counted(near))),
            "open": int(np.count_nonzero(still_open(near))),
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


def _near(view: View, row: int) -> Stages:
    """Stages of the filter's issues within NEAR_M of the point; none where its position is unknown."""
    points = view.snapshot.points
    if np.isnan(points.lon[row]):
        return np.empty(0, np.int8)
    x_m, y_m = lonlat_to_metric(points.lon[row : row + 1], points.lat[row : row + 1], view.city.metric_crs)
    return view.stages[rows_within(view.issues, float(x_m[0]), float(y_m[0]), NEAR_M)]


def _linked(view: View, visits: set[str]) -> list[Json]:
    """Issues found at one of `visits`, whatever their register, latest first."""
    table = view.issues
    linked = zip(table.visits.row.tolist(), table.visits.value.tolist(), strict=True)
    rows = [row for row, visit in linked if visit in visits and table.status[row] >= 0 and view.sees_issue(row)]
    rows.sort(key=lambda row: (-int(table.reported_us[row]), row))
    details = view.snapshot.records.of(np.array(rows[:_MOST_ISSUES], np.int64))
    return [_issue(view, row, details, at) for at, row in enumerate(rows[:_MOST_ISSUES])]


def _issue(view: View, row: int, details: Details, at: int) -> Json:
    table = view.issues
    entry = type_of(view.city, table, row)
    [stage] = stage_of(table.status[[row]], table.due_us[[row]], view.as_of_us)
    return {
        "id": details.id[at],
        "number": details.number[at],
        "register": view.city.registers[int(table.register[row])].code,
        "type": entry.code,
        "name": entry.name,
        "stage": STAGES[int(stage)].value,
        "reported_at": _moment(view, int(table.reported_us[row])),
        "visit": details.visit[at],
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
PROPERTIES: Final[Mapping[str, Schema]] = {
    **dict.fromkeys(("code", "name", "campaign", "site_class", "site_class_zh", "site_class_en"), STRING),
    **dict.fromkeys(("task", "steward", "subdistrict", "subdistrict_zh", "subdistrict_en"), nullable(STRING)),
    **dict.fromkeys(("road", "road_zh", "road_en"), nullable(STRING)),
    "state": POINT_STATE,
    **dict.fromkeys(("first_visit_compliant", "current_compliant"), nullable(BOOLEAN)),
    "visits": COUNT,
    "last_visit_at": nullable(MOMENT),
    **dict.fromkeys(("synthetic", "approximate"), BOOLEAN),
}
OPERATION = data_operation(
    "/api/points/{code}",
    point_record,
    summary="One inspection point: its state, its visits, the issues linked to them, and how many issues are near.",
    action=Action.SEE_ISSUES,
    identity="code",
    schema={
        **PROPERTIES,
        "visits": listing(_VISIT),
        "lon": nullable(LON),
        "lat": nullable(LAT),
        "geometry": nullable(GEOMETRY),
        "issues_near": record({"within_m": COUNT, "count": COUNT, "open": COUNT}),
        "issues": listing(_ISSUE, most=_MOST_ISSUES),
    },
)
