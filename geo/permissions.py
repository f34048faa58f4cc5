"""Who may do what: one table of action × role, and what part of the campaign each permission reaches."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from geo.access import WHOLE, Role, Scope, Subject, Viewer


class Action(StrEnum):
    """What a door of the program does, as far as permissions tell doors apart."""

    OPEN = "open"  # needs no sign-in: health, the sign-in itself, files that hold no data
    OWN = "own"  # concerns the signed-in person alone: their session, their tokens
    SEE_AGGREGATES = "see_aggregates"  # counts and densities
    SEE_ISSUES = "see_issues"  # issues, points and visits one by one
    SEE_PROTECTED = "see_protected"  # who reported, how to reach them, what a photo file tells
    REPORT = "report"
    CHANGE_STATUS = "change_status"  # which step is whose: geo.lifecycle
    AMEND = "amend"  # deadlines, departments, corrections, duplicates, photos; which is whose: geo.lifecycle
    ASSIGN = "assign"
    INSPECT = "inspect"  # visits, answer sheets, draws
    IMPORT = "import"
    EXPORT = "export"
    MANAGE_CAMPAIGN = "manage_campaign"  # organisation, rules, checklists, programmes, calendar
    MANAGE_PEOPLE = "manage_people"  # accounts, roles, scopes, sessions, tokens
    MANAGE_NOTICES = "manage_notices"  # webhooks, addresses of units, digests
    READ_AUDIT = "read_audit"  # the log of access
    WATCH_PROGRAM = "watch_program"  # how the program runs: metrics


R = Role
_ALL_INSIDE: Final = frozenset(Role) - {R.PUBLIC}
ALLOWED: Final[Mapping[Action, frozenset[Role]]] = {
    Action.OPEN: frozenset(Role),
    Action.OWN: frozenset(Role),
    Action.SEE_AGGREGATES: frozenset(Role),
    Action.SEE_ISSUES: _ALL_INSIDE,
    Action.SEE_PROTECTED: frozenset({R.COMMANDER, R.INSPECTOR, R.AUDITOR}),
    Action.REPORT: frozenset({R.COMMANDER, R.PLANNER, R.INSPECTOR, R.DEPARTMENT}),
    Action.CHANGE_STATUS: frozenset({R.COMMANDER, R.PLANNER, R.INSPECTOR, R.DEPARTMENT}),  # planners: withdraw
    Action.AMEND: frozenset({R.COMMANDER, R.PLANNER, R.INSPECTOR, R.DEPARTMENT}),
    Action.ASSIGN: frozenset({R.COMMANDER}),
    Action.INSPECT: frozenset({R.COMMANDER, R.INSPECTOR}),
    Action.IMPORT: frozenset({R.COMMANDER, R.PLANNER}),
    Action.EXPORT: frozenset({R.COMMANDER, R.PLANNER, R.INSPECTOR, R.DEPARTMENT, R.AUDITOR}),
    Action.MANAGE_CAMPAIGN: frozenset({R.COMMANDER, R.PLANNER}),
    Action.MANAGE_PEOPLE: frozenset({R.ADMINISTRATOR}),
    Action.MANAGE_NOTICES: frozenset({R.ADMINISTRATOR}),
    Action.READ_AUDIT: frozenset({R.AUDITOR, R.ADMINISTRATOR}),
    Action.WATCH_PROGRAM: frozenset({R.AUDITOR, R.ADMINISTRATOR}),
}
"""Role by action. Auditors are under no action that alters anything, administrators under none that alters findings."""

ALTERING: Final = frozenset(
    {
        *(Action.REPORT, Action.CHANGE_STATUS, Action.AMEND, Action.ASSIGN, Action.INSPECT, Action.IMPORT),
        *(Action.MANAGE_CAMPAIGN, Action.MANAGE_PEOPLE, Action.MANAGE_NOTICES),
    }
)
"""Actions that change what is stored."""

SEE_ALL: Final = frozenset({R.COMMANDER, R.PLANNER, R.AUDITOR, R.ADMINISTRATOR, R.PUBLIC})
"""Roles whose permissions reach the whole campaign. Those of the others reach their scope."""
del R


def reach(viewer: Viewer, action: Action) -> Scope | None:
    """The part of the campaign in which `viewer` may do `action`; None where they may not at all.

    A role that sees all lifts the bounds only of what that very role allows: an auditor who also inspects reads
    everywhere and acts in their scope.
    """
    if action is Action.OPEN:
        return WHOLE
    if not viewer.account:
        return None
    if action is Action.OWN:
        return WHOLE
    allowing = viewer.roles & ALLOWED[action]
    if not allowing:
        return None
    return WHOLE if allowing & SEE_ALL else viewer.scope


def may(viewer: Viewer, action: Action, subject: Subject | None = None) -> bool:
    """Whether `viewer` may do `action`: at all, or to `subject`."""
    scope = reach(viewer, action)
    return scope is not None and (subject is None or scope.holds(subject))
