"""The pages: which there are, in which order, inside one frame."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geo.errors import StoreError
from i18n import translate
from ui import about, explore, inspections, points, record, report, situation
from ui.address import language
from ui.collecting import collect_regularly
from ui.markup import tag
from ui.scene import open_scene
from ui.shell import Place, closed_sentence, shell
from ui.warming import load_later

_PAGES = (
    ("situation", situation.page),
    ("explore", explore.page),
    ("points", points.page),
    ("inspections", inspections.page),
    ("report", report.page),
    ("record", record.page),
    ("about", about.page),
)


def main() -> None:
    """Draw the page of the address."""
    collect_regularly()
    load_later()
    spoken = language("zh-CN")
    st.set_page_config(
        page_title=translate("core.brand", spoken),
        page_icon=str(Path(__file__).with_name("assets") / "icon.svg"),
        layout="wide",
        initial_sidebar_state="auto",
    )
    places = [
        Place(
            name,
            st.Page(draw, title=translate(f"core.page_{name}", spoken), url_path=name, default=name == "situation"),
        )
        for name, draw in _PAGES
    ]
    chosen = st.navigation([place.page for place in places], position="hidden")
    here = next(place.name for place in places if place.page == chosen)
    try:
        scene = open_scene()
    except StoreError:
        st.html(tag("p", closed_sentence(), role="alert"))
        return
    shell(scene, places, here)
    chosen.run()


main()
