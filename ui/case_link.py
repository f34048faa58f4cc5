"""Where the case of an issue is: what lists, cards and other cases link to."""

from __future__ import annotations

from urllib.parse import urlencode

from ui.scene import Scene


def case_link(scene: Scene, issue: str) -> str:
    """The address of the case of that issue (number or UUID), in the page's language."""
    return "/case?" + urlencode({"issue": issue, "lang": scene.language})
