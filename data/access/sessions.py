"""Sessions and tokens in the store: opened, found by the hash of their secret, revoked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from data.access.accounts import account_of_row
from data.access.people import (
    Account,
    Session,
    Token,
    new_reference,
    roles_of_text,
    roles_text,
    scope_of_text,
    scope_text,
)
from data.store.access_tables import ACCOUNT, SESSION, TOKEN
from geo.access import Role, Scope

_OLD_US = 7 * 86_400_000_000


class Found(NamedTuple):
    """A session or token that is open by what the store says, and whose it is."""

    account: Account
    session: Session | None
    token: Token | None


def add_session(connection: Connection, *, digest: str, account: str, now_us: int, ends_us: int, way: str) -> None:
    """A new session; those that ended a week ago are forgotten."""
    connection.execute(delete(SESSION).where(or_(SESSION.c.ends_us < now_us - _OLD_US)))
    values = {"hash": digest, "account": account, "made_us": now_us, "seen_us": now_us, "ends_us": ends_us}
    connection.execute(insert(SESSION).values(**values, revoked_us=None, way=way))


def open_session(connection: Connection, digest: str) -> Found | None:
    """The session of that hash that is not revoked, with its account; None where there is none."""
    row = connection.execute(select(SESSION).where(SESSION.c.hash == digest, SESSION.c.revoked_us.is_(None))).first()
    account = None if row is None else _account(connection, row.account)
    return None if row is None or account is None else Found(account, session_of_row(row), None)


def open_token(connection: Connection, digest: str) -> Found | None:
    """The same of a token."""
    row = connection.execute(select(TOKEN).where(TOKEN.c.hash == digest, TOKEN.c.revoked_us.is_(None))).first()
    account = None if row is None else _account(connection, row.account)
    return None if row is None or account is None else Found(account, None, token_of_row(row))


def sessions_of(connection: Connection, account: str | None, now_us: int) -> list[Session]:
    """Sessions that are neither revoked nor at their end, of one account or of all, the last seen first."""
    query = select(SESSION).where(SESSION.c.revoked_us.is_(None), SESSION.c.ends_us > now_us)
    query = query.where(SESSION.c.account == account) if account is not None else query
    return [session_of_row(row) for row in connection.execute(query.order_by(SESSION.c.seen_us.desc(), SESSION.c.hash))]


def see_session(connection: Connection, digest: str, now_us: int) -> None:
    """Note when a session was seen last."""
    connection.execute(update(SESSION).where(SESSION.c.hash == digest).values(seen_us=now_us))


def end_session(connection: Connection, digest: str, now_us: int) -> bool:
    """Revoke one session; whether it was open."""
    mine = (SESSION.c.hash == digest) & SESSION.c.revoked_us.is_(None)
    return bool(connection.execute(update(SESSION).where(mine).values(revoked_us=now_us)).rowcount)


def end_sessions(connection: Connection, digests: Collection[str], now_us: int) -> int:
    """Revoke several; how many of them were open."""
    return sum(end_session(connection, digest, now_us) for digest in digests)


def add_token(
    connection: Connection,
    *,
    digest: str,
    account: str,
    name: str,
    roles: frozenset[Role],
    scope: Scope,
    now_us: int,
    expires_us: int,
) -> Token:
    """A new token."""
    token = Token(new_reference("t"), account, name, roles, scope, now_us, expires_us, None, None)
    connection.execute(
        insert(TOKEN).values(
            id=token.id,
            hash=digest,
            account=account,
            name=name,
            roles=roles_text(roles),
            scope=scope_text(scope),
            made_us=now_us,
            expires_us=expires_us,
            revoked_us=None,
            used_us=None,
        )
    )
    return token


def tokens_of(connection: Connection, account: str | None) -> list[Token]:
    """Every token of an account, or of all, the newest first, revoked ones too."""
    query = select(TOKEN).order_by(TOKEN.c.made_us.desc(), TOKEN.c.id)
    query = query.where(TOKEN.c.account == account) if account is not None else query
    return [token_of_row(row) for row in connection.execute(query)]


def see_token(connection: Connection, identity: str, now_us: int) -> None:
    """Note when a token was used last."""
    connection.execute(update(TOKEN).where(TOKEN.c.id == identity).values(used_us=now_us))


def end_token(connection: Connection, identity: str, account: str | None, now_us: int) -> str | None:
    """Revoke a token (of `account`, where that is given); whose it was, None where there is no such open one."""
    query = select(TOKEN).where(TOKEN.c.id == identity, TOKEN.c.revoked_us.is_(None))
    row = connection.execute(query if account is None else query.where(TOKEN.c.account == account)).first()
    if row is None:
        return None
    connection.execute(update(TOKEN).where(TOKEN.c.id == identity).values(revoked_us=now_us))
    return str(row.account)


def session_of_row(row: Row[Any]) -> Session:
    """The session of a row of the table."""
    return Session(row.hash, row.account, row.made_us, row.seen_us, row.ends_us, row.way)


def token_of_row(row: Row[Any]) -> Token:
    """The token of a row of the table."""
    roles, scope = roles_of_text(row.roles), scope_of_text(row.scope)
    return Token(row.id, row.account, row.name, roles, scope, row.made_us, row.expires_us, row.revoked_us, row.used_us)


def _account(connection: Connection, identity: str) -> Account | None:
    row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.id == identity)).first()
    return None if row is None else account_of_row(row)
