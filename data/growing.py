"""Arrays that grow at their end while readers go on holding what was there before."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Growing:
    """One array with room behind it. `append` writes into the room and gives a longer view of the same memory: an
    older view never changes, and adding k values costs k, not n. Only the newest view may be added to, by one thread
    at a time; what a failed attempt left in the room is written over by the next."""

    __slots__ = ("_room",)

    def __init__(self, values: NDArray[Any]) -> None:
        self._room = values

    def append(self, newest: NDArray[Any], more: NDArray[Any]) -> NDArray[Any]:
        """`newest` (the longest view given out) and `more` behind it. Without room everything moves once, to a quarter
        more."""
        if not len(more):
            return newest
        used, end = len(newest), len(newest) + len(more)
        if end > len(self._room):
            self._move(newest, end)
        self._room[used:end] = more
        return self._room[:end]

    def make_room(self, newest: NDArray[Any]) -> None:
        """Move now, where there is no room behind `newest`, so that the next `append` need not."""
        if len(newest) and len(self._room) == len(newest):
            self._move(newest, len(newest))

    def _move(self, newest: NDArray[Any], least: int) -> None:
        roomier = np.empty(least + max(least // 4, 1_024), self._room.dtype)
        roomier[: len(newest)] = newest
        self._room = roomier

    def replaced(self, newest: NDArray[Any], rows: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
        """`newest` with the values at `rows` replaced, in memory of its own: older views keep the old ones."""
        self._room = self._room.copy()
        self._room[: len(newest)] = newest
        self._room[rows] = values
        return self._room[: len(newest)]
