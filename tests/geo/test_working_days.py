"""Laws of deadlines: they grow with start and length, end on working days, and hours run by the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BadValueError
from geo.working_days import (
    LAST_DAY,
    DeadlineRule,
    WorkingCalendar,
    deadline,
    extended,
    nth_working_day,
    weekdays,
    working_days_between,
)

ZONES = ("Asia/Shanghai", "America/Chicago", "UTC", "Pacific/Apia", "America/Sao_Paulo")
FIRST, LAST = date(2005, 1, 1), date(2030, 12, 31)
moments = st.datetimes(
    datetime.fromisoformat("2006-01-01"), datetime.fromisoformat("2028-12-31"), timezones=st.just(UTC)
)
rules = st.builds(DeadlineRule, st.integers(1, 200), st.sampled_from(["hours", "working_days"]))
zones = st.sampled_from(ZONES)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    """Weekdays, of which some are off, and some days of weekends are not."""
    days = set(weekdays().tolist())
    some = st.sets(st.integers(FIRST.toordinal(), LAST.toordinal()), max_size=60)
    flipped = draw(some) | set(range(draw(st.integers(FIRST.toordinal(), LAST.toordinal())), LAST.toordinal(), 83))
    return WorkingCalendar(np.array(sorted(days ^ flipped), np.int32))


@given(moments, rules, calendars(), zones)
def test_a_deadline_lies_after_its_start_and_never_ends_on_a_day_off(
    start: datetime, rule: DeadlineRule, calendar: WorkingCalendar, zone: str
) -> None:
    due = deadline(start, rule, calendar, zone)
    assert due > start
    if rule.unit == "working_days":
        day = due.astimezone(ZoneInfo(zone)).date()
        assert calendar.is_working(day)
        assert (due + timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() > day


@given(moments, moments, rules, calendars(), zones)
def test_who_starts_later_is_due_no_earlier(
    one: datetime, other: datetime, rule: DeadlineRule, calendar: WorkingCalendar, zone: str
) -> None:
    early, late = sorted([one, other])
    assert deadline(early, rule, calendar, zone) <= deadline(late, rule, calendar, zone)


@given(moments, rules, calendars(), zones)
def test_one_more_of_its_unit_is_later(
    start: datetime, rule: DeadlineRule, calendar: WorkingCalendar, zone: str
) -> None:
    longer = DeadlineRule(rule.amount + 1, rule.unit)
    assert deadline(start, longer, calendar, zone) > deadline(start, rule, calendar, zone)


@given(moments, st.integers(1, 60), st.integers(1, 60), calendars(), zones)
def test_two_extensions_are_one_of_their_sum(
    start: datetime, first: int, second: int, calendar: WorkingCalendar, zone: str
) -> None:
    def rule(n: int) -> DeadlineRule:
        return DeadlineRule(n, "working_days")

    due = deadline(start, rule(first), calendar, zone)
    assert extended(due, rule(second), calendar, zone, now=start) == deadline(
        start, rule(first + second), calendar, zone
    )


@given(moments, st.integers(1, 400), calendars())
def test_the_working_days_up_to_a_deadline_are_as_many_as_its_rule_says(
    start: datetime, n: int, calendar: WorkingCalendar
) -> None:
    end = nth_working_day(calendar, start.date(), n)
    counted = working_days_between(calendar, np.array([start.date().toordinal()]), end.toordinal())
    assert counted.tolist() == [n]
    by_hand = sum(calendar.is_working(date.fromordinal(d)) for d in range(start.toordinal() + 1, end.toordinal() + 1))
    assert by_hand == n
    assert working_days_between(calendar, np.array([end.toordinal()]), start.date().toordinal()).tolist() == [0]


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2021-03-13T12:00:00-06:00", 24, "2021-03-14T13:00:00-05:00"),  # the clocks go forward in the night
        ("2021-11-06T12:00:00-05:00", 24, "2021-11-07T11:00:00-06:00"),  # and back
        ("2021-11-07T00:30:00-05:00", 1, "2021-11-07T01:30:00-05:00"),  # the hour that comes twice
        ("2021-11-07T00:30:00-05:00", 2, "2021-11-07T01:30:00-06:00"),
    ],
)
def test_hours_run_on_where_chicago_changes_its_clocks(start: str, hours: int, end: str) -> None:
    calendar = WorkingCalendar(weekdays())
    due = deadline(datetime.fromisoformat(start), DeadlineRule(hours), calendar, "America/Chicago")
    assert due == datetime.fromisoformat(end)


def test_a_working_day_that_is_23_hours_long_ends_at_its_midnight() -> None:
    calendar = WorkingCalendar(np.arange(1, 900_000, dtype=np.int32))  # people work every day
    start = datetime.fromisoformat("2021-03-13T12:00:00-06:00")
    due = deadline(start, DeadlineRule(1, "working_days"), calendar, "America/Chicago")
    assert due + timedelta(microseconds=1) == datetime.fromisoformat("2021-03-15T00:00:00-05:00")


def test_an_extension_of_what_is_overdue_counts_from_now() -> None:
    calendar = WorkingCalendar(weekdays())
    due, now = datetime(2021, 8, 2, 10, tzinfo=UTC), datetime(2021, 8, 20, 10, tzinfo=UTC)
    assert extended(due, DeadlineRule(24), calendar, "UTC", now=now) == datetime(2021, 8, 21, 10, tzinfo=UTC)
    assert extended(now, DeadlineRule(24), calendar, "UTC", now=due) == datetime(2021, 8, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(("amount", "unit"), [(0, "hours"), (-1, "hours"), (10_001, "working_days"), (1, "weeks")])
def test_a_rule_that_is_none_is_refused(amount: int, unit: str) -> None:
    with pytest.raises(BadValueError):
        DeadlineRule(amount, unit)  # type: ignore[arg-type]


def test_a_deadline_past_the_last_year_is_refused() -> None:
    with pytest.raises(BadValueError, match="2200"):
        nth_working_day(WorkingCalendar(weekdays()), date.fromordinal(LAST_DAY - 3), 10)
