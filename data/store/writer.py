"""The one writer: batches and changes become events and rows in one transaction, acknowledged after its commit."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from sqlalchemy import Connection

from data.intake.placing import Placer
from data.store.appending import append_events, is_empty
from data.store.batch import Batch, Written
from data.store.collector import collector_at_rest
from data.store.database import Store, read_meta, set_meta
from data.store.events import Kind, Pending
from data.store.group import Group, Outcome, Work
from data.store.personal import Erasure
from data.store.reassign import reassign_places
from data.store.receipts import Receipt
from geo.city import City
from geo.clock import to_us
from geo.errors import BusyError, StoreError, XunjieError

__all__ = ["Batch", "GroupWritten", "Writer", "Written", "is_empty"]

_PATIENCE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class GroupWritten:
    """The outcome of one transaction: the revision now; of each work its receipts, or why it was not taken; and
    whether anything was written at all."""

    revision: int
    outcomes: list[Outcome | XunjieError]
    wrote: bool


class Writer:
    """Writes one transaction after the other, whichever thread they come from."""

    def __init__(self, store: Store, city: City, placer: Placer) -> None:
        self._store, self._city, self._placer = store, city, placer
        self._lock = threading.Lock()

    @contextmanager
    def between_groups(self, *, patience_s: float = _PATIENCE_S) -> Iterator[Connection]:
        """A short transaction of what is no finding, under the same lock: never beside a group. Raises BusyError where
        the writer was not free within `patience_s` seconds."""
        if not self._lock.acquire(timeout=patience_s):
            raise BusyError("the store is being written; try again in a moment")
        try:
            with self._store.writing() as connection:
                yield connection
        finally:
            self._lock.release()

    def write(self, batch: Batch) -> Written:
        """Write `batch` whole or not at all. Raises ConflictError where a UUID is known with other content."""
        written = self.write_group([batch])
        [outcome] = written.outcomes
        if isinstance(outcome, XunjieError):
            raise outcome
        return Written(written.revision, cast("list[Receipt]", outcome))

    def write_group(self, works: Sequence[Work]) -> GroupWritten:
        """Write all of `works` in one transaction. One that cannot be taken fails alone, before anything of it was
        written; if the transaction itself fails nothing of any is written, and what it failed with is raised."""
        outcomes: list[Outcome | XunjieError] = []
        with self._lock, collector_at_rest(), self._store.writing() as connection:
            group = Group(connection, self._city, self._placer, works)
            for work in works:
                try:
                    outcomes.append(group.take(work))
                except XunjieError as error:
                    outcomes.append(error)
            group.write()
        if any(isinstance(work, Erasure) for work in works):
            self._store.forget()
        return GroupWritten(group.revision, outcomes, group.wrote)

    def must_be_empty(self) -> None:
        """Raises StoreError if anything has happened in this store."""
        with self._store.reading() as connection:
            if not is_empty(connection):
                raise StoreError(f"the store {self._store.place} is not empty; the demo loads into an empty one only")

    def reassign(self) -> int:
        """Work out every place anew in the city's present layers; returns the revision. One transaction, one event."""
        with self._lock, self._store.writing() as connection:
            meta = read_meta(connection)
            if meta.layer_version == self._city.layer_version:  # another process was quicker
                return meta.revision
            reassign_places(connection, self._placer)
            at_us = to_us(datetime.now(UTC))
            change = {"from": meta.layer_version, "to": self._city.layer_version}
            append_events(connection, [Pending(None, at_us, "system", Kind.LAYERS_CHANGED, change)])
            set_meta(connection, revision=meta.revision + 1, layer_version=self._city.layer_version)
        return meta.revision + 1
