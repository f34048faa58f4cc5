"""A bulletin keeps to the organisation that was in force at its cut-off, whatever was put since."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from data.bulletins import Bulletin, bulletin_of
from data.documents.organisation import COLLECTION, CURRENT
from data.duties import duties_at, duties_in_force
from data.runtime import Runtime
from geo.filter import IssueFilter
from geo.periods import PeriodKind, period_of
from tests.data.test_changes import reported
from tests.data.test_scope_by_rule import RULES, rule, unit
from tests.small_city import CLOCK

LAST_WEEK = CLOCK - timedelta(days=7)


def organise(live: Runtime, version: int, *rules: dict[str, Any], at: Any) -> None:
    content = {"units": [unit("D01"), unit("D02"), unit("OA", "office", subdistricts=["A"])], "rules": list(rules)}
    live.put_document(
        COLLECTION, CURRENT, content, version, client_uuid=str(uuid.uuid4()), actor="planner", at=at
    )  # fmt: skip


@pytest.fixture
def organised(live: Runtime) -> Runtime:
    """Roads were D02's two weeks ago and are D01's since yesterday."""
    organise(live, 0, *RULES, at=CLOCK - timedelta(days=14))
    organise(live, 1, rule("roads", "D01", types=["E0110"]), at=CLOCK - timedelta(days=1))
    return live


def bulletin(live: Runtime, day: Any) -> Bulletin:
    period = period_of(PeriodKind.WEEK, day, start=live.city.campaign().start)
    return bulletin_of(live.snapshot, IssueFilter("first", "supervision", CLOCK), period)


def test_units_are_those_of_the_cut_off(organised: Runtime) -> None:
    reported(organised, type="E0110", reported_at=LAST_WEEK)
    then, now = bulletin(organised, LAST_WEEK.date()), bulletin(organised, CLOCK.date())
    assert [entry.open for entry in then.by_unit] == [0, 1, 0, 0]
    assert [entry.open for entry in now.by_unit] == [1, 0, 0, 0]
    assert (then.duties.version, now.duties.version) == (1, 2)
    assert then.all.reported == 1
    assert (now.all.reported, now.all.opening, now.before) == (0, 1, then.all)


def test_before_anything_was_put_the_city_s_own_file_holds(organised: Runtime) -> None:
    early = duties_at(organised.snapshot, CLOCK - timedelta(days=15))
    assert (early.version, early.organisation) == (None, organised.city.organisation)
    assert duties_at(organised.snapshot, CLOCK) is duties_in_force(organised.snapshot)
