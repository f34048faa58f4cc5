"""The two Chinese map datums, GCJ-02 and BD-09, to and from WGS-84, on whole arrays.

The formulas were never published; these are the ones in common use (https://en.wikipedia.org/wiki/Restrictions_on_
geographic_data_in_China; the CC0 reference code is github.com/Artoria2e5/PRCoords). GCJ-02 moves a point by a sum of
sines in metres, turned into degrees on the Krasovsky 1940 ellipsoid; BD-09 moves a GCJ-02 point once more, in polar
coordinates of degrees. Both inverses are found by iteration and hold within 1e-9 degrees after a round trip.

There is no box of "out of China" here: whether a city may use these datums is the city's word (`geo.crs`).
All functions take longitudes and latitudes in degrees (arrays or numbers of one shape) and give (lon, lat) as float
arrays of that shape; NaN stays NaN, and empty arrays give empty arrays. Far from China the result means nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LonLat = tuple[Floats, Floats]

_SEMI_MAJOR_M = 6378245.0  # Krasovsky 1940
_ECCENTRICITY2 = 0.00669342162296594323
_BD_LON, _BD_LAT = 0.0065, 0.006
_BD_WAVES = 3000.0  # waves of Baidu's noise per radian of degrees
_ROUNDS = 8  # each round shrinks the error at least 30-fold inside China: 8 rounds end below the last bit

__all__ = ["bd09_to_gcj02", "bd09_to_wgs84", "gcj02_to_bd09", "gcj02_to_wgs84", "wgs84_to_bd09", "wgs84_to_gcj02"]


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """WGS-84 → GCJ-02 (高德, 腾讯)."""
    lon, lat = _floats(lon, lat)
    x, y = lon - 105.0, lat - 35.0
    shared = 2 * np.sin(6 * np.pi * x) + 2 * np.sin(2 * np.pi * x)
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east_m += (20 / 3) * (shared + _sines(x, 2, 4, 15, 30))
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north_m += (20 / 3) * (shared + _sines(y, 2, 4, 16, 32))
    phi = np.radians(lat)
    flattening = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    m_per_radian_north = _SEMI_MAJOR_M * (1 - _ECCENTRICITY2) / flattening**1.5
    m_per_radian_east = _SEMI_MAJOR_M * np.cos(phi) / np.sqrt(flattening)
    return lon + np.degrees(east_m / m_per_radian_east), lat + np.degrees(north_m / m_per_radian_north)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """GCJ-02 → WGS-84, the inverse of `wgs84_to_gcj02` within 1e-9 degrees."""
    return _inverse(wgs84_to_gcj02, lon, lat)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """GCJ-02 → BD-09 (百度)."""
    lon, lat = _floats(lon, lat)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(_BD_WAVES * np.radians(lat))
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(_BD_WAVES * np.radians(lon))
    return radius * np.cos(angle) + _BD_LON, radius * np.sin(angle) + _BD_LAT


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """BD-09 → GCJ-02, the inverse of `gcj02_to_bd09` within 1e-9 degrees."""
    return _inverse(gcj02_to_bd09, lon, lat)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """WGS-84 → BD-09, by way of GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """BD-09 → WGS-84, by way of GCJ-02; the inverse of `wgs84_to_bd09` within 1e-9 degrees."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _floats(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    return np.asarray(lon, np.float64), np.asarray(lat, np.float64)


def _sines(t: Floats, a: float, b: float, c: float, d: float) -> Floats:
    waves = a * np.sin(np.pi * t) + b * np.sin(np.pi / 3 * t) + c * np.sin(np.pi / 12 * t) + d * np.sin(np.pi / 30 * t)
    return np.asarray(waves, np.float64)


def _inverse(forward: Callable[[ArrayLike, ArrayLike], LonLat], lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Fixed-point iteration: what the guess misses after `forward` is taken off the guess.

    The count of rounds is fixed, so that a point's result does not depend on the other points of its array.
    """
    lon, lat = _floats(lon, lat)
    guess_lon, guess_lat = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon - (there_lon - lon), guess_lat - (there_lat - lat)
    return guess_lon, guess_lat
