"""What is appended to the log: the events of new records, chained behind the last one of the store."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from data.intake.issues import CheckedIssue
from data.store.bulk_insert import insert_tuples
from data.store.events import GENESIS, Kind, Pending, chained, iso_utc
from data.store.projection import STATUS_NAMES
from data.store.schema import EVENT
from geo.clock import to_us


def is_empty(connection: Connection) -> bool:
    """Whether nothing has happened in this store yet."""
    return connection.execute(select(EVENT.c.seq).limit(1)).first() is None


def issue_events(issue: CheckedIssue, actor: str, *, imported: bool) -> list[Pending]:
    """The events of one new issue: one with its history inside if `imported`, else one for the report (dated to it)
    and one for each step."""
    steps = [
        {
            "status": STATUS_NAMES[step.status],
            "at": iso_utc(to_us(step.at)),
            "actor": step.actor,
            "note": step.note,
            "evidence": step.evidence,
        }
        for step in issue.history
    ]
    if imported:
        issue.payload["history"] = steps
        return [Pending(issue.id, issue.at_us, actor, Kind.ISSUE_IMPORTED, issue.payload)]
    events = [Pending(issue.id, issue.reported_us, actor, Kind.ISSUE_REPORTED, issue.payload)]
    before = "REPORTED"
    for step, payload in zip(issue.history, steps, strict=True):
        change = {name: payload[name] for name in ("status", "note", "evidence")} | {"before": before}
        events.append(Pending(issue.id, to_us(step.at), step.actor, Kind.ISSUE_CHANGED, change))
        before = STATUS_NAMES[step.status]
    return events


def append_events(connection: Connection, pending: Iterable[Pending]) -> None:
    """Chain `pending` to the log within the transaction of `connection`."""
    last = connection.execute(select(EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)).first()
    last_seq, last_hash = (0, GENESIS) if last is None else (int(last[0]), str(last[1]))
    insert_tuples(connection, EVENT, list(chained(pending, last_seq=last_seq, last_hash=last_hash)))
