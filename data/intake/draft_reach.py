"""Which places can be meant: near enough to the city, and not longer than anything in it."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.city import City
from geo.errors import BadGeometryError, XunjieError
from geo.reach import reach_of

Geometries = NDArray[np.object_]


def refuse_far(wgs84: Geometries, city: City, errors: dict[int, XunjieError]) -> None:
    """Note every geometry (WGS-84) with a part beyond the reach of `city`; outside the city but near it is no error."""
    reach = reach_of(city)
    present = ~shapely.is_missing(wgs84)
    for row in np.flatnonzero(present & ~reach.covers(wgs84)).tolist():
        errors.setdefault(row, BadGeometryError("geometry", shown(wgs84[row]), f"a place in or near the city: {reach}"))


def refuse_long(
    metric: Geometries, rows: NDArray[np.intp], wgs84: Geometries, city: City, errors: dict[int, XunjieError]
) -> None:
    """Note every line or outline that is longer than the way around the reach of `city`.

    `metric` holds the geometries of `rows` in metres, `wgs84` those of all rows.
    """
    longest_m = reach_of(city).longest_m
    length = shapely.length(metric)
    for position in np.flatnonzero(length > longest_m).tolist():
        row = int(rows[position])
        expected = f"a line or outline of at most {longest_m / 1e3:.0f} km, not {length[position] / 1e3:.0f} km"
        errors.setdefault(row, BadGeometryError("geometry", shown(wgs84[row]), expected))


def refuse_far_point(lon: float, lat: float, city: City) -> None:
    """BadGeometryError for a position (WGS-84) beyond the reach of `city`."""
    reach = reach_of(city)
    if not reach.covers(np.array([shapely.Point(lon, lat)], object))[0]:
        raise BadGeometryError("point", f"({lon}, {lat})", f"a place in or near the city: {reach}")


def shown(geometry: object) -> str:
    """A geometry as short text for an error."""
    return str(shapely.to_wkt(geometry, rounding_precision=6))[:200]
