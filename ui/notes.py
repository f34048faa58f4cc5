"""What must stand on the same screen as the figures: the asterisk explained, and a help a sentence deep."""

from __future__ import annotations

import streamlit as st

from ui.markup import Html, tag
from ui.scene import Scene


def synthetic_note(scene: Scene) -> None:
    """What "*" means here; nothing where no record is synthetic."""
    if not scene.has_synthetic:
        return
    if scene.register.published_total is not None:
        words = scene.say("core.synthetic_note", day=scene.day(scene.campaign.end))
    else:
        words = scene.say("core.synthetic_register_note")
    st.html(tag("p", words, cls="xj-note"))


def origin(scene: Scene, synthetic: bool) -> Html:
    """Whether one entry is invented, hatched where it is."""
    if synthetic:
        return tag("span", tag("i", cls="xj-hatch"), scene.say("core.synthetic"))
    return tag("span", scene.say("core.real"))


def help_popover(scene: Scene, section: str) -> None:
    """A question mark that opens the page's help."""
    with st.container(key="help", width="content"), st.popover("", icon=":material/help:", help=scene.say("core.help")):
        st.markdown(scene.say(f"{section}.help_text"))
