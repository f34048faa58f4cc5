"""Files of photos: whole or not at all, for their owner's eyes, and named by what is in them."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from data.photos.files import PhotoFiles
from data.settings import Settings
from geo.errors import SettingsError, StoreError


def test_a_file_lies_under_its_hash_and_only_its_owner_may_look(tmp_path: Path) -> None:
    files = PhotoFiles(tmp_path / "photos" / "city")
    name = files.put(b"content")
    assert name == hashlib.sha256(b"content").hexdigest()
    path = tmp_path / "photos" / "city" / name[:2] / f"{name}.jpg"
    assert path.read_bytes() == files.read(name) == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(files.names()) == [name]


@pytest.mark.parametrize("name", ["", "x", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "/", "é" * 64])
def test_no_other_name_leads_to_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        PhotoFiles(tmp_path).path(name)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = PhotoFiles(tmp_path)
    name = files.put(b"content")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    for call in ("fsync", "replace"):
        monkeypatch.setattr(os, call, full)
        with pytest.raises(StoreError, match="No space left"):
            files.put(b"content")
        monkeypatch.undo()
    assert files.read(name) == b"content"
    assert [path.name for path in (tmp_path / name[:2]).iterdir()] == [f"{name}.jpg"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    files = PhotoFiles(tmp_path / "none")
    assert list(files.names()) == []
    assert files.remove_broken_off() == 0
    files.remove("a" * 64)
    with pytest.raises(StoreError, match="missing"):
        files.read("a" * 64)


def test_photos_lie_near_their_store_and_no_two_stores_share_a_folder(tmp_path: Path) -> None:
    folders = {
        Settings().photos_folder_for(file, place)
        for file, place in (
            *((tmp_path / "a.db", "x"), (tmp_path / "b.db", "x"), (tmp_path / "a.sqlite", "x")),
            *((None, "one at host"), (None, "two at host")),
        )
    }
    assert len(folders) == 5
    assert tmp_path / "photos" / "a" in folders
    chosen = Settings.from_environment({"XUNJIE_PHOTOS": str(tmp_path / "p")})
    assert chosen.photos_folder_for(tmp_path / "a.db", "x") == tmp_path / "p"
    for bad in ("relative/path", __file__):
        with pytest.raises(SettingsError, match="XUNJIE_PHOTOS"):
            Settings.from_environment({"XUNJIE_PHOTOS": bad})
