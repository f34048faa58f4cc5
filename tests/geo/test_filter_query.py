"""The filter in a URL: every key, every refusal, and the way there and back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BadValueError
from geo.filter_query import FILTER_KEYS, filter_pairs, parse_filter
from tests.small_city import CLOCK, now, small_city
from tests.strategies import filters

CITY = small_city()
ZONES = ("Asia/Shanghai", "America/Chicago", "America/Santiago", "Asia/Beirut", "Asia/Kathmandu", "UTC")


def parse(*pairs: tuple[str, str], city=CITY):
    return parse_filter(pairs, city, now=now)


def refused(*pairs: tuple[str, str], city=CITY) -> BadValueError:
    with pytest.raises(BadValueError) as caught:
        parse(*pairs, city=city)
    return caught.value


def test_no_pairs_mean_the_current_campaign_its_default_register_and_now():
    empty = parse()
    assert (empty.campaign, empty.register, empty.as_of) == ("first", "supervision", CLOCK)
    assert filter_pairs(empty, CITY, now=now) == []


def test_another_campaign_brings_its_own_register_and_clock():
    other = parse(("campaign", "second"))
    assert other.register == "review"
    assert filter_pairs(other, CITY, now=now) == [("campaign", "second")]


def test_every_key_is_read():
    drawn = parse(
        ("campaign", "first"),
        ("register", "cable_survey"),
        ("type", "E0110"),
        ("type", "C0101"),
        ("type", "E0110"),
        ("group", "order"),
        ("task", "T02"),
        ("status", "CLOSED"),
        ("stage", "overdue"),
        ("subdistrict", "-"),
        ("subdistrict", "B"),
        ("road", "R1"),
        ("since", "2021-06-03"),
        ("until", "2021-06-04"),
        ("bbox", "106.5,26.5,106.8,26.9"),
        ("as_of", "2021-07-01T08:00"),
        ("q", "ＹＹ－０１  ß"),
        ("site_class", "park"),
        ("department", "城管局"),
        ("department", "-"),
    )
    assert drawn.register == "cable_survey"
    assert drawn.types == ("C0101", "E0110")
    assert (drawn.groups, drawn.tasks, drawn.statuses, drawn.stages) == (
        ("order",),
        ("T02",),
        ("CLOSED",),
        ("overdue",),
    )
    assert (drawn.subdistricts, drawn.roads, drawn.site_classes) == (("-", "B"), ("R1",), ("park",))
    assert drawn.departments == ("-", "城管局")
    assert drawn.since == datetime(2021, 6, 2, 16, tzinfo=UTC)
    assert drawn.until == datetime(2021, 6, 4, 16, tzinfo=UTC)
    assert drawn.bbox == (106.5, 26.5, 106.8, 26.9)
    assert drawn.as_of == datetime(2021, 7, 1, 0, tzinfo=UTC)
    assert drawn.text == "yy-01 ss"
    assert {key for key, _ in filter_pairs(drawn, CITY, now=now)} == set(FILTER_KEYS) - {"campaign"}


@pytest.mark.parametrize(
    ("text", "hour_utc"),
    [
        ("2021-08-24T18:00:00", 10),
        ("2021-08-24T18:00", 10),
        ("2021-08-24 18:00", 10),
        ("2021-08-24T18:00:00+08:00", 10),
        ("2021-08-24T18:00:00 08:00", 10),
        ("2021-08-24T18:00:00+0800", 10),
        ("2021-08-24T18:00:00.000000Z", 18),
        ("2021-08-24T06:00:00-05:30", 11.5),
    ],
)
def test_times_without_offset_are_the_citys_and_a_space_may_be_an_eaten_plus(text, hour_utc):
    assert parse(("since", text)).since == datetime(2021, 8, 24, tzinfo=UTC) + timedelta(hours=hour_utc)


def test_a_bare_date_is_a_whole_day_of_the_city():
    day = parse(("since", "2021-03-14"), ("until", "2021-03-14"), city=small_city("America/Chicago"))
    assert day.until - day.since == timedelta(hours=23)  # clocks are set forward that day
    as_of = parse(("as_of", "2021-08-01")).as_of
    assert as_of == datetime(2021, 8, 1, 15, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize("key", FILTER_KEYS)
def test_an_empty_value_is_refused(key):
    for blank in ("", "  "):
        assert refused((key, blank)).key == key


@pytest.mark.parametrize("key", FILTER_KEYS)
def test_an_over_long_value_is_refused(key):
    error = refused((key, "1" * 201))
    assert error.key == key
    assert "characters" in error.expected


NONSENSE = {
    "since": ("2021-02-30", "2021-13-01", "2021-2-3", "20210203", "2021-W05-3", "yesterday", "2021-08-24T"),
    "until": ("2021-08-24T24:00", "2021-08-24T18", "2021-08-24T18:60", "2021-08-24T18:00+99:00", "NaN"),
    "as_of": ("1899-12-31", "2201-01-01", "0001-01-01", "２０２１-08-24", "2200-12-31T23:59-12:00"),
    "bbox": (
        *("1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "1_0,0,20,1", "0,0,1e999,1"),
        *("-181,0,1,1", "0,-91,1,1", "0,0,181,1", "0,0,1,91"),
        *("170,0,-170,1", "1,0,1,1", "0,1,1,0", "0,1,1,1"),
    ),
    "type": ("c0101", "X", "C0101,E0110", "<img src=x onerror=alert(1)>", "{{7*7}}"),
    "group": ("A",),
    "task": ("T99",),
    "status": ("closed",),
    "stage": ("OVERDUE",),
    "site_class": ("zoo",),
    "subdistrict": ("D",),
    "road": ("R9", "s1"),
    "campaign": ("third",),
    "register": ("review",),
    "department": ("a\x00b", "\ud800"),
    "q": ("a\x00b", "a\tb", "\u200e\u200d", "x" * 101, "ﷺ" * 6, "\ud800"),
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in NONSENSE.items() for value in values])
def test_what_does_not_exist_is_refused_by_name(key, value):
    assert refused((key, value)).key == key


def test_an_unknown_key_is_told_the_keys():
    error = refused(("colour", "red"))
    assert error.key == "colour"
    assert all(key in error.expected for key in FILTER_KEYS)


@pytest.mark.parametrize("key", ["campaign", "since", "until", "bbox", "as_of", "q"])
def test_a_single_key_comes_once(key):
    assert refused((key, "1"), (key, "1")).expected == f"{key} once"


def test_a_second_register_is_refused_since_registers_are_never_added():
    error = refused(("register", "supervision"), ("register", "cable_survey"))
    assert (error.key, error.value) == ("register", "cable_survey")
    assert error.expected == "one register: registers are never added"


@pytest.mark.parametrize(("since", "until"), [("2021-08-25", "2021-08-24"), ("2021-08-24T08:00", "2021-08-24T08:00")])
def test_a_period_without_a_moment_is_refused(since, until):
    assert refused(("since", since), ("until", until)).key == "until"


def test_a_time_that_clocks_skip_is_refused():
    chicago = small_city("America/Chicago")
    assert "clocks" in refused(("since", "2021-03-14T02:30"), city=chicago).expected
    assert parse(("since", "2021-11-07T01:30"), city=chicago).since == datetime(2021, 11, 7, 6, 30, tzinfo=UTC)


def test_a_city_without_roads_knows_only_unsnapped():
    bare = small_city(with_roads=False)
    assert parse(("road", "-"), city=bare).roads == ("-",)
    assert refused(("road", "R1"), city=bare).key == "road"


@given(filters(CITY))
def test_writing_and_reading_gives_the_filter_back(drawn):
    pairs = filter_pairs(drawn, CITY, now=now)
    assert parse(*pairs) == drawn
    assert pairs == sorted(pairs)
    assert filter_pairs(parse(*reversed(pairs)), CITY, now=now) == pairs


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 10**12),
    st.text(max_size=40),
)
def test_any_time_in_any_zone_and_any_text_survive_the_url(zone, since, length, text):
    city = small_city(zone)
    drawn = replace(parse(city=city), since=since, as_of=since, until=since + timedelta(microseconds=length))
    with suppress(BadValueError):  # not every text is one that a filter can hold
        drawn = replace(drawn, text=parse(("q", text)).text)
    if drawn.until.year < 2200:
        assert parse(*filter_pairs(drawn, city, now=now), city=city) == drawn


@given(st.lists(st.tuples(st.sampled_from(FILTER_KEYS) | st.text(max_size=10), st.text(max_size=30)), max_size=4))
def test_whatever_comes_is_a_filter_or_a_bad_value(pairs):
    try:
        drawn = parse(*pairs)
    except BadValueError:
        return
    assert parse(*filter_pairs(drawn, CITY, now=now)) == drawn
