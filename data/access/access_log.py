"""The log of access: who signed in, what administrators changed, who saw protected data; chained, pruned by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import Connection, delete, func, insert, select

from data.store.access_tables import CHECKPOINT, ENTRY
from data.store.events import GENESIS, event_hash, iso_utc
from geo.errors import StoreError

KEPT_AT_LEAST_DAYS: Final = 184
"""Six months, as the law on cybersecurity asks."""

_DAY_US: Final = 86_400_000_000


class Kind(StrEnum):
    """What is noted."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    ACCOUNT_MADE = "account_made"
    ACCOUNT_CHANGED = "account_changed"
    PASSWORD_SET = "password_set"  # noqa: S105 - a kind, no password
    SESSIONS_REVOKED = "sessions_revoked"
    TOKEN_MADE = "token_made"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    IDENTITY_LINKED = "identity_linked"
    WEBHOOK_CHANGED = "webhook_changed"
    ADDRESS_CHANGED = "address_changed"
    SAW_PROTECTED = "saw_protected"
    LOG_PRUNED = "log_pruned"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, in the order of its columns."""

    seq: int
    subject: str | None
    at: str
    actor: str
    kind: str
    payload: str
    prev_hash: str
    hash: str


def note(
    connection: Connection, at_us: int, actor: str, kind: Kind, subject: str | None, payload: Mapping[str, Any]
) -> None:
    """Append one entry within the transaction of `connection`. No names and no secrets: references only."""
    seq, last_hash = _end(connection)
    at, text = iso_utc(at_us), orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()
    digest = event_hash(last_hash, seq + 1, subject, at, actor, kind, text)
    values = {"seq": seq + 1, "subject": subject, "at": at, "actor": actor, "kind": str(kind)}
    connection.execute(insert(ENTRY).values(**values, payload=text, prev_hash=last_hash, hash=digest))


def prune(connection: Connection, now_us: int, *, keep_days: int) -> int:
    """Let go of entries older than `keep_days`; how many. A checkpoint keeps the hash at which the rest begins, and an
    entry of the chain says that it was made."""
    before = iso_utc(now_us - max(keep_days, KEPT_AT_LEAST_DAYS) * _DAY_US)
    # Of what stands before the first that is young enough: moments may go back where a clock was set.
    young = select(func.min(ENTRY.c.seq)).where(ENTRY.c.at >= before).scalar_subquery()
    newest = select(func.max(ENTRY.c.seq)).scalar_subquery()
    last = connection.execute(
        select(ENTRY.c.seq, ENTRY.c.hash)
        .where(ENTRY.c.seq < func.coalesce(young, newest + 1))
        .order_by(ENTRY.c.seq.desc())
        .limit(1)
    ).first()
    if last is None:
        return 0
    count = connection.execute(select(func.count()).select_from(ENTRY).where(ENTRY.c.seq <= last.seq)).scalar() or 0
    note(connection, now_us, "-", Kind.LOG_PRUNED, None, {"through": last.seq, "hash": last.hash, "entries": count})
    connection.execute(insert(CHECKPOINT).values(seq=last.seq, at=iso_utc(now_us), hash=last.hash))
    connection.execute(delete(ENTRY).where(ENTRY.c.seq <= last.seq))
    return count


def entries(connection: Connection, *, newest: int | None = None) -> Iterator[Entry]:
    """The log in its order, or its newest entries, the last one first."""
    query = select(ENTRY).order_by(ENTRY.c.seq if newest is None else ENTRY.c.seq.desc())
    for row in connection.execute(query if newest is None else query.limit(newest)):
        yield Entry(*row)


def problem(connection: Connection) -> str | None:
    """One sentence naming the first entry that was changed, removed, inserted or moved; None for a sound log."""
    seq, last_hash = _beginning(connection)
    told = (seq, last_hash) if seq else None  # the pruning that the chain itself must tell of
    for entry in entries(connection):
        try:
            right = event_hash(last_hash, seq + 1, entry.subject, entry.at, entry.actor, entry.kind, entry.payload)
        except TypeError:
            right = ""
        if (entry.seq, entry.prev_hash, entry.hash) != (seq + 1, last_hash, right):
            return f"the log of access is broken at entry {entry.seq}: its hash does not follow from entry {seq}"
        seq, last_hash = entry.seq, entry.hash
        if entry.kind == Kind.LOG_PRUNED and told is not None:
            content = orjson.loads(entry.payload)
            told = None if (content["through"], content["hash"]) == told else told
    if told is not None:
        return f"the log of access has a checkpoint at entry {told[0]} of which the log does not tell"
    return None


def must_be_sound(connection: Connection) -> None:
    """Raises StoreError where the chain is broken."""
    if (fault := problem(connection)) is not None:
        raise StoreError(fault + "; restore a backup")


def _beginning(connection: Connection) -> tuple[int, str]:
    row = connection.execute(select(CHECKPOINT).order_by(CHECKPOINT.c.seq.desc()).limit(1)).first()
    return (0, GENESIS) if row is None else (int(row.seq), str(row.hash))


def _end(connection: Connection) -> tuple[int, str]:
    row = connection.execute(select(ENTRY.c.seq, ENTRY.c.hash).order_by(ENTRY.c.seq.desc()).limit(1)).first()
    return _beginning(connection) if row is None else (int(row.seq), str(row.hash))
