"""Which of some issues a department has asked more time for, unanswered: read from the log, which alone keeps it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import orjson
from sqlalchemy import ColumnElement, Connection, and_, select

from data.store.events import Kind, iso_utc
from data.store.receipts import CHUNK
from data.store.schema import EVENT
from geo.asking import Asking, asking_after
from geo.lifecycle import Act

_ACTS: Final = (str(Kind.ISSUE_CHANGED), str(Kind.ISSUE_AMENDED))
ASKS: Final[ColumnElement[bool]] = and_(
    EVENT.c.kind == str(Kind.ISSUE_AMENDED), EVENT.c.payload.contains(str(Act.ASK), autoescape=True)
)
"""Whether an event may be a request: the word stands in it. Of most issues none is, and nothing more is read."""


def askings_of(connection: Connection, ids: Sequence[str], *, as_of_us: int | None = None) -> dict[str, Asking]:
    """The pending request of each of `ids` (UUIDs) that has one, now or as it was at `as_of_us`."""
    wanted = sorted(set(ids))
    asked: set[str] = set()
    for start in range(0, len(wanted), CHUNK):
        query = select(EVENT.c.issue_id).where(EVENT.c.issue_id.in_(wanted[start : start + CHUNK]), ASKS)
        asked.update(connection.execute(query).scalars())
    return askings_where_asked(connection, asked, as_of_us=as_of_us)


def askings_where_asked(
    connection: Connection, ids: Collection[str], *, as_of_us: int | None = None
) -> dict[str, Asking]:
    """The same for issues of which an event `ASKS`: all that was done to them is looked at."""
    e = EVENT.c
    latest = None if as_of_us is None else iso_utc(as_of_us)
    found: dict[str, Asking | None] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        acts = select(e.issue_id, e.at, e.actor, e.payload).where(e.kind.in_(_ACTS)).order_by(e.seq)
        for issue_id, at, actor, payload in connection.execute(
            acts.where(e.issue_id.in_(wanted[start : start + CHUNK]))
        ):
            if latest is None or at <= latest:
                found[issue_id] = asking_after(found.get(issue_id), at, actor, orjson.loads(payload))
    return {issue_id: asking for issue_id, asking in found.items() if asking is not None}
