"""A photo from outside becomes a clean one: read in a child process behind walls, and what comes back is checked.

Decoders of pictures (libheif above all) are large programs in C that meet whatever bytes people send. None of them runs
in this process: the child has no environment, no network, no files and no time to speak of, and its answer is believed
only as far as it can be checked: sizes, and that both pictures are bare JPEGs.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from data.photos import caps
from data.photos.bare_jpeg import foreign_part
from geo.errors import BusyError, PhotoError, StoreError

_LOG = logging.getLogger("xunjie.photos")
_ROOT: Final = str(Path(__file__).resolve().parents[2])
_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); from data.photos.reader import main; main()"  # only what main needs
)
_EXPECTED: Final = {
    "empty": "a photo; this file is empty",
    "too_large": f"a photo of at most {caps.MOST_BYTES // 1_000_000} MB",
    "not_a_photo": "a photo: JPEG, PNG, WebP or HEIC",
    "too_many_pixels": f"a photo of at most {caps.MOST_PIXELS // 1_000_000} megapixels",
    "too_long": f"a photo whose sides are at most {caps.LONGEST_SIDE} pixels",
    "animated": "a photo that does not move",
    "damaged": "a whole photo; this one is damaged or was cut short on its way",
    "too_costly": "a photo that can be read within moderate time and memory",
}
REFUSALS: Final = tuple(_EXPECTED)
"""Codes of every reason for which a photo is not taken; `photos.refused_<code>` is its sentence."""

_children: Final = threading.BoundedSemaphore(caps.AT_ONCE)
_told: Final = threading.Event()


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo without anything but its pixels. `exif` is what the camera wrote, unchecked; `grey` 32 × 32 levels."""

    jpeg: bytes
    thumb: bytes
    grey: bytes
    width: int
    height: int
    kind: str
    exif: Mapping[str, Any]


def read_photo(content: bytes) -> CleanPhoto:
    """Clean `content`. Raises PhotoError for anything that is not taken, BusyError where too many are being read."""
    if not content:
        raise refusal("empty")
    if len(content) > caps.MOST_BYTES:
        raise refusal("too_large")
    return _asked({"do": "clean"}, content)


def blur_photo(jpeg: bytes, rectangles: Sequence[tuple[int, int, int, int]]) -> CleanPhoto:
    """`jpeg` (one of ours) with `rectangles` (left, top, width, height in its pixels) hidden for good."""
    return _asked({"do": "blur", "rectangles": [list(rectangle) for rectangle in rectangles]}, jpeg)


def refusal(code: str) -> PhotoError:
    """The error for a photo that is not taken, for the reason `code`."""
    return PhotoError(code, _EXPECTED[code])


def _asked(asked: Mapping[str, Any], content: bytes) -> CleanPhoto:
    if not _children.acquire(timeout=caps.WALL_S):
        raise BusyError("too many photos are being read: nothing was written; send it again in a moment")
    try:
        with _nameless_file() as said, _nameless_file() as answer:
            said.write(json.dumps(asked).encode() + b"\n")
            said.write(content)
            said.seek(0)
            ended = _run(said, answer)
            answer.seek(0)
            text = answer.read(caps.MOST_ANSWER_BYTES)
    finally:
        _children.release()
    if ended != 0:
        _LOG.warning("the reader of a photo ended with %d", ended)
        raise refusal("too_costly")
    return _believed(text)


@contextmanager
def _nameless_file() -> Iterator[IO[bytes]]:
    """A file in memory where the system has such, else one on disk that no name leads to."""
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("photo"), "w+b", buffering=0) as file:
            yield file
        return
    with tempfile.TemporaryFile(buffering=0) as file:
        yield file


def _run(said: IO[bytes], answer: IO[bytes]) -> int:
    """Run the child to its end, which is at hand; its exit code, negative for a signal."""
    process = subprocess.Popen(  # noqa: S603 - our own program, nothing of the photo on its command line
        [sys.executable, "-I", "-B", "-c", _PROGRAM, _ROOT],
        stdin=said,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
        start_new_session=True,
    )
    try:
        return process.wait(timeout=caps.WALL_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise


def _believed(text: bytes) -> CleanPhoto:
    """The child's answer, as far as it holds."""
    head, _, body = text.partition(b"\n")
    try:
        said = json.loads(head)
        if "refused" in said:
            if said["refused"] == "damaged":
                _LOG.info("a photo could not be read: %s", str(said.get("why"))[:200])
            raise refusal(said["refused"])
        jpeg_size, thumb_size, grey_size = said["sizes"]
        width, height, kind, exif = int(said["width"]), int(said["height"]), str(said["kind"]), dict(said["exif"])
        _tell_of_filter(said["filtered"])
    except (ValueError, KeyError, TypeError):
        raise _unbelieved("its answer is not in order") from None
    if grey_size != caps.HASHED_PIXELS**2 or jpeg_size + thumb_size + grey_size != len(body):
        raise _unbelieved("its answer is of another length than it says")
    jpeg, rest = body[:jpeg_size], body[jpeg_size:]
    thumb, grey = rest[:thumb_size], rest[thumb_size:]
    for picture in (jpeg, thumb):
        if (fault := foreign_part(picture)) is not None:
            raise _unbelieved(f"a picture of its answer has {fault}")
    if not (0 < width * height <= caps.MOST_PIXELS):
        raise _unbelieved("its picture is too large")
    return CleanPhoto(jpeg, thumb, grey, width, height, kind, exif)


def _unbelieved(why: str) -> StoreError:
    return StoreError(f"the reader of photos cannot be trusted: {why}; nothing was written")


def _tell_of_filter(filtered: object) -> None:
    if not filtered and not _told.is_set():
        _told.set()
        _LOG.warning("this system has no filter of system calls: photos are read behind resource limits alone")
