"""The one queue before the writer: whatever waits is written in one transaction, and acknowledged after its commit."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, overload

import psycopg
from sqlalchemy import exc

from data.documents.checking import CheckedPuts
from data.intake.amendments import CheckedAmendment
from data.intake.changes import CheckedChange
from data.store.acting import ChangeReceipt, CheckedActs
from data.store.batch import Batch
from data.store.group import Work
from data.store.personal import Erasure, ErasureReceipt
from data.store.putting import DocumentReceipt
from data.store.receipts import Receipt
from data.store.writer import Writer
from geo.errors import BusyError, StoreError, StoreLostError, XunjieError
from geo.plural import numbered

_LOG = logging.getLogger("xunjie.writer")
_OF_ONE: Final = (
    *(exc.IntegrityError, exc.DataError, exc.ProgrammingError),
    *(psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError),
)
_RECORD_BYTES: Final = 1_000
"""What a record takes in memory besides its geometry and texts, roughly."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may wait, and how much of it goes into one transaction; bytes are rough. Something larger than a bound
    of bytes is taken all the same when nothing else waits: an import is one transaction however large it is."""

    waiting: int = 2_000
    waiting_bytes: int = 256_000_000
    group: int = 256
    group_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True)
class _Waiting:
    work: Work
    bytes: int
    future: Future[Any] = field(default_factory=Future)


class WriterQueue:
    """Takes works from any thread; one thread of its own writes them, in the order in which they came.

    `after_commit` is called on that thread after every transaction that wrote something and before anyone is told of
    it; what it raises is logged, since what was committed stays committed.
    """

    def __init__(self, writer: Writer, after_commit: Callable[[], None], bounds: Bounds | None = None) -> None:
        self._writer, self._after_commit, self._bounds = writer, after_commit, bounds or Bounds()
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @overload
    def submit(self, work: Batch) -> Future[list[Receipt]]: ...
    @overload
    def submit(self, work: CheckedChange | CheckedAmendment) -> Future[ChangeReceipt]: ...
    @overload
    def submit(self, work: CheckedActs) -> Future[list[ChangeReceipt]]: ...
    @overload
    def submit(self, work: CheckedPuts) -> Future[list[DocumentReceipt]]: ...
    @overload
    def submit(self, work: Erasure) -> Future[ErasureReceipt]: ...
    def submit(self, work: Work) -> Future[Any]:
        """Have `work` written. Its future gives the receipts once they are durable, or raises what kept it out.

        Raises BusyError where too much waits already, StoreError after `close`.
        """
        assert threading.current_thread() is not self._thread, "who listens to the writer may not wait for it"
        entry = _Waiting(work, _bytes_of(work))
        bounds = self._bounds
        with self._changed:
            if self._closed:
                raise StoreError("the program is closing its store: nothing was written; send it again when it runs")
            waits = len(self._waiting)
            if waits >= bounds.waiting or (waits and self._bytes + entry.bytes > bounds.waiting_bytes):
                writes = numbered(waits, "write waits", "writes wait")
                raise BusyError(f"{writes} already: nothing was written; send it again in a moment")
            self._waiting.append(entry)
            self._bytes += entry.bytes
            self._changed.notify()
        return entry.future

    @property
    def depth(self) -> int:
        """How many works wait for their transaction."""
        return len(self._waiting)

    def close(self) -> None:
        """Write what waits, then end; whoever submits from now on is refused. Twice is harmless."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while taken := self._take():
            self._write(taken)

    def _take(self) -> list[_Waiting]:
        """The next group, in order; empty when the queue is closed and nothing waits."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            taken: list[_Waiting] = []
            left = self._bounds.group_bytes
            while self._waiting and len(taken) < self._bounds.group:
                left -= self._waiting[0].bytes
                if taken and left < 0:
                    break
                taken.append(self._waiting.popleft())
                self._bytes -= taken[-1].bytes
        return taken

    def _write(self, taken: Sequence[_Waiting]) -> None:
        try:
            written = self._writer.write_group([entry.work for entry in taken])
        except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it, and the next group go on
            if len(taken) > 1 and not _concerns_all(error):
                _LOG.warning("a group of %d could not be written (%s): trying each alone", len(taken), error)
                for entry in taken:
                    self._write([entry])
                return
            for entry in taken:
                entry.future.set_exception(_own(error))
            return
        try:
            if written.wrote:
                self._after_commit()
        except Exception:  # noqa: BLE001 - the commit stands, and those who wait must hear of it
            _LOG.exception("revision %d is written, but was not shown", written.revision)
        for entry, outcome in zip(taken, written.outcomes, strict=True):
            if isinstance(outcome, XunjieError):
                entry.future.set_exception(outcome)
            else:
                entry.future.set_result(outcome)


def _concerns_all(error: BaseException) -> bool:
    """Whether the store refused (disk full, lost, closed) rather than one work of the group being a defect."""
    return isinstance(error, StoreError) and not isinstance(error.__cause__, _OF_ONE)


def _own(error: BaseException) -> BaseException:
    """An error for one of several threads: they would add their tracebacks to a shared one."""
    if type(error) not in (StoreError, StoreLostError):
        return error
    mine = type(error)(str(error))
    mine.__cause__ = error.__cause__
    return mine


def _bytes_of(work: Work) -> int:
    if isinstance(work, CheckedActs):
        return sum(map(_bytes_of, work.acts))
    if isinstance(work, CheckedChange):
        return _RECORD_BYTES + 2 * (len(work.note) + len(work.evidence))
    if isinstance(work, Erasure):
        return _RECORD_BYTES
    if isinstance(work, CheckedAmendment):
        return _RECORD_BYTES + 2 * len(work.note) + len(str(work.wanted))
    if isinstance(work, CheckedPuts):
        return sum(_RECORD_BYTES + put.bytes for put in work.puts)
    payloads = (issue.payload for issue in work.issues.issues)
    texts = sum(len(p["geometry"]) + 2 * len(p["description"]) for p in payloads)
    return texts + _RECORD_BYTES * (len(work.issues.issues) + len(work.points) + len(work.visits))
