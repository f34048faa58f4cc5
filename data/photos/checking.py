"""Whether photos are as they were written: rows by their seals, files by their names, which are their hashes."""

from __future__ import annotations

from sqlalchemy import Connection, select

from data.photos.bare_jpeg import foreign_part
from data.photos.files import PhotoFiles
from data.photos.rows import all_photos, broken_seals
from data.store.past import ISSUE_PHOTO
from data.store.photo_tables import PHOTO, PHOTO_UPLOAD
from geo.errors import StoreError
from geo.plural import numbered


def photo_row_problems(connection: Connection) -> list[str]:
    """One sentence for each kind of damage to the tables; empty for sound ones."""
    found = []
    for table in (PHOTO, PHOTO_UPLOAD):
        for sha256 in broken_seals(connection, table):
            found.append(f"the row of the photo {sha256} in {table.name} was changed: restore a backup")
            break
    known = select(PHOTO.c.sha256)
    lost = select(ISSUE_PHOTO.c.photo).where(ISSUE_PHOTO.c.photo.not_in(known)).limit(1)
    if (missing := connection.execute(lost).scalar()) is not None:
        found.append(f"an issue has the photo {missing}, which is in no row of photo; restore a backup")
    return found


def photo_file_problems(connection: Connection, files: PhotoFiles) -> list[str]:
    """One sentence for the first photo whose file is missing or damaged, with how many there are; empty for none."""
    faults = []
    for photo in all_photos(connection):
        if photo.is_erased:
            continue
        for name in (photo.sha256, photo.thumb_sha256):
            try:
                part = foreign_part(files.read(name))
            except StoreError as error:
                faults.append(str(error))
            else:
                if part is not None:
                    faults.append(f"the photo {files.path(name)} has {part}, which no photo of ours has")
    if not faults:
        return []
    more = f" (and {numbered(len(faults) - 1, 'more file', 'more files')} of photos)" if len(faults) > 1 else ""
    return [faults[0] + more]
