"""Queues over a store: what an act puts into which, counts that are the summary's, and who reported what."""

from __future__ import annotations

import uuid
from dataclasses import replace

import numpy as np
import pytest

from data.act_desk import IssueAct
from data.runtime import Runtime
from data.store.acting import RefusedTogetherError
from data.work_queues import queue_rows
from geo.access import Role, Viewer
from geo.clock import to_us
from geo.filter import IssueFilter
from geo.lifecycle import Act, Status
from geo.queues import QUEUES, queue_of
from tests.data.test_acts import brought_to, sound
from tests.data.test_changes import change, draft, reported
from tests.small_city import CLOCK

S = Status
ALL = IssueFilter("first", "supervision", CLOCK)


def numbers(live: Runtime, code: str, chosen: IssueFilter = ALL, **options: str) -> list[str]:
    return live.snapshot.records.of(queue_rows(live.snapshot, chosen, queue_of(code), **options)).id.tolist()


def test_an_issue_goes_from_queue_to_queue_and_comes_back_to_whom_it_failed(live: Runtime) -> None:
    issue, version = brought_to(live, S.DISPATCHED)
    assert (numbers(live, "begin"), numbers(live, "returned")) == ([issue], [])
    for step, evidence in ((S.HANDLING, ""), (S.VERIFYING, "p"), (S.DISPATCHED, "")):
        version = change(live, issue, version, step, actor="a" if step is not S.DISPATCHED else "b", note="n",
                         evidence=evidence).version  # fmt: skip
    assert (numbers(live, "begin"), numbers(live, "returned")) == ([], [issue])
    change(live, issue, version, S.HANDLING, actor="a")
    assert (numbers(live, "returned"), numbers(live, "handling")) == ([], [issue])
    first = replace(ALL, as_of=CLOCK)
    assert numbers(live, "open", first) == [issue]


def test_counts_of_states_are_those_of_the_summary(live: Runtime) -> None:
    for status in (S.ACCEPTED, S.FILED, S.FILED, S.DISPATCHED, S.VERIFYING):
        brought_to(live, status)
    reported(live)
    for queue in QUEUES:
        if queue.pick != "any":
            continue
        chosen = replace(ALL, statuses=tuple(status.name for status in queue.states))
        assert len(queue_rows(live.snapshot, ALL, queue)) == live.snapshot.counts(chosen).total, queue.code
    overdue = live.snapshot.counts(replace(ALL, stages=("overdue",))).total
    assert len(numbers(live, "overdue")) == overdue


def test_own_reports_are_those_that_the_account_sent_or_is_named_in(live: Runtime) -> None:
    [mine] = live.submit([draft()], actor="a-1")
    [named] = live.submit([replace(draft(), reporter="a-1")], actor="somebody")
    live.submit([draft()], actor="a-2")
    assert sorted(numbers(live, "mine", account="a-1")) == sorted([mine.id, named.id])
    assert numbers(live, "mine", account="nobody") == []
    assert numbers(live, "mine") == []


def test_what_lies_off_the_roads_is_to_be_corrected(live: Runtime) -> None:
    reported(live)
    rows = np.arange(len(live.snapshot.issues))
    expected = rows[(live.snapshot.issues.segment < 0) | (live.snapshot.issues.subdistrict < 0)]
    assert queue_rows(live.snapshot, ALL, queue_of("stray")).tolist() == expected.tolist()


def test_an_unassigned_issue_is_assigned_and_dispatched_in_one_transaction(live: Runtime) -> None:
    issues = [brought_to(live, S.FILED) for _ in range(3)]
    commander = Viewer("a-1", "n", frozenset({Role.COMMANDER}))
    acts = []
    for issue, version in issues:
        acts.append(IssueAct(issue, version, str(uuid.uuid4()), act=Act.ASSIGN, fields={"department": "d-1"}))
        acts.append(IssueAct(issue, version + 1, str(uuid.uuid4()), S.DISPATCHED))
    assert [outcome.refusal for outcome in live.act_many(acts, actor=commander, preview=True)] == [None] * 6
    before = live.snapshot.revision
    made = live.act_many(acts, actor=commander)
    assert live.snapshot.revision == before + 1
    seen = issues[0][1]
    assert [outcome.receipt.version for outcome in made if outcome.receipt] == [seen + 1, seen + 2] * 3
    assert numbers(live, "dispatch") == []
    assert numbers(live, "begin", replace(ALL, departments=("d-1",))) == [issue for issue, _ in issues]
    assert [o.receipt.created for o in live.act_many(acts, actor=commander) if o.receipt] == [False] * 6
    with pytest.raises(RefusedTogetherError):
        live.act_many([replace(act, client_uuid=str(uuid.uuid4())) for act in acts], actor=commander)
    assert live.snapshot.newest_us >= to_us(CLOCK)
    sound(live)
