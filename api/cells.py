"""GET /api/cells: where issues are, counted in metric cells, with the heat raster of the viewport."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.heat import CAP, city_cap, shares_of_cap
from api.operation import choice
from api.raster_text import RULE, as_text
from api.schemas import BBOX, COUNT, INTEGER, LAT, LON, NUMBER, STRING, listing, nullable, record
from api.view import View
from api.viewport import ZOOM, BBox, grid_of, grown, meet, viewport
from geo.cells import cell_size_m
from geo.crs import metric_to_lonlat
from geo.heat_surface import BANDWIDTH_M, heat_bounds
from geo.permissions import Action

MOST_CELLS: Final = 1_200
"""As many as fit, with the raster, into 15 kB compressed."""

_MOST_PIXELS: Final = 160
_FINEST_M: Final = 100.0
_ASKEW: Final = 1.5  # more than √2: the corner of a square grid turned any way
PART: Final = choice("part", "rows (counts), raster (densities) or both", ("both", "rows", "raster"), default="both")


def cells(view: View, own: Mapping[str, Any]) -> Json:
    """Σ counts of the rows = issues in the box. The raster also feels issues just outside it, as a density must.

    Where only the raster is asked for (`part`) and its `cap` is given, nothing in the answer depends on what is farther
    from the box than the kernel reaches.
    """
    zoom, box = viewport(view.filter, own)
    answer: Json = {"z": zoom, "bbox": box, "bandwidth_m": BANDWIDTH_M, "unit": "per_km2"}
    if own["part"] != "raster":
        answer |= _rows(view, zoom)
    if own["part"] != "rows":
        cap = own["cap"] or city_cap(view)
        answer |= {"cap": cap, "felt": _felt(view, box), "raster": _raster(view, box, cap)}
    return answer


def _rows(view: View, zoom: int) -> Json:
    found, size_m = view.snapshot.cells(view.filter, cell_size_m(zoom), most=MOST_CELLS)
    lon, lat = metric_to_lonlat(found.x_m, found.y_m, view.city.metric_crs)
    digits = 6 if size_m < _FINEST_M else 5  # a metre is exact enough for the middle of a large cell
    rows = zip(np.round(lon, digits).tolist(), np.round(lat, digits).tolist(), found.count.tolist(), strict=True)
    return {"cell_m": size_m, "total": int(found.count.sum()), "rows": list(rows)}


def _felt(view: View, box: BBox) -> BBox:
    """The box outside which no issue is felt in the raster; the kernel's grid may lie askew to the map's."""
    return grown(box, view.snapshot.heat(view.filter).grid.reach_m * _ASKEW)


def _raster(view: View, box: BBox, cap: float) -> Json | None:
    """Densities of the box, 255 = cap, as a text; None where the box does not meet the city."""
    bounds = meet(box, heat_bounds(view.city))
    if bounds is None:
        return None
    nx, ny = grid_of(bounds, _MOST_PIXELS)
    values = shares_of_cap(view, bounds, nx, ny, cap)
    return {"bounds": bounds, "nx": nx, "ny": ny, "values": as_text(values)}


_ROW = {"type": "array", "prefixItems": [LON, LAT, COUNT], "minItems": 3, "maxItems": 3}
OPERATION = data_operation(
    "/api/cells",
    cells,
    summary="Issues of the viewport in metric cells, and their kernel density (150 m) as a raster; bbox is required.",
    action=Action.SEE_ISSUES,
    parameters=(ZOOM, PART, CAP),
    by_content=True,
    optional=("cell_m", "total", "rows", "cap", "felt", "raster"),
    schema={
        "z": INTEGER,
        "bbox": BBOX,
        "cell_m": NUMBER,
        "bandwidth_m": NUMBER,
        "unit": {"const": "per_km2"},
        "cap": {**NUMBER, "description": "issues per km² of full colour; the same wherever the map looks"},
        "felt": {**BBOX, "description": "issues outside this box have no say in the raster"},
        "total": COUNT,
        "rows": listing(_ROW, most=MOST_CELLS),
        "raster": nullable(
            record(
                {
                    "bounds": BBOX,
                    "nx": COUNT,
                    "ny": COUNT,
                    "values": {**STRING, "description": RULE},
                }
            )
        ),
    },
)
