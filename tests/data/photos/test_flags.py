"""Flags follow from what is known of a photo and its occasion; each carries its figures and a sentence."""

from __future__ import annotations

import dataclasses
import string

import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.photos.flags import CODES, Likeness, Occasion, distance_m, flags_of
from data.photos.reading import REFUSALS
from data.photos.rows import Attached, Photo
from geo.datum import wgs84_to_gcj02
from i18n import translate
from i18n.number import FORMS

HOUR = 3_600_000_000
HERE = (106.71, 26.59)
PHOTO = Photo("a" * 64, 1, "b" * 64, 320, 240, 9, 0, taken_us=5 * HOUR, lon=HERE[0], lat=HERE[1], camera=None,
              uploaded_us=6 * HOUR)  # fmt: skip
OCCASION = Occasion("issue-1", "after", 2 * HOUR, shapely.Point(HERE))


def moved(metres: float, bearing: float) -> tuple[float, float]:
    lon, lat, _ = pyproj.Geod(ellps="WGS84").fwd(*HERE, bearing, metres)
    return lon, lat


def photo(**changes: object) -> Photo:
    return dataclasses.replace(PHOTO, **changes)  # type: ignore[arg-type]


def occasion(**changes: object) -> Occasion:
    return dataclasses.replace(OCCASION, **changes)  # type: ignore[arg-type]


def use(issue: str = "issue-2", kind: str = "after", seq: int = 5, sha256: str = "a" * 64) -> Attached:
    return Attached(issue, sha256, kind, 0, seq, "actor")


def codes(*arguments: object, **options: object) -> list[str]:
    return [flag.code for flag in flags_of(*arguments, **options)]  # type: ignore[arg-type]


def test_a_photo_taken_there_and_then_has_no_flag() -> None:
    assert codes(PHOTO, OCCASION, before=[photo(taken_us=1 * HOUR)]) == []


@given(metres=st.floats(0, 2_000_000), bearing=st.floats(0, 360))
def test_it_is_far_exactly_where_it_was_taken_beyond_the_limit(metres: float, bearing: float) -> None:
    lon, lat = moved(metres, bearing)
    found = distance_m(photo(lon=lon, lat=lat), OCCASION)
    assert found == pytest.approx(metres, abs=1e-3, rel=1e-9)
    flags = flags_of(photo(lon=lon, lat=lat), OCCASION)
    assert [flag.code for flag in flags] == (["far"] if found > 100 else [])
    if flags:
        assert flags[0].figures == {"metres": round(found), "most_metres": 100}


def test_the_city_says_how_far_is_far() -> None:
    lon, lat = moved(150, 45)
    assert codes(photo(lon=lon, lat=lat), occasion(far_m=200.0)) == []
    assert codes(photo(lon=lon, lat=lat), occasion(far_m=149.0)) == ["far"]


def test_to_a_line_or_an_area_the_nearest_of_it_counts() -> None:
    line = shapely.LineString([HERE, moved(1_000, 90)])
    for along in (0, 400, 1_000):
        lon, lat, _ = pyproj.Geod(ellps="WGS84").fwd(*moved(along, 90), 0, 30)
        assert distance_m(photo(lon=lon, lat=lat), occasion(geometry=line)) == pytest.approx(30, abs=0.5)
    area = shapely.Polygon([moved(100, bearing) for bearing in (45, 135, 225, 315)])
    assert distance_m(PHOTO, occasion(geometry=area)) == 0


def test_in_mainland_china_either_reading_of_the_camera_may_be_near() -> None:
    lon, lat = (float(value) for value in wgs84_to_gcj02(*HERE))
    assert codes(photo(lon=lon, lat=lat), OCCASION) == ["far"]
    assert codes(photo(lon=lon, lat=lat), occasion(mainland_china=True)) == []
    lon, lat = moved(5_000, 10)
    assert codes(photo(lon=lon, lat=lat), occasion(mainland_china=True)) == ["far"]


def test_times_count_for_photos_from_after() -> None:
    early = photo(taken_us=HOUR)
    [flag] = flags_of(early, OCCASION)
    assert (flag.code, flag.figures) == ("before_report", {"minutes": 60})
    assert codes(early, occasion(kind="before")) == []
    latest = [photo(taken_us=4 * HOUR), photo(taken_us=6 * HOUR), photo(taken_us=None)]
    [flag] = flags_of(PHOTO, OCCASION, before=latest)
    assert (flag.code, flag.figures) == ("older_than_before", {"minutes": 60})
    assert codes(photo(taken_us=2 * HOUR), OCCASION, before=[photo(taken_us=2 * HOUR)]) == []


def test_what_is_missing_is_said_and_nothing_made_of_it() -> None:
    assert codes(photo(taken_us=None), OCCASION, before=[PHOTO]) == ["no_time"]
    assert codes(photo(lon=None, lat=None), OCCASION) == ["no_place"]
    assert distance_m(photo(lon=None, lat=None), OCCASION) is None


def test_a_photo_used_before_is_flagged_where_it_is_used_again_and_not_where_it_was_first() -> None:
    [flag] = flags_of(PHOTO, occasion(attached_us=9), uses=[use(seq=5), use("issue-3", seq=7)])
    assert (flag.code, flag.figures) == ("used_before", {"times": 2, "issue": "issue-2"})
    assert codes(PHOTO, occasion(attached_us=4), uses=[use(seq=5)]) == []
    assert codes(PHOTO, occasion(attached_us=None), uses=[use(seq=5)]) == ["used_before"]
    assert codes(PHOTO, OCCASION, uses=[use("issue-1", "after")]) == []  # that is this very use
    assert codes(PHOTO, OCCASION, uses=[use("issue-1", "before")]) == ["used_before"]


def test_the_nearest_likeness_that_is_used_is_told() -> None:
    likenesses = [Likeness("c" * 64, 6, (use(sha256="c" * 64),)), Likeness("d" * 64, 3, (use("issue-4"),)),
                  Likeness("e" * 64, 0, ()), Likeness("f" * 64, 9, (use("issue-5"),))]  # fmt: skip
    [flag] = flags_of(PHOTO, OCCASION, likenesses=likenesses)
    assert (flag.code, flag.figures) == (
        "near_same",
        {"bits": 3, "most_bits": 8, "issue": "issue-4", "photo": "d" * 64},
    )


def test_every_flag_and_refusal_has_a_sentence_with_its_figures() -> None:
    lon, lat = moved(5_000, 10)
    every = flags_of(
        photo(lon=lon, lat=lat, taken_us=HOUR),
        OCCASION,
        uses=[use()],
        likenesses=[Likeness("d" * 64, 3, (use("issue-4"),))],
        before=[PHOTO],
    )
    every += flags_of(photo(lon=None, lat=None, taken_us=None), OCCASION)
    assert [flag.code for flag in every] == list(CODES)
    for flag in every:
        for language in ("zh-CN", "en"):
            text = translate(f"photos.flag_{flag.code}", language)
            named = {name for _, name, _, _ in string.Formatter().parse(FORMS.sub("", text)) if name}
            assert named | {name for name, _, _ in FORMS.findall(text)} <= set(flag.figures) | {"number"}
    for code in REFUSALS:
        assert translate(f"photos.refused_{code}", "en")
