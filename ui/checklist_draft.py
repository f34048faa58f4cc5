"""The next version of a checklist that its editor has in hand, pinned to what was seen, and putting it once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import streamlit as st

from data.documents.checklist_book import checked_checklist, content_of
from data.inspecting.checklists import checklists_of, next_version, put_checklist
from geo.checklist import Checklist, Item
from geo.errors import BadValueError
from geo.permissions import Action
from geo.text import LANGUAGES, Text
from i18n import translate
from ui.saying import say, tried, who
from ui.scene import Scene, open_scene

FORM: Final = "checklist"
DRAFT: Final = "checklist-draft"
CLASS: Final = "checklist-class"
ITEM: Final = "checklist-item"
TURN: Final = "checklist-turn"


@dataclass(frozen=True)
class Draft:
    """The version that is being written: begun from `base` (None: the class had none), at `seen` of its document."""

    base: Checklist | None
    own: Checklist
    seen: int
    key: str


def draft_of(scene: Scene) -> Draft:
    """The draft of the chosen class; without an edit it is the next version as the present one stands."""
    classes = [entry.code for entry in scene.city.catalogue.site_classes]
    site_class = str(st.session_state.get(CLASS) or classes[0])
    kept: Draft | None = st.session_state.get(DRAFT)
    if kept is not None and kept.own.site_class == site_class:
        return kept
    today = scene.moment.date()
    versions = checklists_of(scene.snapshot).versions(site_class)
    base = versions[-1] if versions else None
    number, seen = next_version(scene.snapshot, site_class, today)
    if base is not None and base.version == number:  # not in force yet: it is edited itself
        return Draft(versions[-2] if number > 1 else None, base, seen, str(uuid.uuid4()))
    since = max([today + timedelta(days=1), *([base.since + timedelta(days=1)] if base is not None else [])])
    if base is None:
        words = Text(*(translate("inspections.first_item", language) for language in LANGUAGES))
        first = Item(f"{site_class}-01", words, 10)
        return Draft(None, Checklist(site_class, number, since, 80, 15, (first,)), seen, str(uuid.uuid4()))
    return Draft(base, replace(base, version=number, since=since), seen, str(uuid.uuid4()))


def change_draft(change: Callable[[Checklist], Checklist]) -> bool:
    """Make `change` of the draft, if what comes out can be a checklist."""
    scene = open_scene()
    draft = draft_of(scene)
    try:
        own = change(draft.own)
        checked_checklist(content_of(own), scene.city)
    except BadValueError as error:
        words = scene.say("inspections.bad_value", key=error.key, value=error.value, expected=error.expected)
        say(FORM, words, good=False)
        return False
    st.session_state[DRAFT] = replace(draft, own=own, key=str(uuid.uuid4()))
    st.session_state[TURN] = int(st.session_state.get(TURN) or 0) + 1
    say(FORM, scene.say("inspections.version_drafted"))
    return True


def forget_draft() -> None:
    """Let go of the edits."""
    for key in (DRAFT, ITEM):
        st.session_state.pop(key, None)


def put_draft() -> None:
    """Put the version once; who was too late is told by whom, and the draft stays."""
    scene = open_scene()
    draft = draft_of(scene)
    receipt = tried(
        scene,
        FORM,
        lambda: put_checklist(
            scene.runtime,
            scene.snapshot,
            draft.own,
            today=scene.moment.date(),
            version=draft.seen,
            client_uuid=draft.key,
            actor=who(scene),
        ),
        action=Action.MANAGE_CAMPAIGN,
    )
    if receipt is None:
        return
    forget_draft()
    say(FORM, scene.say("inspections.version_put", n=draft.own.version, day=draft.own.since.isoformat()))
