"""What speaks for a second look at a photo: flags, never verdicts. Pure functions of what is known of it.

A flag has a code, the figures behind it, and a sentence `photos.flag_<code>` in the catalogue that says both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from data.photos.perceptual_hash import NEAR_BITS
from data.photos.rows import Attached, Photo
from geo.datum import gcj02_to_wgs84

FAR_M: Final = 100.0
CODES: Final = ("used_before", "near_same", "far", "before_report", "older_than_before", "no_time", "no_place")
_GEOD: Final = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that was noticed; `figures` fill its sentence."""

    code: str
    figures: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a photo is looked at for: the issue that it belongs to (`reported_us`; its geometry in WGS-84) as `kind`.

    `attached_us` is when (wall time) it was attached: only earlier uses count; None for one that is not attached yet.
    `mainland_china`: a camera may have written GCJ-02, and is believed to be near if either reading is.
    """

    issue_id: str
    kind: str
    reported_us: int
    geometry: BaseGeometry
    attached_us: int | None = None
    far_m: float = FAR_M
    mainland_china: bool = False


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another photo that looks like this one, in `bits` of 64 different, and where it is used."""

    sha256: str
    bits: int
    uses: tuple[Attached, ...]


def flags_of(
    photo: Photo,
    occasion: Occasion,
    *,
    uses: Sequence[Attached] = (),
    likenesses: Sequence[Likeness] = (),
    before: Sequence[Photo] = (),
) -> tuple[Flag, ...]:
    """The flags of `photo` on that occasion, in the order of CODES.

    `uses` are those of the very photo (same file, or same original), `likenesses` the near-same others, `before` the
    issue's photos from before. A photo and what was blurred from it are one: leave them out of `likenesses`.
    """
    return (
        *_used(occasion, uses),
        *_alike(occasion, likenesses),
        *_far(photo, occasion),
        *_times(photo, occasion, before),
        *_missing(photo),
    )


def distance_m(photo: Photo, occasion: Occasion) -> float | None:
    """Metres on the ellipsoid from where the photo was taken to the nearest of the issue; None for a photo without a
    place."""
    if photo.lon is None or photo.lat is None:
        return None
    readings = [(photo.lon, photo.lat)]
    if occasion.mainland_china:
        lon, lat = gcj02_to_wgs84(photo.lon, photo.lat)
        readings.append((float(lon), float(lat)))
    return min(_metres(lon, lat, occasion.geometry) for lon, lat in readings)


def _metres(lon: float, lat: float, geometry: BaseGeometry) -> float:
    """The nearest point is looked for on a plane where a degree is as long eastwards as northwards."""
    narrow = float(np.cos(np.radians(lat))) or 1e-9
    plane = shapely.transform(geometry, lambda xy: xy * (narrow, 1.0))
    (x, y), _ = shapely.get_coordinates(shapely.shortest_line(plane, shapely.Point(lon * narrow, lat)))
    return float(_GEOD.inv(lon, lat, x / narrow, y)[2])


def _is_other(use: Attached, occasion: Occasion) -> bool:
    if (use.issue_id, use.kind) == (occasion.issue_id, occasion.kind):
        return False
    return occasion.attached_us is None or use.recorded_us < occasion.attached_us


def _used(occasion: Occasion, uses: Sequence[Attached]) -> Iterator[Flag]:
    others = [use for use in uses if _is_other(use, occasion)]
    if others:
        yield Flag("used_before", {"times": len(others), "issue": others[0].issue_id})


def _alike(occasion: Occasion, likenesses: Sequence[Likeness]) -> Iterator[Flag]:
    found = [
        (likeness.bits, use.issue_id, likeness.sha256)
        for likeness in likenesses
        if likeness.bits <= NEAR_BITS
        for use in likeness.uses
        if _is_other(use, occasion)
    ]
    if found:
        bits, issue, sha256 = min(found)
        yield Flag("near_same", {"bits": bits, "most_bits": NEAR_BITS, "issue": issue, "photo": sha256})


def _far(photo: Photo, occasion: Occasion) -> Iterator[Flag]:
    metres = distance_m(photo, occasion)
    if metres is not None and metres > occasion.far_m:
        yield Flag("far", {"metres": round(metres), "most_metres": round(occasion.far_m)})


def _times(photo: Photo, occasion: Occasion, before: Sequence[Photo]) -> Iterator[Flag]:
    if occasion.kind != "after" or photo.taken_us is None:
        return
    if photo.taken_us < occasion.reported_us:
        yield Flag("before_report", {"minutes": _minutes(occasion.reported_us - photo.taken_us)})
    latest = max((one.taken_us for one in before if one.taken_us is not None), default=None)
    if latest is not None and photo.taken_us < latest:
        yield Flag("older_than_before", {"minutes": _minutes(latest - photo.taken_us)})


def _missing(photo: Photo) -> Iterator[Flag]:
    if photo.taken_us is None:
        yield Flag("no_time", {})
    if photo.lon is None:
        yield Flag("no_place", {})


def _minutes(us: int) -> int:
    return -(-us // 60_000_000)
