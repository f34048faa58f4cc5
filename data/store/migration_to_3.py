"""Version 3 of the schema: documents, amendments and personal data, named as they were then whatever follows."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    column,
    func,
    select,
    table,
    text,
    update,
)

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


def add_amendments(connection: Connection) -> None:
    """The columns that acts set. Issues that had been closed and taken up again count as reopened."""
    for name, kind in (
        ("department", "TEXT"),
        ("duplicate_of", "TEXT"),
        ("extensions", "SMALLINT DEFAULT '0' NOT NULL"),
        ("reopened", "SMALLINT DEFAULT '0' NOT NULL"),
        ("deferred_until_us", "BIGINT"),
    ):
        connection.execute(text(f"ALTER TABLE issue ADD COLUMN {name} {kind}"))
    issue = table("issue", column("row", BigInteger), column("reopened", SmallInteger))
    step = table("transition", *(column(name, BigInteger) for name in ("issue_row", "before", "status")))
    closed, rejected = 6, 7
    again = (step.c.before == closed) & step.c.status.not_in((closed, rejected))
    count = select(func.count()).select_from(step).where(again, step.c.issue_row == issue.c.row).scalar_subquery()
    had = select(step.c.issue_row).where(again)
    connection.execute(update(issue).where(issue.c.row.in_(had)).values(reopened=count))
    connection.execute(text("ALTER TABLE issue_change RENAME COLUMN n TO version"))
    connection.execute(text("UPDATE issue_change SET version = version + 1"))


def add_past(connection: Connection) -> None:
    """What issues were before they were amended, and the photos attached to them."""
    tables = MetaData()
    Table(
        "issue_past",
        tables,
        Column("row", BigInteger, primary_key=True, autoincrement=False),
        *(Column(name, BigInteger, nullable=False) for name in ("issue_row", "until_us")),
        Column("type", Text, nullable=False),
        Column("task", Text),
        *(Column(name, Text, nullable=False) for name in ("description", "address")),
        Column("due_us", BigInteger),
        Column("department", Text),
        Column("wkb", LargeBinary, nullable=False),
        Column("source_datum", Text, nullable=False),
        *(Column(name, Float, nullable=False) for name in ("source_x", "source_y")),
        Column("is_point", Boolean, nullable=False),
        *(
            Column(name, Float, nullable=False)
            for name in ("lon", "lat", "x_m", "y_m", "west", "south", "east", "north")
        ),
        *(Column(name, Text) for name in ("subdistrict", "segment", "road")),
        Column("distance_m", Float),
        Column("search_text", Text, nullable=False),
        Index("issue_past_issue", "issue_row", "until_us"),
    )
    Table(
        "issue_past_share",
        tables,
        Column("past_row", BigInteger, primary_key=True, autoincrement=False),
        *(Column(name, _CODE, primary_key=True) for name in ("layer", "place")),
        Column("weight", Float, nullable=False),
        sqlite_with_rowid=False,
    )
    Table(
        "issue_photo",
        tables,
        Column("issue_row", BigInteger, primary_key=True, autoincrement=False),
        *(Column(name, _CODE, primary_key=True) for name in ("photo", "kind")),
        Column("at_us", BigInteger, nullable=False),
        Column("recorded_us", BigInteger, nullable=False),
        Column("actor", Text, nullable=False),
        Index("issue_photo_photo", "photo"),
        sqlite_with_rowid=False,
    )
    tables.create_all(connection)


def add_personal(connection: Connection) -> None:
    """Personal data, apart from the log."""
    Table(
        "personal",
        MetaData(),
        Column("ref", _CODE, primary_key=True),
        Column("kind", _CODE, primary_key=True),
        Column("value", Text),
        Column("erased_us", BigInteger),
    ).create(connection)
