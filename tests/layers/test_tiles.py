"""Tests of the optional basemap: moved by the datum's shift, and only where the city may use that datum."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from geo.errors import DatumError
from layers.map_page import MapPages, folium_map_script
from layers.tiles import Tiles, datum_shift
from tests.small_city import small_city

URLS = {"leaflet_url": "/l.js", "leaflet_style_url": "/l.css"}


def metres(shift: tuple[float, float]) -> float:
    lon, lat = shift
    return math.hypot(lon * 111_320 * math.cos(math.radians(26.6)), lat * 110_770)


def test_tiles_in_our_datum_are_not_moved():
    assert datum_shift(small_city(), "wgs84") == (0.0, 0.0)


@pytest.mark.parametrize(("datum", "low", "high"), [("gcj02", 530, 560), ("bd09", 1020, 1080)])
def test_chinese_tiles_are_moved_by_what_the_datum_is_off(datum, low, high):
    assert low < metres(datum_shift(small_city(), datum)) < high


def test_a_city_elsewhere_may_not_use_them():
    with pytest.raises(DatumError):
        datum_shift(replace(small_city(), mainland_china=False), "gcj02")


def test_the_script_has_tiles_below_everything_only_where_they_are_set():
    script = folium_map_script(small_city(), tiles=Tiles("/basemap/{z}/{x}/{y}.png", "gcj02"), **URLS)
    assert script.index('"tiles"') < script.index('"basemap"')
    assert '"tiles"' not in folium_map_script(small_city(), **URLS)


def test_the_address_of_tiles_is_an_attribute_of_the_page_and_reaches_no_template():
    url = '/{z}/{x}/{y}"><script>alert(1)</script>{{7*7}}'
    pages = MapPages(small_city(), tiles=Tiles(url))
    html = pages.page("map", "en", "light").decode()
    assert 'data-tiles="/{z}/{x}/{y}&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}"' in html
    [script] = [asset.content for name, asset in pages.assets.items() if name.startswith("map-")]
    assert b"alert" not in script


def test_pages_with_tiles_differ_only_in_the_map_s_script():
    plain, tiled = MapPages(small_city()), MapPages(small_city(), tiles=Tiles("/t/{z}/{x}/{y}"))
    [only] = set(tiled.assets) - set(plain.assets)
    assert only.startswith("map-")
