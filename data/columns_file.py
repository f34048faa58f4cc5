"""The arrays of a large snapshot kept in one file, so that the next start reads them at once instead of the tables.

The store stays the one source of truth. A file is taken only if it says the same city, lists and layers, its SHA-256
holds, and the event that it stands at is in the store's log with the same hash: the chain then says that it is the
replay of the log up to there, and what came later is caught up with (`data.catching_up`). Anything else is no file.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from data.table_building import Arrays
from geo.city import City

_FORMAT: Final = "xunjie columns 2"
_ALIGNED: Final = 64
_SEAL: Final = 65  # bytes: the hash of the line that follows
_LOG = logging.getLogger("xunjie.columns")


@dataclass(frozen=True, slots=True, eq=False)
class KeptColumns:
    """What a file holds: the arrays after event `seq`, whose hash is `head`."""

    revision: int
    seq: int
    head: str
    arrays: Arrays


def write_columns(path: Path, city: City, kept: KeptColumns) -> bool:
    """Write the file whole or not at all; whether it was written. A disk that refuses is logged: the file only saves
    time."""
    pieces: list[bytes | memoryview] = []
    entries, offset = [], 0
    for name, array in kept.arrays.items():
        for part, values in _parts(name, array).items():
            raw = np.ascontiguousarray(values)
            gap = -offset % _ALIGNED
            pieces += [bytes(gap), raw.data.cast("B")] if len(raw) else [bytes(gap)]
            offset += gap
            entries.append([part, raw.dtype.str, offset, len(raw)])
            offset += raw.nbytes
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    head = _head(city) | {
        "revision": kept.revision,
        "seq": kept.seq,
        "head": kept.head,
        "arrays": entries,
        "bytes": offset,
        "sha256": digest.hexdigest(),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                line = orjson.dumps(head)
                line += b" " * (-(_SEAL + len(line) + 1) % _ALIGNED) + b"\n"
                file.write(_seal(line) + line)
                file.writelines(pieces)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        _LOG.warning("the columns cannot be kept in %s: %s", path.name, error.strerror)
        return False
    return True


def read_columns(path: Path, city: City) -> KeptColumns | None:
    """What the file holds, mapped into memory; None where there is none that fits this city and program."""
    try:
        with path.open("rb") as file:
            seal, line = file.read(_SEAL), file.readline(1_000_000)
        if seal != _seal(line):
            return None
        content = np.memmap(path, np.uint8, "r", offset=_SEAL + len(line))
        head = orjson.loads(line)
        if any(head[key] != value for key, value in _head(city).items()) or head["bytes"] != len(content):
            return None
        if hashlib.sha256(content.data).hexdigest() != head["sha256"]:
            _LOG.warning("the columns kept in %s are damaged; the store is read instead", path.name)
            return None
        parts = {
            part: content[at : at + np.dtype(kind).itemsize * n].view(kind) for part, kind, at, n in head["arrays"]
        }
        return KeptColumns(int(head["revision"]), int(head["seq"]), str(head["head"]), _joined(parts))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _seal(line: bytes) -> bytes:
    return hashlib.sha256(line).hexdigest().encode() + b"\n"


def _head(city: City) -> dict[str, str]:
    """What a file must say to be about this city as it is now: positions in arrays are positions in these lists."""
    catalogue, roads = city.catalogue, city.roads
    lists: list[Any] = [
        city.time_zone,
        city.metric_crs,
        list(city.campaign_index),
        list(city.register_index),
        [entry.code for entry in catalogue.types],
        [entry.code for entry in catalogue.tasks],
        list(city.areas.codes),
        list(roads.segment_codes) if roads else None,
    ]
    fingerprint = hashlib.sha256(orjson.dumps(lists)).hexdigest()
    return {"format": _FORMAT, "city": city.code, "layers": city.layer_version, "lists": fingerprint}


def _parts(name: str, array: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The array as it is; one of texts or bytes as their joined bytes and where each ends."""
    if array.dtype != object:
        return {name: array}
    texts = [value.encode() if isinstance(value, str) else value for value in array.tolist()]
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    kind = "text" if any(isinstance(value, str) for value in array.tolist()) else "bytes"
    return {f"{name}:{kind}": np.frombuffer(b"".join(texts), np.uint8), f"{name}:ends": ends}


def _joined(parts: Mapping[str, NDArray[Any]]) -> Arrays:
    arrays: Arrays = {}
    for part, values in parts.items():
        name, _, kind = part.partition(":")
        if kind in ("text", "bytes"):
            ends = parts[f"{name}:ends"].tolist()
            content = values.tobytes()
            pieces = [content[start:end] for start, end in zip([0, *ends], ends, strict=False)]
            column = np.empty(len(pieces), object)
            column[:] = [piece.decode() for piece in pieces] if kind == "text" else pieces
            arrays[name] = column
        elif not kind:
            arrays[name] = values
    return arrays
