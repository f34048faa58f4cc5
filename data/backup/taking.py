"""Taking a backup: every table of a store as it is at one revision, while the program goes on writing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Table

from data.backup.backup_file import BackupWriter, backup_written
from data.backup.manifest import FORMAT, Manifest, TableManifest
from data.backup.rows import TABLES, TableHash, columns_of, last_event, lines
from data.store.database import Store, read_events, read_meta
from data.store.events import checked
from data.store.meta_seal import seal_problem
from data.store.schema import SCHEMA_VERSION
from data.version import version
from geo.errors import StoreError


def take_backup(store: Store, path: Path) -> Manifest:
    """Write the backup of `store` at `path`; what it holds. One read transaction: one revision, and no writer waits.

    Raises StoreError if the store's own seal or the chain of its log is broken (a backup would seal the damage), if
    there is something at `path` already, and where the disk refuses.
    """
    with store.reading() as connection:
        if (problem := seal_problem(connection)) is not None:
            raise StoreError(problem)
        for _ in checked(read_events(connection)):
            pass
        with backup_written(path) as writer:
            tables = tuple(_written(writer, connection, table) for table in TABLES)
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
            )
            writer.finish(manifest)
    return manifest


def name_for(store: Store) -> str:
    """A file name that sorts by city and moment, for a backup into a folder."""
    with store.reading() as connection:
        meta = read_meta(connection)
    return f"xunjie-{meta.city}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-r{meta.revision}.zip"


def _written(writer: BackupWriter, connection: Connection, table: Table) -> TableManifest:
    total = TableHash()
    with writer.table(table.name) as file:
        for line in lines(connection, table):
            total.add(line)
            file.write(line + b"\n")
    return TableManifest(table.name, tuple(column.name for column in columns_of(table)), total.rows, total.hex)
