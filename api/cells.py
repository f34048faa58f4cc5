"""GET /api/cells: where issues are, counted in metric cells, with the heat raster of the viewport."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.heat import BANDWIDTH_M, extent, heat
from api.schemas import BBOX, COUNT, INTEGER, LAT, LON, NUMBER, STRING, listing, nullable, record
from api.view import View, view_of
from api.viewport import ZOOM, BBox, grid_of, meet, viewport
from geo.cells import cell_counts, cell_size_m
from geo.crs import metric_to_lonlat

MOST_CELLS: Final = 5_000
_MOST_PIXELS: Final = 160


def cells(view: View, own: Mapping[str, Any]) -> Json:
    """Σ counts of the rows = issues in the box. The raster also feels issues just outside it, as a density must."""
    zoom, box = viewport(view.filter, own)
    found, size_m = cell_counts(view.issues, view.stages, cell_size_m(zoom), most=MOST_CELLS)
    lon, lat = metric_to_lonlat(found.x_m, found.y_m, view.city.metric_crs)
    rows = np.column_stack([np.round(lon, 6), np.round(lat, 6), found.count])
    unboxed = view_of(view.snapshot, replace(view.filter, bbox=None), view.now)
    cap = unboxed.heat_cap
    return {
        "z": zoom,
        "bbox": box,
        "cell_m": size_m,
        "bandwidth_m": BANDWIDTH_M,
        "unit": "per_km2",
        "cap": cap,
        "total": view.totals.total,
        "rows": rows.tolist(),
        "raster": _raster(unboxed, box, cap),
    }


def _raster(view: View, box: BBox, cap: float) -> Json | None:
    """Densities of the box as bytes, 255 = cap; None where the box does not meet the city."""
    bounds = meet(box, extent(view.city))
    if bounds is None:
        return None
    nx, ny = grid_of(bounds, _MOST_PIXELS)
    values = heat(view.city, view.issues, view.stages, bounds, nx, ny)
    scaled = np.minimum(values / cap, 1.0) * 255
    packed = base64.b64encode(np.round(scaled).astype(np.uint8).tobytes()).decode()
    return {"bounds": bounds, "nx": nx, "ny": ny, "values": packed}


_ROW = {"type": "array", "prefixItems": [LON, LAT, NUMBER], "minItems": 3, "maxItems": 3}
OPERATION = data_operation(
    "/api/cells",
    cells,
    summary="Issues of the viewport in metric cells, and their kernel density (150 m) as a raster; bbox is required.",
    parameters=(ZOOM,),
    schema={
        "z": INTEGER,
        "bbox": BBOX,
        "cell_m": NUMBER,
        "bandwidth_m": NUMBER,
        "unit": {"const": "per_km2"},
        "cap": {**NUMBER, "description": "issues per km² of full colour; the same wherever the map looks"},
        "total": COUNT,
        "rows": listing(_ROW, most=MOST_CELLS),
        "raster": nullable(
            record(
                {
                    "bounds": BBOX,
                    "nx": COUNT,
                    "ny": COUNT,
                    "values": {
                        **STRING,
                        "contentEncoding": "base64",
                        "description": "ny rows from north to south of nx bytes; 255 = cap; equally spaced in Mercator",
                    },
                }
            )
        ),
    },
)
