"""The head of the log, as an auditor takes it away: by it a cut tail and a chain made anew are found later."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
from sqlalchemy import Connection, select

from data.store.database import read_meta
from data.store.events import GENESIS
from data.store.schema import EVENT
from geo.errors import StoreError


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a city's log (`seq` 0: none yet) and its hash, at revision `revision`, taken `at` (UTC)."""

    city: str
    seq: int
    hash: str
    revision: int
    at: str


def head_of(connection: Connection) -> Head:
    """Where the log stands now."""
    meta = read_meta(connection)
    last = connection.execute(select(EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)).first()
    seq, digest = (0, GENESIS) if last is None else (int(last.seq), str(last.hash))
    return Head(meta.city, seq, digest, meta.revision, datetime.now(UTC).isoformat(timespec="seconds"))


def head_problem(connection: Connection, head: Head) -> str | None:
    """One sentence if the log of today does not go on from `head`, which was taken earlier; None where it does."""
    now = head_of(connection)
    if now.city != head.city:
        return f"the head was taken of the city {head.city!r}, this store is of {now.city!r}; name the right file"
    taken = f"the head taken at {head.at} stands at event {head.seq}"
    if now.seq < head.seq:
        return f"the event log is cut off at event {now.seq + 1}: {taken}; restore a backup"
    query = select(EVENT.c.hash).where(EVENT.c.seq == head.seq)
    found = GENESIS if head.seq == 0 else connection.execute(query).scalar()
    if found != head.hash:
        return f"the event log was made anew: {taken}, which has another hash now; restore a backup"
    if now.revision < head.revision:
        return f"the store's revision is {now.revision}, but {taken} at revision {head.revision}; restore a backup"
    return None


def write_head(path: Path, head: Head) -> None:
    """Write `head` as JSON into a new file. Raises StoreError where there is one already or the disk refuses."""
    try:
        with path.open("xb") as file:
            file.write(orjson.dumps(asdict(head), option=orjson.OPT_INDENT_2) + b"\n")
    except FileExistsError:
        raise StoreError(f"{path} exists already; name another file") from None
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from None


def read_head(path: Path) -> Head:
    """The inverse. Raises StoreError for a file that is no head."""
    try:
        content = orjson.loads(path.read_bytes())
        head = Head(**content)
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from None
    except (orjson.JSONDecodeError, TypeError):
        raise StoreError(f"{path} holds no head of a log; name a file that verify --export-head wrote") from None
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in (head.seq, head.revision))
    if not whole or not all(isinstance(value, str) for value in (head.city, head.hash, head.at)):
        raise StoreError(f"{path} holds no head of a log; name a file that verify --export-head wrote")
    return head
