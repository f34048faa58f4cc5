"""GET /api/density/subdistricts and /api/density/roads: where issues concentrate, with denominator and remainder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.schemas import AMOUNT, COUNT, DAY, NAMED, NUMBER, STRING, Schema, listing, nullable, record
from api.view import View
from geo.city import RoadLayer
from geo.density import RoadDensity, road_density, subdistrict_density
from geo.tables import Floats
from geo.timeline import period_of
from layers.breaks import CLASSES, ROAD_BREAKS, SUBDISTRICT_BREAKS, Breaks, breaks_for, classify
from layers.legend import density_legend

MEASURE: Final = "issues"


def subdistricts(view: View, _: Mapping[str, Any]) -> Json:
    """A row for every subdistrict, zeros too. Σ count + outside = total."""
    areas, found = view.city.areas, subdistrict_density(view.tally, view.city)
    breaks = breaks_for(SUBDISTRICT_BREAKS, found.per_km2)
    columns = (areas.codes, areas.names, found.count, found.open, found.per_km2, areas.area_km2)
    rows = zip(*columns, _classes(found.per_km2, breaks), strict=True)
    legend = _legend(view, "per_km2", breaks, found.per_km2, found.count, found.outside, areas.quality)
    return {
        "measure": MEASURE,
        "unit": "per_km2",
        "rows": [dict(zip(_AREA_KEYS, row, strict=True)) for row in rows],
        "total": found.total,
        "outside": found.outside,
        "legend": legend,
    }


def roads(view: View, _: Mapping[str, Any]) -> Json:
    """Rows of roads and segments with anything on them, the fullest first. Σ count + unsnapped = total, for both."""
    if view.city.roads is None:
        total = view.totals.total
        return {
            "measure": MEASURE,
            "unit": "per_km",
            "rows": [],
            "segments": [],
            "total": total,
            "unsnapped": total,
            "legend": None,
            "reason": "this city has no roads layer",
        }
    layer, found = view.city.roads, road_density(view.tally, view.city)
    shown = np.flatnonzero(found.segment_count > 0)
    per_km, count = found.segment_per_km[shown], found.segment_count[shown]
    breaks = breaks_for(ROAD_BREAKS, per_km)
    return {
        "measure": MEASURE,
        "unit": "per_km",
        "rows": _road_rows(layer, found, breaks),
        "segments": _segment_rows(layer, found, breaks),
        "total": found.total,
        "unsnapped": found.unsnapped,
        "legend": _legend(view, "per_km", breaks, per_km, count, found.unsnapped, layer.quality),
    }


def _road_rows(layer: RoadLayer, found: RoadDensity, breaks: Breaks) -> list[Json]:
    order = np.argsort(-found.count, kind="stable")
    order = order[found.count[order] > 0]
    classes = _classes(found.per_km, breaks)
    return [
        {
            "code": layer.road_codes[road],
            "name": layer.road_names[road],
            "count": found.count[road],
            "open": found.open[road],
            "per_km": found.per_km[road],
            "length_km": layer.road_inside_km[road],
            "class": classes[road],
        }
        for road in order.tolist()
    ]


def _segment_rows(layer: RoadLayer, found: RoadDensity, breaks: Breaks) -> list[Json]:
    classes = _classes(found.segment_per_km, breaks)
    return [
        {
            "id": layer.segment_codes[segment],
            "road": layer.road_codes[int(layer.road[segment])],
            "count": found.segment_count[segment],
            "open": found.segment_open[segment],
            "per_km": found.segment_per_km[segment],
            "class": classes[segment],
        }
        for segment in np.flatnonzero(found.segment_count > 0).tolist()
    ]


def _classes(values: Floats, breaks: Breaks) -> list[int | None]:
    """Class of each value; None where there is nothing to divide by."""
    return [None if number < 0 else number for number in classify(values, breaks).tolist()]


def _legend(
    view: View, unit: str, breaks: Breaks, values: Floats, counts: Floats, remainder: float, quality: Any
) -> Json:
    since, until = period_of(view.filter, view.city)
    return density_legend(
        measure=MEASURE,
        unit=unit,
        breaks=breaks,
        values=values,
        counts=counts,
        remainder=remainder,
        n=view.totals.total,
        since=since,
        until=until,
        quality=quality,
    )


_AREA_KEYS: Final = ("code", "name", "count", "open", "per_km2", "area_km2", "class")
_CLASS: Final[Schema] = nullable({"type": "integer", "minimum": 0, "maximum": CLASSES - 1})
_LEGEND: Final[Schema] = record(
    {
        "measure": STRING,
        "unit": STRING,
        "breaks": listing(NUMBER, most=CLASSES - 1),
        "scale": NUMBER,
        "classes": listing(
            record({"from": NUMBER, "to": nullable(NUMBER), "places": COUNT, "count": AMOUNT}), most=CLASSES
        ),
        "max": nullable(NUMBER),
        "n": COUNT,
        "remainder": NUMBER,
        "unmeasured": record({"places": COUNT, "count": AMOUNT}),
        "places": COUNT,
        "since": DAY,
        "until": DAY,
        "quality": {"enum": ["real", "approximate", "schematic"]},
    }
)
_ROAD_FIGURES: Final = {"count": AMOUNT, "open": AMOUNT, "per_km": nullable(NUMBER)}
OPERATIONS: Final = (
    data_operation(
        "/api/density/subdistricts",
        subdistricts,
        summary="Issues by subdistrict and per km².",
        schema={
            "measure": STRING,
            "unit": {"const": "per_km2"},
            "rows": listing(
                record(
                    {
                        **NAMED,
                        "count": AMOUNT,
                        "open": AMOUNT,
                        "per_km2": nullable(NUMBER),
                        "area_km2": NUMBER,
                        "class": _CLASS,
                    }
                )
            ),
            "total": COUNT,
            "outside": NUMBER,
            "legend": _LEGEND,
        },
    ),
    data_operation(
        "/api/density/roads",
        roads,
        summary="Issues by road and road segment and per km; a city without a roads layer says so in `reason`.",
        optional=("reason",),
        schema={
            "measure": STRING,
            "unit": {"const": "per_km"},
            "rows": listing(record({**NAMED, **_ROAD_FIGURES, "length_km": NUMBER, "class": _CLASS})),
            "segments": listing(record({"id": STRING, "road": STRING, **_ROAD_FIGURES, "class": _CLASS})),
            "total": COUNT,
            "unsnapped": NUMBER,
            "legend": nullable(_LEGEND),
            "reason": STRING,
        },
    ),
)
