"""The append-only log: what an event is, how events are chained by hash, and how a broken chain is found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from geo.errors import StoreError

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC throughout: without a zone the reckoning is twice as fast
GENESIS: Final = "0" * 64
"""What stands as the hash before the first event."""


class Kind(StrEnum):
    """What can happen."""

    ISSUE_REPORTED = "issue_reported"  # the whole draft
    ISSUE_CHANGED = "issue_changed"  # one change of status
    ISSUE_AMENDED = "issue_amended"  # one amendment: what it set, and what stood there before
    ISSUE_IMPORTED = "issue_imported"  # a draft from another ledger with its dated states
    POINT_ADDED = "point_added"
    VISIT_RECORDED = "visit_recorded"
    DOCUMENT_PUT = "document_put"  # the next version of a document
    PERSON_ERASED = "person_erased"  # names the reference only
    LAYERS_CHANGED = "layers_changed"  # the city's layers were replaced and every place was worked out anew


class Pending(NamedTuple):
    """An event before it has its place in the chain. `at_us` is on the campaign's clock."""

    issue_id: str | None
    at_us: int
    actor: str
    kind: Kind
    payload: Mapping[str, Any]


class Event(NamedTuple):
    """One row of the log, in the order of its columns. `payload` is the JSON text that was hashed."""

    seq: int
    issue_id: str | None
    at: str
    actor: str
    kind: str
    payload: str
    prev_hash: str
    hash: str


@lru_cache(maxsize=64)  # one import writes its own moment again and again
def iso_utc(us: int) -> str:
    """`us` (geo.clock) as ISO 8601 in UTC with microseconds and Z, e.g. 2021-08-24T10:00:00.000000Z."""
    return (_EPOCH + timedelta(microseconds=us)).isoformat(timespec="microseconds") + "Z"


def us_of_iso(text: str) -> int:
    """The inverse of `iso_utc`."""
    since = datetime.fromisoformat(text[:-1]) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def event_hash(prev_hash: str, seq: int, issue_id: str | None, at: str, actor: str, kind: str, payload: str) -> str:
    """SHA-256 (hex) over the JSON array [prev_hash, seq, issue_id, at, actor, kind, payload] in UTF-8, no spaces."""
    return hashlib.sha256(orjson.dumps([prev_hash, seq, issue_id, at, actor, kind, payload])).hexdigest()


def chained(pending: Iterable[Pending], *, last_seq: int, last_hash: str) -> Iterator[Event]:
    """`pending` as the events that follow `last_seq`, each with the hash of the one before it."""
    for seq, (issue_id, at_us, actor, kind, content) in enumerate(pending, last_seq + 1):
        at = iso_utc(at_us)
        payload = orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
        digest = event_hash(last_hash, seq, issue_id, at, actor, kind, payload)
        yield Event(seq, issue_id, at, actor, str(kind), payload, last_hash, digest)
        last_hash = digest


def checked(events: Iterable[Event]) -> Iterator[Event]:
    """The same events; raises StoreError naming the first `seq` that was changed, removed, inserted or moved."""
    last_hash, last_seq = GENESIS, 0
    for event in events:
        try:
            expected = event_hash(last_hash, last_seq + 1, *event[1:6])
        except TypeError:  # a value that is no text: never written by us
            expected = ""
        if event.seq != last_seq + 1 or event.prev_hash != last_hash or event.hash != expected:
            why = f"its hash does not follow from event {last_seq}"
            if event.seq != last_seq + 1:
                why = f"it is not there, event {event.seq} comes after event {last_seq}"
            raise StoreError(f"the event log is broken at event {last_seq + 1}: {why}; restore a backup")
        last_hash, last_seq = event.hash, event.seq
        yield event
