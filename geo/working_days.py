"""Working days and the deadlines counted in them; the calendar is an argument, made in data/working_calendar.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValueError
from geo.iso_time import FIRST_YEAR, LAST_YEAR, day_end, local_date

Unit = Literal["hours", "working_days"]
UNITS: Final[tuple[Unit, ...]] = ("hours", "working_days")
MOST: Final = 10_000
"""The longest deadline or extension, in its unit: over a year of hours, forty years of working days."""

FIRST_DAY: Final = date(FIRST_YEAR, 1, 1).toordinal()
LAST_DAY: Final = date(LAST_YEAR, 12, 31).toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class WorkingCalendar:
    """The working days of a city: `ordinals` (date.toordinal()), ascending, within the years 1900 to 2200.

    `announced_until` is the last day whose holidays and make-up days were announced: later days are the best guess
    from what the law says every year. None where no announcement is needed to know them.
    """

    ordinals: NDArray[np.int32]
    announced_until: date | None = None

    def is_working(self, day: date) -> bool:
        """Whether people work on `day`."""
        return self.count_before(day.toordinal() + 1) > self.count_before(day.toordinal())

    def count_before(self, ordinal: int) -> int:
        """How many working days lie before the day of that ordinal."""
        return int(np.searchsorted(self.ordinals, ordinal))

    def is_announced(self, moment: datetime, time_zone: str) -> bool:
        """Whether the calendar was announced for the day of `moment` (aware)."""
        return self.announced_until is None or local_date(moment, time_zone) <= self.announced_until


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """How long a department has: so many hours of the clock, or so many working days."""

    amount: int
    unit: Unit = "hours"

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise BadValueError("unit", self.unit, "hours or working_days")
        if isinstance(self.amount, bool) or not isinstance(self.amount, int) or not 1 <= self.amount <= MOST:
            raise BadValueError(self.unit, self.amount, f"a whole number from 1 to {MOST:,}")


def weekdays() -> NDArray[np.int32]:
    """Every Monday to Friday of the years 1900 to 2200, as ordinals: the calendar of a place without holidays."""
    days = np.arange(FIRST_DAY, LAST_DAY + 1, dtype=np.int32)
    return days[(days - 1) % 7 < 5]  # ordinal 1 was a Monday


def nth_working_day(calendar: WorkingCalendar, day: date, n: int) -> date:
    """The `n`-th working day after `day`, which itself is not counted; n from 1. BadValueError past the year 2200."""
    at = calendar.count_before(day.toordinal() + 1) + n - 1
    if at >= len(calendar.ordinals):
        raise BadValueError("working_days", n, f"a deadline not later than the year {LAST_YEAR}")
    return date.fromordinal(int(calendar.ordinals[at]))


def deadline(start: datetime, rule: DeadlineRule, calendar: WorkingCalendar, time_zone: str) -> datetime:
    """When something due by `rule` from `start` (aware) on is due, as aware UTC.

    Hours run by the clock, day and night, from `start` on, also where clocks are changed. Of working days the day of
    `start` is not counted, and the deadline is the last microsecond of the n-th one in the city's time zone: Civil
    Code of the People's Republic of China, articles 201 and 203.
    """
    if rule.unit == "hours":
        return start.astimezone(UTC) + timedelta(hours=rule.amount)
    return day_end(nth_working_day(calendar, local_date(start, time_zone), rule.amount), time_zone)


def extended(
    due: datetime, rule: DeadlineRule, calendar: WorkingCalendar, time_zone: str, *, now: datetime
) -> datetime:
    """`due` moved by `rule`: counted from the old deadline, or from `now` where that has passed. Aware UTC."""
    return deadline(max(due, now), rule, calendar, time_zone)


def working_days_between(
    calendar: WorkingCalendar, start_day: NDArray[np.integer], end_day: NDArray[np.integer] | int
) -> NDArray[np.int32]:
    """How many working days lie after each `start_day` up to and with `end_day` (ordinals); 0 where it is not later."""
    after = np.searchsorted(calendar.ordinals, np.asarray(start_day), side="right")
    until = np.searchsorted(calendar.ordinals, np.asarray(end_day), side="right")
    days: NDArray[np.int32] = np.maximum(until - after, 0).astype(np.int32)
    return days
