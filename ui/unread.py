"""How many notices somebody has not read, for the mark beside the inbox in the navigation."""

from __future__ import annotations

import logging
from typing import Final

from data.access.demo_persons import ANYONE
from geo.errors import StoreError
from geo.permissions import Action
from ui import figures
from ui.kept import kept
from ui.scene import Scene

MOST: Final = 99
_LOG = logging.getLogger("xunjie.ui")


def unread_mark(scene: Scene) -> dict[str, str] | None:
    """What the mark says, and what is read out for it; both empty where there is none to show. None where it cannot be
    told just now: what stood there stays.

    Whoever looks at the demo as nobody in particular has no inbox of their own.
    """
    viewer = scene.viewer
    is_anyone = not scene.runtime.settings.access.is_on and viewer.account == f"demo-{ANYONE}"
    if is_anyone or not scene.may(Action.SEE_ISSUES):
        return {"text": "", "label": ""}
    notices, snapshot = scene.runtime.notices, scene.snapshot
    try:
        events = kept(snapshot, ("told", viewer), lambda: notices.newest(snapshot, viewer, most=MOST + 1))
        count = notices.unread_of(viewer.account, events)
    except StoreError as error:
        _LOG.warning("what is unread could not be told: %s", error)
        return None
    if not count:
        return {"text": "", "label": ""}
    if count > MOST:
        return {"text": f"{MOST}+", "label": scene.say("notices.unread_more", n=MOST)}
    return {"text": figures.count(count), "label": scene.say("notices.unread", n=figures.count(count))}
