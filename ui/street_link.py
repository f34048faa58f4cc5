"""The way from the pages to the phone page, for who may report: it is no page of Streamlit's, so a plain link."""

from __future__ import annotations

from urllib.parse import urlencode

from geo.permissions import Action
from ui.markup import Html, tag
from ui.scene import Scene


def goes_out(scene: Scene) -> bool:
    """Whether the phone page is something for this viewer."""
    return scene.may(Action.REPORT)


def street_link(scene: Scene, words: str) -> Html:
    """The link in the page's language; `words` is the entry of the catalogue that it says."""
    there = "/street?" + urlencode({"lang": scene.language})
    icon = tag("i", cls="xj-phone", aria_hidden="true")
    return tag("a", icon, tag("p", scene.say(words)), cls="xj-street", href=there, target="_self")
