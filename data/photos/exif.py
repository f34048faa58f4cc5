"""What a photo says of itself, out of its EXIF: as the camera wrote it, unchecked, in plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PIL import Image
from PIL.ExifTags import IFD, Base

_TIMES: Final = (
    (Base.DateTimeOriginal, Base.OffsetTimeOriginal, Base.SubsecTimeOriginal),
    (Base.DateTimeDigitized, Base.OffsetTimeDigitized, Base.SubsecTimeDigitized),
    (Base.DateTime, Base.OffsetTime, Base.SubsecTime),
)
_LONGEST: Final = 200


def exif_of(image: Image.Image) -> dict[str, Any]:
    """`time`, `offset`, `subsec` (the first of the three times that is there), `lon`, `lat`, `make`, `model`: those
    that are there. A block that cannot be read is as none."""
    try:
        exif = image.getexif()
        details = exif.get_ifd(IFD.Exif)
        everything: dict[int, Any] = {**dict(exif), **details}
        place = _place(exif.get_ifd(IFD.GPSInfo))
    except Exception:  # noqa: BLE001 - whatever a hostile block makes the reader raise
        return {}
    found: dict[str, Any] = {**_time(everything), **place}
    for name, tag in (("make", Base.Make), ("model", Base.Model)):
        if text := _text(everything.get(tag)):
            found[name] = text
    return found


def _time(tags: Mapping[int, Any]) -> dict[str, str]:
    for time, offset, subsec in _TIMES:
        if text := _text(tags.get(time)):
            names = {"time": text, "offset": _text(tags.get(offset)), "subsec": _text(tags.get(subsec))}
            return {name: value for name, value in names.items() if value}
    return {}


def _place(gps: Mapping[int, Any]) -> dict[str, float]:
    try:
        lat = _degrees(gps[2]) * (-1 if _text(gps.get(1)).upper().startswith("S") else 1)
        lon = _degrees(gps[4]) * (-1 if _text(gps.get(3)).upper().startswith("W") else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return {}
    return {"lon": lon, "lat": lat}


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(sign if sign.isprintable() else " " for sign in value[:_LONGEST]).strip()
