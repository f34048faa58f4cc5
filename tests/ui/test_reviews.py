"""Review, bulletin and ranking as pages: each figure with its cut-off and denominator, the same as the route's."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.ui.conftest import Page
from tests.ui.test_organisation import said

Open = Callable[..., Page]
pytestmark = pytest.mark.slow  # whole pages
_FIGURE = r"(?:rejected|cut-off|since|began)\s+[+−=]?\s*([\d,]+)"


@pytest.mark.parametrize("kind", ["review", "week", "month"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_each_sheet_is_drawn_in_both_languages(page: Open, kind: str, language: str) -> None:
    shown = page("reviews", tab=kind, lang=language)
    assert ("截至 2021-08-24 18:00" if language == "zh-CN" else "as of 2021-08-24 18:00") in said(shown)
    assert f"kind={kind}" in shown.markup


def test_the_balance_ends_with_the_81_of_the_record(page: Open) -> None:
    shown = page("reviews", tab="month", lang="en")
    table = re.search(r"Open before.*?past their deadline", shown.words, re.DOTALL)
    assert table is not None
    opening, new, closed, reopened, rejected, left = (
        int(number.replace(",", "")) for number in re.findall(_FIGURE, table[0])[:6]
    )  # fmt: skip
    assert opening + new - closed + reopened - rejected == left == 81
    assert "12 of 81 open" in said(shown)


def test_the_month_ranks_by_the_method_that_it_tells(page: Open) -> None:
    shown = page("reviews", tab="month", lang="en")
    assert "Method: by the share of deadlines kept" in said(shown)
    assert "Ranking of subdistricts*" in said(shown)
    ended = page("reviews", tab="month", day="2021-07-15", lang="en")
    assert "as of 2021-07-31 23:59" in said(ended)
    assert "the period is still running" not in said(ended)


def test_a_day_that_cannot_be_shown_leads_to_the_newest(page: Open) -> None:
    newest = page("reviews", tab="week", lang="en").words
    for day in ("2031-01-01", "1999-01-01", "nonsense"):
        assert page("reviews", tab="week", day=day, lang="en").words == newest


def test_of_a_register_without_published_splits_nothing_is_told_unless_asked(page: Open) -> None:
    shown = page("reviews", register="facility_survey", lang="en")
    assert "how many were rectified was not published" in said(shown)
    assert "Open before" not in said(shown)
    assert "Open before" in said(page("reviews", register="facility_survey", splits="1", lang="en"))


def test_another_kind_keeps_to_the_same_time(page: Open) -> None:
    shown = page("reviews", tab="week", day="2021-07-14", lang="en")
    assert "12 Jul – 18 Jul 2021" in said(shown)
    shown.at.button_group(key="reviews-kind").set_value("month")
    shown.run()
    assert shown.address["tab"] == ["month"]
    assert "1 Jul – 31 Jul 2021" in said(shown)
