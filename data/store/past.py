"""What issues were before they were amended: one row for each amendment that changed what a reading shows.

An issue was, at a moment, what the first of its rows with a later `until_us` says; without one it is what it is now.
Photos that are attached stand here too, as the references that they are.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    LargeBinary,
    Subquery,
    Table,
    Text,
    case,
    func,
    select,
)

from data.store.schema import CODE, ISSUE, METADATA

KEPT: Final = (
    *("type", "task", "description", "address", "due_us", "department", "wkb", "source_datum", "source_x", "source_y"),
)
"""Columns of `issue` whose past is kept; those of its place follow from them."""

ISSUE_PAST: Final = Table(
    "issue_past",
    METADATA,
    Column("row", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, … in the order of the log
    Column("issue_row", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),  # when it became otherwise; ascends within an issue
    Column("type", Text, nullable=False),
    Column("task", Text),
    Column("description", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("due_us", BigInteger),
    Column("department", Text),
    Column("wkb", LargeBinary, nullable=False),
    Column("source_datum", Text, nullable=False),
    Column("source_x", Float, nullable=False),
    Column("source_y", Float, nullable=False),
    # From the city's layers of today, as of an issue:
    Column("is_point", Boolean, nullable=False),
    Column("lon", Float, nullable=False),
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
    Index("issue_past_issue", "issue_row", "until_us"),
)

ISSUE_PAST_SHARE: Final = Table(
    "issue_past_share",
    METADATA,
    Column("past_row", BigInteger, primary_key=True, autoincrement=False),
    Column("layer", CODE, primary_key=True),
    Column("place", CODE, primary_key=True),
    Column("weight", Float, nullable=False),
    sqlite_with_rowid=False,
)

ISSUE_PHOTO: Final = Table(
    "issue_photo",
    METADATA,
    Column("issue_row", BigInteger, primary_key=True, autoincrement=False),
    Column("photo", CODE, primary_key=True),  # its SHA-256
    Column("kind", CODE, primary_key=True),  # before | after
    Column("at_us", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),  # wall time
    Column("actor", Text, nullable=False),
    Index("issue_photo_photo", "photo"),
    sqlite_with_rowid=False,
)


def past_at(as_of_us: int) -> Subquery:
    """The rows that say what an issue was at `as_of_us`: at most one an issue, to be joined by `issue_row`."""
    p = ISSUE_PAST.c
    first = select(func.min(p.row)).where(p.until_us > as_of_us).group_by(p.issue_row)
    return select(ISSUE_PAST).where(p.row.in_(first)).subquery("past")


def as_it_was(past: Subquery, name: str) -> ColumnElement[Any]:
    """The column `name` of `issue`, outer joined with `past_at`, at that moment."""
    return case((past.c.row.is_not(None), past.c[name]), else_=ISSUE.c[name])
