"""A store of today brought back to an older schema, as the migrations then find it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from data.store.access_tables import ACCESS_TABLES
from data.store.notice_tables import NOTICE_TABLES
from data.store.photo_tables import PHOTO, PHOTO_UPLOAD

BROUGHT_BY_3: Final = ("document", "issue_past", "issue_past_share", "issue_photo", "personal")
_COLUMNS: Final = ("department", "duplicate_of", "extensions", "reopened", "deferred_until_us")


def statements_back_to(schema: int, *, dialect: str) -> Iterator[str]:
    """What to run in a store that holds none of what the later schemas brought."""
    for table in (*BROUGHT_BY_3, *(table.name for table in (*ACCESS_TABLES, *NOTICE_TABLES, PHOTO, PHOTO_UPLOAD))):
        yield f"DROP TABLE {table}"
    if dialect == "postgresql":
        yield "DROP FUNCTION access_refuse() CASCADE"
        yield "DROP FUNCTION access_keep() CASCADE"
    for column in _COLUMNS:
        yield f"ALTER TABLE issue DROP COLUMN {column}"
    yield "UPDATE issue_change SET version = version - 1"
    yield "ALTER TABLE issue_change RENAME COLUMN version TO n"
    if schema == 1:
        yield "ALTER TABLE issue DROP COLUMN version"
        yield "DROP TABLE issue_change"
    yield f"UPDATE meta SET value = '{schema}' WHERE key = 'schema_version'"
    yield "DELETE FROM meta WHERE key IN ('seal', 'tables')"  # the first one had none
