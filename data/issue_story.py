"""The whole story of one issue as its log tells it: every step and amendment, by whom, and the version it made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import shapely

from data.store.events import Event, Kind
from data.store.personal import is_reference
from geo.asking import Asking, asking_after
from geo.issue import UNNAMED
from geo.lifecycle import Act, Status

_ACTS = (Kind.ISSUE_CHANGED, Kind.ISSUE_AMENDED)


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """One thing that happened. `kind` is reported, changed or amended; `version` the issue's after it; `seq` and `hash`
    those of its event (several steps of an import share one). Moments are ISO 8601 in UTC; `recorded_at` is wall time,
    None where it was not kept. `set` and `before` are what an amendment changed, geometries as GeoJSON.

    `answers` is the version of the request for more time that this granted or refused, `lapsed` that of one that ended
    with it unanswered."""

    seq: int
    hash: str
    kind: str
    version: int
    at: str
    recorded_at: str | None
    actor: str
    status: str | None = None
    act: str | None = None
    note: str = ""
    evidence: str = ""
    until: str | None = None
    due_at: str | None = None
    set: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    answers: int | None = None
    lapsed: int | None = None


def story_of(events: Iterable[Event]) -> Iterator[StoryEntry]:
    """The entries of the events of one issue, in their order."""
    version = 0
    asking: Asking | None = None
    asked = 0  # the version that the last request made
    for event in events:
        payload = orjson.loads(event.payload)
        recorded = payload.get("recorded_at")
        version += 1
        answers = lapsed = None
        if event.kind in _ACTS:
            pending, asking = asking, asking_after(asking, event.at, event.actor, payload)
            if pending is not None and asking is None:
                answers, lapsed = (asked, None) if "answers" in payload else (None, asked)
            elif asking is not None and (pending is None or pending.id != asking.id):
                asked = version
        match Kind(event.kind):
            case Kind.ISSUE_REPORTED | Kind.ISSUE_IMPORTED:
                at, who = payload["reported_at"], _reporter(event, payload)
                first = Status.REPORTED.name
                yield StoryEntry(event.seq, event.hash, "reported", version, at, recorded, who, first,
                                 due_at=payload["due_at"])  # fmt: skip
                for step in payload.get("history", ()):
                    version += 1
                    yield StoryEntry(event.seq, event.hash, "changed", version, step["at"], recorded, step["actor"],
                                     step["status"], note=step["note"], evidence=step["evidence"])  # fmt: skip
            case Kind.ISSUE_CHANGED:
                yield StoryEntry(event.seq, event.hash, "changed", version, event.at, recorded, event.actor,
                                 payload["status"], note=payload["note"], evidence=payload["evidence"],
                                 until=payload.get("until"), due_at=payload.get("due_at"), answers=answers,
                                 lapsed=lapsed)  # fmt: skip
            case Kind.ISSUE_AMENDED:
                yield StoryEntry(event.seq, event.hash, "amended", version, event.at, recorded, event.actor,
                                 act=payload["act"], note=payload["note"], set=_shown(payload["set"]),
                                 before=_shown(payload["before"]), answers=answers,
                                 lapsed=lapsed)  # fmt: skip


def asking_entries(entries: Iterable[StoryEntry]) -> Iterator[tuple[int, StoryEntry]]:
    """Those entries by which more time was asked for, granted or refused, or with which a request lapsed, in their
    order; each with how many states the issue had been in by then, that of the entry itself among them."""
    states = 0
    for entry in entries:
        states += entry.status is not None
        if entry.act == Act.ASK or entry.answers is not None or entry.lapsed is not None:
            yield states, entry


def _reporter(event: Event, payload: dict[str, Any]) -> str:
    """Whom the report names, a group or a ledger; where that is nobody or a protected person, who entered it."""
    named: str = payload["reporter"]
    return event.actor if named == UNNAMED or is_reference(named) else named


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    if "geometry" not in values:
        return values
    return values | {"geometry": shapely.geometry.mapping(shapely.from_wkb(bytes.fromhex(values["geometry"])))}
