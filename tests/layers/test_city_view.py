"""Tests of the city as the map sees it."""

from __future__ import annotations

import orjson
import pytest
from shapely.geometry import LineString, Point, shape

from layers.city_view import city_json, city_view, inner_borders, label_anchors
from tests.small_city import small_city


@pytest.fixture(scope="module")
def view():
    return city_view(small_city())


def test_areas_come_in_the_city_s_order_with_names_and_shapes(view):
    assert [area["code"] for area in view["areas"]["items"]] == list(small_city().areas.codes)
    assert all(set(area["name"]) == {"zh", "en"} for area in view["areas"]["items"])
    assert [area["area_km2"] for area in view["areas"]["items"]] == [1.0, 1.0, 1.0]


def test_a_label_stands_inside_its_area(view):
    for area in view["areas"]["items"]:
        assert shape(area["geometry"]).contains(Point(area["anchor"]))


def test_a_label_stands_in_the_widest_part_even_of_a_bent_area():
    city = small_city()
    anchors = label_anchors(city.areas.metric[:1], city.metric_crs)
    assert Point(anchors[0]).distance(city.areas.geometry[0].centroid) < 1e-3


def test_inner_borders_have_each_stretch_once_and_leave_out_the_boundary():
    city = small_city()
    lines = [LineString(line) for line in inner_borders(city)]
    degrees_of_1_km = city.areas.geometry[0].length / 4
    # A|B is 1 km, A|C and B|C are 1 km each; their ends at the boundary are cut by 10 m.
    assert sum(line.length for line in lines) == pytest.approx(3 * degrees_of_1_km, rel=0.1)
    assert all(line.distance(city.boundary.exterior) > 0 for line in lines)


def test_segments_name_their_road_by_position(view):
    roads = view["roads"]
    assert [roads["roads"][segment["road"]]["code"] for segment in roads["segments"]] == [
        small_city().roads.road_codes[road] for road in small_city().roads.road
    ]


def test_a_city_without_roads_says_so():
    assert city_view(small_city(with_roads=False))["roads"] is None


def test_coordinates_have_at_most_six_decimals(view):
    for segment in view["roads"]["segments"]:
        assert all(round(value, 6) == value for pair in segment["coordinates"] for value in pair)


def test_the_json_is_the_same_every_time():
    assert city_json(small_city()) == city_json(small_city())
    assert orjson.loads(city_json(small_city()))["code"] == "520103"
