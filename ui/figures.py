"""How a number is written: counts, bounds, rates with their n, intervals, densities, lengths, moments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from geo.campaign import Bound
from geo.text import Language
from i18n import translate

NONE: Final = "—"
"""Stands where a figure is unknown; never where it is zero."""

LEAST_N_FOR_PERCENT: Final = 5
"""A rate over fewer than this many is written as a fraction only."""


def count(value: float) -> str:
    """A count with grouped thousands; a fractional one (lines and polygons split over places) with one decimal."""
    whole = round(value)
    return f"{whole:,}" if abs(value - whole) < 0.05 else f"{value:,.1f}"


def bounded(value: int | None, bound: Bound, language: Language) -> str:
    """A published count that keeps its bound on screen: "12,000+", "about 1,000", "2,366"; NONE if not published."""
    if value is None:
        return NONE
    return translate(f"core.bound_{bound}", language, value=count(value))


def percent(part: float, whole: float) -> str:
    """`part` of `whole` with one decimal; "100%" and "0.0%" are kept for exact cases, so 99.96 % reads "99.9%"."""
    if whole <= 0:
        return NONE
    if part >= whole:
        return "100%"
    if part <= 0:
        return "0%"
    tenths = min(max(round(1000 * part / whole), 1), 999)
    return f"{tenths / 10:.1f}%"


def fraction(part: int, whole: int, language: Language) -> str:
    """ "298 / 317" in Chinese, "298 of 317" in English."""
    return translate("core.fraction", language, part=count(part), whole=count(whole))


def rate(part: int, whole: int, language: Language) -> str:
    """A percentage, or only the fraction where n is under LEAST_N_FOR_PERCENT; NONE where nothing was counted."""
    if whole <= 0:
        return NONE
    return fraction(part, whole, language) if whole < LEAST_N_FOR_PERCENT else percent(part, whole)


def interval(low: float, high: float) -> str:
    """A 95 % interval of a rate as "90.8–96.1%"; its ends are rounded, 100 only where the end is 1."""
    return f"{_end(low)}–{_end(high)}%"


def _end(share: float) -> str:
    if share >= 1 - 1e-9:
        return "100"
    return "0" if share <= 1e-9 else f"{min(100 * share, 99.9):.1f}"


def density(value: float) -> str:
    """A density: whole from 10 upwards, one decimal below, as in the legend."""
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}" if value > 0 else "0"


def length(metres: float, language: Language) -> str:
    """A length: metres below one kilometre, else kilometres with one decimal; NONE for NaN."""
    if metres != metres:
        return NONE
    if metres < 999.5:
        return translate("core.metres", language, value=f"{metres:,.0f}")
    return translate("core.kilometres", language, value=f"{metres / 1000:,.1f}")


def table_moment(moment: datetime | None) -> str:
    """A moment as tables show it, "2021-08-24 18:00", in the zone it carries; NONE for None."""
    return NONE if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def day(value: date, language: Language, *, with_year: bool = False) -> str:
    """A day in running text: "8月24日" or "24 Aug"; `with_year` "2021年8月24日" or "24 Aug 2021"."""
    if language == "zh-CN":
        return (f"{value.year}年" if with_year else "") + f"{value.month}月{value.day}日"
    month = translate("core.months", language).split()[value.month - 1]
    return f"{value.day} {month}" + (f" {value.year}" if with_year else "")


def moment(value: datetime, language: Language) -> str:
    """A moment in running text: "8月24日 18:00" or "24 Aug 18:00", in the zone it carries."""
    return f"{day(value, language)} {value:%H:%M}"


def day_range(first: date, last: date, language: Language) -> str:
    """Two days with the year once: "2021年7月1日–8月24日" or "1 Jul – 24 Aug 2021"."""
    if language == "zh-CN":
        tail = day(last, language) if first.year == last.year else f"{last.year}年{day(last, language)}"
        return f"{first.year}年{day(first, language)}–{tail}"
    head = day(first, language) if first.year == last.year else f"{day(first, language)} {first.year}"
    return f"{head} – {day(last, language)} {last.year}"
