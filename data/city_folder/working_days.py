"""Reads `[working_days]` of a city file: whose holidays the city keeps, and what was announced since."""

from __future__ import annotations

from data.city_folder.section import Section
from data.working_calendar import CalendarRule, working_calendar
from geo.errors import BadValueError
from geo.working_days import WorkingCalendar


def read_calendar(city: Section) -> WorkingCalendar:
    """The city's calendar; Monday to Friday without holidays where the file says nothing. Raises CityError."""
    section = city.optional_section("working_days")
    if section is None:
        return working_calendar(CalendarRule())
    rule = CalendarRule(
        section.optional_text("country"),
        section.optional_text("subdivision"),
        section.optional_day("announced_until"),
        section.days("holidays"),
        section.days("working_days"),
    )
    if rule.subdivision is not None and rule.country is None:
        section.fail("subdivision", "stands without a country", "add the country that it is a part of")
    section.done()
    try:
        return working_calendar(rule)
    except BadValueError as error:
        section.fail(error.key, f"is {error.value!r}", f"write {error.expected}")
