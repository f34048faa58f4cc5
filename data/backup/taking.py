"""Taking a backup: every table of a store as it is at one revision, while the program goes on writing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Table

from data.backup.backup_file import BackupWriter, backup_written
from data.backup.manifest import FORMAT, Manifest, TableManifest
from data.backup.rows import TABLES, TableHash, columns_of, last_event, lines
from data.photos.files import PhotoFiles
from data.photos.rows import file_names
from data.store.database import Store, read_events, read_meta
from data.store.events import checked
from data.store.meta_seal import seal_problem
from data.store.schema import SCHEMA_VERSION
from data.version import version
from geo.errors import StoreError
from geo.plural import numbered


def take_backup(store: Store, path: Path, photos: PhotoFiles | None = None) -> Manifest:
    """Write the backup of `store` and its `photos` at `path`; what it holds. One read transaction: one revision, and no
    writer waits.

    Raises StoreError if the store's own seal, the chain of its log or a photo is broken (a backup would seal the
    damage), if it has photos and none are given, if a photo was erased meanwhile, if there is something at `path`
    already, and where the disk refuses.
    """
    with store.reading() as connection:
        if (problem := seal_problem(connection)) is not None:
            raise StoreError(problem)
        for _ in checked(read_events(connection)):
            pass
        with backup_written(path) as writer:
            tables = tuple(_written(writer, connection, table) for table in TABLES)
            count = _photos_written(writer, connection, photos)
            meta, (events, last) = read_meta(connection), last_event(connection)
            manifest = Manifest(
                format=FORMAT,
                program=version(),
                made_at=datetime.now(UTC).isoformat(timespec="seconds"),
                city=meta.city,
                schema_version=SCHEMA_VERSION,
                layer_version=meta.layer_version,
                revision=meta.revision,
                events=events,
                last_event_hash=last,
                tables=tables,
                photos=count,
            )
            writer.finish(manifest)
    return manifest


def name_for(store: Store) -> str:
    """A file name that sorts by city and moment, for a backup into a folder."""
    with store.reading() as connection:
        meta = read_meta(connection)
    return f"xunjie-{meta.city}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-r{meta.revision}.zip"


def _photos_written(writer: BackupWriter, connection: Connection, files: PhotoFiles | None) -> int:
    """How many files were written: every photo's two, those that several share once."""
    names = file_names(connection)
    if names and files is None:
        has = numbered(len(names), "file of photos", "files of photos")
        raise StoreError(f"the store has {has}, and no folder of them was named")
    for name in names:
        assert files is not None
        writer.photo(name, files.read(name))
    return len(names)


def _written(writer: BackupWriter, connection: Connection, table: Table) -> TableManifest:
    total = TableHash()
    with writer.table(table.name) as file:
        for line in lines(connection, table):
            total.add(line)
            file.write(line + b"\n")
    return TableManifest(table.name, tuple(column.name for column in columns_of(table)), total.rows, total.hex)
