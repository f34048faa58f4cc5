"""Moment, place and camera out of what a camera wrote, or nothing where it cannot be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.photos.metadata import Metadata, metadata_of
from geo.clock import to_us

NINE_THIRTY = to_us(datetime(2021, 8, 20, 1, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("exif", "zone", "taken"),
    [
        ({"time": "2021:08:20 09:30:00"}, "Asia/Shanghai", NINE_THIRTY),
        ({"time": "2021-08-20T09:30:00"}, "Asia/Shanghai", NINE_THIRTY),
        ({"time": "2021:08:20 03:30:00", "offset": "+02:00"}, "Asia/Shanghai", NINE_THIRTY),
        ({"time": "2021:08:19 20:30:00", "offset": "-05:00"}, "Asia/Shanghai", NINE_THIRTY),
        ({"time": "2021:08:19 20:30:00"}, "America/Chicago", NINE_THIRTY),
        ({"time": "2021:08:20 09:30:00", "offset": "nonsense"}, "Asia/Shanghai", NINE_THIRTY),
        ({"time": "2021:08:20 09:30:00", "subsec": "25"}, "Asia/Shanghai", NINE_THIRTY + 250_000),
        ({"time": "2021:08:20 09:30:00", "subsec": "x"}, "Asia/Shanghai", NINE_THIRTY),
        ({"time": "0000:00:00 00:00:00"}, "Asia/Shanghai", None),
        ({"time": "2021:02:30 09:30:00"}, "Asia/Shanghai", None),
        ({"time": "2021:08:20 24:30:00"}, "Asia/Shanghai", None),
        ({"time": "1970:01:01 00:00:00"}, "Asia/Shanghai", None),
        ({"time": "9999:12:31 23:59:59", "offset": "-14:00"}, "Asia/Shanghai", None),
        ({"time": "<script>"}, "Asia/Shanghai", None),
        ({}, "Asia/Shanghai", None),
    ],
)
def test_a_time_is_of_its_offset_or_else_of_the_city(exif: dict[str, Any], zone: str, taken: int | None) -> None:
    assert metadata_of(exif, time_zone=zone).taken_us == taken


@pytest.mark.parametrize(
    "exif",
    [
        *({"lon": 0.0, "lat": 0.0}, {"lon": 181.0, "lat": 1.0}, {"lon": 1.0, "lat": -90.5}, {"lon": 106.7}),
        *({"lon": float("nan"), "lat": 1.0}, {"lon": float("inf"), "lat": 1.0}, {"lon": "x", "lat": 1.0}),
        *({"lon": None, "lat": 1.0}, {"lon": [1], "lat": 1.0}),
    ],
)
def test_a_place_that_cannot_be_is_none(exif: dict[str, Any]) -> None:
    assert (metadata_of(exif, time_zone="UTC").lon, metadata_of(exif, time_zone="UTC").lat) == (None, None)


def test_the_camera_is_named_once_and_shortly() -> None:
    def camera(make: str, model: str) -> str | None:
        return metadata_of({"make": make, "model": model}, time_zone="UTC").camera

    assert camera("Apple", "iPhone 15") == "Apple iPhone 15"
    assert camera("HUAWEI", "HUAWEI P40") == "HUAWEI P40"
    assert camera("", "") is None
    assert len(camera("x" * 300, "y") or "") == 100


@given(st.dictionaries(st.sampled_from(["time", "offset", "subsec", "lon", "lat", "make", "model"]),
                       st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.lists(st.text()))))  # fmt: skip
def test_nothing_that_a_camera_may_write_is_an_error(exif: dict[str, Any]) -> None:
    assert isinstance(metadata_of(exif, time_zone="Asia/Shanghai"), Metadata)
