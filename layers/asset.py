"""A file the browser may keep for ever: its name holds the hash of its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """Bytes and their media type."""

    content: bytes
    media_type: str


def content_addressed(stem: str, suffix: str, content: bytes) -> tuple[str, Asset]:
    """The asset's name, `stem-<16 hex digits of its SHA-256><suffix>`, and the asset.

    `suffix` is one of MEDIA_TYPES (KeyError otherwise).
    """
    digest = hashlib.sha256(content).hexdigest()[:16]
    return f"{stem}-{digest}{suffix}", Asset(content, MEDIA_TYPES[suffix])
