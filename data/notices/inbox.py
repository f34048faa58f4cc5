"""The inbox of one viewer: the newest notices that concern them and lie within their reach, and which are unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.notices.tail import NoticeTail, Told
from data.snapshot import Snapshot
from geo.access import Viewer
from geo.lifecycle import Status
from geo.notices import Code, concerns
from geo.permissions import Action, reach
from geo.selection import issues_within
from geo.subjects import subject_at


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One notice. `row` is the issue's position in the snapshot; `status` the issue's after what happened, None where
    that left it as it was. `at` is ISO 8601 in UTC."""

    seq: int
    code: Code
    at: str
    issue_id: str
    number: str
    row: int
    status: Status | None
    note: str
    unread: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """The newest first. `unread` counts all that are looked at, listed or not; `more_unread`: older ones that are no
    longer looked at may be unread too. `head` is the event up to which this inbox goes."""

    rows: tuple[InboxRow, ...]
    total: int
    unread: int
    more_unread: bool
    head: int


def inbox_of(snapshot: Snapshot, tail: NoticeTail, viewer: Viewer, *, seen: int, most: int) -> Inbox:
    """What `viewer` is told, the newest `most` in full; `seen` is the event up to which they have seen all.

    What lies outside their reach now is not there, whoever it concerned when it happened. Raises StoreError.
    """
    mine = _concerning(snapshot, tail.of(snapshot), viewer)
    listed = mine[-most:][::-1] if most else []
    details = snapshot.records.of(np.array([told.position for told in listed], np.int64))
    rows = tuple(
        InboxRow(told.seq, told.notice.code, told.at, told.issue_id, str(number), told.position, told.notice.status,
                 told.notice.note, told.seq > seen)
        for told, number in zip(listed, details.number, strict=True)
    )  # fmt: skip
    unread = sum(told.seq > seen for told in mine)
    return Inbox(rows, len(mine), unread, seen < tail.begins_after(snapshot) and unread > 0, snapshot.seq)


def newest_told(snapshot: Snapshot, tail: NoticeTail, viewer: Viewer, *, most: int) -> tuple[int, ...]:
    """The events of the newest `most` notices of `viewer`, ascending. Raises StoreError."""
    return tuple(told.seq for told in _concerning(snapshot, tail.of(snapshot), viewer)[-most:])


def _concerning(snapshot: Snapshot, tail: Sequence[Told], viewer: Viewer) -> list[Told]:
    within = reach(viewer, Action.SEE_ISSUES)
    if within is None or not tail:
        return []
    table = snapshot.issues
    rows = np.array([told.position for told in tail], np.int64)
    seen = issues_within(table, rows, snapshot.city, within).tolist()
    columns = (table.subdistrict, table.department, table.type, table.task)
    kinds = zip(*(column[rows].tolist() for column in columns), strict=True)
    answers: dict[tuple[object, ...], bool] = {}  # of few places, kinds and rules there are many notices
    mine = []
    for told, is_seen, kind in zip(tail, seen, kinds, strict=True):
        if not is_seen or told.actor == viewer.account:
            continue
        own, asked = viewer.account in told.reporters, viewer.account == told.notice.asker
        key = (told.notice.to, *kind, own, asked)
        if key not in answers:
            subject = subject_at(table, told.position, snapshot.city)
            reporters = frozenset({viewer.account}) if own else frozenset()
            asker = viewer.account if asked else ""
            answers[key] = concerns(told.notice.to, viewer, subject, reporters=reporters, asker=asker)
        if answers[key]:
            mine.append(told)
    return mine
