"""The rows of photos: read as values, written with their seals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Table, delete, func, insert, select, update

from data.store.past import ISSUE_PHOTO
from data.store.photo_tables import PHOTO, PHOTO_UPLOAD
from data.store.schema import ISSUE

KINDS: Final = ("before", "after")
_SIGNED: Final = 1 << 63
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo. `sha256` is its identity and the hash of its file; times are those of geo.clock, None for none."""

    sha256: str
    row: int
    thumb_sha256: str
    width: int
    height: int
    bytes: int
    phash: int | None  # unsigned
    taken_us: int | None
    lon: float | None
    lat: float | None
    camera: str | None
    uploaded_us: int
    reviewed_us: int | None = None
    reviewer: str | None = None
    blurred_from: str | None = None
    erased_us: int | None = None

    @property
    def is_reviewed(self) -> bool:
        """Whether a person has looked whether faces and plates are hidden."""
        return self.reviewed_us is not None

    @property
    def is_erased(self) -> bool:
        """Whether file and protected fields are gone."""
        return self.erased_us is not None


@dataclass(frozen=True, slots=True)
class Attached:
    """A photo of an issue, and when it was attached: `at_us` by the campaign's clock, `recorded_us` by the wall's."""

    issue_id: str
    sha256: str
    kind: str
    at_us: int
    recorded_us: int
    actor: str


def erased(photo: Photo, at_us: int) -> Photo:
    """What is left of it once it was erased: hash, size and dates."""
    return replace(photo, phash=None, taken_us=None, lon=None, lat=None, camera=None, reviewer=None, erased_us=at_us)


_COLUMNS: Final = tuple(PHOTO.c[field.name] for field in fields(Photo))


def photo_of(connection: Connection, sha256: str) -> Photo | None:
    """The photo of that hash, erased ones too; None where there is none."""
    row = connection.execute(select(*_COLUMNS).where(PHOTO.c.sha256 == sha256)).one_or_none()
    return None if row is None else _photo(row)


def photos_of(connection: Connection, hashes: Sequence[str]) -> dict[str, Photo]:
    """Those of `hashes` that there are."""
    found: dict[str, Photo] = {}
    for start in range(0, len(hashes), _CHUNK):
        query = select(*_COLUMNS).where(PHOTO.c.sha256.in_(hashes[start : start + _CHUNK]))
        found.update((row.sha256, _photo(row)) for row in connection.execute(query))
    return found


def all_photos(connection: Connection, *, after_row: int = 0) -> Iterator[Photo]:
    """Every photo that arrived after `after_row`, in that order."""
    query = select(*_COLUMNS).where(PHOTO.c.row > after_row).order_by(PHOTO.c.row)
    for row in connection.execute(query.execution_options(yield_per=5_000)):
        yield _photo(row)


def blurred_from(connection: Connection, sha256: str) -> list[Photo]:
    """Photos made from that one by hiding parts of it, not erased."""
    query = select(*_COLUMNS).where(PHOTO.c.blurred_from == sha256, PHOTO.c.erased_us.is_(None)).order_by(PHOTO.c.row)
    return [_photo(row) for row in connection.execute(query)]


def file_names(connection: Connection) -> list[str]:
    """Hashes of all files that there must be, pictures and thumbnails, in the order of their hashes."""
    live = select(PHOTO.c.sha256, PHOTO.c.thumb_sha256).where(PHOTO.c.erased_us.is_(None))
    return sorted({name for row in connection.execute(live) for name in row})


def next_row(connection: Connection) -> int:
    """The number of the next photo."""
    return (connection.execute(select(func.max(PHOTO.c.row))).scalar() or 0) + 1


def write_photo(connection: Connection, photo: Photo) -> None:
    """Put `photo` in the place of the row of its hash, or as a new row."""
    values = _values(photo)
    values["seal"] = row_seal(values)
    changed = connection.execute(update(PHOTO).where(PHOTO.c.sha256 == photo.sha256).values(values)).rowcount
    if not changed:
        connection.execute(insert(PHOTO).values(values))


