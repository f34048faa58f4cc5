"""The courier: one thread that carries notices to webhooks, in order, at least once, however often it must try."""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
from sqlalchemy import Connection

from data.duties import ruled_scope
from data.feed import Change
from data.health import Reason
from data.notices.posting import PostingError, post, signature
from data.notices.tail import notices_between, positions_of
from data.notices.webhooks import Webhook, any_held, free_all, hold, let_go, webhooks
from data.snapshot import Snapshot
from data.store.database import Store
from data.store.events import Event
from geo.access import Subject
from geo.errors import StoreError
from geo.lifecycle import Status
from geo.notices import Notice
from geo.subjects import subject_at

_LOG = logging.getLogger("xunjie.courier")
_US: Final = 1_000_000
AT_ONCE: Final = 20
"""So many deliveries are made before it is written down how far they came: after a crash so many may come twice."""

EVENTS_AT_ONCE: Final = 2_000
BUDGET_S: Final = 10.0
"""A slow receiver gives way to the others after so long."""

HOLD_US: Final = 60 * _US
"""How long a process holds a webhook: longer than the budget, a last delivery and a look-up of its name can take."""

PACE_S: Final = 0.2
"""What is committed within so short a time is carried together."""

FIRST_WAIT_S: Final = 5.0
LONGEST_WAIT_S: Final = 3_600.0
GIVE_UP_US: Final = 3 * 86_400 * _US
LOOK_S: Final = 30.0
"""So often it looks for what another process set up, or let go of."""

