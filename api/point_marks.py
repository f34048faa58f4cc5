"""GET /api/point-marks: the inspection points of the viewport with their state, or clusters of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from api.clusters import CELL_PX, clusters
from api.data_route import Json, data_operation
from api.schemas import BBOX, COUNT, INTEGER, LAT, LON, POINT_STATE, STRING, listing, record
from api.view import View, view_of
from api.viewport import ZOOM, metres_per_pixel, viewport
from geo.compliance import PointState
from geo.crs import lonlat_to_metric
from geo.permissions import Action

MOST_MARKS: Final = 1_500


def point_marks(view: View, own: Mapping[str, Any]) -> Json:
    """Points in the box; `unlocated` counts those of the same filter, the box apart, that have no position."""
    zoom, box = viewport(view.filter, own)
    points, states = view.snapshot.points, view.point_states
    rows = np.flatnonzero(view.points)
    unboxed = view_of(view.snapshot, replace(view.filter, bbox=None), view.now)
    answer: Json = {
        "z": zoom,
        "bbox": box,
        "mode": "points",
        "total": len(rows),
        "unlocated": int(np.count_nonzero(np.isnan(points.lon) & unboxed.points)),
        "points": [],
        "clusters": [],
        "states": {state.value: int(np.count_nonzero(states[rows] == state)) for state in PointState},
    }
    if len(rows) <= MOST_MARKS:
        return answer | {"points": [_mark(view, row) for row in rows.tolist()]}
    lon, lat = points.lon[rows], points.lat[rows]
    x_m, y_m = lonlat_to_metric(lon, lat, view.city.metric_crs)
    marks = {name: states[rows] == state for name, state in _COUNTED.items()}
    cell_m = CELL_PX * metres_per_pixel(zoom, (box[1] + box[3]) / 2)
    return answer | {
        "mode": "clusters",
        "clusters": clusters(x_m, y_m, lon, lat, marks, cell_m=cell_m, most=MOST_MARKS),
    }


_COUNTED: Final = {"failing": PointState.FAILING, "fixed": PointState.FIXED}


def _mark(view: View, row: int) -> Json:
    points = view.snapshot.points
    return {
        "code": points.code[row],
        "lon": round(float(points.lon[row]), 6),
        "lat": round(float(points.lat[row]), 6),
        "state": str(view.point_states[row]),
        "site_class": view.city.catalogue.site_classes[int(points.site_class[row])].code,
    }


OPERATION = data_operation(
    "/api/point-marks",
    point_marks,
    summary="Inspection points of the viewport: at most 1,500 one by one, else clusters; bbox is required.",
    action=Action.SEE_ISSUES,
    parameters=(ZOOM,),
    schema={
        "z": INTEGER,
        "bbox": BBOX,
        "mode": {"enum": ["points", "clusters"]},
        "total": COUNT,
        "unlocated": COUNT,
        "points": listing(
            record({"code": STRING, "lon": LON, "lat": LAT, "state": POINT_STATE, "site_class": STRING}),
            most=MOST_MARKS,
        ),
        "clusters": listing(
            record({"lon": LON, "lat": LAT, "count": COUNT, "failing": COUNT, "fixed": COUNT}), most=MOST_MARKS
        ),
        "states": record(dict.fromkeys(("first_ok", "fixed", "failing", "unvisited"), COUNT)),
    },
)
