"""A ledger file's bytes, at most so many, and never from anything but a plain file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from geo.errors import BadValueError

MAX_BYTES: Final = 300_000_000
FORMATS: Final = (".csv", ".geojson", ".json")


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A ledger file in memory, wherever it came from; its name tells its format."""

    name: str
    content: bytes = field(repr=False)

    @property
    def is_csv(self) -> bool:
        """Whether it is CSV rather than GeoJSON."""
        return Path(self.name).suffix.lower() == ".csv"


def ledger_file(path: Path) -> LedgerFile:
    """The file at `path`. BadValueError for a name of another format and where its bytes cannot be had."""
    checked_format(path.name)
    return LedgerFile(path.name, file_bytes(path))


def checked_format(name: str) -> str:
    """`name`, if it is that of a ledger file; else BadValueError."""
    if Path(name).suffix.lower() not in FORMATS:
        raise BadValueError("file", name, "a file named .csv, .geojson or .json")
    return name


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
