"""The file of a publication: written whole or not at all, and read only as it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from data.exporting.whole_file import write_whole
from geo.errors import StoreError

FORMAT: Final = "xunjie-public/1"
MOST_BYTES: Final = 64_000_000


def write_publication(path: Path, content: dict[str, Any]) -> None:
    """Write `content` (data.publishing.publication). Raises StoreError where the file cannot be written."""
    write_whole(path, [orjson.dumps(content)])


def read_publication(path: Path) -> dict[str, Any]:
    """The publication in `path`. Raises StoreError for a file that is missing, no publication, or damaged."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        content: Any = orjson.loads(raw)
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from None
    except orjson.JSONDecodeError:
        content = None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise StoreError(f"{path} is no publication of this release; make one with `python -m data publish`")
    if content.get("sha256") != seal(content):
        raise StoreError(f"{path} is damaged: its hash does not fit; make it again with `python -m data publish`")
    return content


def seal(content: Mapping[str, Any]) -> str:
    """SHA-256 over all members but `sha256`, keys in order."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    return hashlib.sha256(orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)).hexdigest()
