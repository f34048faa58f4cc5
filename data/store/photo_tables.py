"""The tables of photos. Protected fields stand here, outside the hashed log, so that they can be erased; the log refers
to a photo by its SHA-256 alone.

They do not follow from the log: each of their rows carries a seal, the hash of its other values. Which photo is of
which issue does follow (`data.store.past.ISSUE_PHOTO`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text

from data.store.schema import METADATA

_CODE: Final = Text().with_variant(Text(collation="C"), "postgresql")


def photo_tables(metadata: MetaData) -> tuple[Table, Table]:
    """The two tables as of schema 3, on `metadata`. A later schema that alters them copies this for its migration."""
    photo = Table(
        "photo",
        metadata,
        Column("sha256", _CODE, primary_key=True),  # of the cleaned JPEG: its identity
        Column("row", BigInteger, nullable=False, unique=True),  # 1, 2, … in the order of arrival
        Column("thumb_sha256", Text, nullable=False),
        Column("width", Integer, nullable=False),
        Column("height", Integer, nullable=False),
        Column("bytes", BigInteger, nullable=False),
        Column("phash", BigInteger),  # the perceptual hash as a signed number; NULL for a picture without features
        Column("taken_us", BigInteger),
        Column("lon", Float),  # as the camera wrote it
        Column("lat", Float),
        Column("camera", Text),
        Column("uploaded_us", BigInteger, nullable=False),  # wall clock
        Column("reviewed_us", BigInteger),
        Column("reviewer", Text),
        Column("blurred_from", _CODE),
        Column("erased_us", BigInteger),
        Column("seal", Text, nullable=False),
        Index("photo_blurred_from", "blurred_from"),
    )
    upload = Table(
        "photo_upload",
        metadata,
        Column("sha256", _CODE, primary_key=True),
        Column("original_sha256", _CODE, primary_key=True),  # of what was sent
        Column("uploader", _CODE, primary_key=True),  # reference of an account
        Column("uploaded_us", BigInteger, nullable=False),
        Column("seal", Text, nullable=False),
        Index("photo_upload_original", "original_sha256"),
    )
    return photo, upload


PHOTO, PHOTO_UPLOAD = photo_tables(METADATA)
