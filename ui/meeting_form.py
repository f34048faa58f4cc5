"""Adding an entry to the campaign's calendar, changing one, or taking it out."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from data.documents.agenda_book import MEETINGS, meeting_content
from data.documents.tally_book import BOUNDS
from data.recording.agenda import meetings_of
from data.store.putting import DocumentReceipt
from geo.agenda import Meeting, MeetingKind
from geo.errors import BadValueError
from ui.agenda_panel import kind_name
from ui.book_entry import choose_entry, form_of, put_entry, retire_button
from ui.markup import tag
from ui.scene import Scene


def meeting_form(scene: Scene) -> None:
    """Which entry, and its fields."""
    st.html(tag("div", tag("h3", scene.say("books.meeting_edit")), cls="xj-h"))
    meetings = {entry.id: entry for entry in meetings_of(scene.snapshot, scene.campaign)}
    named = {
        identity: f"{'—' if entry.day is None else entry.day.isoformat()} {kind_name(scene, entry.kind)} {entry.title}"
        for identity, entry in meetings.items()
    }
    chosen = choose_entry(
        scene, MEETINGS, named, label=scene.say("books.which_meeting"), new=scene.say("books.new_meeting")
    )
    entry = meetings.get(chosen)
    form = form_of(scene, MEETINGS, chosen)
    kinds = [kind.value for kind in MeetingKind]
    with st.form(form, border=False):
        first, second = st.columns(2, gap="small")
        first.selectbox(scene.say("books.head_kind"), kinds, index=0 if entry is None else kinds.index(entry.kind),
                        key=f"{form}-kind", format_func=lambda code: kind_name(scene, MeetingKind(code)))  # fmt: skip
        day = scene.moment.date() if entry is None else entry.day
        second.date_input(scene.say("books.head_day"), day, key=f"{form}-day", format="YYYY-MM-DD",
                          help=scene.say("books.day_help"))  # fmt: skip
        st.text_input(scene.say("books.meeting_title"), "" if entry is None else entry.title, key=f"{form}-title",
                      max_chars=200)  # fmt: skip
        third, fourth = st.columns(2, gap="small")
        third.number_input(scene.say("books.how_often"), 0, 10_000, 1 if entry is None else entry.times,
                           key=f"{form}-times")  # fmt: skip
        bound = 0 if entry is None else BOUNDS.index(entry.bound)
        fourth.selectbox(scene.say("books.bound"), BOUNDS, index=bound, key=f"{form}-bound",
                         format_func=lambda code: scene.say(f"core.bound_{code}_word"))  # fmt: skip
        st.form_submit_button(
            scene.say("books.put_meeting"),
            key=f"{form}-put",
            type="primary",
            on_click=put_entry,
            args=(MEETINGS, form, _writer(form, synthetic=entry is not None and entry.synthetic), "books.meeting_put"),
        )
    retire_button(scene, MEETINGS, form, chosen)


def _writer(form: str, *, synthetic: bool) -> Any:
    def put(scene: Scene, identity: str, version: int, key: str, actor: str) -> DocumentReceipt:
        state = st.session_state
        day = state.get(f"{form}-day")
        if day is not None and not (isinstance(day, date) and scene.campaign.start <= day <= scene.campaign.end):
            raise BadValueError("day", day, f"a day of the campaign, {scene.campaign.start} to {scene.campaign.end}")
        meeting = Meeting(
            id=identity,
            kind=MeetingKind(str(state[f"{form}-kind"])),
            day=day,
            title=str(state.get(f"{form}-title") or "").strip(),
            times=int(state[f"{form}-times"]),
            bound=next(known for known in BOUNDS if known == state[f"{form}-bound"]),
            synthetic=synthetic,
        )
        return scene.runtime.put_document(
            MEETINGS, identity, meeting_content(meeting), version, client_uuid=key, actor=actor
        )

    return put
