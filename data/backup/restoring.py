"""Restoring a backup into an empty store: checked in full before the first row is written, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, select

from data.backup.backup_file import BackupReader
from data.backup.manifest import Manifest
from data.backup.rows import TABLES, TableHash, columns_of, hashes, values_of
from data.photos.files import PhotoFiles
from data.store.access_tables import ACCOUNT, ENTRY
from data.store.bulk_insert import insert_tuples
from data.store.collector import collector_at_rest
from data.store.database import Store
from data.store.events import Event, checked
from data.store.meta_seal import seal_meta
from data.store.migrations import refuse_newer
from data.store.photo_tables import PHOTO
from data.store.row_sums import make_sums
from data.store.schema import EVENT, META, SCHEMA_VERSION
from data.store.writer import is_empty
from geo.city import City
from geo.errors import StoreError
from geo.plural import numbered

_BATCH: Final = 5_000


def check_backup(backup: BackupReader, city: City) -> None:
    """Raises StoreError unless `backup` is one of `city` that this program can take, with the rows it says it has."""
    manifest = backup.manifest
    refuse_newer(manifest.schema_version, SCHEMA_VERSION)
    if manifest.city != city.code:
        raise StoreError(
            f"{backup.path} is a backup of the city {manifest.city!r}, but XUNJIE_CITY names {city.code!r}; "
            "set XUNJIE_CITY to that city's folder"
        )
    if manifest.schema_version != SCHEMA_VERSION:
        raise StoreError(
            f"{backup.path} has schema {manifest.schema_version}; restore it with release {manifest.program}, "
            "then start this one, which brings the store forward"
        )
    if [(table.name, table.columns) for table in manifest.tables] != _expected_tables():
        raise StoreError(f"{backup.path} has other tables than this program; restore it with {manifest.program}")
    for table in manifest.tables:
        total = TableHash()
        for line in backup.lines(table.name):
            total.add(line)
        if (total.rows, total.hex) != (table.rows, table.hash):
            raise StoreError(f"{backup.path} is damaged: the hash of its table {table.name} does not fit")
    _check_photos(backup)
    last, count = "", 0
    for event in checked(Event(*values) for values in _values(backup, EVENT)):
        last, count = event.hash, event.seq
    if (last, count) != (manifest.last_event_hash, manifest.events):
        raise StoreError(f"{backup.path} is damaged: its log does not end where its manifest says")


def restore_backup(backup: BackupReader, store: Store, photos: PhotoFiles | None = None) -> None:
    """Put the rows of a checked `backup` into `store`, in one transaction that ends only if the store then has the
    backup's very hashes; its photos into `photos` (left out where the store is only to be looked at), before that: a
    file that no row names does no harm. Raises StoreError for a store that is not empty."""
    with collector_at_rest(), store.writing() as connection:
        if not is_empty(connection):
            raise StoreError(f"the store {store.place} is not empty; a backup is restored into an empty one only")
        if any(connection.execute(select(table).limit(1)).first() for table in (ACCOUNT, ENTRY)):
            raise StoreError(
                f"the store {store.place} has accounts, and a backup brings its own; restore it into a fresh store"
            )
        if photos is not None:
            for _, content in backup.photos():
                photos.put(content)
        connection.execute(delete(META))
        for table in TABLES:
            values = _values(backup, table)
            while batch := list(islice(values, _BATCH)):
                insert_tuples(connection, table, batch)
        _must_equal(connection, backup.manifest)
        make_sums(connection, anew=True)
        seal_meta(connection)


def _check_photos(backup: BackupReader) -> None:
    """Raises StoreError unless the backup holds the files of all its photos that are not erased, and no others."""
    names = {name for name, _ in backup.photos()}
    columns = [column.name for column in columns_of(PHOTO)]
    rows = (dict(zip(columns, values, strict=True)) for values in _values(backup, PHOTO))
    wanted = {row[name] for row in rows if row["erased_us"] is None for name in ("sha256", "thumb_sha256")}
    if names != wanted or len(names) != backup.manifest.photos:
        has = numbered(len(names), "file of photos", "files of photos")
        raise StoreError(f"{backup.path} is damaged: it has {has}, its rows name {len(wanted)}")


def _must_equal(connection: Connection, manifest: Manifest) -> None:
    for name, found in hashes(connection).items():
        if found != manifest.hashes[name]:
            raise StoreError(f"the table {name} does not come out as the backup has it; nothing was restored")


def _expected_tables() -> list[tuple[str, tuple[str, ...]]]:
    return [(table.name, tuple(column.name for column in columns_of(table))) for table in TABLES]


def _values(backup: BackupReader, table: Table) -> Iterator[tuple[Any, ...]]:
    return (values_of(line, table) for line in backup.lines(table.name))
