"""The tables of notices: what people have seen, webhooks and how far each is, units' addresses, digests that were sent.

None of it is a finding and none of it follows from the log. Addresses are personal data: deleting a row erases it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, MetaData, Table, Text

from data.store.schema import METADATA

_CODE: Final = Text().with_variant(Text(collation="C"), "postgresql")


def notice_tables(metadata: MetaData) -> tuple[Table, Table, Table, Table]:
    """The tables as of schema 3, on `metadata`. A later schema that alters them copies this for its migration."""
    seen = Table(
        "notice_seen",
        metadata,
        Column("account", _CODE, primary_key=True),
        Column("seq", BigInteger, nullable=False),  # of the newest event whose notice was seen
        Column("at_us", BigInteger, nullable=False),  # wall clock
    )
    webhook = Table(
        "webhook",
        metadata,
        Column("id", _CODE, primary_key=True),
        Column("url", Text, nullable=False),
        Column("secret", Text, nullable=False),  # it signs, so that a hash of it would not do
        *(Column(name, Text) for name in ("codes", "subdistricts", "departments")),  # JSON lists; NULL: all
        Column("active", Boolean, nullable=False),
        Column("made_us", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),  # of the last event that is dealt with
        Column("attempts", Integer, nullable=False),  # failed ones since the last success
        Column("failing_since_us", BigInteger),
        Column("next_us", BigInteger),  # not before
        Column("paused_us", BigInteger),  # given up until an administrator lets it go on
        Column("error", Text, nullable=False),
        Column("delivered", BigInteger, nullable=False),
        Column("delivered_us", BigInteger),
        Column("holder", Text, nullable=False),  # the process that is at it
        Column("held_until_us", BigInteger, nullable=False),
    )
    address = Table(
        "unit_address",
        metadata,
        Column("unit", _CODE, primary_key=True),
        Column("address", _CODE, primary_key=True),
        Column("made_us", BigInteger, nullable=False),
    )
    digest = Table(
        "digest_sent",
        metadata,
        Column("unit", _CODE, primary_key=True),
        Column("day", _CODE, primary_key=True),  # ISO 8601
        Column("state", Text, nullable=False),  # sending | sent | failed
        Column("at_us", BigInteger, nullable=False),
        Column("holder", Text, nullable=False),
        Column("error", Text, nullable=False),
    )
    return seen, webhook, address, digest


NOTICE_SEEN, WEBHOOK, UNIT_ADDRESS, DIGEST_SENT = NOTICE_TABLES = notice_tables(METADATA)
NOT_RESTORED: Final = frozenset({WEBHOOK.name})
"""Left out of backups: a restored one must not begin to call out, and backups hold no secrets."""


def make_notice_tables(connection: Connection) -> None:
    """Make those of them that a store has not yet."""
    metadata = MetaData()
    notice_tables(metadata)
    metadata.create_all(connection)
