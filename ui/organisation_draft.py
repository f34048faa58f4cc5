"""The draft of an organisation that its editor has in hand: pinned to the version that was seen, saved whole or not."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from data.documents.organisation import COLLECTION, CURRENT, check, read, written
from data.duties import Duties, duties_in_force
from geo.errors import BadValueError
from geo.organisation_edits import Book, Difference, differences, joined
from geo.permissions import Action
from ui.saying import hush, say, tried, who
from ui.scene import Scene, open_scene

DRAFT: Final = "organisation-draft"
FORM: Final = "organisation"
Edit = Callable[[Book], Book]


@dataclass(frozen=True)
class Draft:
    """`base` is what was in force at `version` when the first edit was made; `own` what the editor makes of it. `key`
    makes the saving happen once; `clashes` is what the editor and somebody else changed in different ways."""

    version: int
    base: Book
    own: Book
    key: str
    clashes: tuple[Difference, ...] = ()

    @property
    def edits(self) -> tuple[Difference, ...]:
        """What saving it would change."""
        return differences(self.base, self.own)


def in_force(scene: Scene) -> Book:
    """What holds now."""
    duties = duties_in_force(scene.snapshot)
    return Book(duties.organisation, duties.rules)


def version_in_force(scene: Scene) -> int:
    """What a put must have seen: a retired document has a version too."""
    document = scene.snapshot.documents.document(COLLECTION, CURRENT)
    return 0 if document is None else document.version


def draft_of(scene: Scene) -> Draft:
    """The editor's draft; without any edit it is what holds now, however often that changes."""
    kept: Draft | None = st.session_state.get(DRAFT)
    if kept is not None and kept.own != kept.base:
        return kept
    book = in_force(scene)
    return Draft(version_in_force(scene), book, book, str(uuid.uuid4()))


def drafted_duties(scene: Scene, draft: Draft) -> Duties:
    """The draft as if it were in force."""
    return Duties(scene.city, draft.own.organisation, draft.own.rules)


def is_behind(scene: Scene, draft: Draft) -> bool:
    """Whether somebody else has put another version since the draft was begun."""
    return draft.version != version_in_force(scene)


def edit(change: Edit, told: str) -> bool:
    """Make `change` of the draft and say `told`, a key of the catalogue; whether it was taken. What the city cannot
    follow is said, and the draft stays."""
    scene = open_scene()
    if not scene.may(Action.MANAGE_CAMPAIGN):
        say(FORM, scene.say("organisation.edit_not_yours"), good=False)
        return False
    draft = draft_of(scene)
    try:
        own = read(check(written(change(draft.own)), scene.city))
    except BadValueError as error:
        words = scene.say("organisation.edit_refused", key=error.key, value=error.value, expected=error.expected)
        say(FORM, words, good=False)
        return False
    st.session_state[DRAFT] = replace(draft, own=own, key=str(uuid.uuid4()))
    say(FORM, scene.say(told))
    return True


def discard() -> None:
    """Forget the edits."""
    st.session_state.pop(DRAFT, None)
    hush(FORM)


def join_theirs() -> None:
    """Put the editor's edits onto what holds now; what both changed is told and stays as the editor has it."""
    scene = open_scene()
    draft = draft_of(scene)
    try:
        both = joined(draft.base, draft.own, in_force(scene))
        own = read(check(written(both.book), scene.city))
    except BadValueError as error:
        words = scene.say("organisation.join_refused", key=error.key, value=error.value, expected=error.expected)
        say(FORM, words, good=False)
        return
    version = version_in_force(scene)
    st.session_state[DRAFT] = Draft(version, in_force(scene), own, str(uuid.uuid4()), both.clashes)
    say(FORM, scene.say("organisation.joined", n=len(both.clashes)))


def save() -> None:
    """Put the draft, from the version that was seen; a second click is the same put."""
    scene = open_scene()
    draft = draft_of(scene)
    if draft.own == draft.base:
        return

    receipt = tried(
        scene,
        FORM,
        lambda: scene.runtime.put_document(
            COLLECTION, CURRENT, written(draft.own), draft.version, client_uuid=draft.key, actor=who(scene)
        ),
        action=Action.MANAGE_CAMPAIGN,
    )
    if receipt is None:  # where somebody was faster, the panel says who changed what
        return
    st.session_state.pop(DRAFT, None)
    say(FORM, scene.say("organisation.saved", version=receipt.version))
