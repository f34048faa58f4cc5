"""The whole story of an issue on a time line: every step and amendment, by whom, why, with what, and what changed."""

from __future__ import annotations

import re
from datetime import datetime

import streamlit as st

from data.issue_story import StoryEntry
from geo.iso_time import parse_time
from geo.notices import notice_of
from ui import figures
from ui.markup import Html, join, tag
from ui.one_case import Case
from ui.refusals import field_name, moment_words, value_words
from ui.scene import Scene
from ui.who import actor_name

_PHOTO = re.compile(r"photo:([0-9a-f]{64})")
_QUIET = ("source_datum", "source_x", "source_y")


def case_story(case: Case) -> None:
    """The entries up to the scene's moment, the newest first."""
    scene = case.scene
    entries = [entry for entry in scene.runtime.story(case.id) if _at(case, entry) <= scene.filter.as_of]
    title = tag("h2", scene.say("case.story"))
    st.html(tag("div", title, tag("small", scene.say("case.story_note", n=figures.count(len(entries)))), cls="xj-h"))
    drawn: list[Html] = []
    before: str | None = None
    for entry in entries:
        drawn.append(_entry(case, entry, before))
        before = entry.status or before
    st.html(tag("ol", join(reversed(drawn)), cls="xj-story"))


def _at(case: Case, entry: StoryEntry) -> datetime:
    at = parse_time("at", entry.at, case.scene.city.time_zone)
    assert isinstance(at, datetime), "the log names moments, not days"
    return at


def _what(scene: Scene, entry: StoryEntry, before: str | None) -> str:
    """What happened, in the words of the notice of it; `before` is the status until then, None at the report."""
    told = {"note": entry.note, "act": entry.act, "answers": entry.answers, "status": entry.status, "before": before}
    kind = "issue_amended" if entry.act else "issue_changed" if before else "issue_reported"
    notice = notice_of(kind, told)
    if notice is not None:
        return scene.say(f"notices.code_{notice.code}")
    return scene.say(f"case.did_{entry.act}" if entry.act else f"core.status_{entry.status}")


def _entry(case: Case, entry: StoryEntry, before: str | None) -> Html:
    scene = case.scene
    what = _what(scene, entry, before)
    at = moment_words(scene, entry.at)
    who = tag("span", actor_name(scene, entry.actor), cls="who")
    head = tag("p", tag("b", what), tag("span", at, cls="at"), who)
    body: list[Html] = []
    if entry.note:
        body.append(tag("p", tag("span", scene.say("case.field_note"), cls="k"), entry.note))
    if entry.evidence:
        body.append(tag("p", tag("span", scene.say("case.field_evidence"), cls="k"), *_evidence(case, entry.evidence)))
    body += _changes(case, entry)
    for name, version in (("answers", entry.answers), ("lapsed", entry.lapsed)):
        if version is not None:
            body.append(tag("p", scene.say(f"case.asking_{name}", version=version), cls="xj-cap"))
    proof = scene.say("case.event", seq=entry.seq, hash=entry.hash[:12], version=entry.version)
    kind = "act" if entry.act else str(entry.status)
    return tag("li", head, *body, tag("p", proof, cls="proof"), cls=f"e-{kind}")


def _evidence(case: Case, text: str) -> list[Html | str]:
    """The finding as text; a photo that it names is a link."""
    parts: list[Html | str] = []
    last = 0
    for found in _PHOTO.finditer(text):
        parts += [text[last : found.start()], _photo_link(case, found.group(1))]
        last = found.end()
    return [*parts, text[last:]]


def _photo_link(case: Case, sha256: str) -> Html:
    words = case.scene.say("case.field_photo")
    return tag("a", f"{words} {sha256[:8]}", href=f"/api/photos/{sha256}", target="_blank", rel="noopener")


def _changes(case: Case, entry: StoryEntry) -> list[Html]:
    """Before → after of every field that it set."""
    scene = case.scene
    told: dict[str, object] = dict(entry.set)
    if entry.act in ("attach", "detach"):
        kind = scene.say(f"case.kind_{told.get('kind')}")
        return [tag("p", tag("span", kind, cls="k"), _photo_link(case, str(told.get("photo"))))]
    for name in ("until", "due_at"):
        value = getattr(entry, name)
        if value is not None:
            told[name] = value
    rows = []
    for name, value in told.items():
        if name in _QUIET:
            continue
        if entry.act == "ask_extension":
            name = "asked_until"
        after = value_words(scene, name, value)
        before = [value_words(scene, name, entry.before[name]), " → "] if name in entry.before else []
        rows.append(tag("p", tag("span", field_name(scene, name), cls="k"), *before, tag("b", after)))
    return rows
