"""The tables of a store: plain columns and WKB, the same on SQLite and PostgreSQL.

PostgreSQL has a geometry `geom` beside them for other GIS clients, which this program never reads.
Times are microseconds since 1970 UTC (BIGINT, NULL for none) except in the log, which people must be able to read.
Codes are the city's own strings, so that a store outlives a catalogue that is put in another order. `event` is the
truth; `issue`, `issue_share`, `transition`, `issue_change`, `point` and `visit` are worked out from it and from the
city's layers. Further tables stand in files of their own; `data.store.tables` has them all.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    DDL,
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
    event,
)

SCHEMA_VERSION: Final = 4

METADATA: Final = MetaData()

CODE: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is put in order by its bytes in UTF-8, in every database."""

META: Final = Table("meta", METADATA, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

EVENT: Final = Table(
    "event",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("issue_id", Text),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("event_issue", "issue_id"),
)

ISSUE: Final = Table(
    "issue",
    METADATA,
    Column("row", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, … in the order of the log
    Column("id", Text, nullable=False, unique=True),
    Column("number", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("register", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("task", Text),
    Column("description", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("visit", Text, nullable=False),
    Column("reporter", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("approximate", Boolean, nullable=False),
    Column("duplicate", Boolean, nullable=False),
    Column("reported_us", BigInteger, nullable=False),
    Column("due_us", BigInteger),
    Column("recorded_us", BigInteger, nullable=False),  # wall time, also where the campaign's clock stands still
    Column("wkb", LargeBinary, nullable=False),  # WGS-84
    Column("source_datum", Text, nullable=False),
    Column("source_x", Float, nullable=False),
    Column("source_y", Float, nullable=False),
    Column("revision", BigInteger, nullable=False),  # the transaction that brought it
    Column("content", Text, nullable=False),  # hash of what the client sent: tells a repetition from a conflict
    Column("status", SmallInteger, nullable=False),  # of the last transition
    Column("closed_us", BigInteger),
    Column("rework", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),  # 1 at the report, grows with every act
    Column("department", Text),  # the unit that it is assigned to
    Column("duplicate_of", Text),  # the id of the issue that it repeats
    Column("extensions", SmallInteger, nullable=False, server_default="0"),  # how often its deadline was put off
    Column("reopened", SmallInteger, nullable=False, server_default="0"),
    Column("deferred_until_us", BigInteger),  # while it is deferred
    # From the city's layers, of the version in meta:
    Column("is_point", Boolean, nullable=False),
    Column("lon", Float, nullable=False),  # a point on the geometry
    Column("lat", Float, nullable=False),
    Column("x_m", Float, nullable=False),
    Column("y_m", Float, nullable=False),
    Column("west", Float, nullable=False),
    Column("south", Float, nullable=False),
    Column("east", Float, nullable=False),
    Column("north", Float, nullable=False),
    Column("subdistrict", Text),
    Column("segment", Text),
    Column("road", Text),
    Column("distance_m", Float),
    Column("search_text", Text, nullable=False),
    Index("issue_number", "number"),
    Index("issue_register", "register", "reported_us"),
)

ISSUE_SHARE: Final = Table(
    "issue_share",
    METADATA,
    Column("issue_row", BigInteger, primary_key=True, autoincrement=False),
    Column("layer", CODE, primary_key=True),  # "subdistrict" | "segment"
    Column("place", CODE, primary_key=True),
    Column("weight", Float, nullable=False),
    sqlite_with_rowid=False,
)
"""Where lines and polygons lie; the share of a point is its own subdistrict and segment, weight 1, and not stored."""

TRANSITION: Final = Table(
    "transition",
    METADATA,
    Column("issue_row", BigInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),  # 0 is the report
    Column("at_us", BigInteger, nullable=False),
    Column("before", SmallInteger, nullable=False),  # -1 for the report
    Column("status", SmallInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    sqlite_with_rowid=False,
)

ISSUE_CHANGE: Final = Table(
    "issue_change",
    METADATA,
    Column("id", CODE, primary_key=True),  # the client's UUID of the act
    Column("issue_row", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),  # of the issue after it
    Column("revision", BigInteger, nullable=False),
    Column("content", Text, nullable=False),  # as of an issue
)
"""Acts (changes of status and amendments) that came one by one, each with a UUID by which it is made exactly once."""

POINT: Final = Table(
    "point",
    METADATA,
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("site_class", Text, nullable=False),
    Column("task", Text),
    Column("steward", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("approximate", Boolean, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("subdistrict", Text),
    Column("segment", Text),
)

VISIT: Final = Table(
    "visit",
    METADATA,
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("point", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("compliant", Boolean, nullable=False),
    Column("score", Float),
    Column("note", Text, nullable=False),
)

_REFUSAL: Final = "the event log is append-only"
for _verb in ("UPDATE", "DELETE"):
    event.listen(
        EVENT,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER event_no_{_verb.lower()} BEFORE {_verb} ON event "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        ).execute_if(dialect="sqlite"),
    )
event.listen(
    EVENT,
    "after_create",
    DDL(  # type: ignore[no-untyped-call]
        "CREATE FUNCTION event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$; "
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION event_refuse()"
    ).execute_if(dialect="postgresql"),
)

_GEOMETRIES: Final = {
    ISSUE: "ST_GeomFromWKB(wkb, 4326)",
    POINT: "ST_SetSRID(ST_MakePoint(lon, lat), 4326)",
}
for _table, _expression in _GEOMETRIES.items():
    event.listen(
        _table,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"ALTER TABLE {_table.name} ADD COLUMN geom geometry(Geometry, 4326) "
            f"GENERATED ALWAYS AS ({_expression}) STORED; "
            f"CREATE INDEX {_table.name}_geom ON {_table.name} USING gist (geom)"
        ).execute_if(dialect="postgresql"),
    )


def make_missing_indexes(connection: Connection) -> None:
    """Make the indexes of `issue` that are not there: a bulk load takes one away, and may be broken off before it is
    made anew."""
    for index in ISSUE.indexes:
        index.create(connection, checkfirst=True)
