"""The way in for a change of one issue's status: what can be said of it before the issue itself is looked at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import orjson

from data.intake.draft_checks import MAX_NAME, MAX_NOTE, checked_moment, checked_text, checked_uuid
from geo.access import Viewer
from geo.clock import to_us
from geo.errors import BadValueError
from geo.lifecycle import Status


@dataclass(frozen=True, slots=True)
class CheckedChange:
    """A change that may be tried. `id` is the client's UUID of it, `issue_id` that of the issue, `expected` the version
    of the issue that its author saw; `content` is the hash of all that the client sent. `until_us` ends a deferral,
    `due_us` is a new deadline; `viewer` is who acts, where roles and scopes count."""

    id: str
    issue_id: str
    expected: int
    status: Status
    actor: str
    note: str
    evidence: str
    content: str
    until_us: int | None = None
    due_us: int | None = None
    viewer: Viewer | None = None


def checked_change(
    issue_id: str,
    expected: object,
    status: object,
    *,
    change_id: object,
    actor: object,
    note: object,
    evidence: object,
    until: datetime | None = None,
    due_at: datetime | None = None,
) -> CheckedChange:
    """The change with every field checked by itself; `actor` is a reference, or the viewer whose roles and scope count.
    Raises BadValueError for the first one that cannot be."""
    version = checked_version(expected)
    name = status.name if isinstance(status, Status) else status
    if not isinstance(name, str) or name not in Status.__members__:
        known = ", ".join(Status.__members__)
        raise BadValueError("status", status, f"one of {known}", "one_of", known=known)
    change_id = checked_uuid("id", change_id)
    viewer, who = checked_actor(actor)
    note, evidence = checked_text("note", note, MAX_NOTE), checked_text("evidence", evidence, MAX_NOTE)
    until_us = None if until is None else to_us(checked_moment("until", until))
    due_us = None if due_at is None else to_us(checked_moment("due_at", due_at))
    sent: list[object] = [issue_id, version, name, who, note, evidence]
    if until_us is not None or due_us is not None:
        sent += [until_us, due_us]
    content = content_hash(sent)
    return CheckedChange(
        change_id, issue_id, version, Status[name], who, note, evidence, content, until_us, due_us, viewer
    )


def checked_version(expected: object) -> int:
    """The version of an issue that somebody saw. Raises BadValueError."""
    if isinstance(expected, bool) or not isinstance(expected, int) or not 1 <= expected < 2**31:
        raise BadValueError("version", expected, "the version of the issue that was seen, 1 or more", "version")
    return expected


def checked_actor(actor: object) -> tuple[Viewer | None, str]:
    """Who acts: the viewer, where one is given, and the reference that the log keeps. Raises BadValueError."""
    viewer = actor if isinstance(actor, Viewer) else None
    return viewer, checked_text("actor", viewer.account if viewer else actor, MAX_NAME, required=True)


def content_hash(sent: list[object]) -> str:
    """SHA-256 of what a client sent: a repetition has the same one."""
    return hashlib.sha256(orjson.dumps(sent)).hexdigest()
