"""Many hands on few issues at once, as a state machine: no illegal state, no lost update, and the log tells it all."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

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
from geo.errors import ConflictError, StaleError
from geo.lifecycle import CHANGES, Status
from tests.conftest import SOAK
from tests.data.conftest import runtime_of
from tests.data.test_laws_of_the_store import same_readings
from tests.data.test_runtime import draft
from tests.lawful_acts import BEGIN, an_act, moving_clock, same_past
from tests.small_city import small_city

CITY = small_city()
HANDS = 8
ALLOWED = {(change.before, change.after) for change in CHANGES}
CHOICES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10_000)), min_size=HANDS, max_size=HANDS)


class ManyHands(RuleBasedStateMachine):
    """Reports, and eight acts at a time, each made from what its author saw last."""

    acts = 0

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        folder = self._stack.enter_context(TemporaryDirectory())
        self._stack.enter_context(moving_clock())
        self._live = runtime_of(CITY, f"sqlite:///{Path(folder) / 'store.db'}")
        self._versions: dict[str, int] = {}
        self._report()

    @rule()
    def _report(self) -> None:
        if len(self._versions) < 4:
            [receipt] = self._live.submit([draft(reported_at=BEGIN - timedelta(hours=1))], actor="somebody")
            self._versions[receipt.id] = 1

    @rule(choices=CHOICES)
    def many_act_at_once(self, choices: Sequence[tuple[int, int]]) -> None:
        acts = [an_act(self._live, which % len(self._versions), choice) for which, choice in choices]
        with ThreadPoolExecutor(HANDS) as pool:
            list(pool.map(self._try, range(HANDS), acts))
        ManyHands.acts += HANDS
        for identity, version in self._versions.items():
            rivals = sum(act.issue == identity for act in acts)
            now = self._version(identity)
            assert version <= now <= version + min(1, rivals), "of all who saw one version at most one changes it"
            self._versions[identity] = now

    @rule(choices=CHOICES)
    def many_acts_together(self, choices: Sequence[tuple[int, int]]) -> None:
        acts: dict[str, IssueAct] = {}
        for which, choice in choices:
            act = an_act(self._live, which % len(self._versions), choice)
            acts.setdefault(act.issue, act)
        before = self._live.snapshot.revision
        try:
            for outcome in self._live.act_many(list(acts.values()), actor=f"hand {before}"):
                assert outcome.receipt is not None
                self._versions[outcome.issue] = outcome.receipt.version
        except RefusedTogetherError:
            assert self._live.snapshot.revision == before, "all or none"
        ManyHands.acts += len(acts)

    @invariant()
    def every_issue_is_at_the_version_that_was_told(self) -> None:
        assert {identity: self._version(identity) for identity in self._versions} == self._versions

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

    def _try(self, hand: int, act: IssueAct) -> bool:
        try:
            return bool(self._act(hand, act))
        except (StaleError, ConflictError):
            return False

    def _act(self, hand: int, act: IssueAct) -> bool:
        actor = f"hand {hand} {self._live.snapshot.revision}"
        if act.status is not None:
            wish = {"note": act.note, "evidence": act.evidence, "until": act.until, "client_uuid": act.client_uuid}
            return self._live.change(act.issue, act.version, act.status, actor=actor, **wish).created
        wish = {"note": act.note, "client_uuid": act.client_uuid}
        return self._live.amend(act.issue, act.version, act.act or "", act.fields, actor=actor, **wish).created

    def _version(self, identity: str) -> int:
        with self._live.store.reading() as connection:
            return int(connection.execute(select(ISSUE.c.version).where(ISSUE.c.id == identity)).scalar() or 0)


@pytest.mark.slow
def test_many_hands_on_few_issues() -> None:
    """At full counts 10,000 acts or more."""
    ManyHands.acts = 0
    examples, steps = (30, 60) if SOAK else (3, 12)
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
    assert ManyHands.acts >= (10_000 if SOAK else 40)
