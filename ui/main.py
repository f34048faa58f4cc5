"""The pages: which there are, in which order, inside one frame."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from geo.errors import StoreError
from geo.permissions import Action
from i18n import translate
from ui import (
    about,
    account,
    case,
    explore,
    inbox,
    inspections,
    organisation,
    people,
    points,
    record,
    report,
    reviews,
    situation,
    work,
)
from ui.address import language
from ui.collecting import collect_regularly
from ui.markup import tag
from ui.scene import Scene, open_scene
from ui.shell import Place, closed_sentence, shell
from ui.token_form import forget_secret
from ui.warming import load_later

PAGES: Final = (
    ("situation", situation.page, Action.SEE_ISSUES),
    ("explore", explore.page, Action.SEE_ISSUES),
    ("points", points.page, Action.SEE_ISSUES),
    ("work", work.page, Action.AMEND),
    ("inspections", inspections.page, Action.SEE_ISSUES),
    ("report", report.page, Action.REPORT),
    ("inbox", inbox.page, Action.SEE_ISSUES),
    ("organisation", organisation.page, Action.SEE_ISSUES),
    ("reviews", reviews.page, Action.SEE_ISSUES),
    ("record", record.page, Action.SEE_AGGREGATES),
    ("about", about.page, Action.SEE_AGGREGATES),
    ("people", people.page, Action.READ_AUDIT),
    ("account", account.page, Action.OWN),
    ("case", case.page, Action.SEE_ISSUES),
)
"""Name in the address, what draws it, and what a viewer must be allowed to do for it to be there at all."""


def main() -> None:
    """Draw the page of the address, if it is one of the viewer's."""
    collect_regularly()
    load_later()
    spoken = language("zh-CN")
    st.set_page_config(
        page_title=translate("core.brand", spoken),
        page_icon=str(Path(__file__).with_name("assets") / "icon.svg"),
        layout="wide",
        initial_sidebar_state="auto",
    )
    try:
        scene = open_scene()
    except StoreError:
        st.html(tag("p", closed_sentence(), role="alert"))
        return
    mine = [(name, draw) for name, draw, action in PAGES if is_shown(scene, name, action)]
    places = [
        Place(
            name,
            st.Page(draw, title=translate(f"core.page_{name}", spoken), url_path=name, default=name == mine[0][0]),
        )
        for name, draw in mine
    ]
    chosen = st.navigation([place.page for place in places], position="hidden")
    here = next(place.name for place in places if place.page == chosen)
    if here != "account":
        forget_secret()
    shell(scene, places, here)
    chosen.run()


def is_shown(scene: Scene, name: str, action: Action) -> bool:
    """Whether the viewer has that page. The demo's one person who may do everything has no people to manage, and where
    nobody signs in there are no accounts of anyone's own."""
    signs_in = scene.runtime.settings.access.is_on
    if name == "account":
        return signs_in
    return scene.may(action) and (name != "people" or signs_in or len(scene.viewer.roles) == 1)


main()
