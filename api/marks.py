"""GET /api/marks: the issues of the viewport one by one where they are few, else clusters of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from api.clusters import CELL_PX, clusters
from api.data_route import Json, data_operation
from api.place_names import type_of
from api.schemas import BBOX, COUNT, GEOMETRY, INTEGER, LAT, LON, STAGE, STRING, listing, record
from api.view import View
from api.viewport import ZOOM, metres_per_pixel, viewport
from geo.selection import OVERDUE, STAGES

MOST_MARKS: Final = 1_500


def marks(view: View, own: Mapping[str, Any]) -> Json:
    """What the filter means in its box (rejected ones only where it asks for them), drawn for zoom `z`."""
    zoom, box = viewport(view.filter, own)
    rows = view.selected
    answer: Json = {"z": zoom, "bbox": box, "mode": "issues", "total": len(rows), "issues": [], "clusters": []}
    if len(rows) <= MOST_MARKS:
        return answer | {"issues": _marks(view, rows)}
    table = view.issues
    overdue = view.stages[rows] == OVERDUE
    cell_m = CELL_PX * metres_per_pixel(zoom, (box[1] + box[3]) / 2)
    found = clusters(
        *table.xy_m(rows),
        *table.lonlat(rows),
        {"overdue": overdue},
        cell_m=cell_m,
        most=MOST_MARKS,
    )
    return answer | {"mode": "clusters", "clusters": found}


def _marks(view: View, rows: NDArray[np.intp]) -> list[Json]:
    table, details, shapes = view.issues, view.snapshot.records.of(rows), _shapes(view, rows)
    lon, lat = (np.round(degrees, 6).tolist() for degrees in table.lonlat(rows))
    found = []
    for at, row in enumerate(rows.tolist()):
        entry = type_of(view.city, table, row)
        mark = {
            "id": details.id[at],
            "number": details.number[at],
            "type": entry.code,
            "group": entry.group,
            "stage": STAGES[int(view.stages[row])].value,
            "lon": lon[at],
            "lat": lat[at],
        }
        found.append(mark | shapes.get(row, {}))
    return found


def _shapes(view: View, rows: NDArray[np.intp]) -> dict[int, Json]:
    """GeoJSON of those `rows` that are lines or polygons."""
    shapes = view.issues.shapes
    kept = np.isin(shapes.row, rows)
    written = shapely.to_geojson(shapely.from_wkb(shapes.value[kept]))
    return {int(row): {"geometry": json.loads(text)} for row, text in zip(shapes.row[kept], written, strict=True)}


_MARK = {
    "id": STRING,
    "number": STRING,
    "type": STRING,
    "group": STRING,
    "stage": STAGE,
    "lon": LON,
    "lat": LAT,
    "geometry": GEOMETRY,
}
OPERATION = data_operation(
    "/api/marks",
    marks,
    summary="Issues of the viewport: at most 1,500 one by one, else clusters; bbox is required.",
    parameters=(ZOOM,),
    schema={
        "z": INTEGER,
        "bbox": BBOX,
        "mode": {"enum": ["issues", "clusters"]},
        "total": COUNT,
        "issues": listing(record(_MARK, optional=["geometry"]), most=MOST_MARKS),
        "clusters": listing(record({"lon": LON, "lat": LAT, "count": COUNT, "overdue": COUNT}), most=MOST_MARKS),
    },
)
