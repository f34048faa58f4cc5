"""The reach of a city: the city, and on every side as much again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.city import City
from geo.reach import LEAST_DEG, reach_of
from tests.small_city import small_city

CITY = small_city()
BIT = 1e-9  # degrees: the last bits of adding


def city_of(west: float, south: float, east: float, north: float) -> City:
    """A city whose boundary is that box."""
    return replace(CITY, boundary=shapely.box(west, south, east, north))


def covered(city: City, *geometries: object) -> list[bool]:
    return reach_of(city).covers(np.array(geometries, object)).tolist()


@given(west=st.floats(-170, 160), south=st.floats(-80, 70), width=st.floats(0.01, 8), height=st.floats(0.01, 8))
def test_it_holds_the_city_and_its_whole_width_and_height_on_every_side(west, south, width, height):
    box = (west, south, west + width, south + height)
    reach = reach_of(city_of(*box))
    up = max(height, LEAST_DEG)
    assert reach.west <= max(west - width, -180) + BIT
    assert reach.east >= min(west + 2 * width, 180) - BIT
    assert reach.south <= max(south - up, -90) + BIT
    assert reach.north >= min(south + height + up, 90) - BIT
    assert -180 <= reach.west <= reach.east <= 180
    assert -90 <= reach.south <= reach.north <= 90
    around_m = 111_320 * 2 * (width * np.cos(np.radians(max(abs(south), abs(south + height)))) + height)
    assert reach.longest_m > around_m, "longer than the way around the city"


def test_the_box_of_a_city_by_hand():
    reach = reach_of(city_of(100, 0, 101, 1))
    aside = 1 / np.cos(np.radians(1))
    assert (reach.west, reach.south, reach.east, reach.north) == (98.99, -1.0, 102.01, 2.0)
    assert 98.99 < 100 - aside < 99
    assert 102 < 101 + aside < 102.01
    assert reach.longest_m == pytest.approx(2 * (3.02 * np.cos(np.radians(1)) + 3) * 111_320)
    assert str(reach).startswith("longitude 98.99 to 102.01, latitude -1.00 to 2.00")


def test_a_city_of_one_street_reaches_ten_kilometres():
    assert covered(city_of(106.7, 26.6, 106.701, 26.601), shapely.Point(106.7, 26.51), shapely.Point(106.7, 26.4)) == [
        True,
        False,
    ]


def test_every_part_must_lie_within_and_nothing_is_not_within():
    city = city_of(100, 0, 101, 1)
    inside, across = shapely.LineString([(100, 0), (102, 2)]), shapely.LineString([(100, 0), (102, 2.01)])
    around = shapely.box(98, -2, 103, 3)
    assert covered(city, inside, across, around, None, shapely.Point()) == [True, False, False, False, False]


def test_a_city_on_both_sides_of_the_date_line_reaches_around_the_world_in_longitude():
    fiji = shapely.MultiPolygon([shapely.box(177, -19, 180, -16), shapely.box(-180, -19, -178, -16)])
    reach = reach_of(replace(CITY, boundary=fiji))
    assert (reach.west, reach.east) == (-180, 180)
