"""Reports a day and a week, by the calendar on the city's wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import to_us
from geo.filter_query import parse_filter
from geo.lifecycle import Stage
from geo.selection import STAGES
from geo.timeline import local_days, per_day, per_week, per_week_by, period_of
from tests.small_city import now, small_city
from tests.strategies import compiled_passes

ZONES = ("Asia/Shanghai", "America/Chicago", "America/Santiago", "Asia/Kathmandu")
HOURS = st.lists(st.integers(0, 24 * 120), max_size=60)


def reported(hours: list[int]) -> np.ndarray:
    """Microseconds of so many hours after 2021-02-15T00:00Z."""
    start = datetime(2021, 2, 15, tzinfo=UTC)
    return np.array([to_us(start + timedelta(hours=hour)) for hour in hours], np.int64)


@given(st.sampled_from(ZONES), HOURS, st.dates(date(2021, 2, 1), date(2021, 5, 1)), st.integers(0, 90))
def test_each_day_counts_what_its_calendar_date_holds(zone, hours, start, length):
    end = start + timedelta(days=length)
    day = local_days(reported(hours), zone)
    days, counts = per_day(day, np.zeros(len(hours), np.int8), start=start, end=end)
    assert days == [start + timedelta(days=step) for step in range(length + 1)]
    local = [(datetime(2021, 2, 15, tzinfo=UTC) + timedelta(hours=hour)).astimezone(ZoneInfo(zone)) for hour in hours]
    assert counts.tolist() == [sum(moment.date() == day for moment in local) for day in days]
    with compiled_passes():
        assert per_day(day, np.zeros(len(hours), np.int8), start=start, end=end)[1].tolist() == counts.tolist()
    weeks, sums = per_week(day, np.zeros(len(hours), np.int8), start=start, end=end)
    assert all(week.weekday() == 0 for week in weeks)
    assert sums.sum() == counts.sum()
    for week, total in zip(weeks, sums, strict=True):
        assert total == sum(n for day, n in zip(days, counts, strict=True) if week <= day < week + timedelta(days=7))


@given(
    st.lists(st.tuples(st.integers(0, 24 * 120), st.integers(0, 3), st.integers(-1, len(STAGES) - 1)), max_size=60),
    st.dates(date(2021, 2, 1), date(2021, 5, 1)),
    st.integers(0, 90),
)
def test_weeks_by_group_are_the_weeks_of_each_group_alone(rows, start, length):
    end = start + timedelta(days=length)
    day = local_days(reported([hour for hour, _, _ in rows]), "Asia/Shanghai")
    kind, stages = (np.array([row[at] for row in rows], dtype) for at, dtype in ((1, np.int16), (2, np.int8)))
    group_of = np.array([2, 0, 2, 1], np.int64)

    def by_group():
        return per_week_by(day, stages, kind, group_of, groups=3, start=start, end=end)

    weeks, sums = by_group()
    for group in range(3):
        alone = np.where(group_of[kind] == group, stages, -1).astype(np.int8)
        expected = per_week(day, alone, start=start, end=end)
        assert weeks == expected[0]
        assert sums[group].tolist() == expected[1].tolist()
    with compiled_passes():
        assert by_group()[1].tolist() == sums.tolist()


def test_only_what_is_meant_is_counted_and_no_rejected_issue():
    day = local_days(reported([0, 1, 2, 30]), "UTC")
    stages = np.array([0, -1, STAGES.index(Stage.REJECTED), STAGES.index(Stage.CLOSED)], np.int8)
    _, counts = per_day(day, stages, start=date(2021, 2, 15), end=date(2021, 2, 16))
    assert counts.tolist() == [1, 1]
    with compiled_passes():
        _, counts = per_day(day, stages, start=date(2021, 2, 15), end=date(2021, 2, 16))
    assert counts.tolist() == [1, 1]


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="before"):
        per_day(np.empty(0, np.int32), np.zeros(0, np.int8), start=date(2021, 2, 2), end=date(2021, 2, 1))
    none = np.empty(0, np.int16)
    with pytest.raises(ValueError, match="before"):
        per_week_by(
            np.empty(0, np.int32), np.zeros(0, np.int8), none, np.zeros(1, np.int64),
            groups=1, start=date(2021, 2, 2), end=date(2021, 2, 1),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "start", "end"),
    [
        ([], date(2021, 6, 3), date(2021, 8, 24)),
        ([("since", "2021-07-01")], date(2021, 7, 1), date(2021, 8, 24)),
        ([("until", "2021-07-01")], date(2021, 6, 3), date(2021, 7, 1)),
        ([("until", "2021-07-01T00:00:00.000001")], date(2021, 6, 3), date(2021, 7, 1)),
        ([("as_of", "2021-06-20")], date(2021, 6, 3), date(2021, 6, 20)),
        ([("as_of", "2021-01-01")], date(2021, 6, 3), date(2021, 6, 3)),
    ],
)
def test_the_period_is_the_filters_else_the_campaigns_until_as_of(pairs, start, end):
    city = small_city()
    assert period_of(parse_filter(pairs, city, now=now), city) == (start, end)


def test_the_period_is_of_the_citys_calendar():
    city = small_city("America/Chicago")
    drawn = parse_filter([("since", "2021-07-01")], city, now=now)
    assert period_of(drawn, city)[0] == date(2021, 7, 1)
