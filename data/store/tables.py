"""Every table of a store: whoever makes, copies or restores all of them takes METADATA from here, where it is whole."""

from __future__ import annotations

from data.store.documents import DOCUMENT
from data.store.schema import METADATA

__all__ = ["DOCUMENT", "METADATA"]
