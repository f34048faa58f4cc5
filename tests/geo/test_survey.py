"""Rounds of a survey lose nothing; progress of a programme ends where it stands."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import NEVER, to_us
from geo.filter import IssueFilter
from geo.iso_time import day_start
from geo.selection import CLOSED, REJECTED, chosen_stages
from geo.survey import Round, closing_days, progress, survey_table
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records

CITY = small_city()
ROUNDS = (Round(1, date(2021, 6, 7), date(2021, 6, 20)), Round(2, date(2021, 7, 1), date(2021, 7, 31)))


@given(n=st.integers(0, 60), seed=st.integers(0, 2**31))
def test_every_issue_is_in_one_cell_and_each_cell_is_what_a_filter_finds(n, seed):
    table = build_records(CITY, n, seed, CLOCK).issues
    stages = chosen_stages(table, CITY, IssueFilter("first", "supervision", CLOCK)).copy()
    stages[stages == REJECTED] = -1
    types, areas = len(CITY.catalogue.types), len(CITY.areas.codes)
    found = survey_table(table, stages, ROUNDS, types=types, subdistricts=areas)
    assert found.found.sum() == (stages >= 0).sum()
    assert found.closed.sum() == (stages == CLOSED).sum()
    assert (found.closed <= found.found).all()
    for position, entry in enumerate(ROUNDS):
        asked = IssueFilter(
            "first",
            "supervision",
            CLOCK,
            since=day_start(entry.first, CITY.time_zone),
            until=day_start(entry.last + timedelta(days=1), CITY.time_zone),
        )
        meant = chosen_stages(table, CITY, asked)
        assert found.found[position].sum() == ((meant >= 0) & (meant != REJECTED)).sum()


def test_rounds_that_share_a_day_are_refused():
    table = build_records(CITY, 3, 1, CLOCK).issues
    with pytest.raises(ValueError, match="share a day"):
        survey_table(
            table, table.status, (ROUNDS[0], Round(2, ROUNDS[0].last, date(2021, 7, 1))), types=3, subdistricts=3
        )


def test_progress_ends_at_what_is_done_and_stands_beside_an_even_pace():
    first, due, until = date(2021, 7, 1), date(2021, 7, 31), date(2021, 7, 17)
    days = np.array([date(2021, 7, d).toordinal() for d in (2, 8, 8, 17)])
    steps = progress(days, 10, first=first, due=due, until=until)
    assert [(step.day.day, step.done) for step in steps] == [(1, 0), (8, 3), (15, 3), (17, 4)]
    assert [step.even_pace for step in steps] == pytest.approx([0, 10 * 7 / 30, 10 * 14 / 30, 10 * 16 / 30])
    assert progress(days, 10, first=first, due=due, until=date(2021, 9, 1))[-1].even_pace == 10.0


def test_days_are_those_of_the_city():
    late = day_start(date(2021, 8, 2), "Asia/Shanghai") - timedelta(minutes=1)  # 15:59 on the first in UTC
    offset = 8 * 3_600_000_000
    assert closing_days(np.array([to_us(late), NEVER]), offset).tolist() == [date(2021, 8, 1).toordinal()]
