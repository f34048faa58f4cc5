"""The book that the address names by `book`: the entries behind a figure of the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from data.recording.programmes import programmes_of
from data.recording.tallies import tallies_of
from geo.permissions import Action
from ui import address
from ui.agenda_panel import junctions_panel, meetings_panel
from ui.duty_form import duty_form, junction_form
from ui.exposure_form import exposure_form
from ui.exposure_panel import exposure_panel
from ui.meeting_form import meeting_form
from ui.programme_panel import programme_panel
from ui.scene import Scene
from ui.tally_panel import tally_panel

BOOKS: Final = ("exposures", "meetings", "junctions")


def book_panel(scene: Scene) -> None:
    """Draw it over the tables of the record; nothing where the address names none that is there."""
    book = address.view("book")
    if not book:
        return
    tally = next((state for state in tallies_of(scene.snapshot, scene.campaign) if state.published.code == book), None)
    programme = next((entry for entry in programmes_of(scene.snapshot, scene.campaign) if entry.id == book), None)
    books = BOOKS if scene.may(Action.SEE_ISSUES) else ()
    if tally is None and programme is None and book not in books:
        return
    with st.container(key="panel-book"):
        if tally is not None:
            tally_panel(scene, tally)
        elif programme is not None:
            programme_panel(scene, programme)
        else:
            _with_forms(scene, book)
        st.button(scene.say("books.close"), key="book-close", icon=":material/close:", on_click=_close)


def _with_forms(scene: Scene, book: str) -> None:
    """The book, and beside it for whom may what adds to it."""
    panels, forms = _PANELS[book]
    if not scene.may(Action.MANAGE_CAMPAIGN):
        panels(scene)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        panels(scene)
    with right:
        for form in forms:
            form(scene)


_PANELS: Final[dict[str, tuple[Callable[[Scene], None], tuple[Callable[[Scene], None], ...]]]] = {
    "exposures": (exposure_panel, (exposure_form,)),
    "meetings": (meetings_panel, (meeting_form,)),
    "junctions": (junctions_panel, (duty_form, junction_form)),
}


def _close() -> None:
    address.go(changes={"book": None})
