"""Periods: every day lies in exactly one of each kind, and they follow each other without a gap."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.periods import Period, PeriodKind, period_of, periods

START = date(2021, 6, 3)
DAYS = st.dates(date(2020, 1, 1), date(2023, 12, 31))
KINDS = tuple(PeriodKind)


@pytest.mark.parametrize("kind", KINDS)
@given(day=DAYS)
def test_a_day_lies_in_its_period_and_the_one_before_ends_just_before(kind: PeriodKind, day: date) -> None:
    period = period_of(kind, day, start=START)
    assert period.first <= day <= period.last
    assert period.before.last == period.first - timedelta(days=1)
    assert period_of(kind, period.before.last, start=START) == period.before
    for inside in (period.first, period.last):
        assert period_of(kind, inside, start=START) == period


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (PeriodKind.REVIEW, date(2021, 8, 23), date(2021, 8, 25)),  # the campaign began on a Thursday, 81 days before
        (PeriodKind.WEEK, date(2021, 8, 23), date(2021, 8, 29)),
        (PeriodKind.MONTH, date(2021, 8, 1), date(2021, 8, 31)),
    ],
)
def test_the_periods_of_the_day_of_the_record(kind: PeriodKind, first: date, last: date) -> None:
    assert period_of(kind, date(2021, 8, 24), start=START) == Period(kind, first, last)


def test_a_month_of_28_days_comes_before_march() -> None:
    march = period_of(PeriodKind.MONTH, date(2021, 3, 31), start=START)
    assert march.before == Period(PeriodKind.MONTH, date(2021, 2, 1), date(2021, 2, 28))


def test_a_period_that_runs_is_cut_off_now_and_one_that_has_ended_at_its_end() -> None:
    now = datetime(2021, 8, 24, 10, tzinfo=UTC)
    week = period_of(PeriodKind.WEEK, date(2021, 8, 24), start=START)
    assert week.cut_off("Asia/Shanghai", now) == now
    assert not week.has_ended("Asia/Shanghai", now)
    ended = week.before
    assert ended.cut_off("Asia/Shanghai", now) == datetime(2021, 8, 22, 15, 59, 59, 999_999, tzinfo=UTC)
    assert ended.has_ended("Asia/Shanghai", now)
    assert ended.begin("Asia/Shanghai") == datetime(2021, 8, 15, 16, tzinfo=UTC)


def test_the_list_holds_every_period_of_the_campaign_once_the_newest_first() -> None:
    found = periods(PeriodKind.REVIEW, START, date(2021, 8, 24), most=99)
    assert found[0].first == date(2021, 8, 23)
    assert found[-1].first == START
    assert [one.before for one in found[:-1]] == found[1:]
    assert len(periods(PeriodKind.REVIEW, START, date(2021, 8, 24), most=5)) == 5
    assert [one.first for one in periods(PeriodKind.MONTH, START, START, most=9)] == [date(2021, 6, 1)]
