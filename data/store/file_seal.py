"""The seal of a database file at rest: its SHA-256 in a small file beside it, from a clean close to the next opening.

With it `verify` finds a changed byte anywhere, free space included. While the program runs, or after it was killed,
there is no seal: then content and structure are checked, which is every byte that means anything.
"""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path
from typing import Final

from geo.errors import StoreError

_LOG = logging.getLogger("xunjie.store")
LARGEST: Final = 4_000_000_000
"""Bytes. A larger file is not sealed: hashing it would hold up the end of the program."""


def seal_path(database: Path) -> Path:
    """Where the seal of `database` lies."""
    return database.with_name(database.name + ".seal")


def break_seal(database: Path) -> None:
    """Take the seal away, durably, before anything is written. Raises StoreError where the folder refuses."""
    path = seal_path(database)
    try:
        if path.exists():
            path.unlink()
            sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"cannot write beside the store {database}: {error.strerror}") from None


def seal_file(database: Path) -> None:
    """Seal a database that nobody has open. Without a seal nothing is lost, so a refusal of the disk is only logged."""
    journal = database.with_name(database.name + "-wal")
    try:
        if (journal.exists() and journal.stat().st_size) or not 0 < database.stat().st_size <= LARGEST:
            return
        path = seal_path(database)
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(_line(database), encoding="ascii")
        os.replace(fresh, path)
    except OSError as error:
        _LOG.warning("the database file was not sealed: %s", error.strerror)


def refuse_changed_file(database: Path) -> None:
    """Raises StoreError if there is a seal and the file is not the one that was sealed."""
    sealed = _sealed(database)
    if sealed is None or not database.is_file():
        return
    found = _line(database).encode("ascii")
    if found != sealed and _sealed(database) == sealed:  # else it was opened meanwhile
        raise StoreError(f"the file {database} (or its seal) was changed since the program closed it; restore a backup")


def is_sealed(database: Path) -> bool:
    """Whether a seal lies beside the file."""
    return seal_path(database).exists()


def sync_folder(folder: Path) -> None:
    """Make what was created, renamed or removed in `folder` outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sealed(database: Path) -> bytes | None:
    try:
        return seal_path(database).read_bytes()
    except FileNotFoundError:
        return None


def _line(database: Path) -> str:
    with database.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return f"{digest} {file.tell()}\n"
