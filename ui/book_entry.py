"""One entry of a book as a form: the version that was seen is pinned when the form is drawn, and it is put once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from data.store.putting import DocumentReceipt
from geo.errors import NotFoundError
from geo.permissions import Action
from ui.saying import said, say, tried, who
from ui.scene import Scene, open_scene

NEW: Final = ""
Put = Callable[[Scene, str, int, str, str], DocumentReceipt]
"""What writes an entry: scene, id, version seen, client UUID, actor."""


def choose_entry(scene: Scene, collection: str, named: Mapping[str, str], *, label: str, new: str) -> str:
    """The id of the entry to be edited, NEW for another one; what was said of the last attempt stands over it."""
    said(collection, keep=True)
    chosen = st.selectbox(
        label,
        [NEW, *named],
        key=f"{collection}-chosen",
        format_func=lambda identity: named.get(identity, new),
    )
    return str(chosen or NEW)


def form_of(scene: Scene, collection: str, identity: str) -> str:
    """The key of the form of an entry; from its first drawing on it stands for the version that was seen then."""
    turn = int(st.session_state.get(f"{collection}-turn") or 0)
    form = f"{collection}-form-{identity}-{turn}"
    if f"{form}-seen" not in st.session_state:
        document = scene.snapshot.documents.document(collection, identity) if identity else None
        st.session_state[f"{form}-seen"] = {
            "id": identity or str(uuid.uuid4()),
            "version": 0 if document is None else document.version,
            "key": str(uuid.uuid4()),
        }
    return form


def put_entry(collection: str, form: str, put: Put, told: str) -> None:
    """Put the entry once, from the version that was seen; a refusal is said, and the form then stands for what is there
    now."""
    scene, state = open_scene(), st.session_state
    seen: Any = state.get(f"{form}-seen")
    if seen is None:
        return
    receipt = tried(
        scene,
        collection,
        lambda: put(scene, seen["id"], seen["version"], seen["key"], who(scene)),
        action=Action.MANAGE_CAMPAIGN,
    )
    if receipt is None:
        state.pop(f"{form}-seen", None)
        return
    state[f"{collection}-turn"] = int(state.get(f"{collection}-turn") or 0) + 1
    state[f"{collection}-chosen"] = NEW
    say(collection, scene.say(told))


def retire_button(
    scene: Scene, collection: str, form: str, identity: str, *, check: Callable[[Scene, str], None] | None = None
) -> None:
    """A button that takes the entry out of the book; its versions are kept. `check` raises BadValueError where
    something still stands on it."""
    if identity:
        st.button(
            scene.say("books.retire"),
            key=f"{form}-retire",
            icon=":material/delete:",
            on_click=put_entry,
            args=(collection, form, _retiring(collection, check), "books.retired"),
        )


def _retiring(collection: str, check: Callable[[Scene, str], None] | None) -> Put:
    def put(scene: Scene, identity: str, version: int, key: str, actor: str) -> DocumentReceipt:
        if check is not None:
            check(scene, identity)
        document = scene.snapshot.documents.document(collection, identity)
        if document is None:
            raise NotFoundError(collection, identity)
        return scene.runtime.put_document(
            collection, identity, document.content, version, client_uuid=key, actor=actor, retired=True
        )

    return put
