"""A raster as a text loses nothing, needs no escapes in JSON but one, and is half as long compressed."""

from __future__ import annotations

import base64
import gzip
import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from api.raster_text import as_text
from tests.api.raster_pixels import pixels


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_every_picture_comes_back_as_it_was(values: np.ndarray) -> None:
    ny, nx = values.shape
    told = json.loads(json.dumps({"nx": nx, "ny": ny, "values": as_text(values)}))
    assert pixels(told) == values.ravel().tolist()


def test_no_pixels_are_an_empty_text() -> None:
    assert as_text(np.zeros((0, 5), np.uint8)) == ""


def test_a_surface_takes_little_more_than_half_of_what_its_bytes_in_base64_do() -> None:
    y, x = np.mgrid[0:146, 0:160] / 10
    smooth = (127 + 60 * np.sin(x) * np.cos(y / 2) + 40 * np.sin(x * y / 9)).astype(np.uint8)
    text = len(gzip.compress(as_text(smooth).encode(), 5))
    assert text < 0.6 * len(gzip.compress(base64.b64encode(smooth.tobytes()), 5))
