"""Turns a city's layer files into the domain's areas and roads, measured in the city's metric CRS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from data.city_folder.geojson import LayerFile
from data.city_folder.section import is_code
from geo.city import AreaLayer, Quality, RoadLayer
from geo.crs import geometries_to_metric
from geo.errors import BadValueError, CityError
from geo.tables import MOST_CODES
from geo.text import Text

ROAD_CLASSES = {
    "主干路": "major",
    "快速路": "major",
    "次干路": "secondary",
    "支路": "minor",
    "major": "major",
    "secondary": "secondary",
    "minor": "minor",
    **dict.fromkeys(("motorway", "trunk", "primary", "motorway_link", "trunk_link", "primary_link"), "major"),
    **dict.fromkeys(("tertiary", "secondary_link", "tertiary_link"), "secondary"),
}
"""From the Chinese road grades and from OpenStreetMap's `highway`; any other value is a minor road."""


def metric_of(path: Path, geometry: NDArray[np.object_], metric_crs: str) -> NDArray[np.object_]:
    """The geometries in the city's metric CRS; CityError where that CRS does not reach them."""
    use = pyproj.CRS.from_user_input(metric_crs).area_of_use
    if use is not None and use.west <= use.east:  # a CRS that crosses the date line is left to PROJ's own check
        apart = ~shapely.intersects(geometry, shapely.box(*use.bounds))
        if apart.any():
            raise CityError(
                f"{path}: feature {int(np.argmax(apart)) + 1} lies outside the area of {metric_crs} ({use.name[:80]}); "
                f"name in city.toml a metric CRS made for this city"
            )
    try:
        return geometries_to_metric(geometry, metric_crs)
    except BadValueError as error:
        raise CityError(f"{path}: {metric_crs} does not reach this layer ({error}); name another metric_crs") from error


def area_layer(
    layer: LayerFile, names: Mapping[str, Mapping[str, str]], metric_crs: str, quality: Quality, keys: Mapping[str, str]
) -> AreaLayer:
    """The subdistricts. `names` may add `en`, `short_zh`, `short_en` by code; `keys` names the properties to read."""
    if len(layer.properties) > MOST_CODES:
        raise CityError(f"{layer.path}: has {len(layer.properties)} subdistricts; keep them within {MOST_CODES}")
    codes: dict[str, int] = {}
    full, short = [], []
    for number in range(len(layer.properties)):
        code = layer.text(number, keys.get("code", "code"), required=True)
        if not is_code(code):
            layer.fail(number, f"has the code {code[:60]!r}", "write a code of letters, digits, _ . - (at most 40)")
        if code in codes:
            layer.fail(number, f"has the code {code!r} of feature {codes[code] + 1}", "give every area its own code")
        codes[code] = number
        name = layer.text(number, keys.get("name", "name"), required=True)
        extra = names.get(code, {})
        english = extra.get("en") or layer.text(number, "name_en", required=False) or name
        full.append(Text(name, english))
        short.append(Text(extra.get("short_zh", name), extra.get("short_en", english)))
    metric = metric_of(layer.path, layer.geometry, metric_crs)
    return AreaLayer(tuple(codes), tuple(full), tuple(short), layer.geometry, metric, quality)


def road_layer(
    layer: LayerFile,
    names: Mapping[str, Mapping[str, str]],
    metric_crs: str,
    quality: Quality,
    keys: Mapping[str, str],
    boundary_metric: BaseGeometry,
) -> RoadLayer:
    """The roads. A segment's road is its road id, else its name, else the segment itself (unnamed).

    Parts of a multi-line become segments of their own (`S1`, `S1~2`, …). What lies wholly outside the boundary is
    left out: it has no length to divide by. CityError if nothing is left, or if one road id has two names.
    """
    lines, feature = shapely.get_parts(layer.geometry, return_index=True)
    metric = metric_of(layer.path, lines, metric_crs)
    inside_m = _length_inside(metric, boundary_metric)
    kept = np.flatnonzero(inside_m > 0)
    if not len(kept):
        raise CityError(
            f"{layer.path}: no road lies within the boundary; supply this city's roads or leave the layer out"
        )
    segment_names = _segment_codes(layer, feature, keys)
    roads: dict[str, int] = {}
    road_names: list[Text] = []
    road, classes = np.empty(len(kept), np.int32), []
    for position, part in enumerate(kept.tolist()):
        number = int(feature[part])
        name = layer.text(number, keys.get("name", "name"), required=False)
        identity = layer.text(number, keys.get("road", "road_id"), required=False) or name or segment_names[part]
        if not any(character.isalnum() for character in identity):
            layer.fail(number, f"is a road called {identity!r}", "write a name with letters, or none")
        extra = names.get(identity, {})
        text = Text(name, extra.get("en") or layer.text(number, "name_en", required=False) or name)
        if identity not in roads:
            roads[identity] = len(road_names)
            road_names.append(text)
        elif road_names[roads[identity]].zh != name:
            layer.fail(number, f"calls road {identity!r} {name!r}, an earlier one otherwise", "give one road one name")
        road[position] = roads[identity]
        grade = layer.text(number, keys.get("class", "road_class"), required=False)
        classes.append(ROAD_CLASSES.get(grade or layer.text(number, "highway", required=False), "minor"))
    return RoadLayer(
        segment_codes=tuple(segment_names[part] for part in kept.tolist()),
        geometry=lines[kept],
        metric=metric[kept],
        road=road,
        road_class=tuple(classes),
        inside_m=inside_m[kept],
        road_codes=tuple(roads),
        road_names=tuple(road_names),
        quality=quality,
    )


def _segment_codes(layer: LayerFile, feature: NDArray[np.int_], keys: Mapping[str, str]) -> Sequence[str]:
    """One code a segment: the `segment_id` (or `osm_id`) property, else S and the feature's number."""
    codes: dict[str, int] = {}
    for number in feature.tolist():
        code = layer.text(number, keys.get("segment", "segment_id"), required=False)
        code = code or layer.text(number, "osm_id", required=False) or f"S{number + 1}"
        if code in codes:
            if codes[code] != number:
                layer.fail(number, f"has the segment id {code!r} a second time", "give every segment its own id")
            code = next(f"{code}~{n}" for n in range(2, len(feature) + 2) if f"{code}~{n}" not in codes)
        codes[code] = number
    return tuple(codes)


def _length_inside(lines: NDArray[np.object_], boundary: BaseGeometry) -> NDArray[np.float64]:
    """Metres of each line within the boundary (metric CRS)."""
    shapely.prepare(boundary)
    length: NDArray[np.float64] = shapely.length(lines)
    crossing = ~shapely.contains_properly(boundary, lines)
    length[crossing] = shapely.length(shapely.intersection(lines[crossing], boundary))
    return length
