"""Photos are part of a backup: every byte under its hash, restored to where they belong, and refused where damaged."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.backup import taking
from data.backup.backup_file import BackupWriter, backup_read
from data.backup.restoring import check_backup, restore_backup
from data.backup.taking import take_backup
from data.city_folder.load import load_city
from data.photos.checking import photo_file_problems
from data.photos.files import PhotoFiles
from data.runtime import Runtime
from data.settings import DEFAULT_CITY
from data.store.database import open_store
from data.store.verify import problems, verify_store
from geo.city import City
from geo.errors import StoreError
from tests.data.conftest import runtime_of
from tests.data.photos.scenes import photo

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def with_photos(tmp_path: Path, city: City) -> Iterator[Runtime]:
    """A store in a file of its own with three photos: plain, blurred from it, and erased."""
    live = runtime_of(city, f"sqlite:///{tmp_path / 'store.db'}")
    kept = live.photos.add(photo(1), uploader="anna").photo
    live.photos.blur(kept.sha256, [(10, 10, 50, 50)], actor="anna")
    live.photos.erase(live.photos.add(photo(2), uploader="anna").photo.sha256)
    yield live
    live.close()


def test_photos_lie_beside_the_store(with_photos: Runtime, tmp_path: Path) -> None:
    assert with_photos.photos.files.folder == tmp_path / "photos" / "store"
    assert len(list(with_photos.photos.files.names())) == 4


def test_a_restored_store_has_the_photos_of_the_one_that_was_backed_up(
    with_photos: Runtime, city: City, tmp_path: Path
) -> None:
    manifest = take_backup(with_photos.store, tmp_path / "b.zip", with_photos.photos.files)
    assert manifest.photos == 4
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.testzip() is None
        assert len([name for name in archive.namelist() if name.startswith("photos/")]) == 4
    files = PhotoFiles(tmp_path / "restored")
    store = open_store(f"sqlite:///{tmp_path / 'restored.db'}", city)
    with backup_read(tmp_path / "b.zip") as backup:
        check_backup(backup, city)
        restore_backup(backup, store, files)
    with store.reading() as connection:
        assert problems(connection, city) == []
        assert photo_file_problems(connection, files) == []
    store.close()
    assert sorted(files.names()) == sorted(with_photos.photos.files.names())


def test_a_backup_refuses_a_damaged_or_missing_photo(with_photos: Runtime, tmp_path: Path) -> None:
    files = with_photos.photos.files
    path = files.path(next(iter(files.names())))
    whole = path.read_bytes()
    for damage in (whole[:-1], whole + b"x"):
        path.write_bytes(damage)
        with pytest.raises(StoreError, match="damaged"):
            take_backup(with_photos.store, tmp_path / "b.zip", files)
    path.unlink()
    with pytest.raises(StoreError, match="missing"):
        take_backup(with_photos.store, tmp_path / "b.zip", files)
    with pytest.raises(StoreError, match="no folder of them was named"):
        take_backup(with_photos.store, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_a_backup_with_other_photos_than_its_rows_is_refused(
    with_photos: Runtime, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = with_photos.photos.files

    def one_less(writer: BackupWriter, _connection: object, _files: object) -> int:
        for name in sorted(files.names())[1:]:
            writer.photo(name, files.read(name))
        return 4

    def one_wrong(writer: BackupWriter, _connection: object, _files: object) -> int:
        for name in files.names():
            writer.photo(name, files.read(name)[:-1])
        return 4

    for n, (forge, said) in enumerate(
        ((one_less, "has 3 files of photos, its rows name 4"), (one_wrong, "hash of its"))
    ):
        monkeypatch.setattr(taking, "_photos_written", forge)
        take_backup(with_photos.store, tmp_path / f"{n}.zip", files)
        with backup_read(tmp_path / f"{n}.zip") as backup, pytest.raises(StoreError, match=said):
            check_backup(backup, city)


def test_verify_finds_a_flipped_byte_in_a_photo(with_photos: Runtime, city: City, tmp_path: Path) -> None:
    files, url = with_photos.photos.files, f"sqlite:///{tmp_path / 'store.db'}"
    verify_store(url, city, photos=files)
    path = files.path(sorted(files.names())[2])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged: its hash does not fit"):
        verify_store(url, city, photos=files)
    verify_store(url, city)


def test_the_commands_take_photos_along(tmp_path: Path) -> None:
    city = replace(load_city(DEFAULT_CITY), demo=None)
    live = runtime_of(city, f"sqlite:///{tmp_path / 'a.db'}")
    kept = live.photos.add(photo(1), uploader="anna").photo

    def run(store: str, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {"XUNJIE_DATABASE_URL": f"sqlite:///{tmp_path / store}", "PATH": os.environ["PATH"]}
        arguments = [sys.executable, "-m", "data", *command]
        return subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True)

    backup = str(tmp_path / "b.zip")
    assert run("a.db", "backup", backup).returncode == 0
    live.close()
    for command in (("verify", "--backup", backup), ("restore", backup), ("verify",)):
        done = run("b.db", *command)
        assert done.returncode == 0, done.stderr
    restored = tmp_path / "photos" / "b" / kept.sha256[:2] / f"{kept.sha256}.jpg"
    assert restored.read_bytes() == live.photos.jpeg(kept)
    restored.write_bytes(restored.read_bytes()[:-3])
    done = run("b.db", "verify")
    assert (done.returncode, "is damaged: its hash does not fit" in done.stderr) == (1, True)
