"""What a draft of the organisation changes, whose open issues change hands by it, what it leaves open; saving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

import numpy as np
import streamlit as st

from data.duties import Duties, duties_in_force
from data.duties_preview import Preview, preview_of
from geo.organisation_edits import differences
from ui import figures
from ui.case_link import case_link
from ui.kept import kept
from ui.markup import Html, join, tag
from ui.organisation_draft import (
    FORM,
    Draft,
    discard,
    draft_of,
    drafted_duties,
    in_force,
    is_behind,
    join_theirs,
    save,
)
from ui.organisation_history import history
from ui.organisation_words import difference_line
from ui.plain_table import plain_table
from ui.rule_explanation import coverage
from ui.saying import said
from ui.scene import Scene
from ui.who import actor_name, unit_label

_MOST_EDITS = 12
_MOST_MOVES = 8
_MOST_ISSUES = 12


def review(scene: Scene) -> None:
    """The draft beside what holds now, and the two ways to end it."""
    draft = draft_of(scene)
    st.html(tag("div", tag("h3", scene.say("organisation.draft_title")), cls="xj-h"))
    said(FORM, keep=True)
    edits = draft.edits
    if not edits:
        st.html(tag("p", scene.say("organisation.draft_none"), cls="xj-cap"))
        history(scene)
        return
    st.html(
        tag(
            "ul",
            join(difference_line(scene, edit, draft.own, draft.base) for edit in edits[:_MOST_EDITS]),
            cls="xj-list",
        )
    )
    if len(edits) > _MOST_EDITS:
        st.html(tag("p", scene.say("organisation.more_edits", n=len(edits) - _MOST_EDITS), cls="xj-cap"))
    if draft.clashes:
        st.html(tag("p", scene.say("organisation.clashes"), cls="xj-say", role="status"))
        lines = (difference_line(scene, clash, draft.own, draft.base) for clash in draft.clashes)
        st.html(tag("ul", join(lines), cls="xj-list"))
    if is_behind(scene, draft):
        _behind(scene, draft)
        return
    _consequences(scene, draft)
    with st.container(horizontal=True):
        words = scene.say("organisation.save", n=len(edits))
        st.button(words, key="organisation-save", type="primary", on_click=save)
        st.button(scene.say("organisation.discard"), key="organisation-discard", on_click=discard)


def _behind(scene: Scene, draft: Draft) -> None:
    """Who put another version meanwhile, what they changed, and how to go on."""
    document = duties_in_force(scene.snapshot).document
    at = figures.NONE if document is None else scene.when(document.at)
    author = figures.NONE if document is None else actor_name(scene, document.actor)
    st.html(tag("p", scene.say("organisation.behind", who=author, at=at), cls="xj-say bad", role="alert"))
    now = in_force(scene)
    lines = (difference_line(scene, entry, now, draft.base) for entry in differences(draft.base, now)[:_MOST_EDITS])
    st.html(tag("ul", join(lines), cls="xj-list"))
    with st.container(horizontal=True):
        st.button(scene.say("organisation.join"), key="organisation-join", type="primary", on_click=join_theirs)
        st.button(scene.say("organisation.discard"), key="organisation-discard", on_click=discard)


def previews(scene: Scene, draft: Draft) -> list[tuple[str, Preview]]:
    """What would follow in each register of the campaign; registers are never added."""

    def work_out() -> list[tuple[str, Preview]]:
        moment = scene.moment.astimezone(UTC)
        return [
            (
                register.code,
                preview_of(scene.snapshot, draft.own, replace(scene.published(register.code), as_of=moment)),
            )
            for register in scene.campaign.registers
        ]

    return kept(scene.snapshot, ("organisation draft", draft.key, scene.campaign.code, scene.moment), work_out)


def _consequences(scene: Scene, draft: Draft) -> None:
    duties = drafted_duties(scene, draft)
    found = previews(scene, draft)
    before = duties_in_force(scene.snapshot)
    st.html(tag("p", tag("b", scene.say("organisation.hands_title")), cls="xj-sum"))
    for code, preview in found:
        own = scene.campaign.register(code)
        register = scene.name(own.name) + ("" if own.rectified_published else "*")
        words = scene.say(
            "organisation.hands",
            register=register,
            moved=figures.count(preview.moved),
            open=figures.count(preview.open),
        )
        st.html(tag("p", words, cls="xj-cap" if not preview.moved else "xj-sum"))
        if preview.moved:
            _moves(scene, register, preview, before, duties)
    if not all(register.rectified_published for register in scene.campaign.registers):
        st.html(tag("p", scene.say("organisation.hands_synthetic"), cls="xj-cap"))
    st.html(coverage(scene, duties.table))


def _moves(scene: Scene, register: str, preview: Preview, before: Duties, after: Duties) -> None:
    """From which unit to which, how many; and the first of the issues."""
    heads = ("from", "to")
    head = tag(
        "tr",
        *(tag("th", scene.say(f"organisation.head_{name}"), scope="col") for name in heads),
        tag("th", scene.say("organisation.head_open"), scope="col", cls="n"),
    )
    rows = [
        tag(
            "tr",
            tag("td", _owner(scene, before, move.before)),
            tag("td", _owner(scene, after, move.after)),
            tag("td", figures.count(move.n), cls="n"),
        )
        for move in preview.moves[:_MOST_MOVES]
    ]
    st.html(plain_table(scene.say("organisation.hands_label", register=register), head, rows, cls="small"))
    rest = preview.moves[_MOST_MOVES:]
    if rest:
        more = scene.say("organisation.more_moves", n=figures.count(sum(move.n for move in rest)))
        st.html(tag("p", more, cls="xj-cap"))
    numbers = scene.snapshot.records.of(np.asarray(preview.rows[:_MOST_ISSUES])).number
    links = [tag("a", str(n), href=case_link(scene, str(n)), target="_self", cls="xj-behind") for n in numbers]
    tail = " …" if preview.moved > _MOST_ISSUES else ""
    st.html(tag("p", *_spaced(links), tail, cls="xj-cap"))


def _spaced(links: Sequence[Html]) -> list[object]:
    return [part for link in links for part in (link, "  ")]


def _owner(scene: Scene, duties: Duties, code: str | None) -> str:
    if code is None:
        return scene.say("organisation.uncovered")
    return unit_label(scene, duties.organisation.unit(code))
