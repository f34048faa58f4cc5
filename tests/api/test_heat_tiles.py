"""GET /heat/{z}/{x}/{y}.webp: pictures without seams, in the colours of the map, sent again only when they differ."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from api.heat_tiles import tile_bounds
from layers.heat_palette import heat_palette
from layers.tokens import tokens

Z, X, Y = 13, 6524, 3467  # the middle of Yunyan


def picture(client: TestClient, path: str) -> np.ndarray:
    """A tile's pixels, shape (256, 256, 4)."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/webp"
    pixels = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))
    assert pixels.shape == (256, 256, 4)
    return pixels


def shares(pixels: np.ndarray) -> np.ndarray:
    """The share of the cap (0 to 255) that each pixel's colour stands for."""
    table = {tuple(colour): at for at, colour in reversed([*enumerate(heat_palette("light").tolist())])}
    table[0, 0, 0, 0] = 0
    flat = [table[tuple(colour)] if colour[3] else 0 for colour in pixels.reshape(-1, 4).tolist()]
    return np.array(flat).reshape(256, 256)


def test_the_middle_of_the_city_is_a_tile_with_heat(demo: TestClient) -> None:
    west, south, east, north = tile_bounds(Z, X, Y)
    assert west < 106.71 < east
    assert south < 26.6 < north
    values = shares(picture(demo, f"/heat/{Z}/{X}/{Y}.webp"))
    assert values.max() > 100
    assert len(demo.get(f"/heat/{Z}/{X}/{Y}.webp").content) < 15_000


def test_tiles_go_on_where_their_neighbours_end(demo: TestClient) -> None:
    here, east, south = (shares(picture(demo, f"/heat/{Z}/{x}/{y}.webp")) for x, y in ((X, Y), (X + 1, Y), (X, Y + 1)))
    within = np.abs(np.diff(here.astype(int), axis=1)).max()
    assert here[:, -1].max() > 0
    assert np.abs(here[:, -1].astype(int) - east[:, 0]).max() <= within
    assert np.abs(here[-1].astype(int) - south[0]).max() <= np.abs(np.diff(here.astype(int), axis=0)).max()


def test_a_tile_is_the_picture_of_its_four_children(demo: TestClient) -> None:
    """Every other pixel lies between four of a child: one surface, looked at from two heights."""
    parent = shares(picture(demo, f"/heat/{Z}/{X}/{Y}.webp?cap=400")).astype(float)
    children = [
        [shares(picture(demo, f"/heat/{Z + 1}/{2 * X + dx}/{2 * Y + dy}.webp?cap=400")) for dx in (0, 1)]
        for dy in (0, 1)
    ]
    whole = np.block(children).astype(float).reshape(256, 2, 256, 2).mean(axis=(1, 3))
    assert np.abs(whole - parent).max() <= 6  # two of 85 steps


def test_the_colours_are_those_of_the_ramp() -> None:
    for theme in ("light", "dark"):
        table = heat_palette(theme)
        heat = tokens()["heat"]
        assert table[0].tolist() == [0, 0, 0, 0]
        assert "#{:02X}{:02X}{:02X}".format(*table[255][:3]) == heat[theme][-1]
        assert table[255][3] == round(heat["alpha"][-1] * 255)
        assert (np.diff(table[:, 3].astype(int)) >= 0).all()


def test_themes_differ_in_colour_and_agree_in_where(demo: TestClient) -> None:
    light, dark = (picture(demo, f"/heat/{Z}/{X}/{Y}.webp?theme={theme}") for theme in ("light", "dark"))
    assert (light[..., 3] == dark[..., 3]).all()
    assert (light != dark).any()


def test_a_tile_that_did_not_change_is_not_sent_again(demo: TestClient) -> None:
    path = f"/heat/{Z}/{X}/{Y}.webp"
    first = demo.get(path)
    again = demo.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert demo.get(path + "?type=E0501").headers["etag"] != first.headers["etag"]


def test_beyond_the_city_a_tile_is_transparent(demo: TestClient) -> None:
    assert not picture(demo, "/heat/13/0/0.webp").any()
    assert len(demo.get("/heat/13/0/0.webp").content) < 200
    assert picture(demo, "/heat/0/0/0.webp").shape == (256, 256, 4)


@pytest.mark.parametrize(
    ("path", "key"),
    [("13/9000/1", "tile"), ("21/0/0", "tile"), ("x/0/0", "z"), ("1/-1/0", "x"), ("1/0/０", "y"),
     ("13/1/1", "cap"), ("13/1/2", "theme")],
)  # fmt: skip
def test_what_is_no_tile_is_refused(demo: TestClient, path: str, key: str) -> None:
    query = {"cap": "?cap=0", "theme": "?theme=blue"}.get(key, "")
    answer = demo.get(f"/heat/{path}.webp{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["key"] == key
