"""What a backup says of itself: whose store it is, at which revision, and the hash of every table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

from geo.errors import StoreError

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class TableManifest:
    """One table: its columns in the order of the rows, how many rows, and their hash (`data.backup.rows`)."""

    name: str
    columns: tuple[str, ...]
    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole backup. `made_at` is UTC in ISO 8601; `last_event_hash` is that of the log's end; `photos` counts
    files: two for each photo, the picture and its thumbnail."""

    format: int
    program: str
    made_at: str
    city: str
    schema_version: int
    layer_version: str
    revision: int
    events: int
    last_event_hash: str
    tables: tuple[TableManifest, ...]
    photos: int = 0

    @property
    def hashes(self) -> Mapping[str, tuple[int, str]]:
        """Rows and hash of each table, to compare with another store's."""
        return {table.name: (table.rows, table.hash) for table in self.tables}

    def to_json(self) -> bytes:
        """As it stands in the backup, for people too."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n"


def manifest_of_json(text: bytes) -> Manifest:
    """The inverse of `to_json`. Raises StoreError for a newer format and for anything that is no manifest."""
    try:
        content: dict[str, Any] = orjson.loads(text)
        found = content["format"]
        if found != FORMAT:
            raise StoreError(
                f"the backup has format {found!r}, this program knows {FORMAT}; use the release that made it"
            )
        tables = tuple(
            TableManifest(table["name"], tuple(table["columns"]), table["rows"], table["hash"])
            for table in content.pop("tables")
        )
        return Manifest(**content, tables=tables)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise StoreError("the backup's manifest is damaged; use another backup") from None
