"""Whether a JPEG is pixels and nothing else: what every file that we keep or serve must be."""

from __future__ import annotations

from typing import Final

from geo.plural import numbered

_NEEDED: Final = frozenset({0xC0, 0xC2, 0xC4, 0xDB, 0xDD})
"""Frames (baseline, progressive), tables, restart interval. APP0 of JFIF, 16 bytes long, may stand first."""


def foreign_part(content: bytes) -> str | None:
    """What stands in `content` that no bare JPEG has (EXIF, comments, profiles, bytes behind its end), or that it is no
    whole JPEG; None for a bare one."""
    if content[:2] != b"\xff\xd8":
        return "no JPEG"
    at = 2
    while True:
        marker = _marker(content, at)
        if marker is None:
            return f"no marker at byte {at}"
        if marker == 0xD9:
            rest = len(content) - at - 2
            return f"{numbered(rest, 'byte')} behind its end" if rest else None
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == 0xE0:
            if at != 2 or length != 16 or content[at + 4 : at + 9] != b"JFIF\0":
                return "a foreign segment APP0"
        elif marker != 0xDA and marker not in _NEEDED:
            return f"a segment of kind {marker:02X}"
        if length < 2:
            return f"a segment without length at byte {at}"
        at += 2 + length
        if marker == 0xDA:
            at = _behind_scan(content, at)


def _marker(content: bytes, at: int) -> int | None:
    return content[at + 1] if content[at : at + 1] == b"\xff" and at + 1 < len(content) else None


def _behind_scan(content: bytes, at: int) -> int:
    """Where the next marker stands after entropy-coded data; the end of `content` where none does."""
    while (at := content.find(b"\xff", at)) >= 0:
        following = content[at + 1 : at + 2]
        if following and following[0] != 0 and not 0xD0 <= following[0] <= 0xD7:
            return at
        at += 2
    return len(content)
