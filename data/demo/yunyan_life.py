"""The steps that explain each invented status: legal ones only, in working hours, by different hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.demo.dice import Dice
from data.demo.yunyan_calendar import Calendar, utc
from data.demo.yunyan_words import Words
from geo.issue import Transition
from geo.lifecycle import Status

HEADQUARTERS = "区创文指挥部（演示）"
GROUPS = 14  # 6 sector and 8 site groups

Plan = tuple[tuple[Status, float], ...]
"""Steps after the report, each at a part of the time from report to close."""

S = Status
FORWARD: Plan = ((S.ACCEPTED, 0.03), (S.FILED, 0.07), (S.DISPATCHED, 0.13), (S.HANDLING, 0.3), (S.VERIFYING, 0.72))
TO_CLOSE: Plan = (*FORWARD, (S.CLOSED, 1.0))
WITH_REWORK: Plan = (
    *((status, part * 0.6) for status, part in FORWARD),
    (S.DISPATCHED, 0.55),
    (S.HANDLING, 0.66),
    (S.VERIFYING, 0.86),
    (S.CLOSED, 1.0),
)
AFTER_DEFERRAL: Plan = (
    (S.ACCEPTED, 0.02),
    (S.FILED, 0.05),
    (S.DEFERRED, 0.12),
    (S.DISPATCHED, 0.5),
    (S.HANDLING, 0.6),
    (S.VERIFYING, 0.85),
    (S.CLOSED, 1.0),
)


@dataclass(frozen=True, slots=True)
class Case:
    """What the steps of one issue need to know."""

    type: str
    reported: datetime
    inspector: str


class Life:
    """Draws histories that end before the clock."""

    def __init__(self, calendar: Calendar, words: Words, dice: Dice) -> None:
        self._calendar, self._words, self._dice = calendar, words, dice

    def inspector(self) -> str:
        """One of the supervision groups."""
        return f"督查组{self._dice.whole(1, GROUPS):02d}"

    def closed(self, case: Case, hours: float) -> tuple[Transition, ...]:
        """A whole life of about `hours`; some fail a verification once, a few are put off for a while."""
        draw = self._dice.unit()
        plan = WITH_REWORK if draw < 0.06 and hours > 8 else AFTER_DEFERRAL if draw > 0.992 and hours > 48 else TO_CLOSE
        return self._steps(case, plan, hours)

    def open(self, case: Case, status: Status, hours: float) -> tuple[Transition, ...]:
        """A life that has come to `status` (REPORTED, DEFERRED or one of FORWARD), `hours` after the report."""
        if status == S.DEFERRED:
            plan: Plan = ((S.ACCEPTED, 0.1), (S.FILED, 0.25), (S.DEFERRED, 1.0))
        else:
            count = next((n for n, (step, _) in enumerate(FORWARD, 1) if step == status), 0)
            scale = FORWARD[count - 1][1] if count else 1.0
            plan = tuple((step, part / scale) for step, part in FORWARD[:count])
        return self._steps(case, plan, hours)

    def _steps(self, case: Case, plan: Plan, hours: float) -> tuple[Transition, ...]:
        """The plan stretched over `hours`, moved into working hours, and pressed before the clock."""
        calendar, dice = self._calendar, self._dice
        last = calendar.clock - timedelta(minutes=dice.whole(1, 9))
        room = (last - case.reported).total_seconds()
        moments: list[datetime] = []
        previous = case.reported
        for position, (_, part) in enumerate(plan):
            wobble = 1.0 if part >= 1 else dice.between(0.85, 1.1)
            moment = calendar.working(case.reported + timedelta(seconds=int(hours * 3600 * part * wobble)))
            at_least = dice.whole(20, 240) if position < 3 else dice.whole(240, 2400)  # paper is quicker than work
            moment = max(moment, previous + timedelta(seconds=at_least))
            latest = last - timedelta(seconds=int(room / 40) * (len(plan) - 1 - position))
            moment = max(min(moment, latest), previous + timedelta(seconds=1))
            moments.append(moment)
            previous = moment
        assert previous < calendar.clock
        return tuple(self._transition(case, plan, position, moment) for position, moment in enumerate(moments))

    def _transition(self, case: Case, plan: Plan, position: int, moment: datetime) -> Transition:
        status = plan[position][0]
        before = plan[position - 1][0] if position else S.REPORTED
        department = self._words.department(case.type)
        if status in (S.ACCEPTED, S.FILED):
            return Transition(status, utc(moment), HEADQUARTERS)
        if status == S.DISPATCHED:
            if before == S.VERIFYING:
                note = self._dice.pick(self._words.rework)
                return Transition(status, utc(moment), self._verifier(case), note=note)
            return Transition(status, utc(moment), HEADQUARTERS, note=f"派 {department}")
        if status == S.DEFERRED:
            return Transition(status, utc(moment), HEADQUARTERS, note=self._dice.pick(self._words.deferral))
        if status == S.HANDLING:
            return Transition(status, utc(moment), department)
        if status == S.VERIFYING:
            proof = f"整改照片 {self._dice.whole(1, 4)} 张（演示）"
            return Transition(status, utc(moment), department, note=self._words.remedy(case.type), evidence=proof)
        return Transition(
            status, utc(moment), self._verifier(case), note="现场核查通过，销号", evidence="核查照片 1 张（演示）"
        )

    def _verifier(self, case: Case) -> str:
        """A group other than the one that reported."""
        number = int(case.inspector[-2:])
        return f"督查组{(number + self._dice.whole(1, GROUPS - 1) - 1) % GROUPS + 1:02d}"
