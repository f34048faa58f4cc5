"""How far each account has read its inbox: one cursor, which never goes back."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from data.store.notice_tables import NOTICE_SEEN


def seen_of(connection: Connection, account: str) -> int:
    """The event up to which `account` has seen all; 0 where they never said so."""
    found = connection.execute(select(NOTICE_SEEN.c.seq).where(NOTICE_SEEN.c.account == account)).scalar()
    return int(found or 0)


def move_seen(connection: Connection, account: str, seq: int, now_us: int) -> int:
    """Move the cursor to `seq`, within a transaction that writes alone; where it stands then (never before where it
    stood)."""
    kept = connection.execute(select(NOTICE_SEEN.c.seq).where(NOTICE_SEEN.c.account == account)).scalar()
    if kept is None:
        connection.execute(insert(NOTICE_SEEN).values(account=account, seq=seq, at_us=now_us))
        return seq
    if seq > kept:
        connection.execute(update(NOTICE_SEEN).where(NOTICE_SEEN.c.account == account).values(seq=seq, at_us=now_us))
    return max(seq, int(kept))
