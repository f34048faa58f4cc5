"""What the bar says anew with every run of a page: whether the figures are live, as of when, and what is unread."""

from __future__ import annotations

from ui.figures import moment, table_moment
from ui.scene import Scene
from ui.unread import unread_mark


def clock_text(scene: Scene) -> dict[str, object]:
    """Long and short wording of "data as of", both also for a lost server; a tooltip; whether it is the present; the
    mark of the inbox."""
    at, short = table_moment(scene.as_of), moment(scene.as_of, scene.language)
    demo = scene.campaign.clock is not None
    return {
        "long": scene.say("core.live" if scene.is_now else "core.live_past", at=at),
        "short": scene.say("core.live_short", at=short),
        "stale_long": scene.say("core.stale", at=at),
        "stale_short": scene.say("core.stale_short", at=short),
        "help": scene.say("core.live_help" if demo else "core.live_help_wall", at=table_moment(scene.moment)),
        "now": scene.is_now,
        "unread": unread_mark(scene),
    }
