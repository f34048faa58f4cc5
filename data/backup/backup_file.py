"""The backup file: a ZIP archive of a .jsonl a table, photos and manifest.json; it ends with the SHA-256 of the rest.

The hash stands in the archive's comment, so that any unzip program opens the file; 64 hex digits are its last bytes.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from data.backup.manifest import Manifest, manifest_of_json
from data.store.file_seal import sync_folder
from geo.errors import StoreError

_MANIFEST: Final = "manifest.json"
_PLACEHOLDER: Final = b"0" * 64
_PHOTOS: Final = "photos/"
_PIECE: Final = 1 << 20


class BackupWriter:
    """A backup that is being written: one table after the other, then the manifest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def table(self, name: str) -> Iterator[IO[bytes]]:
        """A file for the lines of one table."""
        with self._archive.open(f"{name}.jsonl", "w", force_zip64=True) as file:
            yield file

    def photo(self, name: str, content: bytes) -> None:
        """One file of a photo, as it is: it is compressed already."""
        self._archive.writestr(zipfile.ZipInfo(_photo_entry(name)), content, zipfile.ZIP_STORED)

    def finish(self, manifest: Manifest) -> None:
        """The last entry."""
        self._archive.writestr(_MANIFEST, manifest.to_json())


class BackupReader:
    """A backup whose hash fits."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, sha256: str) -> None:
        self.path, self.sha256, self._archive = path, sha256, archive
        self.manifest = manifest_of_json(archive.read(_MANIFEST))

    def lines(self, name: str) -> Iterator[bytes]:
        """The rows of one table, each a line without its line feed."""
        with self._archive.open(f"{name}.jsonl") as file:
            for line in file:
                yield line.removesuffix(b"\n")

    def photos(self) -> Iterator[tuple[str, bytes]]:
        """The files of photos, each with the hash that its name says; StoreError for one whose bytes say another."""
        for entry in self._archive.namelist():
            if entry.startswith(_PHOTOS):
                name, content = Path(entry).stem, self._archive.read(entry)
                if hashlib.sha256(content).hexdigest() != name:
                    raise StoreError(f"{self.path} is damaged: the hash of its photo {name} does not fit")
                yield name, content


def _photo_entry(name: str) -> str:
    return f"{_PHOTOS}{name[:2]}/{name}.jpg"


@contextmanager
def backup_written(path: Path) -> Iterator[BackupWriter]:
    """Write a new backup at `path`, for its owner's eyes only: there, whole and durable, when the block has ended, or
    not at all. Raises StoreError where the disk refuses or something has that name already."""
    refuse_taken_name(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise StoreError(f"cannot write the backup {path}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                archive.comment = _PLACEHOLDER
                yield BackupWriter(archive)
            _sign(file)
        _put(Path(name), path)
    except OSError as error:
        raise StoreError(f"cannot write the backup {path}: {error.strerror}") from None
    finally:
        Path(name).unlink(missing_ok=True)


def refuse_taken_name(path: Path) -> None:
    """Raises StoreError if there is something at `path`: a backup never takes the place of another."""
    if path.exists():
        raise StoreError(f"{path} exists already; name another file")


@contextmanager
def backup_read(path: Path) -> Iterator[BackupReader]:
    """Open the backup at `path` once every byte of it has been checked. Raises StoreError for a damaged file."""
    try:
        with path.open("rb") as file:
            sha256 = _checked_hash(path, file)
            file.seek(0)
            with zipfile.ZipFile(file) as archive:
                yield BackupReader(path, archive, sha256)
    except OSError as error:
        raise StoreError(f"the backup {path} cannot be read: {error.strerror}") from None
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError):
        raise StoreError(f"{path} is not a backup of Xunjie; name another file") from None


def _put(written: Path, path: Path) -> None:
    try:
        os.link(written, path)  # unlike a renaming it never overwrites
    except FileExistsError:
        raise
    except OSError:  # a file system without links, such as that of most memory sticks
        os.rename(written, path)
    sync_folder(path.parent)


def _sign(file: IO[bytes]) -> None:
    file.flush()
    size = file.seek(0, os.SEEK_END) - len(_PLACEHOLDER)
    digest = _hash(file, size)
    file.seek(size)
    file.write(digest.encode("ascii"))
    file.flush()
    os.fsync(file.fileno())


def _checked_hash(path: Path, file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END) - len(_PLACEHOLDER)
    if size < 0:
        raise StoreError(f"{path} is not a backup of Xunjie; name another file")
    digest = _hash(file, size)
    if file.read() != digest.encode("ascii"):
        raise StoreError(f"{path} is damaged, cut short or no backup of Xunjie: its hash does not fit; use another one")
    return digest


def _hash(file: IO[bytes], size: int) -> str:
    """SHA-256 of the first `size` bytes; the file then stands right after them."""
    digest = hashlib.sha256()
    file.seek(0)
    while size and (piece := file.read(min(size, _PIECE))):
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest()