def write_upload(connection: Connection, sha256: str, original: str, uploader: str, uploaded_us: int) -> None:
    """Note who sent what; nothing where that is noted already."""
    key = {"sha256": sha256, "original_sha256": original, "uploader": uploader}
    known = select(PHOTO_UPLOAD.c.sha256).where(*(PHOTO_UPLOAD.c[name] == value for name, value in key.items()))
    if connection.execute(known).first() is None:
        values: dict[str, Any] = key | {"uploaded_us": uploaded_us}
        connection.execute(insert(PHOTO_UPLOAD).values(values | {"seal": row_seal(values)}))


def forget_uploads(connection: Connection, sha256: str) -> None:
    """Who sent that photo, and the hash of what they sent, are gone."""
    connection.execute(delete(PHOTO_UPLOAD).where(PHOTO_UPLOAD.c.sha256 == sha256))


def uploaded_as(connection: Connection, original: str) -> str | None:
    """The hash of the photo that was made from an original of that hash."""
    return connection.execute(
        select(PHOTO_UPLOAD.c.sha256).where(PHOTO_UPLOAD.c.original_sha256 == original).limit(1)
    ).scalar()


def uploaders_of(connection: Connection, sha256: str) -> frozenset[str]:
    """Accounts that sent that photo."""
    return frozenset(
        connection.execute(select(PHOTO_UPLOAD.c.uploader).where(PHOTO_UPLOAD.c.sha256 == sha256)).scalars()
    )


def takers_of(connection: Connection, sha256: str) -> frozenset[str]:
    """Accounts that sent an original of that photo, rather than the very bytes that are served of it."""
    u = PHOTO_UPLOAD.c
    return frozenset(
        connection.execute(select(u.uploader).where(u.sha256 == sha256, u.original_sha256 != sha256)).scalars()
    )


def attached_to(connection: Connection, issue_id: str) -> list[Attached]:
    """The photos of an issue, in the order in which they were attached."""
    return _attached(connection, ISSUE.c.id == issue_id)


def uses_of(connection: Connection, hashes: Iterable[str]) -> list[Attached]:
    """Where any of `hashes` is attached, oldest first."""
    return _attached(connection, ISSUE_PHOTO.c.photo.in_(sorted(hashes)))


def _attached(connection: Connection, which: ColumnElement[bool]) -> list[Attached]:
    p = ISSUE_PHOTO.c
    query = select(ISSUE.c.id, p.photo, p.kind, p.at_us, p.recorded_us, p.actor).join(ISSUE, ISSUE.c.row == p.issue_row)
    rows = connection.execute(query.where(which).order_by(p.recorded_us, ISSUE.c.row, p.kind, p.photo))
    return [Attached(*row) for row in rows]


def broken_seals(connection: Connection, table: Table) -> Iterator[str]:
    """Hashes of the photos whose row in `table` (photo or photo_upload) is not as it was written."""
    for row in connection.execute(select(table).execution_options(yield_per=5_000)).mappings():
        values = {str(name): value for name, value in row.items()}
        if values.pop("seal") != row_seal(values):
            yield str(values["sha256"])


def row_seal(values: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the values of a row, by the names of their columns."""
    try:
        return hashlib.sha256(orjson.dumps(dict(values), option=orjson.OPT_SORT_KEYS)).hexdigest()
    except TypeError:  # a value of a kind that we never write
        return ""


def _values(photo: Photo) -> dict[str, Any]:
    values = asdict(photo)
    if photo.phash is not None:
        values["phash"] = photo.phash - 2 * _SIGNED if photo.phash >= _SIGNED else photo.phash
    return values


def _photo(row: Row[Any]) -> Photo:
    values = dict(row._mapping)
    if values["phash"] is not None:
        values["phash"] %= 2 * _SIGNED
    return Photo(**values)
