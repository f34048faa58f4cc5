"""The periods of the campaign's mechanism: reviews of three days, weeks from Monday, calendar months."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from geo.iso_time import day_end, day_start

REVIEW_DAYS: Final = 3


class PeriodKind(StrEnum):
    """What is made at its end."""

    REVIEW = "review"  # 三天一会审研判
    WEEK = "week"  # 一周一通报专报
    MONTH = "month"  # 一月一考核排名


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the city, `first` to `last`."""

    kind: PeriodKind
    first: date
    last: date

    @property
    def before(self) -> Period:
        """The period of the same kind that ends on the day before."""
        day = self.first - timedelta(days=1)
        if self.kind is PeriodKind.REVIEW:
            return Period(self.kind, self.first - timedelta(days=REVIEW_DAYS), day)
        return period_of(self.kind, day, start=day)

    def begin(self, time_zone: str) -> datetime:
        """Its first moment (aware UTC)."""
        return day_start(self.first, time_zone)

    def cut_off(self, time_zone: str, now: datetime) -> datetime:
        """Its last moment, or `now` where it has not ended: up to here its figures go."""
        return min(day_end(self.last, time_zone), now)

    def has_ended(self, time_zone: str, now: datetime) -> bool:
        """Whether nothing can come to it any more."""
        return day_end(self.last, time_zone) <= now


def period_of(kind: PeriodKind, day: date, *, start: date) -> Period:
    """The period in which `day` lies. Reviews are counted from the campaign's `start`, also backwards."""
    if kind is PeriodKind.WEEK:
        first = day - timedelta(days=day.weekday())
        return Period(kind, first, first + timedelta(days=6))
    if kind is PeriodKind.MONTH:
        return Period(kind, day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))
    first = start + timedelta(days=(day - start).days // REVIEW_DAYS * REVIEW_DAYS)
    return Period(kind, first, first + timedelta(days=REVIEW_DAYS - 1))


def periods(kind: PeriodKind, start: date, today: date, *, most: int) -> list[Period]:
    """The periods that hold any day from `start` to `today`, the newest first; at most `most`."""
    found: list[Period] = []
    period = period_of(kind, today, start=start)
    while len(found) < most and period.last >= start:
        found.append(period)
        period = period.before
    return found
