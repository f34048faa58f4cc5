"""What pages work out of a snapshot is kept for every session that looks at it, and goes when the snapshot goes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from data.snapshot import Recent, Snapshot

T = TypeVar("T")
_MOST: Final = 256
_kept: WeakKeyDictionary[Snapshot, Recent] = WeakKeyDictionary()
_lock = Lock()


def kept(snapshot: Snapshot, key: Hashable, make: Callable[[], T]) -> T:
    """The value of `key`, made where no session has asked for it; small, and never changed afterwards.

    `key` must say everything but the snapshot that the value depends on, language included.
    """
    with _lock:
        recent = _kept.setdefault(snapshot, Recent(_MOST))
    return recent.get(key, make)
