"""The geometries of drafts: which are taken, and how they come to WGS-84, many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from data.intake.draft_reach import refuse_far, refuse_long, shown
from geo.city import City
from geo.crs import checked_datum, geometries_to_metric, geometries_to_wgs84
from geo.errors import BadGeometryError, BadValueError, XunjieError

MAX_VERTICES: Final = 2_000
DECIMALS: Final = 7
_TAKEN: Final = (0, 1, 3, 5, 6)  # point, line, polygon, and several lines or polygons as one

Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class CheckedGeometries:
    """`source` as it came, without Z; `wgs84` the same in WGS-84; both None where `errors` names the row.

    `source_xy`, shape (n, 2): the first vertex as it came. A vertex, since a point between two of them is not
    converted to a point between their images.
    """

    source: Geometries
    wgs84: Geometries
    datum: list[str]
    source_xy: NDArray[np.float64]
    errors: dict[int, XunjieError]


def checked_geometries(geometries: Sequence[object], datums: Sequence[str], city: City) -> CheckedGeometries:
    """Every geometry that can be taken, in WGS-84, and for each other one the reason (BadGeometryError, DatumError).

    What lies outside the city is taken as long as it is within its reach (`geo.reach`).

    WGS-84 positions are kept to DECIMALS of a degree, a centimetre: what is stored is what is exported, and the last
    bits of a processor's arithmetic do not reach the store. The source stays as it came.
    """
    source = np.empty(len(geometries), object)
    source[:] = geometries
    errors: dict[int, XunjieError] = {}
    _refuse_shapes(source, errors)
    source = np.asarray(shapely.force_2d(source), object)
    names = _checked_datums(datums, city, errors)
    wgs84 = np.full(len(source), None, object)
    for name in sorted(set(names) - {""}):
        rows = np.array([i for i, n in enumerate(names) if n == name and i not in errors], np.intp)

        def convert(part: Geometries, name: str = name) -> Geometries:
            return geometries_to_wgs84(part, name, mainland_china=city.mainland_china)

        wgs84[rows] = _converted(source, rows, convert, errors)
    wgs84 = _at_grid(wgs84, errors)
    refuse_far(wgs84, city, errors)
    good = np.array([i for i in range(len(source)) if i not in errors], np.intp)
    metric = _converted(wgs84, good, lambda part: geometries_to_metric(part, city.metric_crs), errors)
    refuse_long(metric, good, wgs84, city, errors)
    for row in errors:
        source[row] = wgs84[row] = None
    return CheckedGeometries(source, wgs84, names, first_vertices(source), errors)


def first_vertices(geometries: Geometries) -> NDArray[np.float64]:
    """The first vertex of each geometry, shape (n, 2); NaN for None."""
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    firsts = np.full((len(geometries), 2), np.nan)
    rows, at = np.unique(owner, return_index=True)
    firsts[rows] = coordinates[at]
    return firsts


def _at_grid(wgs84: Geometries, errors: dict[int, XunjieError]) -> Geometries:
    """The geometries rounded to DECIMALS; one that is no valid shape any more (smaller than that) is noted."""
    rounded = np.asarray(shapely.transform(wgs84, lambda xy: np.round(xy, DECIMALS) + 0.0), object)
    shapes = np.flatnonzero(shapely.get_type_id(rounded) > 0)
    for row in shapes[~shapely.is_valid(rounded[shapes])].tolist():
        expected = "a shape that is still valid when its corners are rounded to a centimetre"
        errors.setdefault(row, BadGeometryError("geometry", shown(wgs84[row]), expected))
    return rounded


def _checked_datums(datums: Sequence[str], city: City, errors: dict[int, XunjieError]) -> list[str]:
    known: dict[str, str | XunjieError] = {}
    names: list[str] = []
    for row, datum in enumerate(datums):
        found = known.get(datum) if isinstance(datum, str) else BadValueError("datum", datum, "text")
        if found is None:
            try:
                found = checked_datum(datum, mainland_china=city.mainland_china)
            except XunjieError as error:
                found = error
            known[datum] = found
        if isinstance(found, XunjieError):
            errors.setdefault(row, found)
            names.append("")
        else:
            names.append(found)
    return names


def _refuse_shapes(source: Geometries, errors: dict[int, XunjieError]) -> None:
    """Note every value that is no geometry we take, and replace it by None."""
    are = shapely.is_geometry(source)
    for row in np.flatnonzero(~are):
        errors[int(row)] = BadGeometryError("geometry", source[row], "a point, line or polygon")
        source[row] = None
    coordinates, owner = shapely.get_coordinates(source, return_index=True)
    finite = np.ones(len(source), bool)
    finite[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    size = np.bincount(owner, minlength=len(source))
    tests: tuple[tuple[Any, str], ...] = (
        (np.isin(shapely.get_type_id(source), _TAKEN), "a point, line or polygon"),
        (~shapely.is_empty(source), "a geometry that is not empty"),
        (finite, "finite coordinates"),
        (size <= MAX_VERTICES, f"at most {MAX_VERTICES} vertices"),
    )
    for good, expected in tests:
        for row in np.flatnonzero(are & ~good):
            errors.setdefault(int(row), BadGeometryError("geometry", shown(source[row]), expected))
    sound = np.array([row not in errors for row in range(len(source))], bool)
    rows = np.flatnonzero(sound & (shapely.get_type_id(source) != 0))
    for row in rows[~shapely.is_valid(source[rows])]:
        reason = shapely.is_valid_reason(source[row])
        errors[int(row)] = BadGeometryError("geometry", shown(source[row]), f"a valid shape (this one: {reason})")
    source[sorted(errors)] = None


def _converted(
    geometries: Geometries,
    rows: NDArray[np.intp],
    convert: Callable[[Geometries], Geometries],
    errors: dict[int, XunjieError],
) -> Geometries:
    """`convert` of the geometries at `rows`, all at once; only if that fails one by one, to find which."""
    try:
        return convert(geometries[rows])
    except BadValueError:
        out = np.full(len(rows), None, object)
        for position, row in enumerate(rows):
            try:
                out[position] = convert(geometries[row : row + 1])[0]
            except BadValueError as error:
                errors.setdefault(int(row), error)
        return out
