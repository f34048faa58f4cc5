"""Tests of the phone page: constant files, a release that follows them, no user text, what a phone keeps of a city."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import orjson
import pytest

from geo.text import LANGUAGES, Text
from layers import street_sources
from layers.street_city import street_city
from layers.street_page import StreetPages
from tests.small_city import small_city

HOSTILE = "{{7*7}}</script><script>alert(1)</script>`${alert(1)}`"


@pytest.fixture(scope="module")
def pages() -> StreetPages:
    return StreetPages(small_city())


def test_names_hold_the_hash_of_the_content(pages):
    for name, asset in pages.assets.items():
        assert hashlib.sha256(asset.content).hexdigest()[:16] in name


def test_another_process_of_the_same_city_serves_the_same_release(pages):
    again = StreetPages(small_city())
    assert (again.release, again.worker(), set(again.assets)) == (pages.release, pages.worker(), set(pages.assets))


def test_another_city_or_another_script_is_another_release(pages, monkeypatch):
    assert StreetPages(replace(small_city(), snap_limit_m=61.0)).release != pages.release
    worker = street_sources.worker_parts()
    monkeypatch.setattr(street_sources, "worker_parts", lambda: worker + "\n// changed\n")
    assert StreetPages(small_city()).release != pages.release


def test_a_city_s_name_is_text_in_page_and_manifest():
    hostile = StreetPages(replace(small_city(), name=Text(HOSTILE, HOSTILE)))
    for language in LANGUAGES:
        html = hostile.page(language).decode()
        assert "<script>alert" not in html
        assert "{{7*7}}&lt;/script&gt;" in html
        assert HOSTILE in orjson.loads(hostile.manifest(language))["name"]
    assert b"alert(1)" not in hostile.worker()


def test_a_phone_keeps_what_its_form_and_its_map_need():
    kept = street_city(small_city())
    assert {"areas", "boundary", "roads", "types", "tasks", "mainland_china", "time_zone", "due_hours"} <= set(kept)
    assert set(kept["look"]["stages"]) == {"handling", "overdue", "verifying", "closed"}
    assert set(kept["due_hours"]) == {kind["code"] for kind in kept["types"]}
