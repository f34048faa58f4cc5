"""Many hands on few issues at once, as a state machine: no illegal state, no lost update, and the log tells it all."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from data.act_desk import IssueAct
from data.catching_up import read_snapshot
from data.store.acting import RefusedTogetherError
from data.store.database import read_events
from data.store.projection import cut, project
from data.store.schema import EVENT, ISSUE
from data.store.verify import problems
from geo.clock import to_us
from geo.errors import ConflictError, StaleError, TransitionError
from geo.lifecycle import CHANGES, Act, Status
from tests.conftest import SOAK
from tests.data.conftest import runtime_of
from tests.data.test_laws_of_the_store import same_readings
from tests.data.test_runtime import draft
from tests.lawful_acts import BEGIN, CIRCLE, an_act, moving_clock, refusal_of, same_past
from tests.small_city import small_city
from tests.stores import Stores, made_store

CITY = small_city()
HANDS, ISSUES = 16, 8
ALLOWED = {(change.before, change.after) for change in CHANGES}
STEP = st.integers(0, 10_000).map(lambda n: n if n % 4 == 0 else n // 3 * 3)
"""Mostly what makes a change of status of an act (tests.lawful_acts)."""

CHOICES = st.lists(st.tuples(st.integers(0, ISSUES - 1), STEP), min_size=HANDS, max_size=HANDS)


class ManyHands(RuleBasedStateMachine):
    """Reports, and sixteen acts at a time, each made from what its author saw last.

    `counts` of what the hands did at one time: tried, made (written as an event), and of those the changes of status.
    """

    stores: ClassVar[Stores]
    counts: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        url = self._stack.enter_context(made_store(self.stores, CITY))
        self._stack.enter_context(moving_clock())
        self._live = runtime_of(CITY, url)
        self._pool = self._stack.enter_context(ThreadPoolExecutor(HANDS))
        self._versions: dict[str, int] = {}

    def _somebody_reports(self) -> None:
        [receipt] = self._live.submit([draft(reported_at=BEGIN - timedelta(hours=1))], actor="somebody")
        self._versions[receipt.id] = 1

    @rule(choices=CHOICES)
    def many_act_at_once(self, choices: Sequence[tuple[int, int]]) -> None:
        self._all_at_once(choices)

    @rule(choices=CHOICES)
    def many_act_at_once_again(self, choices: Sequence[tuple[int, int]]) -> None:
        """The same: it comes as often as the others together."""
        self._all_at_once(choices)

    def _all_at_once(self, choices: Sequence[tuple[int, int]]) -> None:
        acts = self._acts(choices)
        refusals = [refusal_of(self._live, act) for act in acts]
        before = self._live.snapshot.revision
        made = list(self._pool.map(self._try, range(HANDS), acts, refusals, [before] * HANDS))
        self.counts["tried"] += HANDS
        self.counts["made"] += sum(made)
        self.counts["changed"] += sum(done for done, act in zip(made, acts, strict=True) if act.status is not None)
        after = self._stored()
        for identity, version in self._versions.items():
            rivals, now = sum(act.issue == identity for act in acts), after[identity]
            assert version <= now <= version + min(1, rivals), "of all who saw one version at most one changes it"
            done = [made[n] for n, act in enumerate(acts) if act.issue == identity]
            assert now - version == sum(done), "and that one is told so"
        self._versions = after

    @rule(choices=CHOICES)
    def many_acts_together(self, choices: Sequence[tuple[int, int]]) -> None:
        acts: dict[str, IssueAct] = {}
        for act in self._acts(choices):
            acts.setdefault(act.issue, act)
        expected = [refusal_of(self._live, act) for act in acts.values()]
        before = self._live.snapshot.revision
        try:
            for outcome in self._live.act_many(list(acts.values()), actor=f"hand {before}"):
                assert outcome.receipt is not None
                self._versions[outcome.issue] = outcome.receipt.version
        except RefusedTogetherError as refused:
            assert self._live.snapshot.revision == before, "all or none"
            for at, refusal in refused.refusals.items():
                assert _may_say(list(acts.values())[at], expected[at], str(refusal)), refusal
        else:
            assert [refusal for refusal in expected if refusal not in (None, CIRCLE)] == []
        self._one_tries_what_no_life_has(*choices[0])

    def _one_tries_what_no_life_has(self, which: int, choice: int) -> None:
        row = which % len(self._versions)
        [identity] = self._live.snapshot.records.of(np.array([row])).id
        before = Status(int(self._live.snapshot.issues.status[row]))
        never = [status for status in Status if (before, status) not in ALLOWED]
        wish = {"actor": f"rogue {choice}", "note": "n", "evidence": "e", "client_uuid": str(uuid.uuid4())}
        with pytest.raises(TransitionError):
            self._live.change(str(identity), self._versions[identity], never[choice % len(never)], **wish)

    @invariant()
    def every_issue_is_at_the_version_that_was_told(self) -> None:
        assert self._stored() == self._versions

    def teardown(self) -> None:
        live = self._live
        try:
            same_readings(live.snapshot, read_snapshot(live.store, CITY))
            for row in range(len(live.snapshot.issues)):
                walk = [step.status for step in live.snapshot.events(row)]
                assert walk[0] is Status.REPORTED
                assert set(pairwise(walk)) <= ALLOWED, "no illegal state"
            with live.store.reading() as connection:
                assert problems(connection, CITY) == []
                moments = connection.execute(select(EVENT.c.seq)).scalars().all()
                for hours in range(-1, len(moments) + 2, max(1, len(moments) // 6)):
                    as_of = BEGIN + timedelta(hours=hours)
                    same_past(live, project(cut(read_events(connection), to_us(as_of))), as_of)
        finally:
            live.close()
            self._stack.close()

    def _try(self, hand: int, act: IssueAct, expected: str | None, before: int) -> bool:
        """Whether the act was made; it may come too late, and be refused for what it was bound to be refused for."""
        try:
            made = self._act(hand, act, before)
        except StaleError:
            return False
        except ConflictError as refusal:
            if not _may_say(act, expected, str(refusal)):
                raise
            return False
        assert expected is None or act.act is Act.LINK, f"{act} was made, though {expected}"
        return made

    def _act(self, hand: int, act: IssueAct, before: int) -> bool:
        actor = f"hand {hand} {before}"
        if act.status is not None:
            wish = {"note": act.note, "evidence": act.evidence, "until": act.until, "client_uuid": act.client_uuid}
            return self._live.change(act.issue, act.version, act.status, actor=actor, **wish).created
        wish = {"note": act.note, "client_uuid": act.client_uuid}
        return self._live.amend(act.issue, act.version, act.act or "", act.fields, actor=actor, **wish).created

    def _going_on(self) -> list[int]:
        """Positions of the issues to which something may still happen: those that are not rejected."""
        return np.flatnonzero(self._live.snapshot.issues.status != Status.REJECTED).tolist()

    def _acts(self, choices: Sequence[tuple[int, int]]) -> list[IssueAct]:
        """An act of each hand; two by two they go for the same issue, where they choose alike. For what was rejected
        something new is reported."""
        while len(rows := self._going_on()) < ISSUES:
            self._somebody_reports()
        return [
            an_act(self._live, rows[(hand // 2 + which) % len(rows)], choice)
            for hand, (which, choice) in enumerate(choices)
        ]

    def _stored(self) -> dict[str, int]:
        """The versions of all issues."""
        with self._live.store.reading() as connection:
            return {row.id: row.version for row in connection.execute(select(ISSUE.c.id, ISSUE.c.version))}


def _may_say(act: IssueAct, expected: str | None, refusal: str) -> bool:
    """Whether that was to be expected. A link may close a circle with another that was made a moment before."""
    closes = act.act is Act.LINK and CIRCLE in refusal
    return closes or (expected is not None and expected in refusal)


@pytest.mark.slow
def test_many_hands_on_few_issues(stores: Stores) -> None:
    """At full counts 10,000 changes of status or more are made, by hands that act at one time."""
    ManyHands.stores = stores
    ManyHands.counts.clear()
    examples, steps = (36, 150) if SOAK else (2, 8)
    quiet = list(HealthCheck)
    run_state_machine_as_test(
        ManyHands,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=quiet,
            derandomize=True,
        ),
    )
    assert ManyHands.counts["changed"] >= (10_000 if SOAK else 10), ManyHands.counts
    assert ManyHands.counts["made"] < ManyHands.counts["tried"], "some came too late"
