"""Endings of all issues: the compiled pass says what numpy says, and both what each history says by itself."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import NEVER, to_us
from geo.endings import endings_of_all
from geo.history import endings_at
from geo.lifecycle import Status
from tests.small_city import CLOCK, small_city
from tests.strategies import compiled_passes, records

CITY = small_city()


@given(records(CITY), st.integers(-60, 3))
def test_both_ways_say_what_each_history_says(drawn, days: int) -> None:
    moment = to_us(CLOCK + timedelta(days=days))
    plain = endings_of_all(drawn.history, moment)
    with compiled_passes():
        compiled = endings_of_all(drawn.history, moment)
    for one in (plain, compiled):
        for row in range(len(drawn.history)):
            at, states = drawn.history.of_row(row)
            known = [(us, state) for us, state in zip(at, states, strict=True) if us <= moment]
            closed = known[-1][0] if known and known[-1][1] is Status.CLOSED else NEVER
            failed = sum(a[1] is Status.VERIFYING and b[1] is Status.DISPATCHED for a, b in pairwise(known))
            assert (int(one.closed_us[row]), int(one.rework[row])) == (closed, failed)
    rows = np.arange(len(drawn.history))
    assert np.array_equal(plain.rework, endings_at(drawn.history, rows, moment).rework)
