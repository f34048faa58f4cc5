"""The change feed: who wants to know of each committed revision is told, in the order of commits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

_LOG = logging.getLogger("xunjie.feed")


@dataclass(frozen=True, slots=True)
class Change:
    """One committed revision; `ids` are the issues it added or changed, empty where all may have changed."""

    revision: int
    ids: tuple[str, ...]


class ChangeFeed:
    """Callbacks that hear of every change. They run on the writer's thread and must be quick."""

    def __init__(self) -> None:
        self._callbacks: dict[object, Callable[[Change], None]] = {}
        self._lock = threading.Lock()

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Tell `callback` of every change from now on; the returned function ends that (twice is harmless)."""
        key = object()
        with self._lock:
            self._callbacks[key] = callback

        def unsubscribe() -> None:
            with self._lock:
                self._callbacks.pop(key, None)

        return unsubscribe

    def publish(self, change: Change) -> None:
        """Tell everyone. A callback that raises is logged: what was committed stays committed."""
        with self._lock:
            callbacks = list(self._callbacks.values())
        for callback in callbacks:
            try:
                callback(change)
            except Exception:  # noqa: BLE001 - a listener is not our code; the commit must stand
                _LOG.exception("a listener failed at revision %d", change.revision)
