"""Whether the write-ahead log of a SQLite database is whole.

SQLite reads a log up to the first frame whose checksum fails and takes that for the end: a flipped byte would undo what
was committed after it without a word. How far the log must reach stands in the index beside it (`-shm`), which outlives
a killed program; without one, up to the last commit of the present generation.
https://sqlite.org/fileformat2.html#the_write_ahead_log
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.errors import StoreError
from geo.plural import numbered

_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_AT_ONCE: Final = 1_024  # frames
_MASK: Final = 0xFFFFFFFF
Sums = tuple[int, int]


def refuse_damaged_log(database: Path) -> None:
    """Raises StoreError if the log of `database` is not whole as far as it was committed. Reads it only.

    A log that starts anew while it is read (the program runs) is read again.
    """
    path, index = (database.with_name(database.name + suffix) for suffix in ("-wal", "-shm"))
    for _ in range(3):
        try:
            header = path.open("rb").read(_HEADER)
            fault = _fault(path, index)
            if fault is None or path.open("rb").read(_HEADER) == header:
                break
        except FileNotFoundError:  # closed meanwhile, or never there
            return
    if fault is not None:
        raise StoreError(
            f"the write-ahead log {path} is damaged ({fault}): what was written last may be lost; restore a backup"
        )


def header_in_log(database: Path) -> bytes | None:
    """The first 100 bytes of the database as its log has them; None where they stand in the database itself."""
    path, index = (database.with_name(database.name + suffix) for suffix in ("-wal", "-shm"))
    try:
        log = _Log(np.fromfile(path, np.uint8))
    except (FileNotFoundError, _DamagedError):
        return None
    found = np.flatnonzero(log.heads[: log.needed(index), 0] == 1)
    return log.frames[found[-1], _FRAME_HEADER : _FRAME_HEADER + 100].tobytes() if len(found) else None


class _DamagedError(Exception):
    """The text is the place."""


class _Log:
    """A log as it lies there: `heads` are the six numbers before each page. Raises _DamagedError for its header."""

    def __init__(self, content: NDArray[np.uint8]) -> None:
        page, count, self.salts = 512, 0, b""
        self.sums: Sums = (0, 0)
        if len(content) >= _HEADER:
            magic, version, page, _, _, _, *sums = struct.unpack(">8I", content[:_HEADER].tobytes())
            self.order = {0x377F0682: "<u4", 0x377F0683: ">u4"}.get(magic, "")
            if not self.order or version != 3_007_000 or page & (page - 1) or not 512 <= page <= 65_536:
                raise _DamagedError("its header")
            self.sums = _after((0, 0), content[: _HEADER - 8].view(self.order)[None])[0]
            if list(self.sums) != sums:
                raise _DamagedError("its header")
            self.salts = content[16:24].tobytes()
            count = (len(content) - _HEADER) // (_FRAME_HEADER + page)
        size = _FRAME_HEADER + page
        self.frames = content[_HEADER : _HEADER + count * size].reshape(count, size)
        self.heads = self.frames[:, :_FRAME_HEADER].copy().view(">u4").astype(np.int64)
        generation = np.frombuffer(self.salts or bytes(8), ">u4")
        self.present: NDArray[np.bool_] = (self.heads[:, 2:4] == generation).all(axis=1)

    def needed(self, index: Path) -> int:
        """How many frames belong to it: by its index, else up to the last commit of this generation."""
        found = _frames_in_index(index, self.salts)
        if found is not None:
            return found
        commits = np.flatnonzero(self.present & (self.heads[:, 1] > 0))
        return int(commits[-1]) + 1 if len(commits) else 0

    def check(self, needed: int) -> None:
        """Raises _DamagedError at the first of `needed` frames that is not as it was written."""
        if needed > len(self.frames):
            raise _DamagedError(f"{numbered(len(self.frames), 'frame')} of {needed}")
        sums = self.sums
        for first in range(0, needed, _AT_ONCE):
            part = self.frames[first : min(first + _AT_ONCE, needed)]
            words = np.concatenate([part[:, :8], part[:, _FRAME_HEADER:]], axis=1).view(self.order)
            reached = _after(sums, words)
            for number, found in enumerate(reached, first):
                if not self.present[number] or found != tuple(self.heads[number, 4:6].tolist()):
                    raise _DamagedError(f"frame {number + 1} of {needed}")
            sums = reached[-1]


def _fault(path: Path, index: Path) -> str | None:
    try:
        log = _Log(np.fromfile(path, np.uint8))
        log.check(log.needed(index))
    except _DamagedError as error:
        return str(error)
    return None


def _frames_in_index(index: Path, salts: bytes) -> int | None:
    """How many frames the log has by its index; None where there is none, or not for this generation of the log."""
    try:
        with index.open("rb") as file:
            first, second = file.read(48), file.read(48)
    except FileNotFoundError:
        return None
    if len(second) < 48 or first != second or not first[12]:  # never made, or being changed at this moment
        return None
    frames = int(struct.unpack_from("=I", first, 16)[0])
    if first[32:40] != salts:
        return None if frames else 0  # 0: all of it is in the database, and the next write begins it anew
    return frames


def _after(sums: Sums, rows: NDArray[Any]) -> list[Sums]:
    """SQLite's checksum after each of `rows` of 32-bit words, going on from `sums`.

    A pair of words (a, b) takes (s, t) to (s + t + a, s + 2t + a + b): a linear map, so that each row's own part is one
    product with the map's powers, whose entries are Fibonacci numbers; all modulo 2^32.
    """
    pairs = rows.shape[1] // 2
    fibonacci = [0, 1]
    while len(fibonacci) < 2 * pairs + 2:
        fibonacci.append((fibonacci[-1] + fibonacci[-2]) & _MASK)
    numbers = np.array(fibonacci, np.uint64)
    powers = np.arange(pairs - 1, -1, -1) * 2
    before = np.where(powers > 0, numbers[powers - 1], 1)  # F(-1) = 1
    same, after = numbers[powers], numbers[powers + 1]
    a, b = rows[:, 0::2].astype(np.uint64), rows[:, 1::2].astype(np.uint64)
    own_s = (a * before + (a + b) * same).sum(axis=1) & np.uint64(_MASK)
    own_t = (a * same + (a + b) * after).sum(axis=1) & np.uint64(_MASK)
    whole = (fibonacci[2 * pairs - 1], fibonacci[2 * pairs], fibonacci[2 * pairs + 1])
    found = []
    s, t = sums
    for more_s, more_t in zip(own_s.tolist(), own_t.tolist(), strict=True):
        s, t = (whole[0] * s + whole[1] * t + more_s) & _MASK, (whole[1] * s + whole[2] * t + more_t) & _MASK
        found.append((s, t))
    return found
