"""The part of the map a client looks at: its zoom and box, and what they mean in metres and Web Mercator."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from api.operation import integer
from geo.errors import BadValueError
from geo.filter import IssueFilter

ZOOM: Final = integer("z", "zoom of the map, 3 to 20", 3, 20)
BBox = tuple[float, float, float, float]

_EQUATOR_M_PER_PX: Final = 156_543.033928  # at zoom 0, tiles of 256 px
_MERCATOR_LIMIT: Final = 85.051129
_M_PER_DEGREE: Final = 110_000.0  # a little less than any degree of latitude has


def viewport(chosen: IssueFilter, own: Mapping[str, Any]) -> tuple[int, BBox]:
    """Zoom and box of the question; BadValueError without a box (the `bbox` key of the filter)."""
    if chosen.bbox is None:
        raise BadValueError("bbox", "", "the box of the map: west,south,east,north in degrees (WGS-84)")
    return own["z"], chosen.bbox


def metres_per_pixel(zoom: int, latitude: float) -> float:
    """Ground metres of one CSS pixel at `latitude` (degrees)."""
    return float(_EQUATOR_M_PER_PX * math.cos(math.radians(latitude)) / 2**zoom)


def mercator_y(latitude: float) -> float:
    """Web-Mercator y in radians, latitude cut to the projection's limit of 85.05°."""
    limited = max(-_MERCATOR_LIMIT, min(_MERCATOR_LIMIT, latitude))
    return math.asinh(math.tan(math.radians(limited)))


def meet(box: BBox, other: BBox) -> BBox | None:
    """What two boxes have in common; None where that has no inside."""
    west, south = max(box[0], other[0]), max(box[1], other[1])
    east, north = min(box[2], other[2]), min(box[3], other[3])
    return (west, south, east, north) if west < east and south < north else None


def grid_of(box: BBox, most: int) -> tuple[int, int]:
    """Columns and rows of a raster of at most `most` each way, its pixels about square on the screen."""
    width = math.radians(box[2] - box[0])
    height = mercator_y(box[3]) - mercator_y(box[1])
    scale = most / max(width, height)
    return max(2, round(width * scale)), max(2, round(height * scale))


def grown(box: BBox, by_m: float) -> BBox:
    """A box with at least so many metres more on every side, WGS-84."""
    lat = by_m / _M_PER_DEGREE
    lon = lat / max(0.02, math.cos(math.radians(min(89.0, max(abs(box[1]), abs(box[3])) + lat))))
    return box[0] - lon, box[1] - lat, box[2] + lon, box[3] + lat
