"""Who is told of what: one table from what happens to an issue to a notice, and whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from geo.access import Role, Subject, Viewer
from geo.lifecycle import WITHDRAWN, Act, Status
from geo.permissions import Action, may


class Code(StrEnum):
    """What a notice says."""

    REPORTED = "reported"
    FIXED_ON_SIGHT = "fixed_on_sight"
    ACCEPTED = "accepted"
    FILED = "filed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ASSIGNED = "assigned"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    RECTIFIED = "rectified"  # and waits for verification
    REWORK = "rework"  # verification failed
    CLOSED = "closed"
    REOPENED = "reopened"
    EXTENDED = "extended"
    ASKED = "asked"  # for more time, by the department
    GRANTED = "granted"
    REFUSED = "refused"
    DEFERRED = "deferred"
    RESUMED = "resumed"
    CORRECTED = "corrected"
    LINKED = "linked"
    UNLINKED = "unlinked"


class To(StrEnum):
    """Whom a notice concerns."""

    DEPARTMENT = "department"  # who acts for the department that the issue is assigned to, or falls to by rule
    COMMANDERS = "commanders"
    INSPECTORS = "inspectors"  # those of the issue's place
    REPORTER = "reporter"
    ASKER = "asker"  # who asked for what this answers, whatever it is


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    code: Code
    to: frozenset[To]


def _rule(code: Code, *to: To) -> Rule:
    return Rule(code, frozenset(to))


_D, _C, _I, _R = To.DEPARTMENT, To.COMMANDERS, To.INSPECTORS, To.REPORTER
S = Status
REPORTED: Final = _rule(Code.REPORTED, _C, _I)
WITHDRAWAL: Final = _rule(Code.WITHDRAWN, _D, _C, _I)
"""A rejection that is its reporter's own."""

GRANT: Final = _rule(Code.GRANTED, _D, _I, _R)
"""An extension that answers a request."""

ON_CHANGE: Final[Mapping[tuple[Status, Status], Rule]] = {
    (S.REPORTED, S.ACCEPTED): _rule(Code.ACCEPTED, _R),
    (S.REPORTED, S.REJECTED): _rule(Code.REJECTED, _D, _I, _R),
    (S.REPORTED, S.VERIFYING): _rule(Code.FIXED_ON_SIGHT, _C, _I, _R),
    (S.ACCEPTED, S.FILED): _rule(Code.FILED, _R),
    (S.ACCEPTED, S.REJECTED): _rule(Code.REJECTED, _D, _I, _R),
    (S.FILED, S.DISPATCHED): _rule(Code.DISPATCHED, _D, _I, _R),
    (S.FILED, S.DEFERRED): _rule(Code.DEFERRED, _D, _I, _R),
    (S.FILED, S.REJECTED): _rule(Code.REJECTED, _D, _I, _R),
    (S.DISPATCHED, S.HANDLING): _rule(Code.HANDLING, _C, _I, _R),
    (S.DISPATCHED, S.DEFERRED): _rule(Code.DEFERRED, _D, _I, _R),
    (S.HANDLING, S.VERIFYING): _rule(Code.RECTIFIED, _C, _I, _R),
    (S.HANDLING, S.DEFERRED): _rule(Code.DEFERRED, _D, _I, _R),
    (S.DEFERRED, S.DISPATCHED): _rule(Code.RESUMED, _D, _I, _R),
    (S.VERIFYING, S.CLOSED): _rule(Code.CLOSED, _D, _C, _I, _R),
    (S.VERIFYING, S.DISPATCHED): _rule(Code.REWORK, _D, _C, _I, _R),
    (S.CLOSED, S.DISPATCHED): _rule(Code.REOPENED, _D, _C, _I, _R),
}
"""One rule for every change of geo.lifecycle.CHANGES."""

