"""Which photos look like another one: their hashes in memory, compared all at once (2 ms at a million)."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from threading import Lock
from typing import Final

import numpy as np
from sqlalchemy import Connection, select

from data.photos.flags import Likeness
from data.photos.perceptual_hash import NEAR_BITS, differing_bits
from data.photos.rows import Photo, all_photos, photos_of, uses_of
from data.store.photo_tables import PHOTO

_MOST: Final = 50


class LikenessIndex:
    """Grows with the table; what was erased since is left out when it is asked."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._row = 0
        self._names: list[str] = []
        self._hashes = np.zeros(1024, np.uint64)

    def like(self, connection: Connection, photo: Photo, family: Collection[str]) -> list[Likeness]:
        """Photos outside `family` that are near-same to `photo`, nearest first, each with its uses; at most fifty."""
        if photo.phash is None:
            return []
        with self._lock:
            self._catch_up(connection)
            hashes, names = self._hashes[: len(self._names)], self._names
            bits = differing_bits(photo.phash, hashes)
            [near] = np.nonzero(bits <= NEAR_BITS)
            near = near[np.argsort(bits[near], kind="stable")]
            found = [(names[at], int(bits[at])) for at in near if names[at] not in family][:_MOST]
        live = photos_of(connection, [name for name, _ in found])
        return [
            Likeness(name, distance, tuple(uses_of(connection, family_of(connection, live[name]))))
            for name, distance in found
            if name in live and not live[name].is_erased
        ]

    def _catch_up(self, connection: Connection) -> None:
        for photo in all_photos(connection, after_row=self._row):
            self._row = photo.row
            if photo.phash is None:
                continue
            if len(self._names) == len(self._hashes):
                self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
            self._hashes[len(self._names)] = photo.phash
            self._names.append(photo.sha256)


def family_of(connection: Connection, photo: Photo) -> frozenset[str]:
    """Hashes of `photo`, of what it was blurred from, and of everything that was blurred from any of these."""
    found, waiting = {photo.sha256}, deque([photo.sha256])
    while waiting:
        sha256 = waiting.popleft()
        query = select(PHOTO.c.sha256, PHOTO.c.blurred_from).where(
            (PHOTO.c.sha256 == sha256) | (PHOTO.c.blurred_from == sha256)
        )
        for row in connection.execute(query):
            for name in row:
                if name is not None and name not in found:
                    found.add(name)
                    waiting.append(name)
    return frozenset(found)
