"""A photo becomes one of an issue's: the check before the act is written, and its row in the projection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from typing import Any

from sqlalchemy import Connection, insert, select

from data.photos.files import NAME
from data.photos.rows import KINDS, Attached, photo_of
from data.store.photo_tables import ISSUE_PHOTO
from geo.errors import BadValueError, NotFoundError


def check_attach(connection: Connection, photo: object, kind: object) -> None:
    """BadValueError for what is no hash or no kind, NotFoundError for a photo that is not there or was erased."""
    if not isinstance(photo, str) or not NAME.fullmatch(photo):
        raise BadValueError("photo", photo, "the SHA-256 of an uploaded photo, 64 lower hex digits")
    if kind not in KINDS:
        raise BadValueError("kind", kind, "one of " + ", ".join(KINDS))
    found = photo_of(connection, photo)
    if found is None or found.is_erased:
        raise NotFoundError("photo", photo)


def attach(connection: Connection, attached: Attached) -> bool:
    """Project the act, within its transaction; False where that photo is the issue's already: nothing is changed."""
    known = select(ISSUE_PHOTO.c.sha256).where(
        ISSUE_PHOTO.c.issue_id == attached.issue_id, ISSUE_PHOTO.c.sha256 == attached.sha256
    )
    if connection.execute(known).first() is not None:
        return False
    connection.execute(insert(ISSUE_PHOTO).values(_values(attached)))
    return True


def attachment_problem(connection: Connection, replayed: Iterable[Attached]) -> str | None:
    """One sentence if the projection is not what the replayed acts (in the order of the log) make; None if it is."""
    wanted: dict[tuple[str, str], Attached] = {}
    for attached in replayed:
        wanted.setdefault((attached.issue_id, attached.sha256), attached)
    found = sorted(tuple(row) for row in connection.execute(select(ISSUE_PHOTO)))
    if found != sorted(astuple(attached) for attached in wanted.values()):
        return "the photos of issues are not what the log says; restore a backup"
    return None


def _values(attached: Attached) -> dict[str, Any]:
    names = [column.name for column in ISSUE_PHOTO.columns]
    return dict(zip(names, astuple(attached), strict=True))
