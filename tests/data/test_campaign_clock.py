"""The wall clock in steps: who asks within one is told one moment, and nothing that has happened is hidden by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.campaign_clock import STEP, in_steps
from geo.clock import NEVER, to_us

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS)
def test_a_step_begins_at_ten_whole_seconds_and_ends_before_the_next(exact: datetime) -> None:
    step = in_steps(exact, NEVER)
    assert (step.second % STEP.seconds, step.microsecond) == (0, 0)
    assert step <= exact < step + STEP


@given(MOMENTS, st.timedeltas(-timedelta(minutes=1), timedelta(minutes=1)))
def test_what_has_happened_is_not_hidden_and_the_clock_does_not_run_ahead(exact: datetime, ago: timedelta) -> None:
    heard = exact - ago
    told = in_steps(exact, to_us(heard))
    assert told <= exact
    assert told >= min(heard, exact)
    assert told in (in_steps(exact, NEVER), heard, exact)
