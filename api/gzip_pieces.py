"""Gzip put together from pieces that are compressed once each, however many answers they are a part of."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LEVEL: Final = 5
_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # no name, no moment, any system (RFC 1952)
_LAST_BLOCK: Final = b"\x03\x00"  # empty (RFC 1951)
_MOST_STORED: Final = 0xFFFF
_WORTH_IT: Final = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes, and the same as whole blocks of deflate that refer to nothing before them and are not the last."""

    plain: bytes
    blocks: bytes


def piece_of(plain: bytes) -> Piece:
    """`plain` compressed; a few bytes are stored as they are."""
    if len(plain) < _WORTH_IT:
        return stored(plain)
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Piece(plain, packer.compress(plain) + packer.flush(zlib.Z_SYNC_FLUSH))


def stored(plain: bytes) -> Piece:
    """`plain` (at most 64 kB) as it is: costs five bytes and no time."""
    size = len(plain)
    if size > _MOST_STORED:
        raise ValueError(f"{size} bytes are more than a stored block holds")
    return Piece(plain, b"\x00" + size.to_bytes(2, "little") + (size ^ _MOST_STORED).to_bytes(2, "little") + plain)


def gzip_of(pieces: Sequence[Piece]) -> bytes:
    """One gzip member of the pieces' bytes, one after another; costs a checksum and a copy."""
    check = size = 0
    for piece in pieces:
        check = zlib.crc32(piece.plain, check)
        size += len(piece.plain)
    end = check.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join((_HEAD, *(piece.blocks for piece in pieces), _LAST_BLOCK, end))


def piece_within(packed: bytes) -> Piece | None:
    """The one piece of a gzip member that `gzip_of` made of one; None for any other."""
    sync, end = packed[-14:-10], packed[-10:-8]
    if packed[: len(_HEAD)] != _HEAD or sync != b"\x00\x00\xff\xff" or end != _LAST_BLOCK:
        return None
    return Piece(zlib.decompress(packed, 16 + zlib.MAX_WBITS), packed[len(_HEAD) : -10])
