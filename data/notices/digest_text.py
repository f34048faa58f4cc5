"""What a digest says: both languages, as plain text and as HTML in which every value is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from zoneinfo import ZoneInfo

import numpy as np

from data.notices.digest import RegisterDigest, UnitDigest
from data.snapshot import Snapshot
from geo.clock import NEVER, from_us
from geo.text import LANGUAGES, Language
from i18n import translate


@dataclass(frozen=True, slots=True)
class Letter:
    """A digest as a letter. `subject` is one line."""

    subject: str
    text: str
    html: str


Line = tuple[str, ...]
"""("head", text), ("say", text), ("figure", name, value) or ("row", cell, …)."""


def letter(snapshot: Snapshot, digest: UnitDigest) -> Letter:
    """The letter to the digest's unit; the issues are named by number, type and deadline, no free text is in it."""
    lines = [line for language in LANGUAGES for line in _lines(snapshot, digest, language)]
    names = " / ".join(digest.unit.name.in_language(language) for language in LANGUAGES)
    titles = " / ".join(translate("notices.mail_title", language) for language in LANGUAGES)
    subject = " ".join(f"{titles} · {digest.day.isoformat()} · {names}".split())
    return Letter(subject, _plain(lines), _html(lines, subject))


def _lines(snapshot: Snapshot, digest: UnitDigest, language: Language) -> Iterator[Line]:
    city = snapshot.city

    def say(key: str, **values: object) -> str:
        return translate(f"notices.mail_{key}", language, **values)

    at = digest.as_of.astimezone(ZoneInfo(city.time_zone))
    yield ("head", f"{say('title')} · {digest.day.isoformat()} · {digest.unit.name.in_language(language)}")
    yield ("say", say("as_of", at=at.strftime("%Y-%m-%d %H:%M"), city=city.name.in_language(language)))
    for part in digest.registers:
        yield ("head", part.register.name.in_language(language))
        yield ("figure", say("reported"), str(part.reported))
        yield ("figure", say("open"), str(part.open))
        yield ("figure", say("due_soon", n=city.escalation.due_soon_hours), str(part.due_soon))
        yield ("figure", say("overdue"), str(part.overdue))
        for level, count in zip(city.escalation.levels, part.levels, strict=True):
            name, to = level.name.in_language(language), level.to.in_language(language)
            yield ("figure", say("level", name=name, to=to), str(count))
        yield ("figure", say("returned"), str(part.returned))
        yield ("figure", say("ended"), str(part.ended))
        yield ("figure", say("zero"), _zero(snapshot, part, language))
        yield from _issues(snapshot, digest, part, language)
    yield ("say", say("automatic"))


def _zero(snapshot: Snapshot, part: RegisterDigest, language: Language) -> str:
    if part.overdue:
        return translate("notices.mail_not_zero", language)
    since = from_us(part.zero_since_us) if part.zero_since_us != NEVER else None
    if since is None:
        return translate("notices.mail_always_zero", language)
    at = since.astimezone(ZoneInfo(snapshot.city.time_zone)).strftime("%Y-%m-%d %H:%M")
    return translate("notices.mail_zero_since", language, at=at)


def _issues(snapshot: Snapshot, digest: UnitDigest, part: RegisterDigest, language: Language) -> Iterator[Line]:
    if not part.first:
        return
    city, table = snapshot.city, snapshot.issues_at(digest.as_of)
    numbers = snapshot.records.of(np.array([entry.row for entry in part.first], np.int64)).number
    total = part.due_soon + part.overdue
    yield ("say", translate("notices.mail_first", language, n=len(part.first), all=total))
    for number, entry in zip(numbers, part.first, strict=True):
        due, area = from_us(entry.due_us), int(table.subdistrict[entry.row])
        assert due is not None
        kind = city.catalogue.types[int(table.type[entry.row])].name.in_language(language)
        place = city.areas.names[area].in_language(language) if area >= 0 else translate("core.outside", language)
        at = due.astimezone(ZoneInfo(city.time_zone)).strftime("%Y-%m-%d %H:%M")
        past = translate("notices.mail_past", language, n=entry.past_days) if entry.is_overdue else ""
        yield ("row", str(number), kind, place, at, past)


def _plain(lines: list[Line]) -> str:
    said = []
    for kind, *cells in lines:
        if kind == "head":
            said += ["", cells[0], "=" * 40]
        elif kind == "figure":
            said.append(f"  {cells[0]}: {cells[1]}")
        else:
            said.append("  ".join(cell for cell in (["", *cells] if kind == "row" else cells) if cell or kind == "row"))
    return "\n".join(" ".join(line.splitlines()) for line in said).strip() + "\n"


def _html(lines: list[Line], subject: str) -> str:
    body = []
    for kind, *cells in lines:
        safe = [escape(cell) for cell in cells]
        if kind == "head":
            body.append(f"<h2>{safe[0]}</h2>")
        elif kind == "figure":
            body.append(f"<p>{safe[0]}: <b>{safe[1]}</b></p>")
        elif kind == "row":
            body.append(f"<p>&#8226; {' &#183; '.join(cell for cell in safe if cell)}</p>")
        else:
            body.append(f"<p>{safe[0]}</p>")
    head = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{escape(subject)}</title></head>'
    return f'{head}<body style="font-family:sans-serif">{"".join(body)}</body></html>\n'
