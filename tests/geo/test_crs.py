"""Reprojection: which datums are taken, by whom, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import crs, datum
from geo.errors import BadGeometryError, DatumError

GUIYANG = (106.7, 26.6)


@pytest.mark.parametrize("name", [*crs.DATUMS, "GCJ02", " WGS84 ", "epsg:4545", "EPSG:3857", "epsg:4490"])
@given(lon=st.floats(106, 108), lat=st.floats(26, 27))
def test_every_taken_datum_goes_there_and_back(name, lon, lat):
    x, y = crs.from_wgs84([lon], [lat], name, mainland_china=True)
    back = crs.to_wgs84(x, y, name, mainland_china=True)
    assert np.abs(np.array(back).T - (lon, lat)).max() < 1e-9


def test_the_chinese_datums_are_those_of_geo_datum():
    got = crs.to_wgs84(*GUIYANG, "gcj02", mainland_china=True), crs.to_wgs84(*GUIYANG, "bd09", mainland_china=True)
    assert got == (datum.gcj02_to_wgs84(*GUIYANG), datum.bd09_to_wgs84(*GUIYANG))


def test_cgcs2000_is_epsg_4490_and_within_a_centimetre_of_wgs84():
    named = crs.to_wgs84(*GUIYANG, "cgcs2000", mainland_china=True)
    assert named == crs.to_wgs84(*GUIYANG, "epsg:4490", mainland_china=True)
    assert np.abs(np.subtract(named, GUIYANG)).max() < 1e-7


def test_cgcs2000_works_outside_china_too():
    assert np.allclose(crs.to_wgs84(-87.6, 41.9, "cgcs2000", mainland_china=False), (-87.6, 41.9))


@pytest.mark.parametrize("name", ["gcj02", "BD09"])
def test_outside_mainland_china_its_map_datums_are_an_error(name):
    for convert in (crs.to_wgs84, crs.from_wgs84):
        with pytest.raises(DatumError, match="mainland China"):
            convert(103.8, 1.3, name, mainland_china=False)
    with pytest.raises(DatumError):
        crs.geometries_to_wgs84(np.array([], object), name, mainland_china=False)


@pytest.mark.parametrize("name", ["", "mars", "epsg:", "epsg:999999", "epsg:4978", "epsg:5773", "4326", "EPSG:4326; x"])
def test_a_datum_that_is_not_one_is_an_error_that_lists_what_is(name):
    with pytest.raises(DatumError, match="wgs84, cgcs2000, gcj02, bd09"):
        crs.to_wgs84(*GUIYANG, name, mainland_china=True)


@pytest.mark.parametrize("name", ["wgs84", "gcj02", "bd09", "cgcs2000", "epsg:4545"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_coordinate_that_is_not_finite_is_refused(name, bad):
    with pytest.raises(BadGeometryError, match=r"finite|Earth"):
        crs.to_wgs84([106.7, bad], [26.6, 26.6], name, mainland_china=True)


@pytest.mark.parametrize("name", ["wgs84", "gcj02", "bd09", "cgcs2000"])
@pytest.mark.parametrize("place", [(181, 26), (106, 91), (-180.5, 0), (26.6, 106.7)])
def test_a_place_outside_the_world_is_refused(name, place):
    with pytest.raises(BadGeometryError, match="Earth"):
        crs.to_wgs84(*place, name, mainland_china=True)


def test_the_refusal_shows_the_coordinates_as_they_came():
    with pytest.raises(BadGeometryError, match=r"1e\+30"):
        crs.to_wgs84([360_000.0, 1e30], [2_945_000.0, 2.0], "epsg:4545", mainland_china=True)


def test_metric_coordinates_are_x_east_and_y_north():
    x, y = crs.lonlat_to_metric([106.7, 106.701, 106.7], [26.6, 26.6, 26.601], "EPSG:4545")
    assert 99 < x[1] - x[0] < 100
    assert 110 < y[2] - y[0] < 111
    assert np.allclose(crs.metric_to_lonlat(x, y, "EPSG:4545"), ([106.7, 106.701, 106.7], [26.6, 26.6, 26.601]))


def test_geometries_keep_their_kind_lose_their_z_and_leave_none_alone():
    line = shapely.LineString([(106.7, 26.6, 5), (106.71, 26.61, 6)])
    square = shapely.box(106.7, 26.6, 106.71, 26.61)
    given_array = np.array([line, None, square, shapely.Point(106.7, 26.6)], object)
    metric = crs.geometries_to_metric(given_array, "EPSG:4545")
    assert list(shapely.get_type_id(metric)) == [1, -1, 3, 0]
    assert not shapely.has_z(metric).any()
    assert line.has_z
    *_, expected = pyproj.Geod(ellps="WGS84").inv(106.7, 26.6, 106.71, 26.61)
    assert metric[0].length == pytest.approx(expected, rel=3e-4)  # 1.3° off its meridian the projection stretches


def test_geometries_in_gcj02_are_moved_vertex_by_vertex():
    line = shapely.LineString([(106.7, 26.6), (106.71, 26.61)])
    moved = crs.geometries_to_wgs84(np.array([line], object), "gcj02", mainland_china=True)
    assert np.array_equal(shapely.get_coordinates(moved[0]).T, datum.gcj02_to_wgs84([106.7, 106.71], [26.6, 26.61]))


def test_empty_arrays_stay_empty():
    assert crs.to_wgs84([], [], "epsg:4545", mainland_china=True)[0].shape == (0,)
    assert crs.geometries_to_metric(np.array([], object), "EPSG:4545").shape == (0,)


def test_the_transformers_may_be_shared_by_threads():
    random = np.random.default_rng(7)
    lon, lat = random.uniform(106, 107, 5000), random.uniform(26, 27, 5000)
    expected = crs.lonlat_to_metric(lon, lat, "EPSG:4545")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: crs.lonlat_to_metric(lon, lat, "EPSG:4545"), range(40)))
    assert all(np.array_equal(answer, expected) for answer in answers)


@pytest.mark.parametrize("metric", ["EPSG:4545", "EPSG:26971", "EPSG:3067", "EPSG:32650", "EPSG:27700"])
def test_the_kept_transformation_gives_the_numbers_of_a_new_one(metric):
    area = pyproj.CRS(metric).area_of_use
    dice = np.random.default_rng(20210824)
    lon, lat = dice.uniform(area.west, area.east, 5_000), dice.uniform(area.south, area.north, 5_000)
    x, y = crs.lonlat_to_metric(lon, lat, metric)
    forward = pyproj.Transformer.from_crs("EPSG:4326", metric, always_xy=True)
    assert np.array_equal([x, y], forward.transform(lon, lat))
    # The way back is the inverse of the way there: the last bits may differ, some nanometres do not.
    back = pyproj.Transformer.from_crs(metric, "EPSG:4326", always_xy=True)
    assert np.abs(np.subtract(crs.metric_to_lonlat(x, y, metric), back.transform(x, y))).max() < 1e-13
