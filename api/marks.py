"""GET /api/marks: the issues of the viewport one by one where they are few, else clusters of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from api.clusters import CELL_PX, issue_clusters
from api.data_route import Json, data_operation
from api.operation import choice
from api.schemas import BBOX, COUNT, GEOMETRY, INTEGER, LAT, LON, STAGE, STRING, Schema, listing, record
from api.view import View
from api.viewport import ZOOM, BBox, metres_per_pixel, viewport
from geo.in_view import InView
from geo.permissions import Action
from geo.selection import STAGES

MOST_MARKS: Final = 350
"""As many as fit, with all else that a map shows of the same part, into 15 kB compressed."""

FORM: Final = choice(
    "form", "list: an object a mark; columns: the same as parallel arrays", ("list", "columns"), default="list"
)
FEW_MARKS: Final = 180
"""Up to so many marks all bring their UUID, by which lists beside the map name them."""

_FINE_FROM_ZOOM: Final = 16


def marks(view: View, own: Mapping[str, Any]) -> Json:
    """What the filter means in its box (rejected ones only where it asks for them), drawn for zoom `z`."""
    zoom, box = viewport(view.filter, own)
    cell_m = CELL_PX * metres_per_pixel(zoom, (box[1] + box[3]) / 2)
    found = view.in_view(cell_m=cell_m, most=MOST_MARKS)
    answer: Json = {"z": zoom, "bbox": box, "total": found.total}
    in_columns = own["form"] == "columns"
    if found.total <= MOST_MARKS:
        drawn = _columns(view, found, zoom, box) if in_columns else {"issues": _marks(view, found), "clusters": []}
        return answer | {"mode": "issues"} | drawn
    stages = view.stages if found.squares is None else found.stages
    clusters = issue_clusters(view.issues, stages, found, cell_m=cell_m)
    if in_columns:
        return answer | {"mode": "clusters"} | _cluster_columns(clusters, zoom, box)
    names = ("lon", "lat", "count", "overdue")
    rows_of = zip(*(column.tolist() for column in clusters), strict=True)
    return answer | {
        "mode": "clusters",
        "issues": [],
        "clusters": [dict(zip(names, row, strict=True)) for row in rows_of],
    }


def _marks(view: View, found: InView) -> list[Json]:
    rows = found.rows
    table, details, shapes = view.issues, view.snapshot.records.of(rows), _shapes(view, rows)
    lon, lat = (np.round(degrees, 6).tolist() for degrees in table.lonlat(rows))
    types = view.city.catalogue.types
    marked = []
    for at, row in enumerate(rows.tolist()):
        entry = types[int(table.type[row])]
        mark = {
            "id": details.id[at],
            "number": details.number[at],
            "type": entry.code,
            "group": entry.group,
            "stage": STAGES[int(found.stages[at])].value,
            "lon": lon[at],
            "lat": lat[at],
        }
        marked.append(mark | shapes.get(row, {}))
    return marked


def _columns(view: View, found: InView, zoom: int, box: BBox) -> Json:
    """A few bytes a mark: whole steps from the box's corner, positions in lists; of many, no UUID where the number will
    do."""
    rows, table = found.rows, view.issues
    shapes = _shapes(view, rows)
    numbers, ids = view.snapshot.records.names(rows, all_ids=len(rows) <= FEW_MARKS)
    used, kind = np.unique(table.type[rows], return_inverse=True)
    return {
        **_steps(*table.lonlat(rows), zoom, box),
        "number": numbers,
        "id": {str(at): identity for at, identity in ids.items()},
        "types": [view.city.catalogue.types[position].code for position in used.tolist()],
        "type": kind.tolist(),
        "stages": [stage.value for stage in STAGES],
        "stage": found.stages.tolist(),
        "shapes": {str(at): shapes[row]["geometry"] for at, row in enumerate(rows.tolist()) if row in shapes},
    }


def _cluster_columns(clusters: tuple[NDArray[Any], ...], zoom: int, box: BBox) -> Json:
    lon, lat, count, overdue = clusters
    return {**_steps(lon, lat, zoom, box), "count": count.tolist(), "overdue": overdue.tolist()}


def _steps(lon: NDArray[np.float64], lat: NDArray[np.float64], zoom: int, box: BBox) -> Json:
    """Places as whole steps of `step` degrees (less than a pixel) from `origin`."""
    digits = 6 if zoom >= _FINE_FROM_ZOOM else 5
    origin = [round(box[0], digits), round(box[1], digits)]
    east, north = ((degrees - first) * 10**digits for degrees, first in zip((lon, lat), origin, strict=True))
    return {
        "origin": origin,
        "step": round(10**-digits, digits),
        "east": np.rint(east).astype(np.int64).tolist(),
        "north": np.rint(north).astype(np.int64).tolist(),
    }


def _shapes(view: View, rows: NDArray[np.integer]) -> dict[int, Json]:
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
_NUMBERS = listing(INTEGER, most=MOST_MARKS)
_COLUMNS: Final[Mapping[str, Schema]] = {
    "origin": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    "step": {"type": "number", "description": "degrees"},
    "east": {**_NUMBERS, "description": "steps from the origin; of marks or clusters, as all columns"},
    "north": _NUMBERS,
    "number": listing(STRING, most=MOST_MARKS),
    "id": {"type": "object", "additionalProperties": STRING, "description": "by position; else ask by number"},
    "types": listing(STRING),
    "type": {**_NUMBERS, "description": "positions in types"},
    "stages": listing(STAGE),
    "stage": {**_NUMBERS, "description": "positions in stages"},
    "shapes": {"type": "object", "additionalProperties": GEOMETRY, "description": "lines and polygons by position"},
    "count": _NUMBERS,
    "overdue": _NUMBERS,
}
OPERATION = data_operation(
    "/api/marks",
    marks,
    summary="Issues of the viewport: at most 600 one by one, else clusters; bbox is required.",
    action=Action.SEE_ISSUES,
    parameters=(ZOOM, FORM),
    by_content=True,
    optional=("issues", "clusters", *_COLUMNS),
    schema={
        "z": INTEGER,
        "bbox": BBOX,
        "mode": {"enum": ["issues", "clusters"]},
        "total": COUNT,
        "issues": listing(record(_MARK, optional=["geometry"]), most=MOST_MARKS),
        "clusters": listing(record({"lon": LON, "lat": LAT, "count": COUNT, "overdue": COUNT}), most=MOST_MARKS),
        **_COLUMNS,
    },
)
