"""The life of an issue: its states, and the one table of what may be done to it (by whom, when, with what)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from geo.access import Role, Subject, Viewer
from geo.errors import BadValueError, NotAllowedError, TransitionError, Word


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


_PHOTO: Final = re.compile(r"^photo:([0-9a-f]{64})$", re.MULTILINE)


def photos_named(evidence: str) -> tuple[str, ...]:
    """The photos (SHA-256) that a proof consists of besides words: each stands on a line of its own as `photo:…`."""
    return tuple(_PHOTO.findall(evidence))


def says_something(text: str) -> bool:
    """Whether anything in `text` can be read: a letter, digit or sign; not spaces and invisible characters alone."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


class Deadline(StrEnum):
    """What an act does to the moment by which an issue is due."""

    KEPT = "kept"
    NOT_BEFORE = "not before"  # it moves to the end of the deferral, where it would come sooner
    AFRESH = "afresh"  # a new one from the act on
    SET = "set"  # the one that the act names


@dataclass(frozen=True, slots=True)
class Change:
    """One allowed change of status. `by_reporter`: whoever reported the issue may make it too."""

    before: Status
    after: Status
    roles: tuple[Role, ...]
    evidence: Evidence = Evidence.NONE
    deadline: Deadline = Deadline.KEPT
    by_reporter: bool = False


class Act(StrEnum):
    """What else may be done to an issue, its status untouched."""

    ASSIGN = "assign"
    EXTEND = "extend"
    ASK = "ask_extension"  # the deadline stays until it is granted, which EXTEND or a deferral does
    REFUSE = "refuse_extension"
    CORRECT = "correct"
    LINK = "link"  # as a duplicate of another issue
    UNLINK = "unlink"
    ATTACH = "attach"  # a photo
    DETACH = "detach"


@dataclass(frozen=True, slots=True)
class Amendment:
    """One kind of amendment: which fields it may set (`must`: all of them), in which states."""

    act: Act
    roles: tuple[Role, ...]
    fields: tuple[str, ...]
    states: frozenset[Status]
    must: bool = True
    evidence: Evidence = Evidence.NONE
    deadline: Deadline = Deadline.KEPT


S, R, E, D, A = Status, Role, Evidence, Deadline, Act
_HQ, _STREET, _UNIT = (R.COMMANDER,), (R.INSPECTOR,), (R.DEPARTMENT,)
CHANGES: Final[tuple[Change, ...]] = (
    Change(S.REPORTED, S.ACCEPTED, _HQ),
    Change(S.REPORTED, S.REJECTED, _HQ, E.REASON, by_reporter=True),  # withdrawn, where its reporter does it
    Change(S.REPORTED, S.VERIFYING, _STREET, E.PROOF),  # fixed on sight: somebody else still verifies it
    Change(S.ACCEPTED, S.FILED, _HQ),
    Change(S.ACCEPTED, S.REJECTED, _HQ, E.REASON, by_reporter=True),
    Change(S.FILED, S.DISPATCHED, _HQ),
    Change(S.FILED, S.DEFERRED, _HQ, E.REASON, D.NOT_BEFORE),
    Change(S.FILED, S.REJECTED, (), E.REASON, by_reporter=True),
    Change(S.DISPATCHED, S.HANDLING, _UNIT),
    Change(S.DISPATCHED, S.DEFERRED, _HQ, E.REASON, D.NOT_BEFORE),
    Change(S.HANDLING, S.VERIFYING, _UNIT, E.PROOF),
    Change(S.HANDLING, S.DEFERRED, _HQ, E.REASON, D.NOT_BEFORE),
    Change(S.DEFERRED, S.DISPATCHED, _HQ),  # resumed
    Change(S.VERIFYING, S.CLOSED, _STREET, E.PROOF),
    Change(S.VERIFYING, S.DISPATCHED, _STREET, E.REASON),  # failed verification: adds one to the rework count
    Change(S.CLOSED, S.DISPATCHED, _HQ + _STREET, E.REASON, D.AFRESH),  # reopened: counted too
)
AMENDMENTS: Final[tuple[Amendment, ...]] = (
    Amendment(A.ASSIGN, _HQ, ("department",), OPEN),
    Amendment(A.EXTEND, _HQ, ("due_at",), OPEN, evidence=E.REASON, deadline=D.SET),
    Amendment(A.ASK, _UNIT, ("until",), OPEN, evidence=E.REASON),
    Amendment(A.REFUSE, _HQ, (), OPEN, evidence=E.REASON),
    Amendment(A.CORRECT, (R.COMMANDER, R.PLANNER, R.INSPECTOR), ("type", "task", "description", "address", "geometry"),
              frozenset(Status), must=False, evidence=E.REASON),
    Amendment(A.LINK, (R.COMMANDER, R.PLANNER, R.INSPECTOR), ("duplicate_of",), frozenset(Status)),
    Amendment(A.UNLINK, (R.COMMANDER, R.PLANNER, R.INSPECTOR), (), frozenset(Status)),
    Amendment(A.ATTACH, _HQ + _STREET + _UNIT, ("photo", "kind"), frozenset(Status)),
    Amendment(A.DETACH, _HQ + _STREET + _UNIT, ("photo", "kind"), frozenset(Status), evidence=E.REASON),
)  # fmt: skip
del S, R, E, D, A

