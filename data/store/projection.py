"""What the events amount to: a pure function from the log to the records that the tables hold.

Places are not in here: they follow from a record's geometry and the city's layers (`data.intake.placing`). Writing,
rebuilding and verifying all use these functions, so the stored rows and a replay cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from data.store.documents import document_columns
from data.store.events import Event, Kind, us_of_iso
from data.store.past import KEPT
from geo.asking import Asking, asking_after
from geo.clock import NEVER
from geo.lifecycle import OPEN, Act, Status

_COPIED = (
    *("number", "campaign", "register", "type", "task", "description", "address", "visit", "reporter"),
    *("synthetic", "approximate", "duplicate", "source_datum", "source_x", "source_y", "content", "revision"),
)

_NOTHING: Final[Mapping[str, Any]] = {}
STATUS_NAMES: Final = {status: status.name for status in Status}
_STATUSES: Final = {status.name: status for status in Status}


class Step(NamedTuple):
    """One row of the table of transitions, in the order of its columns."""

    issue_row: int
    n: int
    at_us: int
    before: int
    status: int
    actor: str
    note: str
    evidence: str


@dataclass(slots=True)
class IssueRecord:
    """One issue as its events tell it: `columns` by name of the table, its changes of status in order, what it was
    before each amendment (rows of `issue_past`, without places), and the photos attached to it: (hash, kind) → moment
    and actor."""

    columns: dict[str, Any]
    steps: list[Step] = field(default_factory=list)
    past: list[dict[str, Any]] = field(default_factory=list)
    photos: dict[tuple[str, str], tuple[int, int, str]] = field(default_factory=dict)
    first_actor: str = ""  # of the report; these three only where acts are taken
    last_actor: str = ""
    last_us: int = NEVER
    asking: Asking | None = None  # which no table holds: the log alone says it

    def change(
        self, at_us: int, actor: str, status: Status, note: str, evidence: str, more: Mapping[str, Any] = _NOTHING
    ) -> None:
        """Add one change of status and let the columns follow; `more` may name the end of a deferral (`until`) and a
        new deadline (`due_at`), as the event does."""
        columns = self.columns
        before = self.steps[-1].status if self.steps else -1
        self.steps.append(Step(columns["row"], len(self.steps), at_us, before, int(status), actor, note, evidence))
        columns["version"] += 1
        columns["status"] = int(status)
        columns["closed_us"] = at_us if status is Status.CLOSED else None
        columns["deferred_until_us"] = us_or_none(more.get("until"))
        if before == Status.VERIFYING and status is Status.DISPATCHED:
            columns["rework"] += 1
        if before == Status.CLOSED and status in OPEN:
            columns["reopened"] += 1
        if "due_at" in more:
            self._become(at_us, {"due_us": us_or_none(more["due_at"])})

    def amend(self, at_us: int, actor: str, act: str, wanted: Mapping[str, Any], *, recorded_us: int) -> None:
        """Make the amendment `act`, which sets `wanted` (as its event does); `recorded_us` is wall time."""
        columns = self.columns
        columns["version"] += 1
        match Act(act):
            case Act.ATTACH:
                self.photos[wanted["photo"], wanted["kind"]] = at_us, recorded_us, actor
            case Act.DETACH:
                del self.photos[wanted["photo"], wanted["kind"]]
            case Act.LINK | Act.UNLINK:
                columns["duplicate_of"] = wanted["duplicate_of"]
            case Act.ASK | Act.REFUSE:
                pass  # the deadline stays
            case _:
                values = column_values(wanted)
                if act == Act.EXTEND and columns["due_us"] is not None and values["due_us"] > columns["due_us"]:
                    columns["extensions"] += 1
                self._become(at_us, values)

    def copy(self) -> IssueRecord:
        """One that can be changed apart from this one."""
        said = (self.first_actor, self.last_actor, self.last_us, self.asking)
        return IssueRecord(dict(self.columns), list(self.steps), list(self.past), dict(self.photos), *said)

    def become(self, other: IssueRecord) -> None:
        """Be what a copy has become."""
        for name in self.__slots__:
            setattr(self, name, getattr(other, name))

    def _become(self, at_us: int, values: Mapping[str, Any]) -> None:
        """Other values from `at_us` on; what stood there is kept."""
        was = {name: self.columns[name] for name in KEPT}
        self.past.append({"row": 0, "issue_row": self.columns["row"], "until_us": at_us, **was})
        self.columns.update(values)


def column_values(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of `issue` by what an amendment sets."""
    values = dict(wanted)
    if "due_at" in values:
        values["due_us"] = us_or_none(values.pop("due_at"))
    if "geometry" in values:
        values["wkb"] = bytes.fromhex(values.pop("geometry"))
    return values


def us_or_none(text: str | None) -> int | None:
    """The moment that an event names; None for none."""
    return None if text is None else us_of_iso(text)