_NAMESPACE: Final = uuid.UUID("0b8f4a0e-9a53-4f0e-8a53-6c1f6f0d9a11")
Transaction = Callable[..., AbstractContextManager[Connection]]
Post = Callable[[str, bytes, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a webhook came: the last event that is dealt with, how many were delivered, and what went wrong."""

    seq: int
    delivered: int
    error: str | None


class Courier:
    """Started and closed by the runtime. `post` and the clock are arguments, for tests."""

    def __init__(
        self,
        store: Store,
        transaction: Transaction,
        snapshot: Callable[[], Snapshot],
        now_us: Callable[[], int],
        *,
        send: Post = post,
        share: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._transaction, self._snapshot, self._now_us = store, transaction, snapshot, now_us
        self._send, self._share = send, share
        self._name = uuid.uuid4().hex
        self._wake, self._ending = threading.Event(), threading.Event()
        self._paused = 0
        self._thread = threading.Thread(target=self._run, name="xunjie-courier", daemon=True)

    def start(self) -> None:
        """Begin to carry, in a thread of its own."""
        self._thread.start()

    def wake(self, _: Change | None = None) -> None:
        """There may be something to carry."""
        self._wake.set()

    def close(self) -> None:
        """Stop after the delivery that is under way. Twice is harmless."""
        self._ending.set()
        self._wake.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(20)

    def check(self) -> Reason | None:
        """Complains of webhooks that were given up."""
        return Reason("webhook_paused", {"n": self._paused}) if self._paused else None

    def round(self) -> float:
        """Carry what is due now; seconds until there may be more. Raises StoreError."""
        with self._store.reading() as connection:
            known = webhooks(connection)
        self._paused = sum(one.active and one.paused_us is not None for one in known)
        head, wait = self._snapshot().seq, LOOK_S
        for one in known:
            if self._ending.is_set():
                break
            if not one.active or one.paused_us is not None or one.seq >= head:
                continue
            if one.next_us is not None and one.next_us > self._now_us():
                wait = min(wait, (one.next_us - self._now_us()) / _US)
            elif self._serve(one.id):
                wait = 0.0
        return wait

    def _serve(self, identity: str) -> bool:
        """Carry a part of what one webhook waits for; whether more of it may go at once."""
        now_us = self._now_us()
        with self._transaction() as connection:
            held = hold(connection, identity, self._name, now_us=now_us, until_us=now_us + HOLD_US)
        if held is None:
            return False
        webhook, secret = held
        progress = Progress(webhook.seq, 0, None)
        try:
            progress = self._carry(webhook, secret, self._snapshot())
        finally:
            with self._transaction() as connection:
                let_go(connection, identity, self._name, **self._standing(webhook, progress))
        return progress.error is None and progress.seq > webhook.seq

    def _carry(self, webhook: Webhook, secret: str, snapshot: Snapshot) -> Progress:
        until = min(snapshot.seq, webhook.seq + EVENTS_AT_ONCE)
        with self._store.reading() as connection:
            found = [entry for entry in notices_between(connection, webhook.seq, until) if webhook.wants(entry[1].code)]
        at = positions_of(snapshot, list(dict.fromkeys(str(event.issue_id) for event, _ in found)))
        scope = ruled_scope(snapshot, webhook.scope)
        seq, delivered, ends = webhook.seq, 0, time.monotonic() + BUDGET_S
        for event, notice in found:
            place = _Place.of(snapshot, at[str(event.issue_id)])
            if scope.holds(place.subject):
                if delivered == AT_ONCE or self._ending.is_set() or time.monotonic() > ends:
                    return Progress(seq, delivered, None)
                try:
                    self._deliver(webhook, secret, event.seq, _content(event, notice, place, snapshot))
                except PostingError as error:
                    return Progress(seq, delivered, str(error))
                delivered += 1
            seq = event.seq
        return Progress(until, delivered, None)

    def _deliver(self, webhook: Webhook, secret: str, seq: int, content: dict[str, Any]) -> None:
        delivery = str(uuid.uuid5(_NAMESPACE, f"{webhook.id} {seq}"))
        body = orjson.dumps({"delivery": delivery, **content})
        timestamp = str(self._now_us() // _US)
        headers = {"X-Xunjie-Timestamp": timestamp, "X-Xunjie-Delivery": delivery}
        self._send(webhook.url, body, headers | {"X-Xunjie-Signature": signature(secret, timestamp, body)})

    def _standing(self, before: Webhook, progress: Progress) -> dict[str, Any]:
        """The webhook's columns after a part of its work."""
        now_us = self._now_us()
        values: dict[str, Any] = {"seq": progress.seq}
        if progress.delivered:
            values |= {"delivered": before.delivered + progress.delivered, "delivered_us": now_us}
        if progress.error is None:
            return values | {"attempts": 0, "failing_since_us": None, "next_us": None, "error": ""}
        fresh = progress.delivered or before.failing_since_us is None
        since, attempts = (now_us, 1) if fresh else (before.failing_since_us, before.attempts + 1)
        assert since is not None
        if now_us - since >= GIVE_UP_US:
            _LOG.warning("webhook %s has failed for three days and is paused: %s", before.id, progress.error)
            values["paused_us"] = now_us
        wait_us = int(back_off_s(attempts, self._share()) * _US)
        more = {"attempts": attempts, "failing_since_us": since, "next_us": now_us + wait_us, "error": progress.error}
        return values | more

    def _free(self) -> None:
        """Where no other process can write, nobody holds a webhook but one that was broken off."""
        if self._store.file is None:
            return
        with self._store.reading() as connection:
            held = any_held(connection)
        if held:
            with self._transaction() as connection:
                free_all(connection)

    def _run(self) -> None:
        well, begun = True, False
        while not self._ending.is_set():
            self._wake.clear()
            if self._ending.is_set():  # between the question above and this: its call would be lost
                break
            wait = LOOK_S
            try:
                if not begun:
                    self._free()
                    begun = True
                wait = self.round()
                well = True
            except StoreError as error:
                if well:  # once, however long it lasts
                    _LOG.warning("nothing is carried to webhooks: %s", error)
                well = False
            except Exception:  # noqa: BLE001 - whatever it is, it is told, and this thread must go on
                _LOG.exception("nothing is carried to webhooks")
            if wait > 0:
                self._wake.wait(wait)
                self._ending.wait(PACE_S)


def back_off_s(attempts: int, share: float) -> float:
    """How long to wait after so many failures in a row: twice as long each time, up to an hour, of which a random part
    (`share`, 0 to 1) of one half is left out so that receivers are not asked by all at once."""
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempts - 1, 30))
    return longest * (1.0 - 0.5 * share)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an issue stands in a snapshot, and where it lies."""

    row: int
    subject: Subject

    @staticmethod
    def of(snapshot: Snapshot, row: int) -> _Place:
        return _Place(row, subject_at(snapshot.issues, row, snapshot.city))


def _content(event: Event, notice: Notice, place: _Place, snapshot: Snapshot) -> dict[str, Any]:
    """What is sent of an event, without a word that a person wrote or a reference to a person. Type, department and
    place are those of now."""
    table = snapshot.issues
    status = notice.status if notice.status is not None else Status(int(table.status[place.row]))
    number = str(snapshot.records.of(np.array([place.row])).number[0])
    return {
        "seq": event.seq,
        "code": str(notice.code),
        "kind": event.kind,
        "at": event.at,
        "issue": {"id": event.issue_id, "number": number},
        "type": snapshot.city.catalogue.types[int(table.type[place.row])].code,
        "subdistrict": place.subject.subdistrict,
        "department": place.subject.department,
        "status": status.name,
    }