WITHDRAWN: Final = "withdrawn"
"""How the reason of a rejection begins that is its reporter's own."""

_ALLOWED: Final = {(change.before, change.after): change for change in CHANGES}
_AMENDING: Final = {amendment.act: amendment for amendment in AMENDMENTS}
_REPORTER: Final = Word("reporter", "its reporter")
_NOBODY: Final = Word("no_role", "somebody without a role")
_UNBOUNDED: Final = frozenset({Role.COMMANDER, Role.PLANNER})
"""Roles that act everywhere, whatever their scope says."""


def change_between(before: Status, after: Status) -> Change:
    """The rule for `before` → `after`; raises TransitionError where the life of an issue has no such step."""
    try:
        return _ALLOWED[before, after]
    except KeyError:
        nexts = tuple(Status(b) for (a, b) in _ALLOWED if a == before)
        allowed = ", ".join(status.name for status in nexts)
        if not nexts:
            raise TransitionError(
                f"{before.name} cannot become {after.name}; the case is at its end",
                "at_end",
                before=before,
                after=after,
            ) from None
        raise TransitionError(
            f"{before.name} cannot become {after.name}; from {before.name} the next may be {allowed}",
            "no_step", before=before, after=after, allowed=nexts,
        ) from None  # fmt: skip


def check_change(
    before: Status, after: Status, *, actor: str, handlers: Collection[str], note: str, evidence: str
) -> Change:
    """The rule for `before` → `after`, if the change brings what it asks for: a reason in `note`, or proof in
    `evidence`; and who verifies an issue, whatever they find, is none of its `handlers`.

    Raises TransitionError where there is no such step, BadValueError for what is missing.
    """
    rule = change_between(before, after)
    step = f"{before.name} → {after.name}"
    if rule.evidence is Evidence.REASON and not says_something(note):
        raise BadValueError("note", note, f"a reason for {step}", "reason", step=rule)
    if rule.evidence is Evidence.PROOF and not says_something(evidence):
        raise BadValueError("evidence", evidence, f"a photo or a written finding for {step}", "proof", step=rule)
    if before is Status.VERIFYING and actor in handlers:
        expected = f"for {step} somebody other than who handled the issue"
        raise BadValueError("actor", actor, expected, "other_hands", step=rule)
    return rule


def amendment_of(act: Act, status: Status) -> Amendment:
    """The rule for `act` on an issue in `status`; raises TransitionError where it may not be done any more."""
    rule = _AMENDING[act]
    if status not in rule.states:
        if status is Status.CLOSED:
            raise TransitionError(
                f"an issue that is {status.name} takes no {act}; it may be reopened first",
                "closed_first", status=status, act=act,
            )  # fmt: skip
        raise TransitionError(f"an issue that is {status.name} takes no {act}", "no_amendment", status=status, act=act)
    return rule


def check_viewer(rule: Change | Amendment, viewer: Viewer, subject: Subject, *, reporter: bool, note: str) -> None:
    """Whether `viewer` may do what `rule` describes to an issue at `subject`; `reporter`: who reported it is they.

    A reporter who acts by no role can only withdraw, and says so in `note`. Who belongs to the department that handles
    an issue does not verify it. Raises NotAllowedError.
    """
    what = f"{rule.before.name} → {rule.after.name}" if isinstance(rule, Change) else str(rule.act)
    roles = viewer.roles & frozenset(rule.roles)
    scope = viewer.scope.for_issues
    if roles & _UNBOUNDED or (roles and scope.holds(subject)):
        verifies = isinstance(rule, Change) and rule.before is Status.VERIFYING
        of_handler = Role.DEPARTMENT in viewer.roles and scope.answers_for(subject)
        if verifies and of_handler:
            raise NotAllowedError(
                f"{what} needs somebody from outside the department that handles the issue", "outsider", what=rule
            )
        return
    if isinstance(rule, Change) and rule.by_reporter and reporter:
        if not note.startswith(WITHDRAWN):
            expected = f"a reason that begins with {WITHDRAWN!r}, since you reported the issue"
            raise BadValueError("note", note, expected, "withdrawal", word=WITHDRAWN)
        return
    if roles:
        whose = _names(rule.roles)
        raise NotAllowedError(
            f"{what} is for {whose} of the issue's place and department; you are not",
            "elsewhere", what=rule, whose=frozenset(rule.roles),
        )  # fmt: skip
    whose, mine = _names(rule.roles) or str(_REPORTER), _names(viewer.roles) or str(_NOBODY)
    raise NotAllowedError(
        f"{what} is for {whose}, not for {mine}",
        "role", what=rule, whose=frozenset(rule.roles) or _REPORTER, mine=viewer.roles or _NOBODY,
    )  # fmt: skip


def _names(roles: Collection[Role]) -> str:
    return " or ".join(sorted(roles))