def issue_record(row: int, issue_id: str, payload: Mapping[str, Any]) -> IssueRecord:
    """The record that an `issue_reported` or `issue_imported` event makes."""
    columns = {name: payload[name] for name in _COPIED}
    columns.update(
        row=row,
        id=issue_id,
        wkb=bytes.fromhex(payload["geometry"]),
        reported_us=us_of_iso(payload["reported_at"]),
        due_us=us_or_none(payload["due_at"]),
        recorded_us=us_of_iso(payload["recorded_at"]),
        rework=0,
        reopened=0,
        extensions=0,
        department=payload.get("department"),
        duplicate_of=None,
        version=0,
    )
    record = IssueRecord(columns)
    record.change(columns["reported_us"], columns["reporter"], Status.REPORTED, "", "")
    for step in payload.get("history", ()):
        record.change(us_of_iso(step["at"]), step["actor"], _STATUSES[step["status"]], step["note"], step["evidence"])
    return record


def change_columns(record: IssueRecord, change_id: str, *, revision: int, content: str) -> dict[str, Any]:
    """The row of `issue_change` of the act that `record` has just taken."""
    columns = record.columns
    told = {"issue_row": columns["row"], "version": columns["version"], "revision": revision, "content": content}
    return {"id": change_id, **told}


def point_columns(row: int, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a point; its payload holds the columns as they are, without places."""
    return {"row": row, **payload}


def visit_columns(row: int, at_us: int, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a visit; its moment is the event's."""
    return {"row": row, "at_us": at_us, **payload}


@dataclass(slots=True)
class Projection:
    """Everything that a log amounts to, in the order of the log."""

    issues: dict[str, IssueRecord] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    seen: int = 0  # issues so far, those taken out of `issues` included
    pasts: int = 0  # rows of `issue_past` so far
    points: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    personal: dict[tuple[str, str], int | None] = field(default_factory=dict)  # (reference, kind) → when it was erased

    def apply(self, event: Event) -> None:
        """Take in the next event of the log."""
        payload = orjson.loads(event.payload)
        match Kind(event.kind):
            case Kind.ISSUE_REPORTED | Kind.ISSUE_IMPORTED:
                issue_id = str(event.issue_id)
                self.seen += 1
                self.issues[issue_id] = issue_record(self.seen, issue_id, payload)
                self.personal.update(((payload["reporter"], kind), None) for kind in payload.get("personal", ()))
            case Kind.ISSUE_CHANGED:
                record = self.issues[str(event.issue_id)]
                status = _STATUSES[payload["status"]]
                record.change(us_of_iso(event.at), event.actor, status, payload["note"], payload["evidence"], payload)
                self._acted(record, event, payload)
            case Kind.ISSUE_AMENDED:
                record = self.issues[str(event.issue_id)]
                recorded_us = us_of_iso(payload["recorded_at"])
                record.amend(us_of_iso(event.at), event.actor, payload["act"], payload["set"], recorded_us=recorded_us)
                self._acted(record, event, payload)
            case Kind.POINT_ADDED:
                self.points.append(point_columns(len(self.points) + 1, payload))
            case Kind.VISIT_RECORDED:
                self.visits.append(visit_columns(len(self.visits) + 1, us_of_iso(event.at), payload))
            case Kind.DOCUMENT_PUT:
                self.documents.append(document_columns(us_of_iso(event.at), event.actor, payload))
            case Kind.PERSON_ERASED:
                erased = [key for key in self.personal if key[0] == payload["ref"]]
                self.personal.update(dict.fromkeys(erased, us_of_iso(payload["recorded_at"])))
            case Kind.LAYERS_CHANGED:
                pass  # places are not part of the records

    def _acted(self, record: IssueRecord, event: Event, payload: Mapping[str, Any]) -> None:
        """The rest of an act: its UUID, the request that it made or ended, and the number of what it left behind."""
        record.asking = asking_after(record.asking, event.at, event.actor, payload)
        if "id" in payload:  # those of a history came with their report
            revision, content = payload["revision"], payload["content"]
            self.changes.append(change_columns(record, payload["id"], revision=revision, content=content))
        if record.past and not record.past[-1]["row"]:
            self.pasts += 1
            record.past[-1]["row"] = self.pasts


def project(events: Iterable[Event]) -> Projection:
    """Replay `events` from the first one."""
    projection = Projection()
    for event in events:
        projection.apply(event)
    return projection


def cut(events: Iterable[Event], as_of_us: int) -> Iterable[Event]:
    """The log as it stood at `as_of_us`: events of a later moment are left out, and so are the later states that an
    import brought along. An import itself happens at its issue's report, whenever it was typed in."""
    for event in events:
        if event.kind == Kind.ISSUE_IMPORTED:
            payload = orjson.loads(event.payload)
            if us_of_iso(payload["reported_at"]) > as_of_us:
                continue
            payload["history"] = [step for step in payload["history"] if us_of_iso(step["at"]) <= as_of_us]
            yield event._replace(payload=orjson.dumps(payload).decode())
        elif us_of_iso(event.at) <= as_of_us:
            yield event
