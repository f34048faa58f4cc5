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
from geo.lifecycle import Status

_COPIED = (
    *("number", "campaign", "register", "type", "task", "description", "address", "visit", "reporter"),
    *("synthetic", "approximate", "duplicate", "source_datum", "source_x", "source_y", "content", "revision"),
)


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
    """One issue as its events tell it: `columns` by name of the table, and its changes of status in order."""

    columns: dict[str, Any]
    steps: list[Step] = field(default_factory=list)

    def change(self, at_us: int, actor: str, status: Status, note: str, evidence: str) -> None:
        """Add one change of status and let the columns follow."""
        before = self.steps[-1].status if self.steps else -1
        self.steps.append(Step(self.columns["row"], len(self.steps), at_us, before, int(status), actor, note, evidence))
        self.columns["version"] += 1
        self.columns["status"] = int(status)
        self.columns["closed_us"] = at_us if status is Status.CLOSED else None
        if before == Status.VERIFYING and status is Status.DISPATCHED:
            self.columns["rework"] += 1


def issue_record(row: int, issue_id: str, payload: Mapping[str, Any]) -> IssueRecord:
    """The record that an `issue_reported` or `issue_imported` event makes."""
    columns = {name: payload[name] for name in _COPIED}
    due = payload["due_at"]
    columns.update(
        row=row,
        id=issue_id,
        wkb=bytes.fromhex(payload["geometry"]),
        reported_us=us_of_iso(payload["reported_at"]),
        due_us=None if due is None else us_of_iso(due),
        recorded_us=us_of_iso(payload["recorded_at"]),
        rework=0,
        version=0,
    )
    record = IssueRecord(columns)
    record.change(columns["reported_us"], columns["reporter"], Status.REPORTED, "", "")
    for step in payload.get("history", ()):
        record.change(us_of_iso(step["at"]), step["actor"], _STATUSES[step["status"]], step["note"], step["evidence"])
    return record


def change_columns(record: IssueRecord, change_id: str, *, revision: int, content: str) -> dict[str, Any]:
    """The row of `issue_change` of the change that `record` has just taken."""
    step = record.steps[-1]
    return {"id": change_id, "issue_row": step.issue_row, "n": step.n, "revision": revision, "content": content}


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
    points: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)

    def apply(self, event: Event) -> None:
        """Take in the next event of the log."""
        payload = orjson.loads(event.payload)
        match Kind(event.kind):
            case Kind.ISSUE_REPORTED | Kind.ISSUE_IMPORTED:
                issue_id = str(event.issue_id)
                self.seen += 1
                self.issues[issue_id] = issue_record(self.seen, issue_id, payload)
            case Kind.ISSUE_CHANGED:
                record = self.issues[str(event.issue_id)]
                status = _STATUSES[payload["status"]]
                record.change(us_of_iso(event.at), event.actor, status, payload["note"], payload["evidence"])
                if "id" in payload:  # those of a history came with their report
                    revision, content = payload["revision"], payload["content"]
                    self.changes.append(change_columns(record, payload["id"], revision=revision, content=content))
            case Kind.POINT_ADDED:
                self.points.append(point_columns(len(self.points) + 1, payload))
            case Kind.VISIT_RECORDED:
                self.visits.append(visit_columns(len(self.visits) + 1, us_of_iso(event.at), payload))
            case Kind.DOCUMENT_PUT:
                self.documents.append(document_columns(us_of_iso(event.at), event.actor, payload))
            case Kind.LAYERS_CHANGED:
                pass  # places are not part of the records


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
