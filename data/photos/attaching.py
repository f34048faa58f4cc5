"""Whether a photo can become one of an issue's: the check before the act is written."""

from __future__ import annotations

from sqlalchemy import Connection

from data.photos.files import NAME
from data.photos.rows import photo_of
from geo.errors import BadValueError, NotFoundError


def check_attach(connection: Connection, photo: object) -> None:
    """BadValueError for what is no hash, NotFoundError for a photo that is not there or was erased."""
    if not isinstance(photo, str) or not NAME.fullmatch(photo):
        raise BadValueError("photo", photo, "the SHA-256 of a photo, 64 hex digits", "photo_hash")
    found = photo_of(connection, photo)
    if found is None or found.is_erased:
        raise NotFoundError("photo", photo)
