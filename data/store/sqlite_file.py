"""Whether a SQLite database is in order as a file: its header, every page, every index entry."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from data.store.wal_file import header_in_log

_FIXED: Final = {
    "file format": (18, b"\x02\x02"),  # write-ahead log
    "reserved bytes": (20, b"\x00\x40\x20\x20"),
    "schema format": (44, b"\x00\x00\x00\x04"),
    "cache size and vacuum": (48, bytes(8)),
    "encoding": (56, b"\x00\x00\x00\x01"),
    "numbers of other programs": (60, bytes(32)),
}
"""Parts of the first 100 bytes that every store of ours has alike: name, where, what.

SQLite heeds them without complaint when they say something else. https://sqlite.org/fileformat2.html#the_database_header
"""


def structure_problem(connection: Connection, file: Path) -> str | None:
    """One sentence if SQLite's own check or the header says no; None for a sound file."""
    said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(3)")]
    if said != ["ok"]:
        return f"the database file is damaged ({' '.join(said[0].split())[:120]}); restore a backup"
    wrong = _header_fault(connection, file)
    if wrong is not None:
        return f"the header of the database file is damaged ({wrong}); restore a backup"
    return None


def _header_fault(connection: Connection, file: Path) -> str | None:
    """What is wrong in the header, be it in the write-ahead log: there the counters may be ahead of this connection."""
    in_log = header_in_log(file)
    if in_log is None:
        with file.open("rb") as opened:
            header = opened.read(100)
    else:
        header = in_log
    for name, (start, should) in _FIXED.items():
        if header[start : start + len(should)] != should:
            return name
    journal = file.with_name(file.name + "-wal")
    if journal.exists() and journal.stat().st_size:
        return None
    changed, pages = struct.unpack_from(">II", header, 24)
    (valid_for,) = struct.unpack_from(">I", header, 92)
    if changed != valid_for:
        return "change counter"
    if pages != connection.exec_driver_sql("PRAGMA page_count").scalar():
        return "size"
    return None
