"""Draws as documents: version 1 announces one with its commitment, version 2 is the draw itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from data.documents.fields import Fields
from geo.city import City
from geo.draw import checked_seed, commitment
from geo.errors import BadValueError, Word

DRAWS: Final = "draws"
DRAW_CHECKS: Final = "draw_checks"
DRAW_FRAMES: Final = "draw_frames"
MOST_DRAWN: Final = 1_000
SUBJECTS: Final = ("points", "issues")
STRATA: Final = ("site_class", "subdistrict", "type", "none")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """One draw. `state` announced: `seed`, `word`, `drawn` are empty; drawn: (id, stratum) pairs in the draw's order.

    `as_of` is the moment at which the frame was taken: what could be drawn. `sizes` are the sizes of its strata.
    """

    id: str
    state: Literal["announced", "drawn"]
    subject: str
    register: str | None
    by: str
    as_of: datetime
    n: int
    frame_hash: str
    commitment: str
    sizes: Mapping[str, int]
    title: str = ""
    seed: str = ""
    word: str = ""
    drawn: tuple[tuple[str, str], ...] = ()
    drawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DrawCheck:
    """What was found of one thing that was drawn."""

    draw: str
    unit: str
    holds: bool
    note: str = ""


def checked_draw(content: Mapping[str, Any], city: City) -> Mapping[str, Any]:
    """The content of a draw; a drawn one must fit its own commitment."""
    record = read_draw("", content)
    if record.subject == "issues" and record.register not in city.register_index:
        raise BadValueError("register", record.register, "one of " + ", ".join(city.register_index))
    if record.state == "drawn" and commitment(record.seed, record.frame_hash) != record.commitment:
        raise BadValueError(
            "seed", Word("other_seed", "a seed of another commitment"), "the seed that was committed to"
        )
    return draw_content(record)


def read_draw(identity: str, content: Mapping[str, Any]) -> DrawRecord:
    """The draw in a document."""
    fields = Fields(content)
    state: Literal["announced", "drawn"] = (
        "drawn" if fields.choice("state", ("announced", "drawn")) == "drawn" else "announced"
    )
    subject = fields.choice("subject", SUBJECTS)
    sizes = fields.take("sizes", "an object: stratum → its size")
    inner = Fields(sizes, "sizes")
    drawn = state == "drawn"
    record = DrawRecord(
        id=identity,
        state=state,
        subject=subject,
        register=fields.text("register") if subject == "issues" else None,
        by=fields.choice("by", STRATA),
        as_of=fields.moment("as_of"),
        n=fields.whole("n", low=1, high=MOST_DRAWN),
        frame_hash=_hash(fields, "frame_hash"),
        commitment=_hash(fields, "commitment"),
        sizes={str(name): inner.whole(str(name), low=1) for name in sorted(sizes)},
        title=fields.text("title", default=""),
        seed=checked_seed(fields.text("seed", most=200)) if drawn else "",
        word=_line(fields.text("word", most=200, default="")) if drawn else "",
        drawn=tuple((e.text("id"), e.text("stratum")) for e in fields.inners("drawn", most=MOST_DRAWN))
        if drawn
        else (),
        drawn_at=fields.moment("drawn_at") if drawn else None,
    )
    fields.done()
    return record


def draw_content(record: DrawRecord) -> dict[str, Any]:
    """A draw as the content of its document."""
    content: dict[str, Any] = {
        "state": record.state,
        "subject": record.subject,
        "by": record.by,
        "as_of": record.as_of.isoformat(),
        "n": record.n,
        "frame_hash": record.frame_hash,
        "commitment": record.commitment,
        "sizes": dict(record.sizes),
        "title": record.title,
    }
    if record.register is not None:
        content["register"] = record.register
    if record.state == "drawn":
        assert record.drawn_at is not None
        content |= {
            "seed": record.seed,
            "word": record.word,
            "drawn": [{"id": name, "stratum": stratum} for name, stratum in record.drawn],
            "drawn_at": record.drawn_at.isoformat(),
        }
    return content


def checked_check(content: Mapping[str, Any], _city: City) -> Mapping[str, Any]:
    """The content of one finding."""
    found = read_check(content)
    return {"draw": found.draw, "unit": found.unit, "holds": found.holds, "note": found.note}


def read_check(content: Mapping[str, Any]) -> DrawCheck:
    """The finding in a document."""
    fields = Fields(content)
    found = DrawCheck(fields.text("draw"), fields.text("unit"), fields.flag("holds"), fields.note())
    fields.done()
    return found


def checked_frame_part(content: Mapping[str, Any], _city: City) -> Mapping[str, Any]:
    """Some lines `stratum TAB id` of the frame of a draw."""
    fields = Fields(content)
    lines = fields.entries("lines")
    part = {"draw": fields.text("draw"), "part": fields.whole("part"), "lines": lines}
    fields.done()
    for at, line in enumerate(lines):
        if not isinstance(line, str) or line.count("\t") != 1 or len(line) > 200:
            raise BadValueError(f"lines[{at}]", line, "a stratum, a tab and an id")
    return part


def _hash(fields: Fields, name: str) -> str:
    value = fields.text(name)
    if not _HASH.fullmatch(value):
        raise BadValueError(fields.key(name), value, "a SHA-256 in hexadecimal (64 digits)")
    return value


def _line(word: str) -> str:
    if "\n" in word or "\t" in word or word != word.strip():
        raise BadValueError("word", word, "one line without spaces at its ends")
    return word
