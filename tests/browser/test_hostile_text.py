"""Text that would run elsewhere: in issues, points and layer names it is shown as text, or refused with a 400."""

from __future__ import annotations

import json
import shutil
import uuid
from urllib.parse import urlencode

import pytest

from tests.browser.app_server import ROOT, running_app
from tests.browser.map_frame import map_frame
from tests.browser.streamlit_page import open_page

HOSTILE = [
    "{{7*7}}",
    "{% for x in range(9) %}loop{% endfor %}",
    "${alert(1)}",
    "`${window.pwned=1}`",
    "<img src=x onerror='window.pwned=1'>",
    "</script><script>window.pwned=1</script>",
    "<svg onload=window.pwned=1>",
    "[x](javascript:window.pwned=1) $\\alert$ :red[x] **b**",
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe",
    "'; DROP TABLE issue; --",
]
PLACE = {"type": "Point", "coordinates": [106.7135, 26.5885]}


def post(app, **fields):
    body = {"id": str(uuid.uuid4()), "type": some_type(app), "geometry": PLACE, **fields}
    return app.post("/api/issues", body)


def some_type(app) -> str:
    return app.get("/api/issues.geojson?status=HANDLING")["features"][0]["properties"]["type"]


@pytest.fixture(scope="module")
def numbers(own_app) -> dict[str, str]:
    """The hostile texts that were taken, by their issue's number."""
    taken = {}
    for text in HOSTILE:
        status, answer = post(own_app, description=text, address=text)
        assert status in (201, 400), answer
        if status == 201:
            taken[answer["number"]] = text
        else:
            assert answer["error"]["expected"]
    assert len(taken) >= 9, "the checks of this file need texts that were taken"
    return taken


def assert_unharmed(page) -> None:
    for frame in page.frames:
        assert frame.evaluate("window.pwned") is None


def test_the_card_on_the_map_shows_it_as_text(own_app, visitor, numbers):
    with visitor(language="en") as seen:
        seen.page.goto(f"{own_app.url}/map?lang=en")
        frame = map_frame(seen.page)
        for number, text in numbers.items():
            frame.evaluate("number => xunjie.drill.show('issue:' + number)", number)
            frame.get_by_text(number).first.wait_for()
            assert text in frame.evaluate("document.body.textContent"), text
            assert_unharmed(seen.page)


def test_explore_shows_it_as_text(own_app, visitor, numbers):
    with visitor(language="en") as seen:
        open_page(seen.page, f"{own_app.url}/explore?lang=en")  # the newest first: all of them are on the first page
        map_frame(seen.page)
        shown = seen.page.locator("[data-testid=stMain]")
        for number in numbers:
            shown.get_by_text(number).first.wait_for()
        seen.page.wait_for_timeout(300)
        assert_unharmed(seen.page)
        number, text = next(iter(numbers.items()))
        open_page(seen.page, f"{own_app.url}/explore?{urlencode({'lang': 'en', 'q': text})}")
        shown.get_by_text(number).first.wait_for()
        assert_unharmed(seen.page)


def test_the_wall_and_the_situation_page_are_unharmed(own_app, visitor, numbers):
    assert numbers
    with visitor(language="en") as seen:
        for path in ("/wall", "/"):
            seen.page.goto(f"{own_app.url}{path}?lang=en")
            map_frame(seen.page)
            seen.page.wait_for_timeout(400)
            assert_unharmed(seen.page)
            assert "loop" * 9 not in seen.page.content()


def test_the_export_is_byte_faithful(own_app, numbers):
    features = own_app.get("/api/issues.geojson")["features"]
    told = {feature["properties"]["number"]: feature["properties"]["description"] for feature in features}
    assert {number: told[number] for number in numbers} == numbers


def test_text_that_is_too_long_is_refused_with_its_key(own_app):
    for key in ("description", "address"):
        status, answer = post(own_app, **{key: "长" * 10_000})
        assert status == 400
        assert answer["error"]["key"] == key
        assert len(json.dumps(answer)) < 5_000  # the value and two sentences quote 200 characters of it


def test_hostile_names_of_layers_are_shown_as_text(tmp_path, visitor):
    city = tmp_path / "city"
    shutil.copytree(ROOT / "data" / "cities" / "yunyan", city)
    renamed = rename_areas(city)
    with running_app(tmp_path, city=str(city)) as app, visitor(language="zh-CN") as seen:
        for path in ("/map", "/wall", "/", "/explore"):
            seen.page.goto(f"{app.url}{path}")
            frame = map_frame(seen.page)
            seen.page.wait_for_timeout(300)
            assert_unharmed(seen.page)
            assert frame.evaluate("xunjie.city.areas.items.map(item => item.name.zh)")[: len(renamed)] == renamed


def rename_areas(city) -> list[str]:
    """Give the first areas of a copied city hostile names; the names."""
    file = city / "subdistricts.geojson"
    layer = json.loads(file.read_text(encoding="utf-8"))
    names = [text for text in HOSTILE if "\u202e" not in text][: len(layer["features"])]
    for feature, name in zip(layer["features"], names, strict=False):
        feature["properties"]["name"] = name
    file.write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")
    return names
