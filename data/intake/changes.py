"""The way in for a change of one issue's status: what can be said of it before the issue itself is looked at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import orjson

from data.intake.draft_checks import MAX_NAME, MAX_NOTE, checked_text, checked_uuid
from geo.errors import BadValueError
from geo.lifecycle import Status


@dataclass(frozen=True, slots=True)
class CheckedChange:
    """A change that may be tried. `id` is the client's UUID of it, `issue_id` that of the issue, `expected` the version
    of the issue that its author saw; `content` is the hash of all that the client sent."""

    id: str
    issue_id: str
    expected: int
    status: Status
    actor: str
    note: str
    evidence: str
    content: str


def checked_change(
    issue_id: str, expected: object, status: object, *, change_id: object, actor: object, note: object, evidence: object
) -> CheckedChange:
    """The change with every field checked by itself. Raises BadValueError for the first one that cannot be."""
    if isinstance(expected, bool) or not isinstance(expected, int) or not 1 <= expected < 2**31:
        raise BadValueError("version", expected, "the version of the issue that was seen, 1 or more")
    name = status.name if isinstance(status, Status) else status
    if not isinstance(name, str) or name not in Status.__members__:
        raise BadValueError("status", status, "one of " + ", ".join(Status.__members__))
    change_id = checked_uuid("id", change_id)
    actor = checked_text("actor", actor, MAX_NAME, required=True)
    note, evidence = checked_text("note", note, MAX_NOTE), checked_text("evidence", evidence, MAX_NOTE)
    content = hashlib.sha256(orjson.dumps([issue_id, expected, name, actor, note, evidence])).hexdigest()
    return CheckedChange(change_id, issue_id, expected, Status[name], actor, note, evidence, content)
