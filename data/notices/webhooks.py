"""Webhooks as rows: where notices are sent, which of them, and how far each webhook has come."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from data.notices.posting import checked_url
from data.store.notice_tables import WEBHOOK
from data.store.schema import EVENT
from geo.access import Scope
from geo.errors import BadValueError, ConflictError, NotFoundError
from geo.notices import Code

SECRET_PREFIX: Final = "xjw_"  # noqa: S105 - what a secret begins with
MOST: Final = 20
"""So many webhooks, since one after the other is served."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook, without its secret. `codes` None: every notice; `scope` bounds the issues. Moments are on the wall
    clock. `paused_us`: given up after failing for days, until an administrator lets it go on."""

    id: str
    url: str
    codes: frozenset[Code] | None
    scope: Scope
    active: bool
    made_us: int
    seq: int
    attempts: int
    failing_since_us: int | None
    next_us: int | None
    paused_us: int | None
    error: str
    delivered: int
    delivered_us: int | None

    def wants(self, code: Code) -> bool:
        """Whether notices of `code` are sent to it."""
        return self.codes is None or code in self.codes


def webhooks(connection: Connection) -> list[Webhook]:
    """All of them, the oldest first."""
    columns = [column for column in WEBHOOK.c if column.name not in ("secret", "holder", "held_until_us")]
    query = select(*columns).order_by(WEBHOOK.c.made_us, WEBHOOK.c.id)
    return [_webhook(row._mapping) for row in connection.execute(query)]


def must_have(connection: Connection, identity: str) -> Webhook:
    """The webhook of that id; NotFoundError."""
    found = next((one for one in webhooks(connection) if one.id == identity), None)
    if found is None:
        raise NotFoundError("webhook", identity[:80])
    return found


def add_webhook(
    connection: Connection, *, url: str, codes: frozenset[Code] | None, scope: Scope, now_us: int
) -> tuple[Webhook, str]:
    """A new one, and its secret, which is shown this once. It begins with what happens from now on. Raises
    BadValueError for an address that cannot be taken, ConflictError where there are MOST already."""
    checked_url(url)
    if (connection.execute(select(func.count()).select_from(WEBHOOK)).scalar() or 0) >= MOST:
        raise ConflictError(f"there are {MOST} webhooks already; remove one first", "webhooks_full", n=MOST)
    identity, secret = f"w-{uuid.uuid4().hex[:12]}", SECRET_PREFIX + secrets.token_urlsafe(32)
    values = {"id": identity, "url": url, "secret": secret, "active": True, "made_us": now_us, "seq": _head(connection)}
    values |= {"attempts": 0, "error": "", "delivered": 0, "holder": "", "held_until_us": 0}
    connection.execute(insert(WEBHOOK).values(**values, **_filter(codes, scope)))
    return must_have(connection, identity), secret


def change_webhook(
    connection: Connection, identity: str, *, active: bool | None = None, replay_from: int | None = None
) -> Webhook:
    """Switch it on (which lets a paused one go on at once) or off; or send again everything from event `replay_from`
    on, under the same delivery ids. Raises NotFoundError, BadValueError for an event that is not there yet."""
    must_have(connection, identity)
    values: dict[str, Any] = {}
    if active is not None:
        values |= {"active": active}
    if active or replay_from is not None:
        values |= {"attempts": 0, "failing_since_us": None, "next_us": None, "paused_us": None, "error": ""}
    if replay_from is not None:
        if not 1 <= replay_from <= _head(connection) + 1:
            raise BadValueError("replay_from", replay_from, f"an event from 1 to {_head(connection) + 1}")
        values |= {"seq": replay_from - 1}
    if values:  # whoever is just at it finds its hold gone, and what it sends last counts for nothing
        values |= {"holder": "", "held_until_us": 0}
        connection.execute(update(WEBHOOK).where(WEBHOOK.c.id == identity).values(**values))
    return must_have(connection, identity)


def remove_webhook(connection: Connection, identity: str) -> None:
    """Take it away, with its secret. Raises NotFoundError."""
    must_have(connection, identity)
    connection.execute(delete(WEBHOOK).where(WEBHOOK.c.id == identity))


def hold(
    connection: Connection, identity: str, holder: str, *, now_us: int, until_us: int
) -> tuple[Webhook, str] | None:
    """Take the webhook for `holder` alone until then, within a transaction that writes alone: the webhook as it stands
    and its secret. None where another holds it, or nothing is to be sent now."""
    free = or_(WEBHOOK.c.held_until_us <= now_us, WEBHOOK.c.holder == holder)
    due = or_(WEBHOOK.c.next_us.is_(None), WEBHOOK.c.next_us <= now_us)
    taken = connection.execute(
        update(WEBHOOK)
        .where(WEBHOOK.c.id == identity, WEBHOOK.c.active, WEBHOOK.c.paused_us.is_(None), free, due)
        .values(holder=holder, held_until_us=until_us)
    )
    if taken.rowcount != 1:
        return None
    secret = connection.execute(select(WEBHOOK.c.secret).where(WEBHOOK.c.id == identity)).scalar_one()
    return must_have(connection, identity), secret


def let_go(connection: Connection, identity: str, holder: str, **values: Any) -> bool:
    """Write down how far `holder` came and give the webhook back; False where it was not theirs any more."""
    given = connection.execute(
        update(WEBHOOK)
        .where(WEBHOOK.c.id == identity, WEBHOOK.c.holder == holder)
        .values(holder="", held_until_us=0, **values)
    )
    return bool(given.rowcount)


def any_held(connection: Connection) -> bool:
    """Whether somebody holds a webhook, or held one when they were broken off."""
    return connection.execute(select(WEBHOOK.c.id).where(WEBHOOK.c.holder != "").limit(1)).first() is not None


def free_all(connection: Connection) -> None:
    """Let go of every webhook, whoever holds it."""
    connection.execute(update(WEBHOOK).where(WEBHOOK.c.holder != "").values(holder="", held_until_us=0))


def checked_codes(value: object) -> frozenset[Code] | None:
    """Kinds of notices from JSON; None (all) for null. Raises BadValueError."""
    if value is None:
        return None
    known = {str(code) for code in Code}
    if not isinstance(value, list) or not value or any(code not in known for code in value):
        raise BadValueError("kinds", value, "a list of kinds of notices: " + ", ".join(Code))
    return frozenset(Code(code) for code in value)


def _webhook(row: Any) -> Webhook:
    values = dict(row)
    codes, subdistricts, departments = (_read(values.pop(name)) for name in ("codes", "subdistricts", "departments"))
    named = None if codes is None else frozenset(Code(code) for code in codes if code in set(Code))
    return Webhook(codes=named, scope=Scope(subdistricts, departments), **values)


def _filter(codes: Iterable[str] | None, scope: Scope) -> dict[str, str | None]:
    kinds = {"codes": codes, "subdistricts": scope.subdistricts, "departments": scope.departments}
    return {name: None if kept is None else orjson.dumps(sorted(kept)).decode() for name, kept in kinds.items()}


def _read(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(orjson.loads(text))


def _head(connection: Connection) -> int:
    return int(connection.execute(select(func.max(EVENT.c.seq))).scalar() or 0)
