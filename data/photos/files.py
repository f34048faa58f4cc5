"""The files of photos: named by the SHA-256 of their bytes, written whole or not at all, checked whenever read."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from data.store.file_seal import sync_folder
from geo.errors import StoreError

NAME: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TEMPORARY: Final = ".new-"
SETTLED_S: Final = 3_600
"""A file that no row names is left alone for so long: its row may be on the way."""


def is_photo_name(text: str) -> bool:
    """Whether that is a SHA-256 in lower hex digits."""
    return NAME.fullmatch(text) is not None


class PhotoFiles:
    """A folder with one JPEG for each photo and each thumbnail: `<folder>/ab/ab….jpg`. It is made when first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the file of that hash lies or would lie."""
        if not NAME.fullmatch(sha256):
            raise ValueError(f"{sha256[:80]!r} is no SHA-256 in lower hex digits")
        return self.folder / sha256[:2] / f"{sha256}.jpg"

    def has(self, sha256: str) -> bool:
        """Whether there is such a file."""
        return self.path(sha256).is_file()

    def put(self, content: bytes) -> str:
        """Keep `content`, durably; its hash. What is there already is written anew: it may be damaged.

        Raises StoreError where the disk refuses.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        try:
            if not path.parent.is_dir():
                self._make(path.parent)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=_TEMPORARY)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            sync_folder(path.parent)
        except OSError as error:
            raise StoreError(f"cannot write the photo {path}: {error.strerror}") from None
        return sha256

    def read(self, sha256: str) -> bytes:
        """The very bytes that have that hash. Raises StoreError where they are missing or damaged."""
        path = self.path(sha256)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise StoreError(f"the photo {path} is missing; restore it from a backup") from None
        except OSError as error:
            raise StoreError(f"the photo {path} cannot be read: {error.strerror}") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError(f"the photo {path} is damaged: its hash does not fit; restore it from a backup")
        return content

    def remove(self, sha256: str) -> None:
        """Take the file away, durably. Twice is harmless."""
        path = self.path(sha256)
        try:
            path.unlink()
            sync_folder(path.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreError(f"cannot remove the photo {path}: {error.strerror}") from None

    def names(self) -> Iterator[str]:
        """The hashes of all files, as their names say."""
        for path in self._files():
            if not path.name.startswith(_TEMPORARY):
                yield path.stem

    def settled(self, *, settled_s: float = SETTLED_S) -> set[str]:
        """Hashes of the files that were written longer ago than `settled_s`."""
        return {path.stem for path in self._older(settled_s) if NAME.fullmatch(path.stem)}

    def remove_broken_off(self, *, settled_s: float = SETTLED_S) -> int:
        """Take away what writers left that were broken off; how many."""
        left = [path for path in self._older(settled_s) if path.name.startswith(_TEMPORARY)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _older(self, settled_s: float) -> Iterator[Path]:
        before = time.time() - settled_s
        for path in self._files():
            try:
                if path.stat().st_mtime <= before:
                    yield path
            except FileNotFoundError:  # taken away meanwhile
                continue

    def _files(self) -> Iterator[Path]:
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            if path.is_file():
                yield path

    def _make(self, folder: Path) -> None:
        """For its owner's eyes only, and durable."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        sync_folder(self.folder)
        sync_folder(self.folder.parent)
