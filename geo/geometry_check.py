"""Which geometries an issue may have, checked for a whole array before anything is measured."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import BadGeometryError

Geometries = NDArray[np.object_]

POINT, LINE, POLYGON = 0, 1, 2
"""Dimension of a geometry, as `shapely.get_dimensions` says it."""

_POINTS, _LINES, _POLYGONS = (0, 4), (1, 5), (3, 6)  # shapely's type ids, single and multi
_TAKEN = "a point, line string or polygon, or a multi-part one of these"


def checked_geometries(geometries: Geometries) -> Geometries:
    """The same geometries without Z, each known to be usable.

    Raises BadGeometryError naming the first position (from 0) that is missing, empty, of another kind (a ring alone,
    a collection), has a coordinate that is not finite, or is a polygon that is not valid.
    """
    array = np.asarray(geometries, object)
    kinds = shapely.get_type_id(array)
    _refuse_where(kinds == -1, array, "a geometry, not nothing")
    _refuse_where(~np.isin(kinds, (*_POINTS, *_LINES, *_POLYGONS)), array, _TAKEN)
    _refuse_where(shapely.is_empty(array), array, f"{_TAKEN}, not empty")
    coordinates, rows = shapely.get_coordinates(array, return_index=True)
    not_finite = np.zeros(len(array), bool)
    not_finite[rows[~np.isfinite(coordinates).all(axis=1)]] = True
    _refuse_where(not_finite, array, "finite coordinates")
    invalid = np.zeros(len(array), bool)
    polygons = np.isin(kinds, _POLYGONS)
    invalid[polygons] = ~shapely.is_valid(array[polygons])
    if invalid.any():
        reason = shapely.is_valid_reason(array[np.flatnonzero(invalid)[0]])
        _refuse_where(invalid, array, f"a valid polygon ({reason})")
    return np.asarray(shapely.force_2d(array), object)


def _refuse_where(bad: NDArray[np.bool_], array: Geometries, expected: str) -> None:
    if bad.any():
        position = int(np.flatnonzero(bad)[0])
        key = "geometry" if len(array) == 1 else f"geometry at position {position}"
        raise BadGeometryError(key, str(array[position]), expected)
