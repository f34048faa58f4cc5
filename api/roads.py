"""GET /api/roads: the roads of the viewport as few lines, with their density where that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from api.data_route import Json, data_operation
from api.operation import flag, positive
from api.schemas import BBOX, COUNT, INTEGER, NUMBER, STRING, TEXT, Schema, listing
from api.view import View
from api.viewport import ZOOM, BBox, grown, metres_per_pixel, viewport
from geo.city import RoadLayer
from geo.density import RoadDensity, road_density
from geo.permissions import Action
from geo.road_lines import CLASSES, RoadLines, road_lines
from layers.breaks import ROAD_BREAKS, breaks_for, breaks_of, classify

MOST_LINES: Final = 600
"""As many as fit, with all else that a map shows of the same part, into 15 kB compressed."""

FEW_LINES: Final = 300
"""Up to so many lines also tell their road and figures; for one among more, a client asks again with a small box."""

_LINE_PX: Final = 96
_DETAIL_PX: Final = 0.75
_STEPS_PER_PX: Final = 2
_FINEST_ZOOM: Final = 17


_SCALE: Final = positive(
    "scale",
    "which breaks part the densities: the legend's; without it those of the whole city",
    "the `scale` of a legend of /api/density/roads",
    {**NUMBER, "exclusiveMinimum": 0},
    low=1e-9,
    high=1e9,
)
_DENSITY: Final = flag("density", "1: also the issues on each line, those with the densest classes first")


def roads(view: View, own: Mapping[str, Any]) -> Json:
    """The most important lines that meet the box, at most MOST_LINES; `total` says how many do.

    With `density` and its `scale` given, nothing in the answer depends on issues elsewhere.
    """
    zoom, box = viewport(view.filter, own)
    answer: Json = {"z": zoom, "bbox": box, "total": 0}
    layer = view.city.roads
    if layer is None:
        return answer | {"reason": "this city has no roads layer"}
    lines = lines_of(view, zoom)
    shown = np.flatnonzero(lines.within(box))
    length, rank = lines.length_m[shown], lines.rank[shown]
    if own["density"]:
        figures = _figures(lines, road_density(view.snapshot.counts(view.unboxed), view.city), shown, own["scale"])
        kept = np.sort(np.lexsort((-length, rank, -figures["level"]))[:MOST_LINES])
        figures = {name: values[kept] for name, values in figures.items()}
    else:
        figures = {}
        kept = np.sort(np.lexsort((-length, rank))[:MOST_LINES])
    rows = shown[kept]
    told = {name: values.tolist() for name, values in figures.items() if name == "level" or len(shown) <= FEW_LINES}
    if len(shown) <= FEW_LINES:
        told["road"] = [layer.road_codes[road] for road in lines.road[rows].tolist()]
    named = _names(layer, lines.road[rows])
    classes = {"classes": list(CLASSES), "class": rank[kept].tolist()}
    if own["density"]:
        told["felt"] = _felt(view, lines, shown, box)
    return {**answer, "total": len(shown), **_paths(lines, rows, zoom, box), **classes, **named, **told}


def _felt(view: View, lines: RoadLines, shown: NDArray[np.intp], box: BBox) -> BBox:
    """The box outside which no issue lies on one of the lines that meet `box`."""
    if not len(shown):
        return box
    west, south = lines.box[shown, :2].min(axis=0).tolist()
    east, north = lines.box[shown, 2:].max(axis=0).tolist()
    return grown((west, south, east, north), view.city.snap_limit_m + lines.detail_m)


def _names(layer: RoadLayer, road: NDArray[np.int32]) -> Json:
    """The names among these roads, and for each road the position of its name, −1 without one."""
    texts = [layer.road_names[at] for at in road.tolist()]
    position = {text: at for at, text in enumerate(dict.fromkeys(text for text in texts if text.zh or text.en))}
    return {"names": list(position), "name": [position.get(text, -1) for text in texts]}


def lines_of(view: View, zoom: int) -> RoadLines:
    """The city's lines for a zoom, joined and simplified once."""
    assert view.city.roads is not None
    south, north = view.city.boundary.bounds[1::2]
    pixel_m = metres_per_pixel(min(zoom, _FINEST_ZOOM), (south + north) / 2)
    about_m, detail_m = _LINE_PX * pixel_m, _DETAIL_PX * pixel_m
    return road_lines(view.city.roads, view.city.metric_crs, about_m=about_m, detail_m=detail_m)


