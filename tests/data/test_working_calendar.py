"""The calendar of working days agrees with the official notices of 2021 to 2026, and with a second library."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from data.city_folder.load import load_city
from data.working_calendar import CalendarRule, working_calendar
from geo.errors import BadValueError
from geo.working_days import DeadlineRule, WorkingCalendar, deadline

CHINA = CalendarRule("CN")
ILLINOIS = CalendarRule("US", "IL")
SHANGHAI = "Asia/Shanghai"
NOTICES = tomllib.loads((Path(__file__).parent / "state_council_holidays.toml").read_text(encoding="utf-8"))
YEARS = range(2021, 2027)


def days_of(first: date, last: date) -> list[date]:
    return [date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1)]


def official_working_days() -> set[date]:
    """Straight from the notices, without any of our code."""
    every = days_of(date(2021, 1, 1), date(2026, 12, 31))
    working = {day for day in every if day.weekday() < 5}
    for notice in NOTICES.values():
        for first, last in notice["off"]:
            working -= set(days_of(date.fromisoformat(first), date.fromisoformat(last)))
        working |= {date.fromisoformat(day) for day in notice["work"]}
    return working


OFFICIAL = official_working_days()


def test_the_notices_are_typed_in_whole() -> None:
    assert set(NOTICES) == {str(year) for year in YEARS}
    for notice in NOTICES.values():
        assert all(date.fromisoformat(day).weekday() >= 5 for day in notice["work"]), "people make up on weekends"
        assert all(first <= last for first, last in notice["off"])


@pytest.mark.parametrize("year", YEARS)
def test_every_day_is_as_the_state_council_announced_it(year: int) -> None:
    calendar = working_calendar(CHINA)
    differing = [
        day for day in days_of(date(year, 1, 1), date(year, 12, 31)) if calendar.is_working(day) != (day in OFFICIAL)
    ]
    assert differing == []


@pytest.mark.parametrize("year", YEARS)
def test_every_day_is_as_a_second_library_has_it(year: int) -> None:
    calendar = working_calendar(CHINA)
    for day in days_of(date(year, 1, 1), date(year, 12, 31)):
        assert calendar.is_working(day) == chinese_calendar.is_workday(day), day


@pytest.mark.parametrize("n", [1, 2, 3, 5, 10])
def test_every_deadline_of_six_years_ends_on_the_official_day(n: int) -> None:
    """From every day of 2021 to 2026, at three times of day: counted one by one in the official list."""
    calendar, zone = working_calendar(CHINA), ZoneInfo(SHANGHAI)
    for day in days_of(date(2021, 1, 1), date(2026, 12, 1)):
        expected, later = day, 0
        while later < n:
            expected += timedelta(days=1)
            later += expected in OFFICIAL
        for hour, minute in ((0, 0), (12, 30), (23, 59)):
            start = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
            due = deadline(start, DeadlineRule(n, "working_days"), calendar, SHANGHAI).astimezone(zone)
            assert due.date() == expected, (start, due)
            assert due + timedelta(microseconds=1) == datetime.combine(
                expected + timedelta(days=1), datetime.min.time(), zone
            )


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2021-09-30T17:00", 1, "2021-10-08"),  # the week of the National Day
        ("2021-09-30T17:00", 2, "2021-10-09"),  # a Saturday of work
        ("2021-02-06T09:00", 1, "2021-02-07"),  # a Sunday of work before the Spring Festival
        ("2021-02-10T09:00", 3, "2021-02-20"),
        ("2021-08-20T18:00", 2, "2021-08-24"),  # over an ordinary weekend, to the demo's last day
        ("2022-12-30T10:00", 1, "2023-01-03"),  # over the turn of the year
        ("2026-02-13T10:00", 1, "2026-02-14"),
        ("2026-02-14T10:00", 1, "2026-02-24"),
    ],
)
def test_deadlines_reckoned_by_hand(start: str, n: int, end: str) -> None:
    at = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(SHANGHAI))
    due = deadline(at, DeadlineRule(n, "working_days"), working_calendar(CHINA), SHANGHAI)
    assert due.astimezone(ZoneInfo(SHANGHAI)).date().isoformat() == end


def test_illinois_keeps_its_own_holidays() -> None:
    calendar = working_calendar(ILLINOIS)
    assert not calendar.is_working(date(2014, 2, 12)), "Lincoln's birthday"
    assert not calendar.is_working(date(2014, 7, 4))
    assert calendar.is_working(date(2014, 4, 18)), "Good Friday"
    assert not calendar.is_working(date(2014, 10, 11)), "no Saturday of work"


def test_what_the_city_file_adds_outranks_the_library() -> None:
    holiday, work = date(2027, 3, 3), date(2027, 3, 6)
    calendar = working_calendar(CalendarRule("CN", None, date(2027, 12, 31), (holiday,), (work,)))
    assert not calendar.is_working(holiday)
    assert calendar.is_working(work)
    assert working_calendar(CHINA).is_working(holiday)
    assert not working_calendar(CHINA).is_working(work)


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        (CalendarRule("XX"), "country"),
        (CalendarRule("US", "ZZ"), "subdivision"),
        (CalendarRule("CN", None, None, (date(2027, 3, 3),), (date(2027, 3, 3),)), "working_days"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(rule: CalendarRule, key: str) -> None:
    with pytest.raises(BadValueError) as refused:
        working_calendar(rule)
    assert refused.value.key == key


@pytest.mark.parametrize("city", ["yunyan", "wuhan", "chicago"])
def test_every_city_has_its_calendar(city: str) -> None:
    calendar: WorkingCalendar = load_city(Path(__file__).parents[2] / "data" / "cities" / city).calendar
    assert calendar.is_working(date(2021, 10, 4)) == (city == "chicago"), "a Monday in the week of the National Day"


def test_days_after_the_last_notice_are_said_to_be_unannounced() -> None:
    calendar = load_city(Path(__file__).parents[2] / "data" / "cities" / "yunyan").calendar
    zone = ZoneInfo(SHANGHAI)
    assert calendar.is_announced(datetime(2026, 12, 31, 23, 59, tzinfo=zone), SHANGHAI)
    assert not calendar.is_announced(datetime(2027, 1, 1, 0, 0, tzinfo=zone), SHANGHAI)
    assert not calendar.is_working(date(2027, 10, 1)), "but the statutory days are known"
