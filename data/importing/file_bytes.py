"""A ledger file's bytes, at most so many, and never from anything but a plain file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from geo.errors import BadValueError

MAX_BYTES: Final = 300_000_000


def file_bytes(path: Path) -> bytes:
    """All bytes of a plain file up to MAX_BYTES; BadValueError where that cannot be had."""
    if not path.is_file():
        raise BadValueError("file", str(path), "a file that exists")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadValueError("file", str(path), f"a file that can be read ({error.strerror})") from None
    if len(content) > MAX_BYTES:
        raise BadValueError("file", str(path), f"at most {MAX_BYTES // 1_000_000} MB")
    return content
