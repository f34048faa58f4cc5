"""A department's request for more time: pending until it is answered, or the issue goes elsewhere or is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from geo.lifecycle import OPEN, Act, Status


@dataclass(frozen=True, slots=True)
class Asking:
    """One request. `id` is the UUID of the act that asked, `until` the deadline that is asked for; moments are in UTC.
    `units` are those for which it was asked: the one that the issue is assigned to, or, while it is to nobody, all of
    the asker's; None for whichever it will be."""

    id: str
    at: datetime
    actor: str
    until: datetime
    reason: str
    units: tuple[str, ...] | None


def asking_after(pending: Asking | None, at: str, actor: str, payload: Mapping[str, Any]) -> Asking | None:
    """What is pending on an issue after an act or a change of status at a moment (ISO 8601), as the event's
    `payload` says it.

    A request ends with its answer (the event names it), with the issue's life, and when the issue is given to a unit
    that did not ask.
    """
    act = payload.get("act")
    if act == Act.ASK:
        asked_at, until = datetime.fromisoformat(at), datetime.fromisoformat(payload["set"]["until"])
        units = None if payload["units"] is None else tuple(payload["units"])
        return Asking(payload["id"], asked_at, actor, until, payload["note"], units)
    if pending is None or payload.get("answers") == pending.id:
        return None
    if act is None:
        return pending if Status[payload["status"]] in OPEN else None
    if act == Act.ASSIGN:
        given = payload["set"]["department"]
        stays = given is not None and (pending.units is None or given in pending.units)
        return replace(pending, units=(given,)) if stays else None
    return pending
