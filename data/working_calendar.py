"""Makes a city's calendar of working days from the `holidays` package, and from what the city's own file adds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import holidays
import numpy as np

from geo.errors import BadValueError
from geo.working_days import FIRST_DAY, LAST_DAY, WorkingCalendar, weekdays

KNOWN_YEARS: Final = range(1990, 2061)
"""The years for which the package is asked; outside them Monday to Friday are working days."""


@dataclass(frozen=True, slots=True)
class CalendarRule:
    """What `[working_days]` of a city file says: a country of the `holidays` package (ISO 3166), a subdivision of it,
    and days that were announced since, which outrank the package."""

    country: str | None = None
    subdivision: str | None = None
    announced_until: date | None = None
    holidays: tuple[date, ...] = ()
    working_days: tuple[date, ...] = ()


def countries() -> Collection[str]:
    """The country codes that the package knows."""
    return holidays.list_supported_countries(include_aliases=False)


def subdivisions(country: str) -> Collection[str]:
    """The subdivisions of `country` that the package knows."""
    return holidays.list_supported_countries(include_aliases=False).get(country, [])


@lru_cache(maxsize=8)
def working_calendar(rule: CalendarRule) -> WorkingCalendar:
    """The working days by `rule`: Monday to Friday but for public holidays, and the make-up days of China.

    Raises BadValueError for a country or subdivision that the package lacks, and for a day that is named both as a
    holiday and as a working day.
    """
    both = set(rule.holidays) & set(rule.working_days)
    if both:
        raise BadValueError("working_days", min(both).isoformat(), "a day that is not also among the holidays")
    working = set(weekdays().tolist())
    if rule.country is not None:
        _keep_to(working, rule.country, rule.subdivision)
    working -= {day.toordinal() for day in rule.holidays}
    working |= {day.toordinal() for day in rule.working_days if FIRST_DAY <= day.toordinal() <= LAST_DAY}
    ordinals = np.array(sorted(working), np.int32)
    ordinals.flags.writeable = False
    return WorkingCalendar(ordinals, rule.announced_until)


def _keep_to(working: set[int], country: str, subdivision: str | None) -> None:
    if country not in countries():
        raise BadValueError("country", country, "a country code of the holidays package, such as CN or US")
    if subdivision is not None and subdivision not in subdivisions(country):
        raise BadValueError("subdivision", subdivision, f"a subdivision of {country} in the holidays package")
    known = holidays.country_holidays(country, subdiv=subdivision, years=KNOWN_YEARS)
    first, last = date(KNOWN_YEARS[0], 1, 1).toordinal(), date(KNOWN_YEARS[-1], 12, 31).toordinal()
    for ordinal in range(first, last + 1):
        if known.is_working_day(date.fromordinal(ordinal)):
            working.add(ordinal)
        else:
            working.discard(ordinal)
