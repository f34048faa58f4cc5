"""Hears of every revision committed to a PostgreSQL store, and notices within 3 s when it is lost."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from geo.errors import StoreError, StoreLostError

CHANNEL: Final = "xunjie"
HEARTBEAT_S: Final = 0.6
ANSWER_S: Final = 1.5
"""A heartbeat without an answer for so long means that the server is lost; with HEARTBEAT_S it is known in 2.1 s."""
LONGEST_WAIT_S: Final = 2.0
_FIRST_WAIT_S: Final = 0.1
_LISTEN: Final = f"LISTEN {CHANNEL}".encode()
_ASK: Final = b"SELECT value FROM meta WHERE key = 'revision'"

_LOG = logging.getLogger("xunjie.listening")


class Listener:
    """Calls `heard` with the newest revision, when another process (of another name) announces one and with each
    heartbeat, and `lost` with the error when the server is gone; reconnects by itself. What `heard` raises counts as a
    loss and is tried again. `heard` may take its time: it has a thread of its own, and heartbeats go on meanwhile.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        heard: Callable[[int], None],
        lost: Callable[[Exception], None],
        *,
        own_name: str,
    ) -> None:
        self._own_name = own_name
        self._connect, self._lost = connect, lost
        self._ending = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._wait, self._well = _FIRST_WAIT_S, True
        self._follower = _Follower(heard, self._followed, lambda: self._wake.send(b"!"))
        self._thread = threading.Thread(target=self._run, name="xunjie-listening", daemon=True)

    def start(self) -> None:
        """Begin to listen, in threads of our own."""
        self._follower.start()
        self._thread.start()

    def close(self) -> None:
        """Stop listening and wait for the threads. Twice is harmless."""
        if self._ending.is_set():
            return
        self._ending.set()
        self._follower.close()
        self._wake.close()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(5)
        self._woken.close()

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                with self._connect() as connection:
                    self._follower.forget_failure()
                    for revision in self._revisions(connection.pgconn):
                        self._follower.follow(revision)
            except Exception as error:  # noqa: BLE001 - whatever it is: it is told, and this thread must go on
                if not self._ending.is_set():
                    if self._well:  # once, however often it is tried again
                        expected = isinstance(error, psycopg.Error | StoreError | OSError)
                        reason = " ".join(str(error).split())
                        _LOG.warning("not listening to the store: %s", reason, exc_info=not expected)
                    self._well = False
                    self._lost(error)
            self._ending.wait(self._wait)
            self._wait = min(self._wait * 2, LONGEST_WAIT_S)

    def _followed(self) -> None:
        """On the follower's thread: what is shown is the newest again."""
        if not self._well:
            _LOG.info("listening to the store again")
        self._wait, self._well = _FIRST_WAIT_S, True

    def _revisions(self, server: PGconn) -> Iterator[int]:
        """Each revision that is notified, and the newest one at every heartbeat, until the end is asked for."""
        with selectors.DefaultSelector() as selector:
            selector.register(server.socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            query, due, asked = _LISTEN, time.monotonic(), False
            while not self._ending.is_set():
                if not asked and time.monotonic() >= due:
                    server.send_query(query)
                    server.flush()
                    asked, due = True, time.monotonic() + ANSWER_S
                for key, _ in selector.select(max(0.0, due - time.monotonic())):
                    if key.fileobj is self._woken:
                        self._woken.recv(64)
                self._follower.raise_failure()
                server.consume_input()
                while (notification := server.notifies()) is not None:
                    revision, _, name = notification.extra.decode().partition(" ")
                    if name != self._own_name:
                        yield int(revision)
                if asked and not server.is_busy():
                    yield from _answer(server)
                    asked, due = False, time.monotonic() + (HEARTBEAT_S if query is _ASK else 0.0)
                    query = _ASK
                elif asked and time.monotonic() >= due:
                    raise StoreLostError(f"the server has not answered for {ANSWER_S} s")


class _Follower:
    """Calls `heard` with the newest revision that it was given, then `done`; `failed` where that raises."""

    def __init__(self, heard: Callable[[int], None], done: Callable[[], None], failed: Callable[[], object]) -> None:
        self._heard, self._done, self._failed = heard, done, failed
        self._newest: int | None = None
        self._failure: Exception | None = None
        self._ending = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="xunjie-following", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(5)

    def follow(self, revision: int) -> None:
        """Call `heard` with it, unless a newer one comes before its turn does."""
        with self._changed:
            self._newest = revision
            self._changed.notify()

    def forget_failure(self) -> None:
        self._failure = None

    def raise_failure(self) -> None:
        """Raise what `heard` raised, once."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._newest is None and not self._ending:
                    self._changed.wait()
                revision, self._newest = self._newest, None
            if revision is None or self._ending:
                return
            try:
                self._heard(revision)
            except Exception as error:  # noqa: BLE001 - the listener tells of it, and this thread must go on
                self._failure = error
                with contextlib.suppress(OSError):  # it has been closed meanwhile
                    self._failed()
            else:
                self._done()


def _answer(server: PGconn) -> list[int]:
    """The numbers in the answer to our question; StoreError where it is a refusal."""
    numbers = []
    while (result := server.get_result()) is not None:
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            raise StoreError(result.get_error_message())
        value = result.get_value(0, 0) if result.ntuples else None
        if value is not None:
            numbers.append(int(value))
    return numbers
