"""The way in for a document: what can be said of it before the store is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from data.campaign_clock import campaign_now
from data.documents.collections import CHECKERS
from data.intake.draft_checks import AHEAD, MAX_NAME, checked_moment, checked_text, checked_uuid
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError, Word

MOST_BYTES: Final = 256_000
"""How long the content of a document may be, as JSON in UTF-8."""

_JSON: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


@dataclass(frozen=True, slots=True)
class DocumentPut:
    """What someone wants to put: a new document where they saw `version` 0 of it, else the next version. `at`: when it
    came to hold, where that is known from elsewhere (a demo, an older ledger); else the campaign's now."""

    collection: str
    id: str
    content: Mapping[str, Any]
    client_uuid: str
    version: int = 0
    retired: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckedPut:
    """A put that may be tried. `content` is what the checker made of it, `change` the client's UUID, `hash` that of all
    that the client sent; `at_us` None means now."""

    collection: str
    id: str
    expected: int
    content: dict[str, Any]
    retired: bool
    actor: str
    change: str
    hash: str
    at_us: int | None
    bytes: int  # of the content as JSON


@dataclass(frozen=True, slots=True)
class CheckedPuts:
    """Puts that are written all or not at all. `as_dated` leaves the wall clock out of the log."""

    puts: tuple[CheckedPut, ...]
    as_dated: bool = False


def checked_put(put: DocumentPut, city: City, *, actor: object) -> CheckedPut:
    """`put` with every field checked, its content by the checker of its collection. Raises BadValueError naming the
    first field that cannot be taken."""
    if put.collection not in CHECKERS:
        raise BadValueError("collection", put.collection, "one of " + (", ".join(CHECKERS) or "none: there are none"))
    identity = checked_text("id", put.id, MAX_NAME, required=True)
    if identity != identity.strip():
        raise BadValueError("id", identity, "an id without spaces at its ends")
    if isinstance(put.version, bool) or not isinstance(put.version, int) or not 0 <= put.version < 2**31:
        raise BadValueError("version", put.version, "the version of the document that was seen, 0 for a new one")
    if not isinstance(put.retired, bool):
        raise BadValueError("retired", put.retired, "true or false")
    who = checked_text("actor", actor, MAX_NAME, required=True)
    change = checked_uuid("client_uuid", put.client_uuid)
    at_us = None if put.at is None else to_us(_checked_at(put.at, city))
    sent = canonical(put.content)
    parts = [put.collection, identity, put.version, sent.decode(), who, put.retired, at_us]
    kept = canonical(CHECKERS[put.collection](orjson.loads(sent), city))
    digest = hashlib.sha256(orjson.dumps(parts)).hexdigest()
    return CheckedPut(
        collection=put.collection,
        id=identity,
        expected=put.version,
        content=orjson.loads(kept),
        retired=put.retired,
        actor=who,
        change=change,
        hash=digest,
        at_us=at_us,
        bytes=len(kept),
    )


def canonical(content: object) -> bytes:
    """`content` as JSON with its keys in order: the same text whenever it is read and written again.

    Raises BadValueError for what is no JSON object or is longer than MOST_BYTES.
    """
    if not isinstance(content, Mapping):
        raise BadValueError("content", content, "an object with named fields")
    try:
        text = orjson.dumps(dict(content), option=_JSON)
    except TypeError as error:  # half surrogate pairs and numbers beyond 64 bits among them
        raise BadValueError(
            "content", str(error), "values of JSON: text, numbers, true, false, null, lists, objects"
        ) from None
    if len(text) > MOST_BYTES:
        raise BadValueError("content", Word("large", f"{len(text)} bytes"), f"at most {MOST_BYTES} bytes of JSON")
    return text


def _checked_at(at: datetime, city: City) -> datetime:
    return checked_moment("at", at, latest=campaign_now(city.campaign()) + AHEAD)
