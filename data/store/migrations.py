"""Forward migrations: how a store of an older schema becomes one of today, in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    column,
    func,
    select,
    table,
    text,
    update,
)

from data.store.access_tables import make_access_tables
from data.store.migration_to_3 import add_amendments, add_documents, add_past, add_personal
from data.store.notice_tables import make_notice_tables
from data.store.photo_tables import photo_tables
from data.store.row_sums import make_sums
from data.store.schema import META
from geo.errors import StoreError


class Migration(NamedTuple):
    """One step: what it does to a store of version `to - 1`."""

    to: int
    what: str
    apply: Callable[[Connection], None]


def _number_versions(connection: Connection) -> None:
    """Version 2: issues have a version, which counts their transitions, and changes have a UUID of their own."""
    connection.execute(text("ALTER TABLE issue ADD COLUMN version INTEGER DEFAULT '1' NOT NULL"))
    issue = table("issue", column("row", BigInteger), column("version", Integer))
    step = table("transition", column("issue_row", BigInteger))
    count = select(func.count()).select_from(step).where(step.c.issue_row == issue.c.row).scalar_subquery()
    connection.execute(update(issue).values(version=count))
    Table(
        "issue_change",
        MetaData(),
        Column("id", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
        Column("issue_row", BigInteger, nullable=False),
        Column("n", Integer, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("content", Text, nullable=False),
    ).create(connection)


def _close_the_loop(connection: Connection) -> None:
    """Version 3: what the closed loop keeps."""
    for step in (add_documents, add_amendments, add_past, add_personal, make_access_tables, make_notice_tables):
        step(connection)
    metadata = MetaData()
    photo_tables(metadata)
    metadata.create_all(connection)


def _sum_the_rows(connection: Connection) -> None:
    """Version 4: sums over what does not follow from the log. Stores that were begun while version 3 was being made may
    lack the tables that came to it last."""
    make_notice_tables(connection)
    make_sums(connection)


MIGRATIONS: Final[tuple[Migration, ...]] = (
    Migration(2, "versions of issues, UUIDs of changes", _number_versions),
    Migration(
        3,
        "documents, amendments, personal data, photos, accounts, sessions, tokens, log of access, notices",
        _close_the_loop,
    ),
    Migration(4, "sums over accounts, sessions, tokens, notices and personal data", _sum_the_rows),
)
"""In order, without gaps; version 1 is the first schema that was released. A step names its tables itself: those of
`data.store.schema` will have moved on."""


def migrate(connection: Connection, found: int, wanted: int, *, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the store of `connection`'s transaction from version `found` to `wanted`.

    Raises StoreError if the store is newer than this program, or so old that a step is missing.
    """
    refuse_newer(found, wanted)
    steps = {migration.to: migration for migration in migrations}
    for version in range(found + 1, wanted + 1):
        if version not in steps:
            raise StoreError(f"the store has schema {found}, which this program cannot bring to {wanted}")
        steps[version].apply(connection)
    connection.execute(update(META).where(META.c.key == "schema_version").values(value=str(wanted)))


def refuse_newer(found: int, wanted: int) -> None:
    """Raises StoreError if a store of version `found` is newer than this program, which knows up to `wanted`."""
    if found > wanted:
        raise StoreError(
            f"the store has schema {found}, this program knows up to {wanted}; use a newer release of the program"
        )
