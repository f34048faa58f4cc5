"""What waits for whom: every open issue has somebody to act on it, and each queue holds what its words say."""

from __future__ import annotations

import numpy as np
import pytest

from geo.access import Role
from geo.clock import NEVER
from geo.errors import BadValueError
from geo.lifecycle import CHANGES, OPEN, Status
from geo.queues import ORDERS, QUEUES, Pick, in_order, queue_of, queues_for


def test_every_open_state_has_a_queue_of_somebody_who_may_take_the_next_step() -> None:
    for status in OPEN:
        queues = [queue for queue in QUEUES if queue.roles and queue.pick in (Pick.ANY, Pick.FRESH, Pick.RETURNED)]
        mine = [queue for queue in queues if status in queue.states]
        next_roles = {role for change in CHANGES if change.before is status for role in change.roles}
        assert mine, status
        assert all(set(queue.roles) & next_roles for queue in mine), status


def test_queues_are_those_of_the_roles_and_auditors_have_none() -> None:
    assert [queue.code for queue in queues_for({Role.INSPECTOR})] == ["verify", "mine"]
    assert [queue.code for queue in queues_for({Role.PLANNER, Role.INSPECTOR})] == [
        *("verify", "mine", "stray", "duplicates")
    ]
    assert queues_for({Role.AUDITOR, Role.ADMINISTRATOR, Role.PUBLIC}) == ()
    assert queue_of("verify").states == {Status.VERIFYING}
    with pytest.raises(BadValueError, match="queue"):
        queue_of("lunch")


class _Columns:
    """The two columns that orders look at."""

    def __init__(self, due: list[int], reported: list[int]) -> None:
        self.due_us, self.reported_us = np.array(due), np.array(reported)


def test_orders_are_by_deadline_with_none_last_and_by_report() -> None:
    table = _Columns([30, NEVER, 10, 30], [4, 3, 2, 4])
    rows = np.arange(4)
    told = {
        order: in_order(rows, table, order, history=None, as_of_us=0).tolist()  # type: ignore[arg-type]
        for order in ORDERS
        if order != "rework"
    }
    assert told == {"due": [2, 0, 3, 1], "newest": [0, 3, 1, 2], "oldest": [2, 1, 0, 3]}
    with pytest.raises(BadValueError, match="order"):
        in_order(rows, table, "price", history=None, as_of_us=0)  # type: ignore[arg-type]
