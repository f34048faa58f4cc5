"""The one desk for notices, as the running program offers it: inboxes, webhooks, and the addresses of units."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from data.access.access import wall_us
from data.access.access_log import Kind, note
from data.duties import duties_in_force
from data.notices import addresses, webhooks
from data.notices.addresses import checked_address
from data.notices.courier import Courier, Transaction
from data.notices.digest_sending import DigestPost, Outcome
from data.notices.inbox import Inbox, inbox_of, newest_told
from data.notices.mail_settings import MailSettings
from data.notices.seen import move_seen, seen_of
from data.notices.tail import NoticeTail
from data.notices.webhooks import Webhook
from data.snapshot import Snapshot
from data.store.database import Store
from geo.access import Scope, Viewer
from geo.notices import Code


class Notices:
    """What administrators change here is noted in the log of access, by reference."""

    def __init__(
        self,
        store: Store,
        transaction: Transaction,
        snapshot: Callable[[], Snapshot],
        *,
        now_us: Callable[[], int] = wall_us,
    ) -> None:
        self._store, self._transaction, self._snapshot, self._now_us = store, transaction, snapshot, now_us
        self._tail = NoticeTail(store)
        self.courier = Courier(store, transaction, snapshot, now_us)

    # The inbox

    def inbox(self, snapshot: Snapshot, viewer: Viewer, *, most: int) -> Inbox:
        """The newest notices of `viewer`. Raises StoreError."""
        with self._store.reading() as connection:
            seen = seen_of(connection, viewer.account)
        return inbox_of(snapshot, self._tail, viewer, seen=seen, most=most)

    def newest(self, snapshot: Snapshot, viewer: Viewer, *, most: int) -> tuple[int, ...]:
        """The events of the newest `most` notices of `viewer`: the same for as long as the snapshot is. Raises
        StoreError."""
        return newest_told(snapshot, self._tail, viewer, most=most)

    def unread_of(self, account: str, events: Sequence[int]) -> int:
        """How many of `events` (ascending) `account` has not seen. Raises StoreError."""
        with self._store.reading() as connection:
            seen = seen_of(connection, account)
        return len(events) - bisect_right(events, seen)

    def see(self, account: str, seq: int) -> int:
        """Everything up to event `seq` (at most the newest) was seen; the event up to which all is seen now."""
        until = min(seq, self._snapshot().seq)
        with self._store.reading() as connection:
            there = seen_of(connection, account)
        if until <= there:
            return there
        with self._transaction() as connection:
            return move_seen(connection, account, until, self._now_us())

    # Webhooks

    def webhooks(self) -> list[Webhook]:
        """All of them, the oldest first."""
        with self._store.reading() as connection:
            return webhooks.webhooks(connection)

    def add_webhook(self, *, by: str, url: str, codes: frozenset[Code] | None, scope: Scope) -> tuple[Webhook, str]:
        """A new one and its secret; see data.notices.webhooks for what is raised."""
        now_us = self._now_us()
        with self._transaction() as connection:
            made, secret = webhooks.add_webhook(connection, url=url, codes=codes, scope=scope, now_us=now_us)
            note(connection, now_us, by, Kind.WEBHOOK_CHANGED, made.id, {"what": "made"})
        self.courier.wake()
        return made, secret

    def change_webhook(
        self, identity: str, *, by: str, active: bool | None = None, replay_from: int | None = None
    ) -> Webhook:
        """Switch it on or off, or send again from an event on."""
        told: dict[str, Any] = {} if active is None else {"active": active}
        told |= {} if replay_from is None else {"replay_from": replay_from}
        with self._transaction() as connection:
            changed = webhooks.change_webhook(connection, identity, active=active, replay_from=replay_from)
            note(connection, self._now_us(), by, Kind.WEBHOOK_CHANGED, identity, told)
        self.courier.wake()
        return changed

    def remove_webhook(self, identity: str, *, by: str) -> None:
        """Take it away. Raises NotFoundError."""
        with self._transaction() as connection:
            webhooks.remove_webhook(connection, identity)
            note(connection, self._now_us(), by, Kind.WEBHOOK_CHANGED, identity, {"what": "removed"})
        self.courier.wake()

    # Digests

    def send_digests(self, mail: MailSettings, *, day: date | None, unit: str | None) -> list[Outcome]:
        """Send them by `mail`; see data.notices.digest_sending for what is raised."""
        post = DigestPost(self._store, self._transaction, mail, self._now_us)
        return post.run(self._snapshot(), day=day, unit=unit)

    # Addresses of units

    def addresses(self) -> dict[str, list[str]]:
        """The addresses of every unit that has some."""
        with self._store.reading() as connection:
            return addresses.addresses(connection)

    def add_address(self, unit: str, address: str, *, by: str) -> None:
        """One more address of a unit. Raises BadValueError for a unit that is not there or no address."""
        duties_in_force(self._snapshot()).organisation.unit(unit)
        checked = checked_address(address)
        with self._transaction() as connection:
            addresses.add_address(connection, unit, checked, self._now_us())
            note(connection, self._now_us(), by, Kind.ADDRESS_CHANGED, unit, {"what": "added"})

    def remove_address(self, unit: str, address: str, *, by: str) -> None:
        """Erase one. Raises NotFoundError."""
        with self._transaction() as connection:
            addresses.remove_address(connection, unit, address)
            note(connection, self._now_us(), by, Kind.ADDRESS_CHANGED, unit, {"what": "removed"})
        self._store.forget()
