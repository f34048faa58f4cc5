"""GET /api/density/subdistricts and /api/density/roads: where issues concentrate, with denominator and remainder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from api.data_route import Json, data_operation
from api.operation import integer
from api.row_text import heads, rows
from api.schemas import AMOUNT, COUNT, DAY, NAMED, NUMBER, STRING, Schema, listing, nullable, record
from api.view import View
from geo.city import RoadLayer
from geo.density import RoadDensity, road_density, subdistrict_density
from geo.permissions import Action
from geo.tables import Floats
from geo.timeline import period_of
from layers.breaks import CLASSES, ROAD_BREAKS, SUBDISTRICT_BREAKS, Breaks, breaks_for, classify
from layers.legend import density_legend

MEASURE: Final = "issues"
_DECIMALS: Final = 6
"""Of areas in km² (a square metre), lengths in km (a millimetre) and what lies in one of them: no map measures finer,
and further digits are most of an answer's bytes."""


def subdistricts(view: View, _: Mapping[str, Any]) -> Json:
    """A row for every subdistrict, zeros too. Σ count + outside = total."""
    areas, found = view.city.areas, subdistrict_density(view.counts, view.city)
    breaks = breaks_for(SUBDISTRICT_BREAKS, found.per_km2)
    per_km2, area_km2 = (np.round(figures, _DECIMALS) for figures in (found.per_km2, areas.area_km2))
    columns = (areas.codes, areas.names, found.count, found.open, per_km2, area_km2)
    listed = zip(*columns, _classes(found.per_km2, breaks), strict=True)
    legend = _legend(view, "per_km2", breaks, found.per_km2, found.count, found.outside, areas.quality)
    return {
        "measure": MEASURE,
        "unit": "per_km2",
        "rows": [dict(zip(_AREA_KEYS, row, strict=True)) for row in listed],
        "total": found.total,
        "outside": found.outside,
        "legend": legend,
    }


def roads(view: View, own: Mapping[str, Any]) -> Json:
    """Rows of roads and segments with anything on them, the fullest first. Σ count + unsnapped = total, for both.

    With `most` only so many of the fullest roads and no segments: for maps, whose lines come from /api/roads.
    """
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
    layer, found = view.city.roads, road_density(view.counts, view.city)
    shown = np.flatnonzero(found.segment_count > 0)
    per_km, count = found.segment_per_km[shown], found.segment_count[shown]
    breaks = breaks_for(ROAD_BREAKS, per_km)
    most = own["most"]
    return {
        "measure": MEASURE,
        "unit": "per_km",
        "rows": _road_rows(layer, found, breaks, most),
        "segments": [] if most else _segment_rows(layer, found, breaks),
        "total": found.total,
        "unsnapped": found.unsnapped,
        "legend": _legend(view, "per_km", breaks, per_km, count, found.unsnapped, layer.quality),
    }


def _road_rows(layer: RoadLayer, found: RoadDensity, breaks: Breaks, most: int) -> orjson.Fragment:
    order = np.argsort(-found.count, kind="stable")
    order = order[found.count[order] > 0][: most or None]
    return _rows(_texts(layer)[0], order, (found.count, found.open, found.per_km), breaks)


def _segment_rows(layer: RoadLayer, found: RoadDensity, breaks: Breaks) -> orjson.Fragment:
    figures = (found.segment_count, found.segment_open, found.segment_per_km)
    return _rows(_texts(layer)[1], np.flatnonzero(found.segment_count > 0), figures, breaks)


def _rows(
    texts: list[bytes], shown: NDArray[np.intp], figures: tuple[Floats, Floats, Floats], breaks: Breaks
) -> orjson.Fragment:
    """The rows `shown`, each with its count, how many are open, and how many a kilometre."""
    count, still_open, per_km = (values[shown] for values in figures)
    columns: dict[str, Any] = {"count": count, "open": still_open, "per_km": np.round(per_km, _DECIMALS)}
    columns["class"] = _classes(per_km, breaks)
    return rows([texts[at] for at in shown.tolist()], columns)


@lru_cache(maxsize=4)
def _texts(layer: RoadLayer) -> tuple[list[bytes], list[bytes]]:
    """What never changes of the rows of roads and of segments."""
    roads = heads(
        {
            "code": layer.road_codes,
            "name": layer.road_names,
            "length_km": np.round(layer.road_inside_km, _DECIMALS).tolist(),
        }
    )
    of_road = [layer.road_codes[road] for road in layer.road.tolist()]
    return roads, heads({"id": layer.segment_codes, "road": of_road})


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


_MOST: Final = integer("most", "only so many of the fullest roads, and no segments; 0: all", 0, 10_000, default=0)
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
        by_content=True,
        drawn=lambda view: (view.counts,),
        action=Action.SEE_AGGREGATES,
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
        action=Action.SEE_AGGREGATES,
        parameters=(_MOST,),
        by_content=True,
        drawn=lambda view: (view.counts,),
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
