"""The newest events of the log as notices: read once, whoever asks, and carried on from revision to revision."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

import orjson
from sqlalchemy import Connection, select

from data.snapshot import Snapshot
from data.store.database import Store
from data.store.events import Event
from data.store.schema import EVENT, ISSUE
from geo.notices import TOLD, Notice, notice_of

MOST_EVENTS: Final = 5_000
"""No inbox looks further back than so many events of the log."""

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Told:
    """One notice: the event it comes of, where its issue stands in the snapshot, and which accounts reported that."""

    seq: int
    at: str
    actor: str
    notice: Notice
    issue_id: str
    position: int
    reporters: frozenset[str]


class NoticeTail:
    """At most MOST_EVENTS events back. Safe from any thread."""

    def __init__(self, store: Store, *, most_events: int = MOST_EVENTS) -> None:
        self._store, self._most = store, most_events
        self._lock = threading.Lock()
        self._told: deque[Told] = deque()
        self._seq = 0
        self._issues: dict[str, tuple[int, frozenset[str]]] = {}

    def of(self, snapshot: Snapshot) -> list[Told]:
        """The notices that `snapshot` holds, the oldest first. Raises StoreError."""
        with self._lock:
            if snapshot.seq > self._seq:
                self._read_on(snapshot)
            first = snapshot.seq - self._most
            return [told for told in self._told if first < told.seq <= snapshot.seq]

    def begins_after(self, snapshot: Snapshot) -> int:
        """The events up to this one are not looked at any more; 0 while all of them are."""
        return max(0, snapshot.seq - self._most)

    def _read_on(self, snapshot: Snapshot) -> None:
        begin = max(self._seq, snapshot.seq - self._most)
        with self._store.reading() as connection:
            found = list(notices_between(connection, begin, snapshot.seq))
            missing = dict.fromkeys(str(event.issue_id) for event, _ in found)
            new = [identity for identity in missing if identity not in self._issues]
            reporters = _reporters(connection, new)
        self._issues |= {
            identity: (position, reporters.get(identity, frozenset()))
            for identity, position in positions_of(snapshot, new).items()
        }
        for event, notice in found:
            if event.issue_id in self._issues:
                position, who = self._issues[event.issue_id]
                self._told.append(Told(event.seq, event.at, event.actor, notice, event.issue_id, position, who))
        self._seq = snapshot.seq
        while self._told and self._told[0].seq <= snapshot.seq - self._most:
            self._told.popleft()
        if len(self._issues) > 2 * self._most:
            used = {told.issue_id for told in self._told}
            self._issues = {identity: kept for identity, kept in self._issues.items() if identity in used}


def notices_between(
    connection: Connection, after: int, until: int, *, most: int | None = None
) -> Iterable[tuple[Event, Notice]]:
    """The events after `after` and up to `until` of which somebody is told (`most`: so many events are looked at)."""
    query = select(EVENT).where(EVENT.c.seq > after, EVENT.c.seq <= until).order_by(EVENT.c.seq)
    rows = connection.execute(query.execution_options(yield_per=_AT_ONCE))
    for row in rows if most is None else islice(rows, most):
        event = Event(*row)
        if event.kind in TOLD and event.issue_id is not None:
            notice = notice_of(event.kind, orjson.loads(event.payload))
            if notice is not None:
                yield event, notice


def positions_of(snapshot: Snapshot, ids: list[str]) -> dict[str, int]:
    """Positions of the issues with these UUIDs, without those that the snapshot lacks."""
    found: dict[str, int] = {}
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        at = snapshot.rows_of(part)
        if len(at) == len(part):
            found |= dict(zip(part, at.tolist(), strict=True))
        else:
            found |= {identity: int(row[0]) for identity in part if len(row := snapshot.rows_of([identity]))}
    return found


def _reporters(connection: Connection, ids: list[str]) -> dict[str, frozenset[str]]:
    """Of each issue: whom it names as its reporter, and who brought it in."""
    found: dict[str, frozenset[str]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        query = select(ISSUE.c.id, ISSUE.c.reporter, EVENT.c.actor).where(
            ISSUE.c.id.in_(ids[start : start + _AT_ONCE]),
            EVENT.c.issue_id == ISSUE.c.id,
            EVENT.c.kind == "issue_reported",
        )
        for row in connection.execute(query):
            found[row.id] = frozenset({row.reporter, row.actor} - {""})
    return found
