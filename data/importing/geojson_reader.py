"""Reads a ledger from GeoJSON, strictly and without GDAL: plain JSON in, features with sound coordinates out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from data.importing.file_bytes import LedgerFile
from data.importing.file_row import FileRow
from geo.errors import BadGeometryError, BadValueError

_WGS84_NAMES: Final = ("CRS84", "4326", "4979")
_DEPTH: Final = {"Point": 0, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}


def read_geojson(file: LedgerFile, *, datum_declared: bool) -> Iterator[FileRow]:
    """The features of a FeatureCollection in order. BadValueError for a file that is not one, or that names a CRS of
    its own while no datum was declared for it; a feature's own problems are in its row."""
    try:
        content = orjson.loads(file.content)
    except orjson.JSONDecodeError as error:
        raise BadValueError("file", file.name, f"JSON in UTF-8 ({error})") from None
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise BadValueError("file", file.name, "a GeoJSON FeatureCollection")
    features = content.get("features")
    if not isinstance(features, list):
        raise BadValueError("file", file.name, "a GeoJSON FeatureCollection with a list of features")
    crs = content.get("crs")
    if crs is not None and not datum_declared and not _is_wgs84(crs):
        raise BadValueError("crs", orjson.dumps(crs).decode(), "WGS-84, or the datum declared with --datum")
    return (_row(number, feature) for number, feature in enumerate(features, 1))


def _is_wgs84(crs: Any) -> bool:
    """Whether an old-style `crs` member names WGS-84 in longitude and latitude."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return isinstance(name, str) and name.rsplit(":", 1)[-1].upper() in _WGS84_NAMES


def _row(number: int, feature: Any) -> FileRow:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return FileRow(number, {}, None, BadValueError("feature", feature, "a GeoJSON Feature"))
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        return FileRow(number, {}, None, BadValueError("properties", properties, "an object"))
    # Lists and objects stay: where a column is used they are refused by name, rather than read as nothing.
    try:
        return FileRow(number, properties, geometry_of(feature.get("geometry")))
    except BadValueError as error:
        return FileRow(number, properties, None, error)


def geometry_of(value: Any) -> BaseGeometry:
    """The geometry of a GeoJSON geometry object (point, line or polygon, one or several lines or polygons), without
    heights. Raises BadGeometryError."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _DEPTH:
        raise BadGeometryError("geometry", kind or value, "a point, line or polygon")
    coordinates = _nested(value.get("coordinates"), _DEPTH[kind])
    try:
        return _BUILDERS[kind](coordinates)
    except (ValueError, shapely.errors.GEOSException) as error:
        raise BadGeometryError("geometry", kind, f"a {kind} that can be built ({error})") from None


def _nested(value: Any, depth: int) -> Any:
    if not isinstance(value, list) or not value:
        raise BadGeometryError("coordinates", value, "lists of positions")
    if depth:
        return [_nested(part, depth - 1) for part in value]
    if not 2 <= len(value) <= 4 or not all(_is_number(part) for part in value):
        raise BadGeometryError("coordinates", value, "positions of two numbers, longitude first")
    return (float(value[0]), float(value[1]))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _polygon(rings: Any) -> BaseGeometry:
    for ring in rings:
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise ValueError("every ring needs four positions or more, the last one equal to the first")
    return shapely.Polygon(rings[0], rings[1:])


_BUILDERS: Final[dict[str, Any]] = {
    "Point": shapely.Point,
    "LineString": shapely.LineString,
    "MultiLineString": shapely.MultiLineString,
    "Polygon": _polygon,
    "MultiPolygon": lambda parts: shapely.MultiPolygon([_polygon(rings) for rings in parts]),
}
