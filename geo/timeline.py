"""How many issues were reported on each day or week of the city's calendar."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geo.city import City
from geo.clock import to_us
from geo.filter import IssueFilter
from geo.iso_time import day_start, local_date
from geo.tables import Bools

Counts = tuple[list[date], NDArray[np.int64]]
DAY = timedelta(days=1)


def period_of(issue_filter: IssueFilter, city: City) -> tuple[date, date]:
    """First and last day (both inclusive, city calendar) that the filter covers.

    Where it says no `since` or `until`, the campaign's; never beyond the day of `as_of`, never less than one day.
    """
    f, campaign = issue_filter, city.campaign(issue_filter.campaign)
    start = campaign.start if f.since is None else local_date(f.since, city.time_zone)
    end = campaign.end if f.until is None else local_date(f.until - timedelta(microseconds=1), city.time_zone)
    return start, max(start, min(end, local_date(f.as_of, city.time_zone)))


def per_day(reported_us: NDArray[np.int64], mask: Bools, time_zone: str, *, start: date, end: date) -> Counts:
    """Days `start` to `end` (both inclusive) and how many of the issues in `mask` were reported on each.

    A day is the city's, 23 to 25 hours where clocks change. Reports outside the period are left out; zeros are kept.
    Raises ValueError if `end` is before `start`.
    """
    if end < start:
        raise ValueError(f"the last day {end} is before the first {start}")
    days = [start + DAY * step for step in range((end - start).days + 1)]
    return days, _between(reported_us[mask], _day_edges(start, end, time_zone))


def per_week(reported_us: NDArray[np.int64], mask: Bools, time_zone: str, *, start: date, end: date) -> Counts:
    """As `per_day`, summed by weeks named by their Monday; of the first and last week only days in the period count."""
    days, counts = per_day(reported_us, mask, time_zone, start=start, end=end)
    first_monday = start - DAY * start.weekday()
    week = (np.arange(len(days)) + start.weekday()) // 7
    sums = np.bincount(week, weights=counts).astype(np.int64)
    return [first_monday + 7 * DAY * step for step in range(len(sums))], sums


@lru_cache(maxsize=64)
def _day_edges(start: date, end: date, time_zone: str) -> NDArray[np.int64]:
    """First microsecond of each day, and of the day after the last."""
    steps = range((end - start).days + 2)
    return np.array([to_us(day_start(start + DAY * step, time_zone)) for step in steps], np.int64)


def _between(values: NDArray[np.int64], edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many values lie in each half-open interval between neighbouring edges."""
    bins = np.searchsorted(edges, values, side="right")
    return np.bincount(bins, minlength=len(edges) + 1)[1:-1].astype(np.int64)
