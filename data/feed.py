"""The change feed: who wants to know of each committed revision, or of the store's health, is told in order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

_LOG = logging.getLogger("xunjie.feed")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """One committed revision; `ids` are the issues it added or changed, `collections` those of the documents it put.
    Both empty: everything may have changed."""

    revision: int
    ids: tuple[str, ...]
    collections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the store can be reached. `why` names the reason in `errors.<why>`, empty while all is well."""

    status: Literal["ready", "degraded"]
    why: str = ""


READY: Final = Health("ready")


class ChangeFeed:
    """Callbacks that hear of every change. They run on the thread of whoever brings it and must be quick."""

    def __init__(self) -> None:
        self._callbacks: dict[object, Callable[[Change], None]] = {}
        self._health_callbacks: dict[object, Callable[[Health], None]] = {}
        self._lock = threading.Lock()

    def subscribe(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Tell `callback` of every change from now on; the returned function ends that (twice is harmless)."""
        return self._add(self._callbacks, callback)

    def subscribe_health(self, callback: Callable[[Health], None]) -> Callable[[], None]:
        """The same for the store being lost and found again."""
        return self._add(self._health_callbacks, callback)

    def publish(self, change: Change) -> None:
        """Tell everyone. A callback that raises is logged: what was committed stays committed."""
        self._tell(self._callbacks, change)

    def publish_health(self, health: Health) -> None:
        """Tell everyone who asked for it, in the same way."""
        self._tell(self._health_callbacks, health)

    def _add(self, callbacks: dict[object, Callable[[T], None]], callback: Callable[[T], None]) -> Callable[[], None]:
        key = object()
        with self._lock:
            callbacks[key] = callback

        def unsubscribe() -> None:
            with self._lock:
                callbacks.pop(key, None)

        return unsubscribe

    def _tell(self, callbacks: dict[object, Callable[[T], None]], news: T) -> None:
        with self._lock:
            told = list(callbacks.values())
        for callback in told:
            try:
                callback(news)
            except Exception:  # noqa: BLE001 - a listener is not our code; the commit must stand
                _LOG.exception("a listener failed at %s", news)
