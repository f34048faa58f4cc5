"""Reads one GeoJSON layer of a city (WGS-84, optionally .gz), refusing whatever is not sound polygons or lines."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from data.city_folder.section import read_bytes
from geo.errors import CityError

MAX_LAYER_BYTES = 300_000_000
MAX_NAME = 200
LONLAT_CRS = ("CRS84", "CRS84H", "4326", "4979", "4490")
Kind = Literal["polygon", "line"]
_TYPES: dict[Kind, tuple[str, ...]] = {
    "polygon": ("Polygon", "MultiPolygon"),
    "line": ("LineString", "MultiLineString"),
}


@dataclass(frozen=True, slots=True)
class LayerFile:
    """One GeoJSON file as read: its place, the hash material, features' properties and WGS-84 geometries."""

    path: Path
    content: bytes
    properties: tuple[dict[str, Any], ...]
    geometry: NDArray[np.object_]

    def fail(self, feature: int, problem: str, mend: str) -> NoReturn:
        """Raises the CityError for feature number `feature` (the first is 0 here, 1 in the sentence)."""
        raise CityError(f"{self.path}: feature {feature + 1} {problem}; {mend}")

    def text(self, feature: int, key: str, *, required: bool) -> str:
        """The property as text (whole numbers are taken too); "" where it is absent, null or blank."""
        value = self.properties[feature].get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            self.fail(feature, f"has {key} = {str(value)[:60]!r}", "write it as a text")
        text = " ".join((value or "").split())
        if required and not text:
            self.fail(feature, f"has no {key}", f"give every feature a {key}, or name another property in city.toml")
        if len(text) > MAX_NAME:
            self.fail(feature, f"has a {key} of {len(text)} characters", f"keep it within {MAX_NAME}")
        return text


def read_layer(path: Path, kind: Kind) -> LayerFile:
    """The features of a GeoJSON FeatureCollection; CityError for anything but sound WGS-84 polygons or lines."""
    content = read_bytes(path)
    if path.suffix == ".gz":
        content = _unzipped(path, content)
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise CityError(f"{path}: not valid JSON ({error}); export the layer again") from error
    features = parsed.get("features") if isinstance(parsed, dict) else None
    if not isinstance(features, list):
        raise CityError(f"{path}: not a GeoJSON FeatureCollection; export the layer as GeoJSON")
    if not features:
        raise CityError(
            f"{path}: the layer has no features; supply one with at least one, or leave it out of city.toml"
        )
    _refuse_other_crs(path, parsed.get("crs"))
    properties, geometry = [], np.empty(len(features), dtype=object)
    for number, feature in enumerate(features):
        properties.append(_properties(path, number, feature))
        geometry[number] = _geometry(path, number, feature.get("geometry"), kind)
    layer = LayerFile(path, content, tuple(properties), shapely.force_2d(geometry))
    _refuse_unsound(layer)
    return layer


def _unzipped(path: Path, content: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unzipped = unpacker.decompress(content, MAX_LAYER_BYTES)
    except zlib.error as error:
        raise CityError(f"{path}: not a sound gzip file ({error}); compress the layer again") from error
    if not unpacker.eof:
        raise CityError(
            f"{path}: cut short, or larger than {MAX_LAYER_BYTES} bytes unpacked; supply a whole, smaller one"
        )
    return unzipped


def _refuse_other_crs(path: Path, crs: object) -> None:
    if crs is None:
        return
    name = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else crs
    if str(name).replace("/", ":").rsplit(":", 1)[-1] not in LONLAT_CRS:
        raise CityError(f"{path}: its crs is {str(name)[:80]!r}; convert the layer to WGS-84 longitude and latitude")


def _properties(path: Path, number: int, feature: object) -> dict[str, Any]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise CityError(f"{path}: feature {number + 1} is not a GeoJSON Feature; export the layer again")
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise CityError(f"{path}: feature {number + 1} has properties that are not an object; export the layer again")
    return properties or {}


def _geometry(path: Path, number: int, geometry: object, kind: Kind) -> BaseGeometry:
    """One GeoJSON geometry; coordinates that are not numbers, or nested to a wrong depth, are refused."""
    place = f"{path}: feature {number + 1}"
    allowed = " or ".join(_TYPES[kind])
    if geometry is None:
        raise CityError(f"{place} has no geometry; give it a {allowed} or remove it")
    if not isinstance(geometry, dict) or geometry.get("type") not in _TYPES[kind]:
        found = geometry.get("type") if isinstance(geometry, dict) else geometry
        raise CityError(f"{place} has the geometry {str(found)[:60]!r}; write a {allowed}")
    coordinates = geometry.get("coordinates")
    many = str(geometry["type"]).startswith("Multi")
    try:
        parts = coordinates if many else [coordinates]
        if not isinstance(parts, list) or not parts:
            raise TypeError("expected a list with at least one part")
        if kind == "line":
            lines = [shapely.linestrings(_positions(part)) for part in parts]
            return shapely.multilinestrings(lines) if many else lines[0]
        polygons = [
            shapely.polygons(_ring(part[0]), holes=[_ring(hole) for hole in part[1:]] or None) for part in parts
        ]
        return shapely.multipolygons(polygons) if many else polygons[0]
    except (TypeError, ValueError, IndexError, KeyError, OverflowError, shapely.errors.GEOSException) as error:
        raise CityError(
            f"{place} has malformed coordinates ({str(error).strip()[:200]}); export the layer again"
        ) from error


def _positions(coordinates: object) -> NDArray[np.float64]:
    array = np.array(coordinates)
    if array.dtype.kind not in "iuf" or array.ndim != 2 or len(array) < 2 or array.shape[1] not in (2, 3):
        raise ValueError("expected a list of two or more [longitude, latitude] number pairs")
    return array[:, :2].astype(np.float64)


def _ring(coordinates: object) -> BaseGeometry:
    positions = _positions(coordinates)
    if len(positions) < 4 or not np.array_equal(positions[0], positions[-1]):
        raise ValueError("a ring needs at least 4 positions and ends where it began")
    return shapely.linearrings(positions)


def _refuse_unsound(layer: LayerFile) -> None:
    west, south, east, north = shapely.bounds(layer.geometry).T
    inside = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)  # False for NaN and empty
    if not inside.all():
        number = int(np.argmin(inside))
        values = ", ".join(f"{value:g}" for value in layer.geometry[number].bounds)
        layer.fail(number, f"reaches {values}", "convert the layer to WGS-84 longitude and latitude in degrees")
    sound = shapely.is_valid(layer.geometry) & ~shapely.is_empty(layer.geometry)
    if not sound.all():
        number = int(np.argmin(sound))
        layer.fail(number, f"is not sound ({shapely.is_valid_reason(layer.geometry[number])})", "mend its geometry")
