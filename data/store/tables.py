"""Every table of a store: whoever makes, copies or restores all of them takes METADATA from here, where it is whole."""

from __future__ import annotations

from data.store.documents import DOCUMENT
from data.store.notice_tables import NOTICE_TABLES
from data.store.past import ISSUE_PAST, ISSUE_PAST_SHARE, ISSUE_PHOTO
from data.store.personal import PERSONAL
from data.store.photo_tables import PHOTO
from data.store.schema import METADATA

__all__ = [
    "DOCUMENT",
    "ISSUE_PAST",
    "ISSUE_PAST_SHARE",
    "ISSUE_PHOTO",
    "METADATA",
    "NOTICE_TABLES",
    "PERSONAL",
    "PHOTO",
]
