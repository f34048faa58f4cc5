"""What the writer tells of itself: how much waits, since when it is at one transaction, how long each took.

Whoever wants to know listens or asks; with nobody listening it costs two readings of a clock a transaction.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from geo.errors import StoreError, StoreLostError


class WriterMeter:
    """Told by the store and the queue, asked by health and metrics; safe from any thread."""

    def __init__(self) -> None:
        self.waiting: Callable[[], int] = lambda: 0
        """How many writes wait; the queue puts its own count here."""
        self._refused_at: float | None = None
        self._began: dict[int, float] = {}
        self._listeners: list[Callable[[float], None]] = []

    def listen(self, callback: Callable[[float], None]) -> Callable[[], None]:
        """Call `callback` with the seconds of every committed transaction, on the thread that wrote; the returned
        function ends that."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback) if callback in self._listeners else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Around one transaction, its commit included."""
        thread, began = threading.get_ident(), time.monotonic()
        self._began[thread] = began
        try:
            yield
        except StoreError as error:
            ours = error.__cause__ is None
            if not (ours or isinstance(error, StoreLostError)):  # a loss is told by whoever notices it
                self._refused_at = time.monotonic()
            raise
        finally:
            self._began.pop(thread, None)
        self._refused_at = None
        for callback in tuple(self._listeners):
            callback(time.monotonic() - began)

    def refused_within(self, seconds: float) -> bool:
        """Whether the database refused the last transaction, for want of space or of rights, say, so lately."""
        return self._refused_at is not None and time.monotonic() - self._refused_at <= seconds

    @property
    def busy_s(self) -> float:
        """Seconds since the transaction began that has been open longest; 0 where none is."""
        now = time.monotonic()
        return max((now - began for began in tuple(self._began.values())), default=0.0)


METER = WriterMeter()
"""The program's one."""
