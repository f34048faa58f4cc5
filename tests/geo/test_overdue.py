"""Overdue: levels by working days past due, and each unit's figures, against a plain reading of each issue."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import NEVER, from_us, to_us
from geo.errors import BadValueError
from geo.escalation import Escalation, EscalationLevel
from geo.lifecycle import Stage, Status
from geo.overdue import DUE_SOON, NO_LEVEL, escalation_levels, fell_due, local_days, unit_figures
from geo.selection import STAGES, stage_of
from geo.text import Text
from geo.working_days import WorkingCalendar, weekdays

NAME = Text("级", "Level")
STEPS = Escalation(tuple(EscalationLevel(f"l{n}", NAME, NAME, n) for n in (0, 3, 5)), due_soon_hours=24)
HANDLING, VERIFYING, OVERDUE, CLOSED, REJECTED = (STAGES.index(stage) for stage in Stage)
WEEK = WorkingCalendar(weekdays())
SHANGHAI = "Asia/Shanghai"
UNITS = 3


def us(text: str) -> int:
    return to_us(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("due", "now", "level"),
    [
        ("2021-08-20T18:00+08:00", "2021-08-19T17:59+08:00", NO_LEVEL),
        ("2021-08-20T18:00+08:00", "2021-08-19T18:00+08:00", DUE_SOON),
        ("2021-08-20T18:00+08:00", "2021-08-20T18:00+08:00", DUE_SOON),  # due now is not yet overdue
        ("2021-08-20T18:00+08:00", "2021-08-20T18:01+08:00", 1),  # a Friday
        ("2021-08-20T18:00+08:00", "2021-08-22T12:00+08:00", 1),  # Sunday
        ("2021-08-20T18:00+08:00", "2021-08-24T23:59+08:00", 1),  # two working days past
        ("2021-08-20T18:00+08:00", "2021-08-25T00:00+08:00", 2),
        ("2021-08-20T18:00+08:00", "2021-08-26T23:59+08:00", 2),
        ("2021-08-20T18:00+08:00", "2021-08-27T00:00+08:00", 3),
        ("2021-08-20T18:00+08:00", "2022-08-27T00:00+08:00", 3),
    ],
)
def test_a_level_begins_after_so_many_working_days(due: str, now: str, level: int) -> None:
    stages = np.array([HANDLING if level < 1 else OVERDUE], np.int8)
    found = escalation_levels(stages, np.array([us(due)]), us(now), escalation=STEPS, calendar=WEEK, time_zone=SHANGHAI)
    assert found.tolist() == [level]


@given(
    st.lists(st.tuples(st.sampled_from(Status), st.integers(0, 40), st.integers(0, 1)), max_size=6),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_something_fell_due_where_more_is_overdue_than_before(
    issues: list[tuple[Status, int, int]], one: int, other: int
) -> None:
    after, until = sorted((one, other))
    status, due, campaign = (np.array([issue[at] for issue in issues], np.int64) for at in range(3))
    table = SimpleNamespace(status=status.astype(np.int8), due_us=due, campaign=campaign)

    def overdue(as_of: int) -> int:
        stages = stage_of(table.status, table.due_us, as_of)
        return int(np.count_nonzero((stages == OVERDUE) & (campaign == 1)))

    found = fell_due(table, np.array([False, True]), after, until)  # type: ignore[arg-type]
    assert found == (overdue(until) > overdue(after))


@pytest.mark.parametrize("stage", [CLOSED, REJECTED, -1])
def test_what_is_not_open_has_no_level(stage: int) -> None:
    found = escalation_levels(
        np.array([stage], np.int8),
        np.array([us("2021-08-01T00:00+08:00")]),
        us("2021-08-24T18:00+08:00"),
        escalation=STEPS,
        calendar=WEEK,
        time_zone=SHANGHAI,
    )
    assert found.tolist() == [NO_LEVEL]


@pytest.mark.parametrize("starts", [(1,), (0, 0), (0, 3, 2)])
def test_levels_begin_at_zero_and_rise(starts: tuple[int, ...]) -> None:
    with pytest.raises(BadValueError, match="from_working_days"):
        Escalation(tuple(EscalationLevel(f"l{n}", NAME, NAME, n) for n in starts))


@given(
    st.lists(st.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2040-01-01")), max_size=20),
    st.sampled_from([SHANGHAI, "America/Chicago", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_dates_are_those_of_the_citys_wall_calendar(moments: list[datetime], zone: str) -> None:
    aware = [moment.replace(tzinfo=UTC) for moment in moments]
    found = local_days(np.array([to_us(moment) for moment in aware], np.int64), zone)
    assert found.tolist() == [moment.astimezone(ZoneInfo(zone)).date().toordinal() for moment in aware]


NOW = us("2021-08-24T18:00+08:00")
DAY_US = 86_400_000_000
issues = st.lists(
    st.tuples(
        st.integers(-1, UNITS - 1),
        st.sampled_from([HANDLING, VERIFYING, CLOSED, REJECTED, -1]),
        st.one_of(st.none(), st.integers(-30, 10)),
        st.integers(-29, 0),
        st.integers(0, 3),
    ),
    max_size=30,
)


@given(issues)
def test_the_figures_of_every_unit_are_those_of_its_issues(
    drawn: list[tuple[int, int, int | None, int, int]],
) -> None:
    unit = np.array([row[0] for row in drawn], np.int32)
    due_us = np.array([NEVER if row[2] is None else NOW + row[2] * DAY_US for row in drawn], np.int64)
    stages = np.array([row[1] for row in drawn], np.int8)
    stages[(due_us != NEVER) & (due_us < NOW) & ((stages == HANDLING) | (stages == VERIFYING))] = OVERDUE
    closed_us = np.array([NOW + row[3] * DAY_US if row[1] == CLOSED else NEVER for row in drawn], np.int64)
    rework = np.array([row[4] for row in drawn], np.int16)
    levels = escalation_levels(stages, due_us, NOW, escalation=STEPS, calendar=WEEK, time_zone=SHANGHAI)
    found = unit_figures(unit, stages, due_us, closed_us, rework, levels, units=UNITS, most_level=3)
    for u in range(UNITS + 1):
        own = [n for n, row in enumerate(drawn) if (row[0] if row[0] >= 0 else UNITS) == u]
        opened = [n for n in own if stages[n] in (HANDLING, VERIFYING, OVERDUE)]
        overdue = [n for n in opened if stages[n] == OVERDUE]
        closed = [n for n in own if stages[n] == CLOSED]
        assert found.open[u] == len(opened)
        assert found.overdue[u] == len(overdue) == sum(found.by_level[u, 1:])
        assert found.closed[u] == len(closed)
        assert found.rework[u] == sum(drawn[n][4] for n in opened + closed)
        assert found.is_zero(u) == (not overdue)
        late = [int(closed_us[n]) for n in closed if due_us[n] != NEVER and closed_us[n] > due_us[n]]
        assert found.zero_since_us[u] == (max(late) if late and not overdue else NEVER)


def test_zero_rolls_from_the_closing_of_the_last_overdue_issue() -> None:
    """Unit 0 closed one late on 20 August, unit 1 closed one in time, unit 2 has one that is overdue."""
    due = np.array([us("2021-08-18T18:00+08:00")] * 3)
    closed = np.array([us("2021-08-20T09:00+08:00"), us("2021-08-17T09:00+08:00"), NEVER])
    stages = np.array([CLOSED, CLOSED, OVERDUE], np.int8)
    levels = escalation_levels(stages, due, NOW, escalation=STEPS, calendar=WEEK, time_zone=SHANGHAI)
    figures = unit_figures(np.arange(3), stages, due, closed, np.zeros(3, np.int16), levels, units=UNITS, most_level=3)
    assert [figures.is_zero(u) for u in range(3)] == [True, True, False]
    assert from_us(int(figures.zero_since_us[0])) == datetime(2021, 8, 20, 1, tzinfo=UTC)
    assert figures.zero_since_us[1:3].tolist() == [NEVER, NEVER]
    assert levels.tolist() == [NO_LEVEL, NO_LEVEL, 2], "four working days past due"
    assert date(2021, 8, 18).weekday() == 2
