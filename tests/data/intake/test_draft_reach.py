"""Far and huge: outside the city is a place, half the world is a mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from data.campaign_clock import campaign_now
from data.city_folder.load import load_city
from data.demo import load_records
from data.intake.draft_geometry import checked_geometries
from data.intake.issues import examine
from data.intake.points import point_events
from geo.city import City
from geo.errors import BadGeometryError
from geo.issue import IssueDraft
from geo.placement import Locator
from geo.point import InspectionPoint
from geo.reach import reach_of

CITIES = Path(__file__).parents[3] / "data" / "cities"


def errors_of(city: City, *geometries: Any) -> dict[int, Any]:
    drafts = [IssueDraft("supervision", "C0101", geometry) for geometry in geometries]
    return examine(drafts, city, now=campaign_now).errors


def edge(city: City) -> tuple[float, float]:
    """The south-west corner of the city's reach."""
    return reach_of(city).west, reach_of(city).south


def test_a_place_outside_but_near_is_taken_and_counts_as_outside(city: City) -> None:
    near = shapely.Point(edge(city))
    assert not city.boundary.covers(near)
    assert errors_of(city, near) == {}
    assert Locator(city).locate(np.array([near], object)).subdistrict.tolist() == [-1]


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Point(116.4, 39.9),
        shapely.Point(26.6, 106.7 - 90),
        shapely.Point(0, 0),
        shapely.LineString([(106.71, 26.6), (116.4, 39.9)]),
        shapely.box(20, -40, 179, 60),
        shapely.box(106, 26, 108, 28),
        shapely.MultiLineString([[(106.71, 26.6), (106.72, 26.6)], [(0, 0), (1, 1)]]),
        shapely.box(-179, -89, 179, 89),
    ],
)
def test_what_reaches_far_beyond_is_refused_with_the_places_that_are_taken(city: City, geometry: Any) -> None:
    error = errors_of(city, geometry)[0]
    assert isinstance(error, BadGeometryError)
    assert error.key == "geometry"
    assert error.value.startswith(geometry.geom_type.upper())
    assert error.expected == f"a place in or near the city: {reach_of(city)}"


def test_swapped_coordinates_are_refused(city: City) -> None:
    assert list(errors_of(city, shapely.Point(106.71, 26.6), shapely.Point(26.6, 89.9))) == [1]


def test_a_line_that_goes_to_and_fro_for_thousands_of_kilometres_is_refused(city: City) -> None:
    west, south = edge(city)
    east = reach_of(city).east
    back_and_forth = [((west, east)[n % 2], south + n * 1e-5) for n in range(400)]
    error = errors_of(city, shapely.LineString(back_and_forth))[0]
    assert isinstance(error, BadGeometryError)
    assert "at most" in error.expected
    assert "km" in error.expected
    assert errors_of(city, shapely.LineString(back_and_forth[:2])) == {}


def test_the_way_around_the_whole_reach_is_the_longest_outline(city: City) -> None:
    reach = reach_of(city)
    whole = shapely.box(reach.west, reach.south, reach.east, reach.north)
    comb = shapely.union_all(
        [shapely.box(reach.west, reach.south + k * 1e-3, reach.east, reach.south + k * 1e-3 + 5e-4) for k in range(40)]
        + [shapely.box(reach.west, reach.south, reach.west + 1e-3, reach.south + 0.04)]
    )
    assert comb.geom_type == "Polygon"
    assert list(errors_of(city, shapely.buffer(whole, -1e-3), comb)) == [1]


def test_a_far_geometry_is_refused_in_every_datum(city: City) -> None:
    far = [shapely.Point(116.4, 39.9)] * 4 + [shapely.Point(12_957_000, 4_850_000)]
    datums = ["wgs84", "gcj02", "bd09", "cgcs2000", "epsg:3857"]
    assert sorted(checked_geometries(far, datums, city).errors) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("lon", "lat", "good"), [(106.7, 26.6, True), (116.4, 39.9, False), (0.0, 0.0, False)])
def test_inspection_points_obey_the_same_rule(city: City, lon: float, lat: float, good: bool) -> None:
    point = InspectionPoint("P1", "市场", city.catalogue.site_classes[0].code, lon, lat)
    if good:
        assert len(point_events([point], city, actor="a", known=frozenset())) == 1
    else:
        with pytest.raises(BadGeometryError, match="in or near the city"):
            point_events([point], city, actor="a", known=frozenset())


@pytest.mark.parametrize(("name", "rejects"), [("yunyan", 0), pytest.param("chicago", 24, marks=pytest.mark.slow)])
def test_every_record_of_our_own_cities_is_within_reach(name: str, rejects: int) -> None:
    city = load_city(CITIES / name)
    records = load_records(city)
    drafts = records.drafts
    assert checked_geometries([d.geometry for d in drafts], [d.datum for d in drafts], city).errors == {}
    assert len(point_events(records.points, city, actor="demo", known=frozenset())) == len(records.points)
    assert len(records.rejects) == rejects
