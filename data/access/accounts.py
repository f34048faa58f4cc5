"""Accounts in the store: reading and writing them within a transaction that is already open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from data.access.people import Account, new_reference, roles_of_text, roles_text, scope_of_text, scope_text
from data.store.access_tables import ACCOUNT, IDENTITY, SESSION, TOKEN
from geo.access import Role, Scope
from geo.errors import BadValueError, NotFoundError


def account_of_row(row: Row[Any]) -> Account:
    """The account of a row of the table."""
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        roles=roles_of_text(row.roles),
        scope=scope_of_text(row.scope),
        disabled=bool(row.disabled),
        locked_until_us=row.locked_until_us,
        has_password=row.password is not None,
    )


def all_accounts(connection: Connection) -> list[Account]:
    """Every account, by login."""
    return [account_of_row(row) for row in connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.login))]


def account_row(connection: Connection, *, login: str | None = None, identity: str | None = None) -> Row[Any] | None:
    """The row of an account by its (folded) login or its reference; None for no such one."""
    condition = ACCOUNT.c.login == login if login is not None else ACCOUNT.c.id == identity
    return connection.execute(select(ACCOUNT).where(condition)).first()


def must_have(connection: Connection, identity: str) -> Account:
    """The account of that reference or login; NotFoundError."""
    condition = or_(ACCOUNT.c.id == identity, ACCOUNT.c.login == identity)
    row = connection.execute(select(ACCOUNT).where(condition)).first()
    if row is None:
        raise NotFoundError("account", identity[:80])
    return account_of_row(row)


def add_account(
    connection: Connection,
    *,
    login: str,
    name: str,
    roles: frozenset[Role],
    scope: Scope,
    password: str | None,
    now_us: int,
) -> Account:
    """A new account; `password` is a hash. BadValueError for a login that another one has."""
    if account_row(connection, login=login) is not None:
        raise BadValueError("login", login, "a login that no other account has")
    identity = new_reference("a")
    connection.execute(
        insert(ACCOUNT).values(
            id=identity,
            login=login,
            name=name,
            password=password,
            roles=roles_text(roles),
            scope=scope_text(scope),
            disabled=False,
            failures=0,
            locked_until_us=None,
            made_us=now_us,
        )
    )
    return must_have(connection, identity)


def change_account(connection: Connection, identity: str, **values: Any) -> None:
    """Set columns of an account."""
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == identity).values(**values))


def administrators(connection: Connection) -> list[str]:
    """References of the administrators that are not disabled."""
    return [
        account.id
        for account in all_accounts(connection)
        if Role.ADMINISTRATOR in account.roles and not account.disabled
    ]


def end_everything(connection: Connection, identity: str, now_us: int) -> int:
    """Revoke every session and token of an account; how many."""
    count = 0
    for table in (SESSION, TOKEN):
        open_ones = (table.c.account == identity) & table.c.revoked_us.is_(None)
        count += connection.execute(update(table).where(open_ones).values(revoked_us=now_us)).rowcount
    return count


def linked_account(connection: Connection, issuer: str, subject: str) -> str | None:
    """The account of an identity of an OpenID provider; None where none is linked."""
    query = select(IDENTITY.c.account).where(IDENTITY.c.issuer == issuer, IDENTITY.c.subject == subject)
    return connection.execute(query).scalar()


def link(connection: Connection, issuer: str, subject: str, identity: str, now_us: int) -> bool:
    """Link an identity to an account that has none of this issuer yet; whether it could be."""
    taken = (
        select(func.count()).select_from(IDENTITY).where(IDENTITY.c.issuer == issuer, IDENTITY.c.account == identity)
    )
    if connection.execute(taken).scalar():
        return False
    connection.execute(insert(IDENTITY).values(issuer=issuer, subject=subject, account=identity, linked_us=now_us))
    return True


def unlink(connection: Connection, identity: str) -> None:
    """Forget the identities of an account: the next sign-in links anew."""
    connection.execute(delete(IDENTITY).where(IDENTITY.c.account == identity))
