"""The only home of reprojection: any taken datum ↔ WGS-84, and WGS-84 ↔ a city's metric CRS.

Every order is x before y (longitude before latitude). Transformers are made once a process and shared: pyproj keeps
each one's working state per thread (`TransformerLocal`), so that sharing is safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError, ProjError

from geo import datum as chinese
from geo.errors import BadGeometryError, DatumError

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
Geometries = NDArray[np.object_]

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
"""The names taken besides epsg:NNNN, case-insensitive."""

_CHINESE = {
    "gcj02": (chinese.gcj02_to_wgs84, chinese.wgs84_to_gcj02),
    "bd09": (chinese.bd09_to_wgs84, chinese.wgs84_to_bd09),
}
_WGS84 = "EPSG:4326"
_EPSG = re.compile(r"epsg:([0-9]{4,6})")


def to_wgs84(x: ArrayLike, y: ArrayLike, datum: str, *, mainland_china: bool) -> Pair:
    """Coordinates of `datum` as WGS-84 (lon, lat) in degrees; arrays of one shape in, the same shape out.

    Raises DatumError for a datum that is unknown or not offered to this city, BadGeometryError naming the first
    position that is not finite or falls outside the world (|lon| > 180, |lat| > 90).
    """
    name = checked_datum(datum, mainland_china=mainland_china)
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    _finite(x, y, "number")
    if name in _CHINESE:
        _in_world(x, y)
        lon, lat = _CHINESE[name][0](x, y)
    elif name == "wgs84":
        lon, lat = x.copy(), y.copy()
    else:
        lon, lat = _transform(_crs_name(name), _WGS84, x, y)
    _in_world(lon, lat, came_as=(x, y))
    return lon, lat


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: str, *, mainland_china: bool) -> Pair:
    """WGS-84 degrees as coordinates (x, y) of `datum`; errors as in `to_wgs84`."""
    name = checked_datum(datum, mainland_china=mainland_china)
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    _in_world(lon, lat)
    if name in _CHINESE:
        x, y = _CHINESE[name][1](lon, lat)
    elif name == "wgs84":
        x, y = lon.copy(), lat.copy()
    else:
        x, y = _transform(_WGS84, _crs_name(name), lon, lat)
    _finite(x, y, f"position that {name} can express", came_as=(lon, lat))
    return x, y


def geometries_to_wgs84(geometries: Geometries, datum: str, *, mainland_china: bool) -> Geometries:
    """Geometries of `datum` as WGS-84, vertex by vertex, without Z; None stays None. Errors as in `to_wgs84`."""
    checked_datum(datum, mainland_china=mainland_china)
    return _each_vertex(geometries, lambda x, y: to_wgs84(x, y, datum, mainland_china=mainland_china))


def geometries_to_metric(geometries: Geometries, metric_crs: str) -> Geometries:
    """WGS-84 geometries in `metric_crs` (metres), vertex by vertex, without Z; None stays None."""
    return _each_vertex(geometries, lambda x, y: lonlat_to_metric(x, y, metric_crs))


def lonlat_to_metric(lon: ArrayLike, lat: ArrayLike, metric_crs: str, *, strict: bool = True) -> Pair:
    """WGS-84 degrees → metres (x east, y north) of `metric_crs`, such as "EPSG:4545".

    Raises BadGeometryError where a position lies outside the world or has no finite image in that CRS; with `strict`
    False the latter is inf instead.
    """
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    _in_world(lon, lat)
    x, y = _transform(_WGS84, metric_crs, lon, lat)
    if strict:
        _finite(x, y, f"position that {metric_crs} can express", came_as=(lon, lat))
    return x, y


def metric_to_lonlat(x: ArrayLike, y: ArrayLike, metric_crs: str) -> Pair:
    """Metres of `metric_crs` → WGS-84 degrees (lon, lat); BadGeometryError as in `lonlat_to_metric`."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    _finite(x, y, "number")
    lon, lat = _transform(_WGS84, metric_crs, x, y, inverse=True)
    _in_world(lon, lat, came_as=(x, y))
    return lon, lat


def checked_datum(datum: str, *, mainland_china: bool) -> str:
    """`datum` in lower case, if it is known and this city may use it; else DatumError.

    GCJ-02 and BD-09 exist in mainland China only: elsewhere the formula would shift a right position.
    """
    name = datum.strip().lower()
    if name in _CHINESE and not mainland_china:
        offered = "wgs84, cgcs2000 or epsg:NNNN (gcj02 and bd09 exist only in mainland China)"
        raise DatumError("datum", datum, offered)
    if name not in DATUMS and not _is_horizontal(name):
        raise DatumError("datum", datum, f"one of {', '.join(DATUMS)}, or the epsg:NNNN of a horizontal CRS")
    return name


def _crs_name(name: str) -> str:
    return "EPSG:4490" if name == "cgcs2000" else name.upper()


@lru_cache(maxsize=256)
def _is_horizontal(name: str) -> bool:
    """Whether `name` is the epsg:NNNN of a CRS with exactly two axes on the ground."""
    if not _EPSG.fullmatch(name):
        return False
    try:
        crs = pyproj.CRS.from_user_input(name.upper())
    except CRSError:
        return False
    return bool(crs.is_geographic or crs.is_projected) and len(crs.axis_info) == 2


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    """The transformation between two CRS. Where PROJ knows exactly one, it is kept as that one's own definition.

    Looking for it in PROJ's database takes some 60 ms, and pyproj would look again in every thread that transforms.
    """
    found = pyproj.Transformer.from_crs(source, target, always_xy=True)
    return pyproj.Transformer.from_pipeline(found.definition) if found.operations else found


def _transform(source: str, target: str, x: Floats, y: Floats, *, inverse: bool = False) -> Pair:
    """pyproj's result, from `target` to `source` for `inverse`; inf where PROJ finds none (the callers refuse it)."""
    way = TransformDirection.INVERSE if inverse else TransformDirection.FORWARD
    try:
        out_x, out_y = _transformer(source, target).transform(x, y, direction=way)
    except (CRSError, ProjError) as error:
        raise DatumError("datum", source if target == _WGS84 else target, "a CRS that PROJ can transform") from error
    return np.asarray(out_x, np.float64), np.asarray(out_y, np.float64)


def _each_vertex(geometries: Geometries, convert: Callable[[Floats, Floats], Pair]) -> Geometries:
    return np.asarray(shapely.transform(np.asarray(geometries, object), convert, interleaved=False), object)


def _finite(x: Floats, y: Floats, what: str, came_as: Pair | None = None) -> None:
    bad = ~(np.isfinite(x) & np.isfinite(y))
    if bad.any():
        _refuse(came_as or (x, y), bad, f"a finite {what}")


def _in_world(lon: Floats, lat: Floats, came_as: Pair | None = None) -> None:
    # Written so that NaN is refused too: every comparison with NaN is False.
    bad = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if bad.any():
        _refuse(came_as or (lon, lat), bad, "a place on Earth: longitude within ±180 and latitude within ±90 degrees")


def _refuse(came_as: Pair, bad: NDArray[np.bool_], expected: str) -> None:
    first = int(np.flatnonzero(bad)[0])
    raise BadGeometryError("coordinates", f"({came_as[0].flat[first]}, {came_as[1].flat[first]})", expected)