def _figures(
    lines: RoadLines, found: RoadDensity, shown: NDArray[np.intp], scale: float | None
) -> dict[str, NDArray[Any]]:
    """Count, open, per km and level (class, −1 for nothing on it) of the lines `shown`."""
    by_line = (found.segment_count, found.segment_open)
    count, still_open = (np.bincount(lines.line, values, len(lines))[shown] for values in by_line)
    inside_km = lines.inside_m[shown] / 1e3
    per_km = np.divide(count, inside_km, out=np.zeros(len(shown)), where=inside_km > 0)
    breaks = breaks_of(ROAD_BREAKS, scale) if scale else breaks_for(ROAD_BREAKS, segments_per_km(found))
    level = np.where(count > 0, classify(per_km, breaks), -1)
    return {"count": np.round(count, 2), "open": np.round(still_open, 2), "per_km": np.round(per_km, 1), "level": level}


def segments_per_km(found: RoadDensity) -> NDArray[np.float64]:
    """The densities that breaks are made for: of segments with anything on them."""
    return found.segment_per_km[found.segment_count > 0]


def _paths(lines: RoadLines, rows: NDArray[np.intp], zoom: int, box: BBox) -> Json:
    """Corners as whole steps of half a pixel, each from the one before it; the first of all from the box's corner."""
    step = 360 / 256 / 2**zoom / _STEPS_PER_PX
    corners = lines.first[rows + 1] - lines.first[rows]
    before = np.concatenate([[0], np.cumsum(corners)[:-1]])
    at = np.repeat(lines.first[rows] - before, corners) + np.arange(corners.sum())
    east, north = (
        np.diff(np.rint((degrees[at] - origin) / step).astype(np.int64), prepend=0)
        for degrees, origin in ((lines.lon, box[0]), (lines.lat, box[1]))
    )
    return {
        "origin": [box[0], box[1]],
        "step": step,
        "corners": corners.tolist(),
        "east": east.tolist(),
        "north": north.tolist(),
    }


_LISTED: Final[Mapping[str, Schema]] = {
    "corners": {**listing(INTEGER, most=MOST_LINES), "description": "of each line"},
    "east": {**listing(INTEGER), "description": "steps from the corner before, of all lines one after another"},
    "north": listing(INTEGER),
    "classes": listing(STRING),
    "class": {**listing(INTEGER, most=MOST_LINES), "description": "of each line, a position in classes"},
    "names": {**listing(TEXT), "description": "of the roads that have one"},
    "name": {**listing(INTEGER, most=MOST_LINES), "description": "of each line, a position in names; -1 without"},
    "level": {**listing(INTEGER, most=MOST_LINES), "description": "class of the density; -1 where nothing is"},
    "road": {**listing(STRING, most=FEW_LINES), "description": "codes; with the figures where lines are few"},
    "count": listing(NUMBER, most=FEW_LINES),
    "open": listing(NUMBER, most=FEW_LINES),
    "per_km": listing(NUMBER, most=FEW_LINES),
}
OPERATION = data_operation(
    "/api/roads",
    roads,
    summary="Roads of the viewport joined and simplified for the zoom, at most 600 lines; bbox is required.",
    action=Action.SEE_AGGREGATES,
    parameters=(ZOOM, _DENSITY, _SCALE),
    by_content=True,
    optional=("origin", "step", "felt", *_LISTED, "reason"),
    schema={
        "z": INTEGER,
        "bbox": BBOX,
        "total": {**COUNT, "description": "lines that meet the box, shown or not"},
        "origin": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2},
        "step": {**NUMBER, "description": "degrees"},
        "felt": {**BBOX, "description": "issues outside this box have no say in the figures"},
        **_LISTED,
        "reason": STRING,
    },
)
