"""How many issues were reported on each day or week of the city's calendar."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geo.city import City
from geo.clock import from_us, to_us
from geo.filter import IssueFilter
from geo.iso_time import day_start, local_date
from geo.scale import is_large
from geo.selection import REJECTED, Stages, counted

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


def per_day(day: NDArray[np.int32], stages: Stages, *, start: date, end: date) -> Counts:
    """Days `start` to `end` (both inclusive) and how many issues that count were reported on each.

    `day` is that of each report in the city's calendar (`IssueTable.day`), `stages` what a filter means
    (geo.selection.chosen_stages). Reports outside the period are left out; zeros are kept. Raises ValueError if `end`
    is before `start`.
    """
    if end < start:
        raise ValueError(f"the last day {end} is before the first {start}")
    first, size = start.toordinal(), (end - start).days + 1
    days = [start + DAY * step for step in range(size)]
    if is_large(len(day)):
        from geo import kernels

        counts: NDArray[np.int64] = kernels.day_counts(stages, day, REJECTED, first, size)
        return days, counts
    at = day[counted(stages)] - first
    return days, np.bincount(at[(at >= 0) & (at < size)], minlength=size).astype(np.int64)


def days_of(day: NDArray[np.int32], stages: Stages) -> tuple[date, date] | None:
    """The first and the last day on which an issue that counts was reported; None without any."""
    if is_large(len(day)):
        from geo import kernels

        first, last = kernels.day_range(stages, day, REJECTED)
    else:
        reported = day[counted(stages)]
        first, last = (int(reported.min()), int(reported.max())) if len(reported) else (1, 0)
    return (date.fromordinal(first), date.fromordinal(last)) if first <= last else None


def per_week(day: NDArray[np.int32], stages: Stages, *, start: date, end: date) -> Counts:
    """As `per_day`, summed by weeks named by their Monday; of the first and last week only days in the period count."""
    days, counts = per_day(day, stages, start=start, end=end)
    first_monday = start - DAY * start.weekday()
    week = (np.arange(len(days)) + start.weekday()) // 7
    sums = np.bincount(week, weights=counts).astype(np.int64)
    return [first_monday + 7 * DAY * step for step in range(len(sums))], sums


def per_week_by(
    day: NDArray[np.int32],
    stages: Stages,
    kind: NDArray[np.int16],
    group_of: NDArray[np.int64],
    *,
    groups: int,
    start: date,
    end: date,
) -> Counts:
    """As `per_week`, a line for each of `groups` groups (shape (groups, weeks)): an issue's is `group_of[kind]`."""
    if end < start:
        raise ValueError(f"the last day {end} is before the first {start}")
    first, size = start.toordinal(), (end - start).days + 1
    if is_large(len(day)):
        from geo import kernels

        counts: NDArray[np.int64] = kernels.day_counts_by(stages, day, kind, group_of, REJECTED, groups, first, size)
    else:
        met = counted(stages) & (day >= first) & (day < first + size)
        at = group_of[kind[met]] * size + (day[met] - first)
        counts = np.bincount(at, minlength=groups * size).astype(np.int64).reshape(groups, size)
    mondays = np.arange(-start.weekday(), size, 7)
    sums = np.add.reduceat(counts, np.maximum(mondays, 0), axis=1)
    return [start + DAY * int(step) for step in mondays], sums


def local_days(us: NDArray[np.int64], time_zone: str) -> NDArray[np.int32]:
    """The day of each moment in the calendar of `time_zone`, as date.toordinal(); shape (n,).

    A day is the city's, 23 to 25 hours where clocks change.
    """
    if not len(us):
        return np.empty(0, np.int32)
    moments = (from_us(int(us.min())), from_us(int(us.max())))
    first, last = (local_date(moment, time_zone) for moment in moments if moment is not None)
    edges = _day_edges(first, last, time_zone)
    return (np.searchsorted(edges, us, side="right") - 1 + first.toordinal()).astype(np.int32)


@lru_cache(maxsize=64)
def _day_edges(start: date, end: date, time_zone: str) -> NDArray[np.int64]:
    """First microsecond of each day."""
    steps = range((end - start).days + 1)
    return np.array([to_us(day_start(start + DAY * step, time_zone)) for step in steps], np.int64)
