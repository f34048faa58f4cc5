"""The versions of the organisation: who put which when, what each changed, and taking one back into the draft."""

from __future__ import annotations

import uuid
from itertools import pairwise

import streamlit as st

from data.documents.document import Document
from data.documents.organisation import COLLECTION, CURRENT, read
from geo.organisation_edits import Book, differences
from geo.permissions import Action
from ui import figures
from ui.kept import kept
from ui.markup import Html, join, tag
from ui.organisation_draft import DRAFT, FORM, Draft, in_force, version_in_force
from ui.organisation_words import difference_line
from ui.saying import say
from ui.scene import Scene, open_scene
from ui.who import actor_name

_MOST = 8
_LINES = 6


def history(scene: Scene) -> None:
    """The last versions, the newest first; under them the city's own file."""
    versions = _versions(scene)
    with st.expander(scene.say("organisation.history", n=figures.count(len(versions)))):
        if not versions:
            st.html(tag("p", scene.say("organisation.history_none"), cls="xj-cap"))
            return
        books = [(None, _own(scene)), *((version, read(version.content)) for version in versions)]
        shown = list(pairwise(books))[-_MOST:][::-1]
        lines = join(_version(scene, after, before[1]) for before, after in shown)
        st.html(tag("ol", lines, cls="xj-list", reversed="", start=str(versions[-1].version)))
        numbers = [version.version for version in versions[:-1]][-_MOST:]
        options = [0, *numbers][::-1]
        st.selectbox(
            scene.say("organisation.take_back"),
            options,
            key="organisation-back",
            format_func=lambda n: scene.say("organisation.version_n", n=n) if n else scene.say("organisation.own_file"),
        )
        st.button(scene.say("organisation.to_the_draft"), key="organisation-take", on_click=_take)


def _versions(scene: Scene) -> list[Document]:
    def from_the_store() -> list[Document]:
        return scene.runtime.document_history(COLLECTION, CURRENT)

    return kept(scene.snapshot, "organisation history", from_the_store)


def _own(scene: Scene) -> Book:
    return Book(scene.city.organisation, scene.city.assignment_rules)


def _version(scene: Scene, after: tuple[Document | None, Book], before: Book) -> Html:
    document, book = after
    assert document is not None
    found = differences(before, book)
    lines = [difference_line(scene, entry, book, before) for entry in found[:_LINES]]
    if len(found) > _LINES:
        lines.append(tag("li", scene.say("organisation.more_edits", n=len(found) - _LINES)))
    at = scene.when(document.at)
    head = scene.say("organisation.put_by", who=actor_name(scene, document.actor), at=at)
    return tag("li", head, tag("ul", join(lines)))


def _take() -> None:
    """Begin a draft that would put an earlier version in force again."""
    scene = open_scene()
    if not scene.may(Action.MANAGE_CAMPAIGN):
        return
    number = int(st.session_state.get("organisation-back") or 0)
    found = next((version for version in _versions(scene) if version.version == number), None)
    own = _own(scene) if found is None else read(found.content)
    st.session_state[DRAFT] = Draft(version_in_force(scene), in_force(scene), own, str(uuid.uuid4()))
    say(FORM, scene.say("organisation.taken_back"))
