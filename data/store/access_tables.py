"""The tables of who may come in and who did: accounts, sessions, tokens, identities, and the log of access.

None of this is a finding of the campaign, and none of it stands in the event log. The log of access has a chain of
hashes of its own; its oldest entries may be deleted once a checkpoint keeps the hash at which the rest begins.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, BigInteger, Boolean, Column, Connection, Index, Integer, Table, Text, event

from data.store.schema import METADATA

ACCOUNT: Final = Table(
    "account",
    METADATA,
    Column("id", Text, primary_key=True),  # a-…: what logs keep instead of a name
    Column("login", Text, nullable=False, unique=True),  # folded: see data.access.people
    Column("name", Text, nullable=False),
    Column("password", Text),  # argon2id, with its parameters; NULL: cannot sign in by password
    Column("roles", Text, nullable=False),  # JSON list
    Column("scope", Text, nullable=False),  # JSON object; a kind that is left out is not bounded
    Column("disabled", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),  # wrong passwords since the last right one
    Column("locked_until_us", BigInteger),
    Column("made_us", BigInteger, nullable=False),
)

SESSION: Final = Table(
    "access_session",
    METADATA,
    Column("hash", Text, primary_key=True),  # SHA-256 of the cookie's value
    Column("account", Text, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),  # to the minute
    Column("ends_us", BigInteger, nullable=False),
    Column("revoked_us", BigInteger),
    Column("way", Text, nullable=False),  # password | oidc
    Index("access_session_account", "account"),
)

TOKEN: Final = Table(
    "access_token",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("revoked_us", BigInteger),
    Column("used_us", BigInteger),
    Index("access_token_account", "account"),
)

IDENTITY: Final = Table(
    "access_identity",
    METADATA,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("linked_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

ENTRY: Final = Table(
    "access_entry",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", Text),  # the account, session or record that it is about
    Column("at", Text, nullable=False),  # wall time
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

CHECKPOINT: Final = Table(
    "access_checkpoint",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # the last entry that was let go
    Column("at", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

ACCESS_TABLES: Final = (ACCOUNT, SESSION, TOKEN, IDENTITY, ENTRY, CHECKPOINT)
NOT_BACKED_UP: Final = frozenset({SESSION.name, TOKEN.name})
"""A restored backup must not bring back what was revoked since: people sign in again, and make their tokens anew."""

_REFUSAL: Final = "the log of access is append-only"
_KEPT: Final = "OLD.seq > (SELECT coalesce(max(seq), 0) FROM access_checkpoint)"


def _listen(table: Table, sql: str, dialect: str) -> None:
    ddl = DDL(sql).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", ddl)


for _table, _verb, _when in (
    (ENTRY, "UPDATE", ""),
    (ENTRY, "DELETE", f"WHEN {_KEPT} "),
    (CHECKPOINT, "UPDATE", ""),
    (CHECKPOINT, "DELETE", ""),
):
    _listen(
        _table,
        f"CREATE TRIGGER {_table.name}_no_{_verb.lower()} BEFORE {_verb} ON {_table.name} {_when}"
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
        "sqlite",
    )
_REFUSE: Final = f"RAISE EXCEPTION '{_REFUSAL}'"
_listen(
    CHECKPOINT,
    f"CREATE FUNCTION access_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_REFUSE}; END $$; "
    f"CREATE FUNCTION access_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {_KEPT} THEN {_REFUSE}; END IF; "
    "RETURN OLD; END $$; "
    "CREATE TRIGGER access_checkpoint_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON access_checkpoint "
    "FOR EACH STATEMENT EXECUTE FUNCTION access_refuse(); "
    "CREATE TRIGGER access_entry_same BEFORE UPDATE OR TRUNCATE ON access_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION access_refuse(); "
    "CREATE TRIGGER access_entry_kept BEFORE DELETE ON access_entry FOR EACH ROW EXECUTE FUNCTION access_keep()",
    "postgresql",
)
CHECKPOINT.add_is_dependent_on(ENTRY)  # its functions guard both


def make_access_tables(connection: Connection) -> None:
    """Make all of them, in a store that has none."""
    for table in ACCESS_TABLES:
        table.create(connection)
