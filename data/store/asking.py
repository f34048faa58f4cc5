"""Which of some issues a department has asked more time for, unanswered: read from the log, which alone keeps it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, select

from data.store.events import Kind, iso_utc
from data.store.receipts import CHUNK
from data.store.schema import EVENT
from geo.asking import Asking, asking_after
from geo.lifecycle import Act


def askings_of(connection: Connection, ids: Sequence[str], *, as_of_us: int | None = None) -> dict[str, Asking]:
    """The pending request of each of `ids` (UUIDs) that has one, now or as it was at `as_of_us`.

    Only the acts on issues for which anybody ever asked are read; that somebody did is found by the word in the event.
    """
    e = EVENT.c
    asked = select(e.issue_id).where(e.kind == str(Kind.ISSUE_AMENDED), e.payload.contains(Act.ASK, autoescape=True))
    acts = select(e.issue_id, e.at, e.actor, e.payload).order_by(e.seq)
    acts = acts.where(e.kind.in_([str(Kind.ISSUE_CHANGED), str(Kind.ISSUE_AMENDED)]))
    latest = None if as_of_us is None else iso_utc(as_of_us)
    found: dict[str, Asking | None] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        some = set(connection.execute(asked.where(e.issue_id.in_(wanted[start : start + CHUNK]))).scalars())
        if some:
            for issue_id, at, actor, payload in connection.execute(acts.where(e.issue_id.in_(sorted(some)))):
                if latest is None or at <= latest:
                    found[issue_id] = asking_after(found.get(issue_id), at, actor, orjson.loads(payload))
    return {issue_id: asking for issue_id, asking in found.items() if asking is not None}
