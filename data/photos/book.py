"""The book of photos: everything that can be done with one, each exactly once, files and rows kept in step.

Files are written before their row and taken away after it, so whatever is broken off in between leaves files that no
row names, never the reverse; `collect` takes those away. A row is written with the store's one write lock held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import shapely
from sqlalchemy import Connection, select

from data.photos import caps, rows
from data.photos.files import NAME, PhotoFiles
from data.photos.flags import Flag, Occasion, distance_m, flags_of
from data.photos.likeness import LikenessIndex, family_of
from data.photos.metadata import Metadata, metadata_of
from data.photos.perceptual_hash import is_featureless, perceptual_hash
from data.photos.reading import CleanPhoto, blur_photo, read_photo
from data.photos.rows import Attached, Photo
from data.store.database import Store
from data.store.photo_tables import PHOTO
from data.store.schema import ISSUE
from geo.access import Subject
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError, ConflictError, NotFoundError

Alone = Callable[[], AbstractContextManager[Connection]]
Rectangle = tuple[int, int, int, int]
"""Left, top, width, height in pixels of the photo."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A photo that was sent. `created` False: it was there before."""

    photo: Photo
    created: bool


@dataclass(frozen=True, slots=True)
class IssuePhoto:
    """A photo of an issue and what was noticed; `distance_m` is from the issue, `blurred` are photos made from it."""

    attached: Attached
    photo: Photo
    distance_m: float | None
    flags: tuple[Flag, ...]
    blurred: tuple[Photo, ...]


