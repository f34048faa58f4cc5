"""What a camera wrote becomes protected fields: moment, place and camera, each checked, or none.

A time with an offset is that moment; without one it is the wall clock of the city, where the phone was. These fields
are personal data: they stand outside the hashed log, and they are never in a file that is served.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from zoneinfo import ZoneInfo

from geo.clock import to_us

_TIME: Final = re.compile(r"([0-9]{4})[:-]([0-9]{2})[:-]([0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})", re.ASCII)
_OFFSET: Final = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])", re.ASCII)
_FIRST_YEAR: Final = 1990
_LAST_YEAR: Final = 2200
_CAMERA_LENGTH: Final = 100


@dataclass(frozen=True, slots=True)
class Metadata:
    """`taken_us` as in geo.clock, None for none; `lon` and `lat` in degrees as the camera wrote them (both or none)."""

    taken_us: int | None = None
    lon: float | None = None
    lat: float | None = None
    camera: str | None = None


def metadata_of(exif: Mapping[str, Any], *, time_zone: str) -> Metadata:
    """The fields of `exif` (`data.photos.exif.exif_of`); whatever cannot be is left out."""
    lon, lat = _place(exif)
    make, model = (" ".join(str(exif.get(name, "")).split()) for name in ("make", "model"))
    camera = model if model.lower().startswith(make.lower()) else f"{make} {model}"
    return Metadata(_taken_us(exif, time_zone), lon, lat, camera.strip()[:_CAMERA_LENGTH] or None)


def _taken_us(exif: Mapping[str, Any], time_zone: str) -> int | None:
    time = _TIME.fullmatch(str(exif.get("time", "")))
    if time is None:
        return None
    offset = _OFFSET.fullmatch(str(exif.get("offset", "")))
    zone = ZoneInfo(time_zone) if offset is None else _zone(offset)
    try:
        taken = datetime(*(int(part) for part in time.groups()), tzinfo=zone)  # type: ignore[misc, arg-type]
        if not _FIRST_YEAR <= taken.year <= _LAST_YEAR:
            return None
        return to_us(taken.astimezone(UTC)) + _fraction_us(str(exif.get("subsec", "")))
    except (ValueError, OverflowError):
        return None


def _zone(offset: re.Match[str]) -> timezone:
    size = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    return timezone(-size if offset[1] == "-" else size)


def _fraction_us(digits: str) -> int:
    return int(digits[:6].ljust(6, "0")) if digits.isascii() and digits.isdecimal() else 0


def _place(exif: Mapping[str, Any]) -> tuple[float, float] | tuple[None, None]:
    """(0, 0) is what a receiver writes that knows no place."""
    try:
        lon, lat = float(exif["lon"]), float(exif["lat"])
    except (KeyError, TypeError, ValueError):
        return None, None
    if not (math.isfinite(lon) and math.isfinite(lat)) or abs(lon) > 180 or abs(lat) > 90 or (lon == 0 and lat == 0):
        return None, None
    return lon, lat
