"""`python -m data backup` and `restore`, and `verify --backup`: a store into one file, and out of it again."""

from __future__ import annotations

import tempfile
from pathlib import Path

from data.backup.backup_file import BackupReader, backup_read, refuse_taken_name
from data.backup.restoring import check_backup, restore_backup
from data.backup.taking import name_for, take_backup
from data.city_folder.load import load_city
from data.commands.command import Command
from data.intake.placing import Placer
from data.photos.files import PhotoFiles
from data.store.database import Store, open_store, read_meta
from data.store.engine import backend_of
from data.store.reassign import reassign_places
from data.store.verify import problems
from geo.city import City
from geo.errors import StoreError


def run_backup(command: Command, target: Path) -> int:
    """Back the store up into the file `target`, or into a new file of the folder `target`; 1 where it cannot be."""
    city = load_city(command.settings.city_folder)
    if not target.is_dir():
        refuse_taken_name(target)
    store = open_store(command.settings.database_url_for(city.code), city, writing=False)
    try:
        path = target / name_for(store) if target.is_dir() else target
        manifest = take_backup(store, path, _photos(command, store.file, store.place))
    finally:
        store.close()
    with backup_read(path) as backup:  # what the disk gives back is what was written
        sha256 = backup.sha256
    command.say("cli.backed_up", file=path, revision=manifest.revision, events=manifest.events, sha256=sha256)
    return 0


def run_restore(command: Command, path: Path) -> int:
    """Restore the backup at `path` into the empty or missing store; 1, with nothing written, where it cannot be."""
    city = load_city(command.settings.city_folder)
    url = command.settings.database_url_for(city.code)
    with backup_read(path) as backup:
        check_backup(backup, city)
        backend = backend_of(url)
        _restored(backup, url, city, _photos(command, backend.file, backend.place))
        manifest = backup.manifest
    command.say("cli.restored", file=path, revision=manifest.revision, events=manifest.events)
    return 0


def run_verify_backup(command: Command, path: Path) -> int:
    """Check every byte of the backup at `path`, its hashes and its log, and replay it in a store of its own."""
    city = load_city(command.settings.city_folder)
    with backup_read(path) as backup, tempfile.TemporaryDirectory() as folder:
        check_backup(backup, city)
        store = open_store(f"sqlite:///{Path(folder) / 'backup.db'}", city)
        try:
            restore_backup(backup, store)
            faults = _replayed(store, city)
        finally:
            store.close()
        manifest, sha256 = backup.manifest, backup.sha256
    if faults:
        raise StoreError(f"{path} holds a store that is not sound: " + "; ".join(faults))
    command.say("cli.backup_verified", file=path, revision=manifest.revision, events=manifest.events, sha256=sha256)
    return 0


def _photos(command: Command, file: Path | None, place: str) -> PhotoFiles:
    return PhotoFiles(command.settings.photos_folder_for(file, place))


def _restored(backup: BackupReader, url: str, city: City, photos: PhotoFiles) -> None:
    """Into the store at `url`; where there was none and it fails, there is none afterwards."""
    file = backend_of(url).file
    was_there = file is None or file.exists()
    try:
        store = open_store(url, city)
        try:
            restore_backup(backup, store, photos)
        finally:
            store.close()
    except BaseException:
        if file is not None and not was_there:
            for name in ("", "-wal", "-shm", ".seal"):
                file.with_name(file.name + name).unlink(missing_ok=True)
        raise


def _replayed(store: Store, city: City) -> list[str]:
    """What is wrong with a restored store. Places of other layers than today's are worked out anew first: the backup's
    hashes vouch for them, the replay cannot."""
    with store.writing() as connection:
        if read_meta(connection).layer_version != city.layer_version:
            reassign_places(connection, Placer(city))
    with store.reading() as connection:
        return problems(connection, city)
