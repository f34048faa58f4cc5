"""Surveys and programmes as documents: their register, their rounds, and by when they are to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from data.documents.fields import Fields
from geo.city import City
from geo.errors import BadValueError
from geo.survey import Round
from geo.text import Text

PROGRAMMES: Final = "programmes"
MOST_ROUNDS: Final = 24


@dataclass(frozen=True, slots=True)
class Programme:
    """One survey or programme of a register. `due` None: no day was set; `synthetic`: its days are invented."""

    id: str
    register: str
    name: Text
    rounds: tuple[Round, ...]
    due: date | None = None
    synthetic: bool = False
    note: str = ""


def checked_programme(content: Mapping[str, Any], city: City) -> Mapping[str, Any]:
    """The content of a programme: a known register, rounds numbered 1, 2 … one after the other."""
    programme = read_programme("", content)
    if programme.register not in city.register_index:
        raise BadValueError("register", programme.register, "one of " + ", ".join(city.register_index))
    ended: date | None = None
    for position, entry in enumerate(programme.rounds, 1):
        if entry.number != position:
            raise BadValueError(f"rounds[{position - 1}].number", entry.number, f"{position}")
        if ended is not None and entry.first <= ended:
            raise BadValueError(f"rounds[{position - 1}].first", entry.first.isoformat(), f"a day after {ended}")
        ended = entry.last
    return programme_content(programme)


def read_programme(identity: str, content: Mapping[str, Any]) -> Programme:
    """The programme in a document."""
    fields = Fields(content)
    programme = Programme(
        id=identity,
        register=fields.code("register"),
        name=fields.both("name"),
        rounds=tuple(_round(entry) for entry in fields.inners("rounds", most=MOST_ROUNDS)),
        due=fields.day("due") if fields.has("due") else None,
        synthetic=fields.flag("synthetic", default=False),
        note=fields.note(),
    )
    fields.done()
    return programme


def programme_content(programme: Programme) -> dict[str, Any]:
    """A programme as the content of its document."""
    return {
        "register": programme.register,
        "name": {"zh": programme.name.zh, "en": programme.name.en},
        "rounds": [
            {"number": entry.number, "first": entry.first.isoformat(), "last": entry.last.isoformat()}
            for entry in programme.rounds
        ],
        "due": None if programme.due is None else programme.due.isoformat(),
        "synthetic": programme.synthetic,
        "note": programme.note,
    }


def _round(fields: Fields) -> Round:
    first, last = fields.days()
    entry = Round(fields.whole("number", low=1, high=MOST_ROUNDS), first, last)
    fields.done()
    return entry
