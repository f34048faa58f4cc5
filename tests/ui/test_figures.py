"""How numbers are written: bounds, rates, intervals, densities, moments."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import figures


@pytest.mark.parametrize(
    ("value", "bound", "zh", "en"),
    [
        (2366, "eq", "2,366", "2,366"),
        (12000, "ge", "12,000+", "12,000+"),
        (1000, "approx", "约1,000", "about 1,000"),
        (None, "eq", "—", "—"),
    ],
)
def test_a_bound_survives_to_the_screen(value: int | None, bound: str, zh: str, en: str) -> None:
    assert figures.bounded(value, bound, "zh-CN") == zh
    assert figures.bounded(value, bound, "en") == en


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (298, 317, "94.0%"),
        (317, 317, "100%"),
        (2499, 2500, "99.9%"),  # 99.96 % never rounds up
        (0, 9, "0%"),
        (1, 10_000, "0.1%"),  # something is never written as nothing
        (0, 0, "—"),
    ],
)
def test_a_percentage_keeps_100_and_0_for_exact_cases(part: int, whole: int, written: str) -> None:
    assert figures.percent(part, whole) == written


@given(st.integers(1, 5000), st.data())
def test_only_all_of_them_is_100_percent(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    assert (figures.percent(part, whole) == "100%") == (part == whole)
    assert (figures.percent(part, whole) == "0%") == (part == 0)


@pytest.mark.parametrize(("part", "whole", "zh", "en"), [(3, 4, "3 / 4", "3 of 4"), (4, 5, "80.0%", "80.0%")])
def test_a_rate_of_fewer_than_five_is_a_fraction(part: int, whole: int, zh: str, en: str) -> None:
    assert figures.rate(part, whole, "zh-CN") == zh
    assert figures.rate(part, whole, "en") == en


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [(0.90807, 0.96128, "90.8–96.1%"), (0.98803, 1.0, "98.8–100%"), (0.0, 0.9999, "0–99.9%")],
)
def test_an_interval_says_100_only_where_its_end_is(low: float, high: float, written: str) -> None:
    assert figures.interval(low, high) == written


@pytest.mark.parametrize(
    ("value", "written"), [(280.4, "280"), (10.0, "10"), (9.96, "10"), (6.23, "6.2"), (0.04, "0.0"), (0.0, "0")]
)
def test_a_density_has_a_decimal_only_below_ten(value: float, written: str) -> None:
    assert figures.density(value) == written


@pytest.mark.parametrize(("value", "written"), [(7, "7"), (7.0000000001, "7"), (2.5, "2.5"), (1234.0, "1,234")])
def test_a_split_count_is_whole_where_it_is(value: float, written: str) -> None:
    assert figures.count(value) == written


def test_lengths_days_and_moments_in_both_languages() -> None:
    assert (figures.length(664.6, "zh-CN"), figures.length(664.6, "en")) == ("665 米", "665 m")
    assert (figures.length(1210, "zh-CN"), figures.length(1210, "en")) == ("1.2 公里", "1.2 km")
    assert figures.length(float("nan"), "en") == "—"
    moment = datetime(2021, 8, 24, 18)  # noqa: DTZ001 - written as it stands
    assert (figures.moment(moment, "zh-CN"), figures.moment(moment, "en")) == ("8月24日 18:00", "24 Aug 18:00")
    assert (figures.table_moment(moment), figures.table_moment(None)) == ("2021-08-24 18:00", "—")
    days = (date(2021, 7, 1), date(2021, 8, 24))
    assert figures.day_range(*days, "zh-CN") == "2021年7月1日–8月24日"
    assert figures.day_range(*days, "en") == "1 Jul – 24 Aug 2021"
    assert figures.day_range(date(2020, 7, 1), days[1], "en") == "1 Jul 2020 – 24 Aug 2021"
