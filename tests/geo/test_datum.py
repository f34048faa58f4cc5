"""GCJ-02 and BD-09: round trips, agreement with two independent packages, the known offsets in Yunyan."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import CoordinatesConverter
import numpy as np
import prcoords
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import datum

DATA = Path(__file__).parents[1] / "data" / "datum"
PAIRS = {
    "gcj02": (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84),
    "bd09 of gcj02": (datum.gcj02_to_bd09, datum.bd09_to_gcj02),
    "bd09": (datum.wgs84_to_bd09, datum.bd09_to_wgs84),
}
# Drawn by hand, well inside the border and the coast: every point is more than 20 km from both. lon lat, lon lat …
INNER_CHINA = shapely.from_wkt(
    "POLYGON ((83 44.5, 86 46.2, 89 44.6, 95 43, 100 41.6, 105 41, 110 41.6, 115 43.5, 119 45.5, 121 48.8, 125 50.3,"
    " 127 48.5, 130 47.2, 130.5 46, 128 43.6, 125 42, 122.6 42, 118.5 41, 116.5 40, 116 38.5, 117.3 37, 119 36.2,"
    " 118.5 35, 119 33.5, 120 32.5, 119.8 30.8, 119.5 29, 118.3 27, 116.8 25.3, 115 24, 112.5 23.4, 110 22.8,"
    " 107.7 23.2, 106 24, 104 24, 102 24, 100 24.4, 100 27, 98.5 29.2, 95 30.6, 91 30, 87 29.8, 83 31.2, 82 32.8,"
    " 82.5 35, 80 37.4, 77.5 38.4, 77.5 39.6, 80 40.7, 83 41.8, 82.8 43.5, 83 44.5))"
)


@pytest.fixture(scope="module")
def inner_china() -> tuple[np.ndarray, np.ndarray]:
    """10,000 points of INNER_CHINA, seeded."""
    assert INNER_CHINA.is_valid
    random = np.random.default_rng(20210824)
    west, south, east, north = INNER_CHINA.bounds
    lon, lat = random.uniform(west, east, 40_000), random.uniform(south, north, 40_000)
    inside = shapely.contains_xy(INNER_CHINA, lon, lat)
    return lon[inside][:10_000], lat[inside][:10_000]


def worst(got, expected) -> float:
    """The largest difference of two (lon, lat) pairs of arrays, in degrees."""
    return max(np.abs(np.asarray(a) - np.asarray(b)).max() for a, b in zip(got, expected, strict=True))


@pytest.mark.parametrize("name", PAIRS)
def test_the_inverse_takes_ten_thousand_points_back_within_a_billionth_of_a_degree(name, inner_china):
    there, back = PAIRS[name]
    assert len(inner_china[0]) == 10_000
    assert worst(back(*there(*inner_china)), inner_china) < 1e-9
    assert worst(there(*back(*inner_china)), inner_china) < 1e-9


@pytest.mark.parametrize("name", PAIRS)
@given(lon=st.floats(73, 135), lat=st.floats(18, 53.5))
def test_there_and_back_is_the_identity_anywhere_in_china(name, lon, lat):
    there, back = PAIRS[name]
    assert worst(back(*there(lon, lat)), (lon, lat)) < 1e-9
    assert worst(there(*back(lon, lat)), (lon, lat)) < 1e-9


@given(lon=st.floats(104.999999, 105.000001), lat=st.floats(34.999, 35.001))
def test_the_kink_of_the_formula_at_105_degrees_east_does_no_harm(lon, lat):
    assert worst(datum.gcj02_to_wgs84(*datum.wgs84_to_gcj02(lon, lat)), (lon, lat)) < 1e-9


# Stated accuracy of prcoords 1.0.2: forward, the formula itself. Its "bored" inverses stop once a step is below
# PRC_EPS (1e-5 degrees as delivered, which leaves up to 2e-7, some 20 mm); its source names 1e-13 "in 15 calls" as
# the setting for exactness, which is what they are held to here.
PRCOORDS_FORWARD = [
    (datum.wgs84_to_gcj02, prcoords.wgs_gcj),
    (datum.gcj02_to_bd09, prcoords.gcj_bd),
    (datum.wgs84_to_bd09, prcoords.wgs_bd),
]
PRCOORDS_INVERSE = {
    "gcj02": (datum.gcj02_to_wgs84, prcoords.gcj_wgs_bored),
    "bd09 of gcj02": (datum.bd09_to_gcj02, prcoords.bd_gcj_bored),
    "bd09": (datum.bd09_to_wgs84, prcoords.bd_wgs_bored),
}


def from_prcoords(function, points) -> tuple[list[float], list[float]]:
    """What a prcoords function (one point at a time, latitude first) says of (lon, lat) arrays."""
    answers = [function((lat, lon)) for lon, lat in zip(*points, strict=True)]
    return [a.lon for a in answers], [a.lat for a in answers]


@pytest.mark.parametrize(("ours", "theirs"), PRCOORDS_FORWARD)
def test_forward_it_agrees_with_prcoords_to_the_last_digits(ours, theirs, inner_china):
    assert worst(ours(*inner_china), from_prcoords(theirs, inner_china)) < 1e-11


@pytest.mark.parametrize("name", PRCOORDS_INVERSE)
@pytest.mark.parametrize(("prc_eps", "tolerance"), [(1e-5, 2e-7), (1e-13, 1e-9)])
def test_backward_it_agrees_with_prcoords_to_that_setting(name, prc_eps, tolerance, inner_china, monkeypatch):
    monkeypatch.setattr(prcoords, "PRC_EPS", prc_eps)
    ours, theirs = PRCOORDS_INVERSE[name]
    assert worst(ours(*inner_china), from_prcoords(theirs, inner_china)) < tolerance


# CoordinatesConverter 0.1.5 (MIT) states no accuracy. Forward it is the full formula; its inverses take one step
# without iterating, which leaves up to 5e-5 degrees (5 m) for GCJ-02 and 2e-6 for BD-09.
CONVERTER = [
    (datum.wgs84_to_gcj02, CoordinatesConverter.wgs84togcj02, 1e-11),
    (datum.gcj02_to_bd09, CoordinatesConverter.gcj02tobd09, 1e-11),
    (datum.wgs84_to_bd09, CoordinatesConverter.wgs84tobd09, 1e-11),
    (datum.gcj02_to_wgs84, CoordinatesConverter.gcj02towgs84, 5e-5),
    (datum.bd09_to_gcj02, CoordinatesConverter.bd09togcj02, 2e-6),
    (datum.bd09_to_wgs84, CoordinatesConverter.bd09towgs84, 5e-5),
]


@pytest.mark.parametrize(("ours", "theirs", "tolerance"), CONVERTER)
def test_it_agrees_with_coordinatesconverter_to_its_accuracy(ours, theirs, tolerance, inner_china):
    assert worst(ours(*inner_china), theirs(*inner_china)) < tolerance


def read_ring(name: str) -> np.ndarray:
    """Vertices of the one polygon of a test file."""
    collection = json.loads(gzip.decompress((DATA / name).read_bytes()))
    return shapely.get_coordinates(shapely.geometry.shape(collection["features"][0]["geometry"]))


@pytest.mark.parametrize(("name", "least_m", "most_m"), [("gcj02", 538.1, 545.2), ("bd09", 1029.0, 1065.2)])
def test_the_offsets_along_the_border_of_yunyan_are_the_known_ones(name, least_m, most_m):
    lon, lat = read_ring("yunyan_district_wgs84.geojson.gz").T
    *_, metres = pyproj.Geod(ellps="WGS84").inv(lon, lat, *PAIRS[name][0](lon, lat))
    assert least_m <= metres.min() < least_m + 0.2
    assert most_m - 0.2 < metres.max() <= most_m


def test_the_border_of_yunyan_comes_back_from_gcj02_as_published_in_wgs84():
    amap, expected = read_ring("yunyan_district_gcj02.geojson.gz"), read_ring("yunyan_district_wgs84.geojson.gz")
    assert len(amap) > 1000
    # The file is rounded to 6 decimals (0.5e-6), after an inverse that had stopped up to 2e-8 early.
    assert worst(datum.gcj02_to_wgs84(*amap.T), expected.T) <= 0.5e-6 + 2e-8


def test_a_point_is_converted_alone_as_among_others(inner_china):
    together = np.column_stack(datum.bd09_to_wgs84(*inner_china))[:50]
    alone = [np.stack(datum.bd09_to_wgs84(lon, lat)) for lon, lat in zip(*(c[:50] for c in inner_china), strict=True)]
    assert np.abs(together - np.array(alone)).max() < 1e-13


def test_nan_stays_nan_and_empty_stays_empty():
    assert np.isnan(datum.gcj02_to_wgs84([np.nan], [26.6])).all()
    lon, lat = datum.bd09_to_wgs84([], [])
    assert lon.shape == lat.shape == (0,)


def test_the_input_is_left_as_it_was():
    lon, lat = np.array([106.7]), np.array([26.6])
    datum.bd09_to_wgs84(lon, lat)
    assert (lon[0], lat[0]) == (106.7, 26.6)