ON_AMENDMENT: Final[Mapping[Act, Rule | None]] = {
    Act.ASSIGN: _rule(Code.ASSIGNED, _D, _I),
    Act.EXTEND: _rule(Code.EXTENDED, _D, _I, _R),
    Act.ASK: _rule(Code.ASKED, _C),
    Act.REFUSE: _rule(Code.REFUSED, _D),
    Act.CORRECT: _rule(Code.CORRECTED, _D, _C, _I, _R),
    Act.LINK: _rule(Code.LINKED, _D, _C, _I, _R),
    Act.UNLINK: _rule(Code.UNLINKED, _D, _C, _I, _R),
    Act.ATTACH: None,  # a photo comes with the step that it proves, which is told
    Act.DETACH: None,
}
"""One entry for every amendment of geo.lifecycle.AMENDMENTS; None where nobody is told."""
del S

_ISSUE_REPORTED, _ISSUE_CHANGED, _ISSUE_AMENDED = "issue_reported", "issue_changed", "issue_amended"
TOLD: Final = frozenset({_ISSUE_REPORTED, _ISSUE_CHANGED, _ISSUE_AMENDED})
"""Kinds of events of which notices come."""

SILENT: Final = frozenset(
    {"issue_imported", "point_added", "visit_recorded", "document_put", "person_erased", "layers_changed"}
)
"""Those of which none come: an import brings in a ledger that its people know already."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What one event says, and to whom. `status` is the issue's after it (None: unchanged), `note` the reason given,
    `asker` the account that asked for what this answers."""

    code: Code
    to: frozenset[To]
    status: Status | None
    note: str
    asker: str = ""


def notice_of(kind: str, payload: Mapping[str, Any]) -> Notice | None:
    """The notice of an event of the log; None where nobody is told.

    A change that the life of an issue does not have (any more) tells nobody either: only an older log can hold one.
    """
    if kind == _ISSUE_REPORTED:
        return Notice(REPORTED.code, REPORTED.to, Status.REPORTED, "")
    if kind == _ISSUE_CHANGED:
        after, note = Status[payload["status"]], str(payload.get("note") or "")
        rule = ON_CHANGE.get((Status[payload["before"]], after))
        if rule is not None and rule.code is Code.REJECTED and note.startswith(WITHDRAWN):
            rule = WITHDRAWAL
        return None if rule is None else _answering(Notice(rule.code, rule.to, after, note), payload)
    if kind == _ISSUE_AMENDED:
        rule = ON_AMENDMENT[Act(payload["act"])]
        if rule is not None and rule.code is Code.EXTENDED and payload.get("answers"):
            rule = GRANT
        note = str(payload.get("note") or "")
        return None if rule is None else _answering(Notice(rule.code, rule.to, None, note), payload)
    return None


def _answering(notice: Notice, payload: Mapping[str, Any]) -> Notice:
    asker = str(payload.get("asker") or "")
    return replace(notice, to=notice.to | {To.ASKER}, asker=asker) if asker else notice


def concerns(
    to: frozenset[To],
    viewer: Viewer,
    subject: Subject,
    *,
    reporters: frozenset[str] = frozenset(),
    asker: str = "",
    actor: str = "",
) -> bool:
    """Whether `viewer` gets a notice for `to` about an issue at `subject`.

    Nobody is told of what lies outside their reach, nor of what they did themselves (`actor`). A department is told of
    what it answers for (assigned, or by rule), an inspector of what lies in their own scope, however far another of
    their roles sees.
    `reporters` are the accounts that reported the issue, `asker` is the one that asked for what this answers.
    """
    if viewer.account == actor or not may(viewer, Action.SEE_ISSUES, subject):
        return False
    scope = viewer.scope.for_issues
    own = scope.holds(subject)
    theirs = subject.department is not None or scope.answers_for(subject)
    return (
        (To.REPORTER in to and viewer.account in reporters)
        or (To.ASKER in to and viewer.account == asker)
        or (To.COMMANDERS in to and Role.COMMANDER in viewer.roles)
        or (To.INSPECTORS in to and Role.INSPECTOR in viewer.roles and own)
        or (To.DEPARTMENT in to and Role.DEPARTMENT in viewer.roles and own and theirs)
    )


WAITING: Final = frozenset({Role.COMMANDER, Role.INSPECTOR, Role.DEPARTMENT})
"""Roles that are told what is due soon or overdue."""
