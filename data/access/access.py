"""The one desk for everything about people: signing in and out, accounts, sessions, tokens, and the log of it all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection

from data.access import accounts, sessions
from data.access.access_log import Entry, Kind, entries, note, prune
from data.access.lockout import lock_s
from data.access.looking_up import TOKEN_PREFIX, LookUp
from data.access.passwords import checked_password, is_right, password_hash
from data.access.people import (
    Account,
    Session,
    Token,
    folded_login,
    new_secret,
    roles_text,
    scope_text,
    secret_hash,
    session_name,
)
from data.access.settings import AccessSettings
from data.store.database import Store
from geo.access import WHOLE, Role, Scope, Viewer
from geo.clock import to_us
from geo.errors import BadValueError, ConflictError, NotFoundError

Transaction = Callable[..., AbstractContextManager[Connection]]

OPERATOR: Final = "operator"
"""Who acts at the machine itself, by a command."""

_US: Final = 1_000_000
_DAY_US: Final = 86_400 * _US


def wall_us() -> int:
    """The wall clock, microseconds since 1970 UTC: sign-ins never stand in a campaign's time."""
    return to_us(datetime.now(UTC))


class Access:
    """Every change is one short transaction with its entry in the log; `transaction` gives it, one at a time."""

    def __init__(
        self, store: Store, settings: AccessSettings, transaction: Transaction, *, now_us: Callable[[], int] = wall_us
    ) -> None:
        self.settings = settings
        self._store, self._transaction, self._now_us = store, transaction, now_us
        self._pruned_us = 0
        self._look_up = LookUp(store, settings, now_us, self._write_at_once)

    # Looking up

    def at_hand(self, secret: str, *, counts: bool = True) -> bool:
        """Whether `viewer` (or `peek`, which does not count) answers without asking the store."""
        return self._look_up.at_hand(secret, counts=counts)

    def viewer(self, secret: str) -> Viewer | None:
        """Who a cookie's value or a token stands for now; None for nobody. See `LookUp.viewer`."""
        return self._look_up.viewer(secret)

    def peek(self, secret: str) -> Viewer | None:
        """The same, but asking does not count as being there."""
        return self._look_up.viewer(secret, counts=False)

    # Signing in and out

    def sign_in(self, login: str, password: str, *, address: str = "") -> str | None:
        """The secret of a new session, or None: unknown, wrong, disabled or locked, with the same work and the same
        answer for each. Raises BusyError where too many sign in at once."""
        folded = folded_login(login)
        with self._store.reading() as connection:
            row = accounts.account_row(connection, login=folded)
        right = is_right(password, None if row is None else row.password)
        now_us = self._now_us()
        with self._writing() as connection:
            row = None if row is None else accounts.account_row(connection, identity=row.id)
            if row is None:
                note(connection, now_us, "-", Kind.SIGN_IN_FAILED, None, {"address": address, "why": "unknown"})
                return None
            locked = row.locked_until_us is not None and now_us < row.locked_until_us
            if not right or locked or row.disabled:
                self._fail(connection, row, now_us, address, right=right, locked=locked)
                return None
            if row.failures or row.locked_until_us is not None:
                accounts.change_account(connection, row.id, failures=0, locked_until_us=None)
            return self._open(connection, row.id, "password", address)

    def sign_in_by_identity(self, issuer: str, subject: str, login: str | None, *, address: str = "") -> str | None:
        """The secret of a new session for an identity of an OpenID provider; None where it has no account. At its first
        sign-in it is linked to the account whose login the provider names, if that has no other identity there."""
        now_us = self._now_us()
        with self._writing() as connection:
            identity = accounts.linked_account(connection, issuer, subject)
            row = None if identity is None else accounts.account_row(connection, identity=identity)
            if identity is None and login:
                row = accounts.account_row(connection, login=folded_login(login))
                if row is not None and not row.disabled:
                    if accounts.link(connection, issuer, subject, row.id, now_us):
                        note(connection, now_us, row.id, Kind.IDENTITY_LINKED, row.id, {"issuer": issuer})
                    else:
                        row = None
            if row is None or row.disabled:
                who = "-" if row is None else row.id
                note(connection, now_us, who, Kind.SIGN_IN_FAILED, None, {"address": address, "why": "no account"})
                return None
            return self._open(connection, row.id, "oidc", address)

    def sign_out(self, secret: str) -> None:
        """End the session of a cookie's value, from this moment on; an unknown one is ended already."""
        digest, now_us = secret_hash(secret), self._now_us()
        with self._store.reading() as connection:
            found = sessions.open_session(connection, digest)
        if found is None:
            return
        with self._writing() as connection:
            if sessions.end_session(connection, digest, now_us):
                note(connection, now_us, found.account.id, Kind.SIGNED_OUT, session_name(digest), {})

    # Accounts

    def accounts(self) -> list[Account]:
        """Every account, by login."""
        with self._store.reading() as connection:
            return accounts.all_accounts(connection)

    def account(self, identity: str) -> Account:
        """The account of that reference or login; NotFoundError."""
        with self._store.reading() as connection:
            return accounts.must_have(connection, identity)

    def add_account(
        self,
        *,
        by: str,
        login: str,
        name: str,
        roles: frozenset[Role],
        scope: Scope = WHOLE,
        password: str | None = None,
    ) -> Account:
        """A new account; without a password it can only come in by an OpenID provider. Checked values are expected
        (data.access.people). BadValueError for a login that is taken."""
        kept = None if password is None else password_hash(checked_password(password))
        now_us = self._now_us()
        with self._writing() as connection:
            made = accounts.add_account(
                connection, login=login, name=name, roles=roles, scope=scope, password=kept, now_us=now_us
            )
            note(connection, now_us, by, Kind.ACCOUNT_MADE, made.id, {"roles": sorted(roles)})
        return made

    def change_account(
        self,
        identity: str,
        *,
        by: str,
        name: str | None = None,
        roles: frozenset[Role] | None = None,
        scope: Scope | None = None,
        disabled: bool | None = None,
    ) -> Account:
        """Change what is given. Disabling ends every session and token. NotFoundError; ConflictError where no
        administrator would be left."""
        with self._writing() as connection:
            before = accounts.must_have(connection, identity)
            values: dict[str, Any] = {
                **({} if name is None else {"name": name}),
                **({} if roles is None else {"roles": roles_text(roles)}),
                **({} if scope is None else {"scope": scope_text(scope)}),
                **({} if disabled is None else {"disabled": disabled}),
            }
            if not values:
                return before
            accounts.change_account(connection, before.id, **values)
            if not accounts.administrators(connection) and Role.ADMINISTRATOR in before.roles:
                raise ConflictError("this is the last administrator; make another one first", "last_administrator")
            now_us = self._now_us()
            if disabled:
                accounts.end_everything(connection, before.id, now_us)
            told = {key: value for key, value in values.items() if key != "name"} | ({"name": True} if name else {})
            note(connection, now_us, by, Kind.ACCOUNT_CHANGED, before.id, told)
            return accounts.must_have(connection, before.id)

    def set_password(self, identity: str, password: str, *, by: str) -> None:
        """Set a password, unlock the account, and end its sessions and tokens. NotFoundError, BadValueError."""
        kept = password_hash(checked_password(password))
        now_us = self._now_us()
        with self._writing() as connection:
            account = accounts.must_have(connection, identity)
            accounts.change_account(connection, account.id, password=kept, failures=0, locked_until_us=None)
            accounts.end_everything(connection, account.id, now_us)
            note(connection, now_us, by, Kind.PASSWORD_SET, account.id, {})

    def change_password(self, identity: str, old: str, new: str) -> bool:
        """Set `new` as `set_password` does, where `old` is the account's; whether it was. Wrong ones count, and lock
        the account, like those of a sign-in. Raises BadValueError for a new one that cannot be taken, BusyError."""
        checked = checked_password(new)
        with self._store.reading() as connection:
            before = accounts.account_row(connection, identity=identity)
        right = is_right(old, None if before is None else before.password)
        kept = password_hash(checked) if right else None
        now_us = self._now_us()
        with self._writing() as connection:
            row = accounts.account_row(connection, identity=identity)
            if row is None or before is None:
                return False
            locked = row.locked_until_us is not None and now_us < row.locked_until_us
            if kept is None or locked or row.password != before.password:
                self._fail(connection, row, now_us, "", right=right, locked=locked)
                return False
            accounts.change_account(connection, row.id, password=kept, failures=0, locked_until_us=None)
            accounts.end_everything(connection, row.id, now_us)
            note(connection, now_us, row.id, Kind.PASSWORD_SET, row.id, {})
        return True

    def revoke_sessions(self, identity: str, *, by: str) -> int:
        """End every session and token of an account from this moment on; how many. NotFoundError."""
        now_us = self._now_us()
        with self._writing() as connection:
            account = accounts.must_have(connection, identity)
            count = accounts.end_everything(connection, account.id, now_us)
            note(connection, now_us, by, Kind.SESSIONS_REVOKED, account.id, {"count": count})
        return count

    def unlink(self, identity: str, *, by: str) -> None:
        """Forget which identities of OpenID providers an account has: the next sign-in links anew. NotFoundError."""
        with self._writing() as connection:
            account = accounts.must_have(connection, identity)
            accounts.unlink(connection, account.id)
            note(connection, self._now_us(), by, Kind.ACCOUNT_CHANGED, account.id, {"identities": []})

    # Sessions and tokens

    def sessions(self, account: str | None = None) -> list[Session]:
        """Open sessions, of one account or of all, the last seen first."""
        now_us = self._now_us()
        with self._store.reading() as connection:
            found = sessions.sessions_of(connection, account, now_us)
        return [session for session in found if now_us - session.seen_us < self.settings.idle_s * _US]

    def end_sessions(self, identity: str, *, by: str, only: str | None = None, but: str | None = None) -> int:
        """End sessions of an account from this moment on: all that are open, `only` the one of that name, or all `but`
        that one; how many. Tokens stay. Raises NotFoundError for an account or a session that is not there."""
        now_us = self._now_us()
        with self._writing() as connection:
            account = accounts.must_have(connection, identity)
            wanted = {
                session.hash: session.name
                for session in sessions.sessions_of(connection, account.id, now_us)
                if session.name != but and only in (None, session.name)
            }
            if only is not None and not wanted:
                raise NotFoundError("session", only[:80])
            count = sessions.end_sessions(connection, wanted, now_us)
            if count:
                told = {"count": count, "sessions": sorted(wanted.values())}
                note(connection, now_us, by, Kind.SESSIONS_REVOKED, account.id, told)
        return count

    def tokens(self, account: str | None = None) -> list[Token]:
        """Tokens, of one account or of all, the newest first."""
        with self._store.reading() as connection:
            return sessions.tokens_of(connection, account)

    def make_token(
        self, viewer: Viewer, *, name: str, roles: frozenset[Role], scope: Scope, days: int
    ) -> tuple[Token, str]:
        """A new token of `viewer` and its secret, which is shown once and kept nowhere. BadValueError for a role that
        they do not have."""
        if not roles <= viewer.roles:
            raise BadValueError("roles", ", ".join(sorted(roles)), "roles of yours: " + ", ".join(sorted(viewer.roles)))
        secret, now_us = new_secret(TOKEN_PREFIX), self._now_us()
        with self._writing() as connection:
            token = sessions.add_token(
                connection,
                digest=secret_hash(secret),
                account=viewer.account,
                name=name,
                roles=roles,
                scope=viewer.scope.narrowed(scope),
                now_us=now_us,
                expires_us=now_us + days * _DAY_US,
            )
            note(connection, now_us, viewer.account, Kind.TOKEN_MADE, token.id, {"roles": sorted(roles)})
        return token, secret

    def revoke_token(self, identity: str, *, by: str, account: str | None = None) -> None:
        """End a token (of `account`, where that is given) from this moment on. NotFoundError."""
        now_us = self._now_us()
        with self._writing() as connection:
            if sessions.end_token(connection, identity, account, now_us) is None:
                raise NotFoundError("token", identity[:80])
            note(connection, now_us, by, Kind.TOKEN_REVOKED, identity, {})

    # The log

    def saw_protected(self, viewer: Viewer, what: str, subject: str) -> None:
        """Note that `viewer` was shown protected data: `what` names the kind of it, `subject` the record."""
        with self._writing(forgets=False) as connection:
            note(connection, self._now_us(), viewer.account, Kind.SAW_PROTECTED, subject, {"what": what})

    def newest_entries(self, most: int) -> list[Entry]:
        """The newest entries of the log, the last one first."""
        with self._store.reading() as connection:
            return list(entries(connection, newest=most))

    def _open(self, connection: Connection, account: str, way: str, address: str) -> str:
        """A new session; once a day what is too old in the log is let go on this occasion."""
        secret, now_us = new_secret(), self._now_us()
        if now_us - self._pruned_us >= _DAY_US:
            prune(connection, now_us, keep_days=self.settings.log_days)
            self._pruned_us = now_us
        digest, ends_us = secret_hash(secret), now_us + self.settings.longest_s * _US
        sessions.add_session(connection, digest=digest, account=account, now_us=now_us, ends_us=ends_us, way=way)
        note(connection, now_us, account, Kind.SIGNED_IN, session_name(digest), {"address": address, "way": way})
        return secret

    def _fail(self, connection: Connection, row: Any, now_us: int, address: str, *, right: bool, locked: bool) -> None:
        why = "disabled" if row.disabled else "locked" if locked else "password"
        if not right and not locked:
            failures = row.failures + 1
            until = now_us + lock_s(failures) * _US if lock_s(failures) else None
            accounts.change_account(connection, row.id, failures=failures, locked_until_us=until)
        note(connection, now_us, row.id, Kind.SIGN_IN_FAILED, row.id, {"address": address, "why": why})

    @contextmanager
    def _writing(self, *, forgets: bool = True) -> Iterator[Connection]:
        """One transaction; once it is committed nothing that was known of people holds any more."""
        with self._transaction() as connection:
            yield connection
        if forgets:
            self._look_up.forget()

    def _write_at_once(self, write: Callable[[Connection], None]) -> None:
        """Write if no one else does. Raises BusyError."""
        with self._transaction(patience_s=0.0) as connection:
            write(connection)
