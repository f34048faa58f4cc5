"""Version 3 of the schema: documents. The tables are named as they were then, whatever became of them since."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, MetaData, Table, Text

_CODE = Text().with_variant(Text(collation="C"), "postgresql")


def add_documents(connection: Connection) -> None:
    """The table of documents."""
    Table(
        "document",
        MetaData(),
        Column("collection", _CODE, primary_key=True),
        Column("id", _CODE, primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("at_us", BigInteger, nullable=False),
        Column("recorded_us", BigInteger, nullable=False),
        Column("actor", Text, nullable=False),
        Column("content", Text, nullable=False),
        Column("retired", Boolean, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("change", _CODE, nullable=False, unique=True),
        Column("hash", Text, nullable=False),
    ).create(connection)