class PhotoBook:
    """The photos of one store. `alone` gives a connection in a transaction beside which nothing writes."""

    def __init__(self, store: Store, city: City, files: PhotoFiles, alone: Alone) -> None:
        self.files = files
        self._store, self._city, self._alone = store, city, alone
        self._index = LikenessIndex()

    def add(self, content: bytes, *, uploader: str) -> Uploaded:
        """Take in what somebody sent: cleaned, exactly once by its hash.

        Raises PhotoError for anything that is not taken, ConflictError for a photo that was erased, BusyError where too
        many are being read, StoreError where disk or database refuse.
        """
        original = hashlib.sha256(content).hexdigest()
        known = self._known(original, uploader)
        if known is not None:
            return Uploaded(known, created=False)
        clean = read_photo(content)
        about = metadata_of(clean.exif, time_zone=self._city.time_zone)
        return self._keep(clean, about, original=original, uploader=uploader)

    def get(self, sha256: str) -> Photo:
        """The photo of that hash. Raises NotFoundError where there is none, or it was erased."""
        photo = None
        if NAME.fullmatch(sha256):
            with self._store.reading() as connection:
                photo = rows.photo_of(connection, sha256)
        if photo is None or photo.is_erased:
            raise NotFoundError("photo", sha256)
        return photo

    def jpeg(self, photo: Photo) -> bytes:
        """The picture. StoreError where its file is missing or damaged."""
        return self.files.read(photo.sha256)

    def thumb(self, photo: Photo) -> bytes:
        """The picture within 320 × 320 pixels. StoreError as for `jpeg`."""
        return self.files.read(photo.thumb_sha256)

    def blur(self, sha256: str, rectangles: Sequence[Rectangle], *, actor: str) -> Uploaded:
        """A new photo in which `rectangles` are unrecognisable, for good; it keeps moment, place and camera.

        Raises NotFoundError, BadValueError for rectangles that do not lie in the photo, and what `add` raises.
        """
        source = self.get(sha256)
        _check(rectangles, source)
        clean = blur_photo(self.jpeg(source), rectangles)
        about = Metadata(source.taken_us, source.lon, source.lat, source.camera)
        original = hashlib.sha256(clean.jpeg).hexdigest()
        return self._keep(clean, about, original=original, uploader=actor, blurred_from=source.sha256)

    def review(self, sha256: str, *, reviewer: str, reviewed: bool = True) -> Photo:
        """Note that a person found nothing left to hide (or take that back). Raises NotFoundError."""
        self.get(sha256)
        with self._alone() as connection:
            photo = self._live(connection, sha256)
            if photo.is_reviewed != reviewed:
                at_us, who = (_wall_us(), reviewer) if reviewed else (None, None)
                photo = replace(photo, reviewed_us=at_us, reviewer=who)
                rows.write_photo(connection, photo)
        return photo

    def erase(self, sha256: str) -> list[Photo]:
        """Erase picture, protected fields and who sent it, for good; the hash stays, since the log names it.

        Photos blurred from it stay: they are answered, to be erased too where that is meant. Raises NotFoundError.
        """
        self.get(sha256)
        with self._alone() as connection:
            photo = self._live(connection, sha256)
            rows.write_photo(connection, rows.erased(photo, _wall_us()))
            rows.forget_uploads(connection, sha256)
            left = rows.blurred_from(connection, sha256)
            shared = select(PHOTO.c.sha256).where(
                PHOTO.c.thumb_sha256 == photo.thumb_sha256, PHOTO.c.erased_us.is_(None)
            )
            files = [sha256] if connection.execute(shared).first() else [sha256, photo.thumb_sha256]
        for name in files:
            self.files.remove(name)
        self._store.forget()
        return left

    def of_issue(self, issue_id: str) -> list[IssuePhoto]:
        """The photos of an issue (its UUID), in the order in which they were attached, without erased ones."""
        with self._store.reading() as connection:
            attached = rows.attached_to(connection, issue_id)
            photos = rows.photos_of(connection, [one.sha256 for one in attached])
            photos = {sha256: photo for sha256, photo in photos.items() if not photo.is_erased}
            before = [photos[one.sha256] for one in attached if one.kind == "before" and one.sha256 in photos]
            found = []
            for one in attached:
                photo = photos.get(one.sha256)
                if photo is not None:
                    occasion = self._occasion(connection, issue_id, one.kind, one.recorded_us)
                    flags = self._flags(connection, photo, occasion, before)
                    blurred = tuple(rows.blurred_from(connection, photo.sha256))
                    found.append(IssuePhoto(one, photo, distance_m(photo, occasion), flags, blurred))
        return found

    def flags(self, photo: Photo, issue_id: str, kind: str) -> tuple[Flag, ...]:
        """What would be noticed about `photo` as one of the issue's. Raises NotFoundError for an unknown issue."""
        with self._store.reading() as connection:
            occasion = self._occasion(connection, issue_id, kind)
            attached = rows.attached_to(connection, issue_id)
            before = rows.photos_of(connection, [one.sha256 for one in attached if one.kind == "before"])
            return self._flags(connection, photo, occasion, list(before.values()))

    def issues_of(self, photo: Photo) -> frozenset[str]:
        """Issues (UUIDs) that `photo`, or one that it was blurred from or that was blurred from it, is attached to."""
        with self._store.reading() as connection:
            return frozenset(use.issue_id for use in rows.uses_of(connection, family_of(connection, photo)))

    def subject_of(self, issue_id: str) -> Subject:
        """What permissions look at in an issue (UUID): its place, unit and kind. NotFoundError for an unknown one."""
        i = ISSUE.c
        with self._store.reading() as connection:
            query = select(i.subdistrict, i.department, i.type, i.task).where(i.id == issue_id)
            found = connection.execute(query).one_or_none()
        if found is None:
            raise NotFoundError("issue", issue_id)
        return Subject(found.subdistrict, found.department, type=found.type, task=found.task)

    def uploaders_of(self, photo: Photo) -> frozenset[str]:
        """Accounts that sent it."""
        with self._store.reading() as connection:
            return rows.uploaders_of(connection, photo.sha256)

    def takers_of(self, photo: Photo) -> frozenset[str]:
        """Accounts that sent the original of it, and so know what its camera wrote: not who made it by blurring, nor
        who only sent back the file that we serve."""
        with self._store.reading() as connection:
            return rows.takers_of(connection, photo.sha256)

    def collect(self, *, settled_s: float | None = None) -> int:
        """Take away files that no row names, once they have lain for an hour (`settled_s`); how many.

        Looked for beside the writers, and looked at again with the write lock held: an upload that found its file there
        has either its row by then, or finds the file gone and writes it anew.
        """
        options = {} if settled_s is None else {"settled_s": settled_s}
        removed = self.files.remove_broken_off(**options)
        left = self.files.settled(**options)
        if left:
            with self._store.reading() as connection:
                left -= set(rows.file_names(connection))
        if left:
            with self._alone() as connection:
                left &= self.files.settled(**options)
                left -= set(rows.file_names(connection))
                for sha256 in left:
                    self.files.remove(sha256)
        return removed + len(left)

    def _known(self, original: str, uploader: str) -> Photo | None:
        """The photo that was made from the same bytes before, or is itself those bytes; noted for this uploader too."""
        with self._store.reading() as connection:
            sha256 = rows.uploaded_as(connection, original) or original
            photo = rows.photo_of(connection, sha256)
        if photo is None or photo.is_erased or not (self.files.has(sha256) and self.files.has(photo.thumb_sha256)):
            return None
        with self._alone() as connection:
            photo = rows.photo_of(connection, sha256)
            if photo is None or photo.is_erased:
                return None
            rows.write_upload(connection, sha256, original, uploader, _wall_us())
        return photo

    def _keep(
        self, clean: CleanPhoto, about: Metadata, *, original: str, uploader: str, blurred_from: str | None = None
    ) -> Uploaded:
        sha256, thumb = self.files.put(clean.jpeg), self.files.put(clean.thumb)
        try:
            with self._alone() as connection:
                photo = rows.photo_of(connection, sha256)
                created = photo is None
                if photo is None:
                    photo = Photo(
                        sha256=sha256,
                        row=rows.next_row(connection),
                        thumb_sha256=thumb,
                        width=clean.width,
                        height=clean.height,
                        bytes=len(clean.jpeg),
                        phash=None if is_featureless(clean.grey) else perceptual_hash(clean.grey),
                        taken_us=about.taken_us,
                        lon=about.lon,
                        lat=about.lat,
                        camera=about.camera,
                        uploaded_us=_wall_us(),
                        blurred_from=blurred_from,
                    )
                    rows.write_photo(connection, photo)
                elif photo.is_erased:
                    raise ConflictError("this photo was erased, and what was erased is not taken again", "photo_erased")
                for content, name in ((clean.jpeg, sha256), (clean.thumb, thumb)):
                    if not self.files.has(name):  # collected since it was put there
                        self.files.put(content)
                rows.write_upload(connection, sha256, original, uploader, _wall_us())
        except ConflictError:
            self.files.remove(sha256)
            raise
        return Uploaded(photo, created)

    def _live(self, connection: Connection, sha256: str) -> Photo:
        photo = rows.photo_of(connection, sha256)
        if photo is None or photo.is_erased:
            raise NotFoundError("photo", sha256)
        return photo

    def _occasion(self, connection: Connection, issue_id: str, kind: str, attached_us: int | None = None) -> Occasion:
        query = select(ISSUE.c.reported_us, ISSUE.c.wkb).where(ISSUE.c.id == issue_id)
        issue = connection.execute(query).one_or_none()
        if issue is None:
            raise NotFoundError("issue", issue_id)
        return Occasion(
            issue_id,
            kind,
            issue.reported_us,
            shapely.from_wkb(issue.wkb),
            attached_us,
            far_m=self._city.photo_far_m,
            mainland_china=self._city.mainland_china,
        )

    def _flags(
        self, connection: Connection, photo: Photo, occasion: Occasion, before: Sequence[Photo]
    ) -> tuple[Flag, ...]:
        family = family_of(connection, photo)
        found = flags_of(
            photo,
            occasion,
            uses=rows.uses_of(connection, family),
            likenesses=self._index.like(connection, photo, family),
            before=[one for one in before if not one.is_erased],
        )
        return tuple(_numbered(connection, flag) for flag in found)


def _numbered(connection: Connection, flag: Flag) -> Flag:
    """A flag that names an issue also says the number that people know it by."""
    if "issue" not in flag.figures:
        return flag
    query = select(ISSUE.c.number).where(ISSUE.c.id == flag.figures["issue"])
    return replace(flag, figures={**flag.figures, "number": connection.execute(query).scalar() or ""})


def _check(rectangles: Sequence[Rectangle], photo: Photo) -> None:
    if not 0 < len(rectangles) <= caps.MOST_RECTANGLES:
        raise BadValueError("rectangles", len(rectangles), f"1 to {caps.MOST_RECTANGLES} rectangles")
    for left, top, width, height in rectangles:
        inside = left >= 0 and top >= 0 and left + width <= photo.width and top + height <= photo.height
        if not inside or width < 1 or height < 1:
            size = f"{photo.width} × {photo.height}"
            raise BadValueError("rectangles", [left, top, width, height], f"left, top, width, height within {size}")


def _wall_us() -> int:
    return to_us(datetime.now(UTC))
