"""The life of an issue: its states, and the one table of allowed changes (who, from where, to where, with what)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from geo.access import Role
from geo.errors import BadValueError, TransitionError


class Status(IntEnum):
    """Workflow state; the number is what tables store, the name is what people and exports see."""

    REPORTED = 0
    ACCEPTED = 1  # 受理
    FILED = 2  # 立案
    DISPATCHED = 3  # 派遣
    HANDLING = 4  # 处置
    VERIFYING = 5  # 核查
    CLOSED = 6  # 结案
    REJECTED = 7
    DEFERRED = 8  # 缓办


class Stage(StrEnum):
    """What a symbol on the map says: the workflow folded to five kinds; overdue outranks the state."""

    HANDLING = "handling"
    VERIFYING = "verifying"
    OVERDUE = "overdue"
    CLOSED = "closed"
    REJECTED = "rejected"


OPEN = frozenset(Status) - {Status.CLOSED, Status.REJECTED}
"""In progress: every state but CLOSED and REJECTED."""


class Evidence(StrEnum):
    """What a change must bring with it."""

    NONE = "none"
    REASON = "reason"
    PROOF = "proof"  # a photo, or a written finding where no photo is possible


@dataclass(frozen=True, slots=True)
class Change:
    """One allowed change of status."""

    before: Status
    after: Status
    role: Role
    evidence: Evidence = Evidence.NONE


S, R, E = Status, Role, Evidence
CHANGES: tuple[Change, ...] = (
    Change(S.REPORTED, S.ACCEPTED, R.COMMANDER),
    Change(S.REPORTED, S.REJECTED, R.COMMANDER, E.REASON),
    Change(S.ACCEPTED, S.FILED, R.COMMANDER),
    Change(S.ACCEPTED, S.REJECTED, R.COMMANDER, E.REASON),
    Change(S.FILED, S.DISPATCHED, R.COMMANDER),
    Change(S.FILED, S.DEFERRED, R.COMMANDER, E.REASON),
    Change(S.DISPATCHED, S.HANDLING, R.DEPARTMENT),
    Change(S.DISPATCHED, S.DEFERRED, R.COMMANDER, E.REASON),
    Change(S.HANDLING, S.VERIFYING, R.DEPARTMENT, E.PROOF),
    Change(S.HANDLING, S.DEFERRED, R.COMMANDER, E.REASON),
    Change(S.DEFERRED, S.DISPATCHED, R.COMMANDER),
    Change(S.VERIFYING, S.CLOSED, R.INSPECTOR, E.PROOF),
    Change(S.VERIFYING, S.DISPATCHED, R.INSPECTOR, E.REASON),  # failed verification: adds one to the rework count
)
del S, R, E

_ALLOWED = {(change.before, change.after): change for change in CHANGES}


def change_between(before: Status, after: Status) -> Change:
    """The rule for `before` → `after`; raises TransitionError where the life of an issue has no such step."""
    try:
        return _ALLOWED[before, after]
    except KeyError:
        after_names = [Status(b).name for (a, b) in _ALLOWED if a == before]
        allowed = ", ".join(after_names) if after_names else "nothing: the case is at its end"
        raise TransitionError(
            f"{before.name} cannot become {after.name}; from {before.name} the next may be {allowed}"
        ) from None


def check_change(
    before: Status, after: Status, *, actor: str, handlers: Collection[str], note: str, evidence: str
) -> Change:
    """The rule for `before` → `after`, if the change brings what it asks for: a reason in `note`, or proof in
    `evidence`; and who closes an issue is none of its `handlers`.

    Raises TransitionError where there is no such step, BadValueError for what is missing.
    """
    rule = change_between(before, after)
    step = f"{before.name} → {after.name}"
    if rule.evidence is Evidence.REASON and not note.strip():
        raise BadValueError("note", note, f"a reason for {step}")
    if rule.evidence is Evidence.PROOF and not evidence.strip():
        raise BadValueError("evidence", evidence, f"a photo or a written finding for {step}")
    if after is Status.CLOSED and actor in handlers:
        raise BadValueError("actor", actor, f"for {step} somebody other than who handled the issue")
    return rule
