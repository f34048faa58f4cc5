"""Sending digests: once a unit and day, whoever runs it and how often; what failed is tried again at the next run."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Final, Literal

from sqlalchemy import Connection, insert, select, update

from data.duties import duties_at
from data.notices.addresses import addresses
from data.notices.courier import Transaction
from data.notices.digest import UnitDigest, days_before, digests, moment_of_day
from data.notices.digest_text import letter
from data.notices.mail import MailError, message_of, send
from data.notices.mail_settings import MailSettings
from data.snapshot import Snapshot
from data.store.database import Store
from data.store.notice_tables import DIGEST_SENT
from geo.clock import from_us

STALE_US: Final = 15 * 60 * 1_000_000
"""A run that began so long ago and did not say how it ended was broken off."""

RETRIED_DAYS: Final = 7
State = Literal["sent", "already", "busy", "no_address", "failed"]
Send = Callable[[MailSettings, EmailMessage], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one unit's digest of one day; `error` says why it failed."""

    unit: str
    day: date
    state: State
    error: str = ""


@dataclass(frozen=True)
class DigestPost:
    """Where digests are recorded and by which server they go."""

    store: Store
    transaction: Transaction
    mail: MailSettings
    now_us: Callable[[], int]
    send: Send = send

    def run(self, snapshot: Snapshot, *, day: date | None = None, unit: str | None = None) -> list[Outcome]:
        """Send the digests of `day` (today without one), of all units or one; and those of the days before it whose
        sending failed. Raises BadValueError for a day ahead or an unknown unit, StoreError."""
        day, _ = moment_of_day(snapshot, day)
        with self.store.reading() as connection:
            known = addresses(connection)
            failed = _failed(connection, [one.isoformat() for one in days_before(day, RETRIED_DAYS)])
        outcomes = []
        for earlier, code in failed:
            if unit in (None, code) and code in known:
                for digest in _still_there(snapshot, earlier, code):
                    outcomes.append(self._one(snapshot, digest, known[code]))
        for digest in digests(snapshot, day=day, unit=unit):
            to = known.get(digest.unit.code)
            outcomes.append(
                self._one(snapshot, digest, to) if to else Outcome(digest.unit.code, digest.day, "no_address")
            )
        return outcomes

    def _one(self, snapshot: Snapshot, digest: UnitDigest, recipients: list[str]) -> Outcome:
        unit, day, holder = digest.unit.code, digest.day, uuid.uuid4().hex
        with self.transaction() as connection:
            refused = claim(connection, unit, day.isoformat(), holder, self.now_us())
        if refused is not None:
            return Outcome(unit, day, refused)
        told = hashlib.sha256(f"{snapshot.city.code} {unit}".encode()).hexdigest()[:16]
        at = from_us(self.now_us()) or datetime.now(UTC)
        error, state = "", "sent"
        try:
            message = message_of(
                letter(snapshot, digest),
                sender=self.mail.sender,
                recipients=recipients,
                identity=f"digest.{day.isoformat()}.{told}",
                at=at,
            )
            self.send(self.mail, message)
        except MailError as failure:
            error, state = str(failure), "failed"
        except Exception:
            self._settle(unit, day, holder, "failed", "it could not be written")
            raise
        self._settle(unit, day, holder, state, error)
        return Outcome(unit, day, "failed" if error else "sent", error)

    def _settle(self, unit: str, day: date, holder: str, state: str, error: str) -> None:
        with self.transaction() as connection:
            connection.execute(
                update(DIGEST_SENT)
                .where(DIGEST_SENT.c.unit == unit, DIGEST_SENT.c.day == day.isoformat(), DIGEST_SENT.c.holder == holder)
                .values(state=state, error=error, at_us=self.now_us())
            )


def claim(connection: Connection, unit: str, day: str, holder: str, now_us: int) -> Literal["already", "busy"] | None:
    """Take the digest of that unit and day for `holder`, within a transaction that writes alone; None where it is
    theirs to send now, else why not."""
    of = (DIGEST_SENT.c.unit == unit, DIGEST_SENT.c.day == day)
    row = connection.execute(select(DIGEST_SENT.c.state, DIGEST_SENT.c.at_us).where(*of)).first()
    values = {"state": "sending", "at_us": now_us, "holder": holder, "error": ""}
    if row is None:
        connection.execute(insert(DIGEST_SENT).values(unit=unit, day=day, **values))
        return None
    if row.state == "sent":
        return "already"
    if row.state == "sending" and now_us - row.at_us < STALE_US:
        return "busy"
    connection.execute(update(DIGEST_SENT).where(*of).values(**values))
    return None


def _failed(connection: Connection, days: list[str]) -> list[tuple[date, str]]:
    """Days and units, among `days`, whose digest was begun and is not sent."""
    query = select(DIGEST_SENT.c.day, DIGEST_SENT.c.unit).where(
        DIGEST_SENT.c.day.in_(days), DIGEST_SENT.c.state != "sent"
    )
    rows = connection.execute(query.order_by(DIGEST_SENT.c.day, DIGEST_SENT.c.unit))
    return [(date.fromisoformat(row.day), row.unit) for row in rows]


def _still_there(snapshot: Snapshot, day: date, unit: str) -> list[UnitDigest]:
    """The digest of that unit, if there was such a unit on that day."""
    known = unit in duties_at(snapshot, moment_of_day(snapshot, day)[1]).organisation.index
    return digests(snapshot, day=day, unit=unit) if known else []
