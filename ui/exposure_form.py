"""Adding an item to the exposure column, or correcting one: what was shown, when, and which issue it shows."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final

import numpy as np
import streamlit as st

from data.documents.exposure_book import EXPOSURES, Exposure
from data.recording.exposures import expose, exposures_of
from data.store.putting import DocumentReceipt
from geo.errors import BadValueError, NotFoundError
from ui.book_entry import choose_entry, form_of, put_entry, retire_button
from ui.markup import tag
from ui.scene import Scene

MOST_CHARS: Final = 200


def exposure_form(scene: Scene) -> None:
    """Which item, and its fields."""
    st.html(tag("div", tag("h3", scene.say("books.exposure_edit")), cls="xj-h"))
    items = {item.id: item for item in exposures_of(scene.snapshot)}
    named = {identity: f"{item.shown_at.astimezone(scene.zone):%m-%d} {item.title}" for identity, item in items.items()}
    chosen = choose_entry(scene, EXPOSURES, named, label=scene.say("books.which_item"), new=scene.say("books.new_item"))
    item = items.get(chosen)
    form = form_of(scene, EXPOSURES, chosen)
    shown = scene.moment if item is None else item.shown_at.astimezone(scene.zone)
    with st.form(form, border=False):
        st.text_input(scene.say("books.item_title"), "" if item is None else item.title, key=f"{form}-title",
                      max_chars=MOST_CHARS)  # fmt: skip
        st.text_input(scene.say("books.item_issue"), "" if item is None else _number(scene, item.issue),
                      key=f"{form}-issue", max_chars=64, placeholder="YY-00001")  # fmt: skip
        first, second, third = st.columns([2, 2, 3], gap="small")
        first.date_input(scene.say("books.shown_day"), shown.date(), key=f"{form}-day", format="YYYY-MM-DD")
        second.time_input(scene.say("books.shown_time"), time(shown.hour, shown.minute), key=f"{form}-time", step=300)
        third.text_input(scene.say("books.medium"), "" if item is None else item.medium, key=f"{form}-medium",
                         max_chars=MOST_CHARS)  # fmt: skip
        st.form_submit_button(
            scene.say("books.put_item"),
            key=f"{form}-put",
            type="primary",
            on_click=put_entry,
            args=(EXPOSURES, form, _writer(form, synthetic=item is not None and item.synthetic), "books.item_put"),
        )
    retire_button(scene, EXPOSURES, form, chosen)


def _number(scene: Scene, issue: str) -> str:
    """The number of the issue that an item shows; its UUID where this revision lacks it."""
    try:
        row = np.array([scene.snapshot.row(issue)])
    except NotFoundError:
        return issue
    return str(scene.snapshot.records.of(row).number[0])


def _writer(form: str, *, synthetic: bool) -> Any:
    def put(scene: Scene, identity: str, version: int, key: str, actor: str) -> DocumentReceipt:
        state = st.session_state
        day, at = state.get(f"{form}-day"), state.get(f"{form}-time")
        if not isinstance(day, date) or not isinstance(at, time):
            raise BadValueError("shown_at", day, "a day and a time")
        title, number = str(state.get(f"{form}-title") or "").strip(), str(state.get(f"{form}-issue") or "").strip()
        if not title:
            raise BadValueError("title", title, "what was shown")
        row = np.array([scene.snapshot.row(number)])
        if not scene.sees(row).all():
            raise NotFoundError("issue", number)
        exposure = Exposure(
            id=identity,
            issue=str(scene.snapshot.records.of(row).id[0]),
            title=title,
            shown_at=datetime.combine(day, at, scene.zone),
            medium=str(state.get(f"{form}-medium") or "").strip(),
            synthetic=synthetic,
        )
        return expose(scene.runtime, scene.snapshot, exposure, version=version, client_uuid=key, actor=actor)

    return put
