"""Random draws over the campaign's books: announced with frame and commitment, then drawn; findings of drawn issues."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Final

from data.documents.checking import DocumentPut
from data.documents.desk import DocumentDesk
from data.documents.draw_book import (
    DRAW_CHECKS,
    DRAW_FRAMES,
    DRAWS,
    MOST_DRAWN,
    DrawRecord,
    draw_content,
    read_draw,
)
from data.inspecting.frames import frame_at
from data.intake.draft_checks import MAX_NAME, checked_text, checked_uuid
from data.snapshot import Snapshot
from geo.draw import Frame, allocation, check_commitment, commitment, draw, frame_of
from geo.errors import BadValueError, ConflictError, NotFoundError

_PART: Final = 2_000
"""Lines of a frame in one document."""


def new_seed() -> str:
    """A seed that nobody can guess: 128 bits in hexadecimal."""
    return secrets.token_hex(16)


def announce_draw(
    desk: DocumentDesk,
    snapshot: Snapshot,
    *,
    client_uuid: str,
    actor: str,
    seed: str,
    subject: str,
    by: str,
    n: int,
    as_of: datetime,
    register: str | None = None,
    title: str = "",
) -> tuple[DrawRecord, bool]:
    """Record a draw to come: its frame, line for line, and the commitment to `seed`, which is not kept.

    The draw and whether it was announced now (False: by the same request before). Raises BadValueError,
    ConflictError where the UUID announced another draw.
    """
    client_uuid = checked_uuid("id", client_uuid)
    identity = f"D-{client_uuid[:13]}"
    known = snapshot.documents.document(DRAWS, identity)
    if known is not None:
        record = read_draw(identity, known.content)
        asked = (subject, by, n, register, title, commitment(seed, record.frame_hash))
        if asked != (record.subject, record.by, record.n, record.register, record.title, record.commitment):
            raise ConflictError(
                f"the draw {identity} is known with other content; send it as a new UUID",
                "uuid_draw", id=identity,
            )  # fmt: skip
        return record, False
    campaign = snapshot.city.current_campaign
    frame = frame_at(snapshot, subject, by, as_of, register=register, campaign=campaign)
    if not 1 <= n <= MOST_DRAWN:
        raise BadValueError("n", n, f"1 to {MOST_DRAWN}")
    allocation(frame.sizes, n)
    record = DrawRecord(
        id=identity,
        state="announced",
        subject=subject,
        register=register if subject == "issues" else None,
        by=by,
        as_of=as_of,
        n=n,
        frame_hash=frame.hash,
        commitment=commitment(seed, frame.hash),
        sizes=frame.sizes,
        title=checked_text("title", title, MAX_NAME),
    )
    puts = [DocumentPut(DRAWS, identity, draw_content(record), client_uuid)]
    lines = frame.lines.decode().splitlines()
    for number, start in enumerate(range(0, len(lines), _PART)):
        part = {"draw": identity, "part": number, "lines": lines[start : start + _PART]}
        name = f"{identity}.{number:03d}"
        puts.append(DocumentPut(DRAW_FRAMES, name, part, str(uuid.uuid5(uuid.UUID(client_uuid), name))))
    desk.put_documents(puts, actor=actor)
    return record, True


def draw_of(snapshot: Snapshot, identity: str) -> DrawRecord:
    """A draw by its id; NotFoundError."""
    document = snapshot.documents.document(DRAWS, identity)
    if document is None:
        raise NotFoundError("draw", identity[:80])
    return read_draw(identity, document.content)


def draws_of(snapshot: Snapshot) -> list[DrawRecord]:
    """Every draw that was announced, the latest first."""
    found = [read_draw(identity, document.content) for identity, document in snapshot.documents.of(DRAWS).items()]
    return sorted(found, key=lambda record: (record.as_of, record.id), reverse=True)


def frame_of_draw(snapshot: Snapshot, identity: str) -> Frame:
    """The frame as it was announced, from its own documents."""
    parts = [d.content for name, d in snapshot.documents.of(DRAW_FRAMES).items() if name.startswith(f"{identity}.")]
    lines = [str(line) for part in parts for line in part["lines"]]
    return frame_of((line.split("\t")[1], line.split("\t")[0]) for line in lines)


def make_draw(
    desk: DocumentDesk,
    snapshot: Snapshot,
    identity: str,
    *,
    client_uuid: str,
    actor: str,
    seed: str,
    word: str,
    at: datetime,
) -> tuple[DrawRecord, bool]:
    """Draw from the announced frame with the seed that was committed to, and `word`, said in public since.

    The draw and whether it was made now. Raises NotFoundError, ConflictError for another seed, and for a draw that was
    made before with another word: there is one draw to an announcement.
    """
    announced = draw_of(snapshot, identity)
    if announced.state == "drawn":
        if (announced.seed, announced.word) == (seed, word):
            return announced, False
        raise ConflictError(f"the draw {identity} was made before; its sample stands", "draw_made", draw=identity)
    frame = frame_of_draw(snapshot, identity)
    check_commitment(announced.commitment, seed=seed, frame=frame, frame_hash=announced.frame_hash)
    found = draw(frame, announced.n, seed=seed, word=word)
    drawn = replace(
        announced,
        state="drawn",
        seed=seed,
        word=word,
        drawn=tuple((entry.id, entry.stratum) for entry in found),
        drawn_at=at,
    )
    desk.put_document(DRAWS, identity, draw_content(drawn), 1, client_uuid=checked_uuid("id", client_uuid), actor=actor)
    return drawn, True


def record_check(
    desk: DocumentDesk,
    snapshot: Snapshot,
    identity: str,
    unit: str,
    *,
    holds: bool,
    note: str,
    client_uuid: str,
    actor: str,
    version: int = 0,
) -> bool:
    """Record what was found of an issue that was drawn; whether it was recorded now. NotFoundError for one that was
    not drawn, StaleError where another finding stands and `version` is not that of it."""
    record = draw_of(snapshot, identity)
    if record.subject != "issues":
        raise BadValueError("draw", identity, "a draw of issues: points are judged by their visits")
    if unit not in {name for name, _ in record.drawn}:
        raise NotFoundError("drawn issue", unit[:80])
    content = {"draw": identity, "unit": unit, "holds": holds, "note": note}
    name = f"{identity}.{unit}"
    return desk.put_document(DRAW_CHECKS, name, content, version, client_uuid=client_uuid, actor=actor).created
