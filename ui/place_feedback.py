"""Where a pair of coordinates falls: the sentence a reporter reads before sending."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from shapely.geometry import Point

from geo.city import City
from geo.crs import to_wgs84
from geo.placement import Locator, Placement
from ui import figures
from ui.names import road_name, subdistrict_name
from ui.one_thread import in_one_thread
from ui.scene import Scene


@lru_cache(maxsize=2)
def _locator(city: City) -> Locator:
    return Locator(city)


def _located(city: City, x: float, y: float, datum: str) -> Placement:
    lon, lat = to_wgs84(np.array([x]), np.array([y]), datum, mainland_china=city.mainland_china)
    return _locator(city).locate(np.array([Point(float(lon[0]), float(lat[0]))], object))


def subdistrict_at(city: City, lon: float, lat: float) -> str:
    """The code of the subdistrict that a place (WGS-84) lies in, "-" for none. Raises BadValueError."""
    area = int(_located(city, lon, lat, "wgs84").subdistrict[0])
    return city.areas.codes[area] if area >= 0 else "-"


def datums(city: City) -> tuple[str, ...]:
    """The datums a reporter may choose; those of Chinese map services only where they apply."""
    return ("wgs84", "gcj02", "bd09", "cgcs2000") if city.mainland_china else ("wgs84",)


def place_sentence(scene: Scene, x: float, y: float, datum: str) -> tuple[str, bool]:
    """Road, subdistrict and distance of the place, and whether it lies inside the city's subdistricts.

    Raises BadValueError for coordinates or a datum that cannot be read.
    """
    city = scene.city
    found = in_one_thread(lambda: _located(city, x, y, datum))
    area, segment = int(found.subdistrict[0]), int(found.segment[0])
    parts = []
    if city.roads is not None and segment >= 0:
        road = road_name(scene, city.roads.road_codes[int(city.roads.road[segment])], both=True)
        distance = figures.length(float(found.distance_m[0]), scene.language)
        parts.append(scene.say("report.near_road", road=road, distance=distance))
    elif city.roads is not None:
        parts.append(scene.say("report.no_road", limit=f"{city.snap_limit_m:.0f}"))
    if area >= 0:
        parts.insert(0, subdistrict_name(scene, city.areas.codes[area], both=True))
    else:
        parts.insert(0, scene.say("report.outside"))
    return " · ".join(parts), area >= 0
