"""Tests of the map page: constant script, immutable files, no inline code, no user text."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest

from geo.text import LANGUAGES, Text
from layers.map_page import MapPages, folium_map_script
from tests.small_city import small_city

HOSTILE = "{{7*7}}</script><script>alert(1)</script>`${alert(1)}`"


@pytest.fixture(scope="module")
def pages() -> MapPages:
    return MapPages(small_city())


def test_every_file_that_the_page_names_is_an_asset(pages):
    html = pages.page("map", "zh-CN", "light").decode()
    named = set(re.findall(r'"/map/assets/([^"]+)"', html))
    assert named <= set(pages.assets)
    assert len(named) == 9


def test_names_hold_the_hash_of_the_content(pages):
    for name, asset in pages.assets.items():
        assert hashlib.sha256(asset.content).hexdigest()[:16] in name


def test_names_are_the_same_in_another_process_of_the_same_city(pages):
    assert set(MapPages(small_city()).assets) == set(pages.assets)


@pytest.mark.parametrize("kind", ["map", "wall"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_says_its_kind_language_and_theme_and_has_nothing_inline(pages, kind, language, theme):
    html = pages.page(kind, language, theme).decode()
    assert f'<html lang="{language}" data-page="{kind}" data-theme="{theme}"' in html
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert "<style" not in html
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)


def test_no_file_leads_to_another_host(pages):
    html = pages.page("map", "en", "light").decode()
    assert not re.search(r"https?://", html)
    for name, asset in pages.assets.items():
        if name.startswith(("xunjie-", "map-", "live-worker-")):
            links = set(re.findall(rb"https?://[^\s\"')]+", asset.content))
            assert links <= {b"http://www.w3.org/2000/svg"}, name


def test_a_city_s_name_is_text_in_the_page_and_never_reaches_a_template():
    city = replace(small_city(), name=Text(HOSTILE, HOSTILE), attribution=(Text(HOSTILE, HOSTILE),))
    hostile = MapPages(city)
    html = hostile.page("map", "en", "light").decode()
    assert "<script>alert" not in html
    assert "{{7*7}}&lt;/script&gt;" in html
    [script] = [asset.content for name, asset in hostile.assets.items() if name.startswith("map-")]
    assert b"alert" not in script


def test_the_folium_script_makes_one_map_with_our_layers_in_drawing_order():
    script = folium_map_script(small_city(), leaflet_url="/l.js", leaflet_style_url="/l.css")
    assert script.count("L.map(") == 1
    order = re.findall(r'xunjie\.addLayer\(map_xunjie, "(\w+)"', script)
    assert order == ["basemap", "subdistricts", "roads", "heat", "responsibility", "issues", "points"]
    assert script.rstrip().endswith("xunjie.start(map_xunjie);")
    assert '"attributionControl": false' in script
    assert "L.tileLayer" not in script


def test_the_folium_script_is_constant():
    urls = {"leaflet_url": "/l.js", "leaflet_style_url": "/l.css"}
    assert folium_map_script(small_city(), **urls) == folium_map_script(small_city(), **urls)
