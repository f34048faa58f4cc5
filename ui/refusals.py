"""Why an act is refused, in one sentence of the reader's language, and what differs where it comes too late."""

from __future__ import annotations

import logging

import numpy as np

from data.store.acting import RefusedTogetherError
from geo.errors import (
    BadValueError,
    BusyError,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    PhotoError,
    StaleError,
    StoreError,
    TransitionError,
    XunjieError,
)
from geo.iso_time import parse_time
from geo.lifecycle import Status
from ui import figures
from ui.markup import Html, tag
from ui.names import entry_name
from ui.plain_table import plain_table
from ui.scene import Scene
from ui.who import actor_name, unit_name

_LOG = logging.getLogger("xunjie.ui")
_KNOWN = frozenset({"note", "evidence", "until", "due_at", "actor", "department", "type", "task", "description",
                    "address", "geometry", "duplicate_of", "datum", "set", "rule"})  # fmt: skip


def refusal_words(scene: Scene, error: XunjieError) -> str:
    """What was refused and what to do."""
    match error:
        case RefusedTogetherError():
            first = next(iter(error.refusals.values()))
            return refusal_words(scene, first)
        case StaleError():
            at = scene.when(error.changed_at)
            return scene.say("case.refused_stale", who=actor_name(scene, error.changed_by), at=at)
        case TransitionError():
            return scene.say("case.refused_transition")
        case NotAllowedError():
            return scene.say("case.refused_not_allowed")
        case PhotoError():
            return scene.say(f"photos.refused_{error.code}")
        case BadValueError():
            return scene.say(f"case.refused_{error.key if error.key in _KNOWN else 'value'}")
        case NotFoundError():
            return scene.say("case.refused_not_found", what=error.identity)
        case ConflictError():
            return scene.say("case.refused_conflict")
        case BusyError():
            return scene.say("case.refused_busy")
        case StoreError():
            _LOG.warning("an act could not be stored: %s", error)
            return scene.say("report.not_stored")
    _LOG.warning("an act was refused for a reason without words: %s", error)
    return scene.say("case.refused_value")


def stale_of(error: XunjieError | None) -> StaleError | None:
    """The first difference that an error tells of, itself or among several that were refused together."""
    if isinstance(error, RefusedTogetherError):
        return next((one for one in error.refusals.values() if isinstance(one, StaleError)), None)
    return error if isinstance(error, StaleError) else None


def difference_table(scene: Scene, error: StaleError) -> Html:
    """Field by field: what the author wished for, and what stands there now."""
    heads = ("field", "yours", "now")
    head = tag("tr", *(tag("th", scene.say(f"case.difference_{name}"), scope="col") for name in heads))
    rows = [
        tag(
            "tr",
            tag("th", field_name(scene, name), scope="row"),
            tag("td", value_words(scene, name, yours)),
            tag("td", value_words(scene, name, now)),
        )
        for name, (yours, now) in error.difference.items()
    ]
    if not rows:
        return tag("p", scene.say("case.difference_none"), cls="xj-cap")
    return plain_table(scene.say("case.difference"), head, rows, cls="small")


def field_name(scene: Scene, name: str) -> str:
    """What a field that can be changed is called."""
    return scene.say(f"case.field_{name}")


def value_words(scene: Scene, name: str, value: object) -> str:
    """The value of such a field as people read it: names for codes, local time for moments."""
    if value in (None, ""):
        return figures.NONE
    text = str(value)
    if name == "status" and text in Status.__members__:
        return scene.say(f"core.status_{text}")
    if name in ("type", "task") and scene.city.catalogue.has(name, text):
        return entry_name(scene, name, text)
    if name == "department":
        return unit_name(scene, text)
    if name in ("due_at", "until", "asked_until"):
        return moment_words(scene, text)
    if name == "duplicate_of":
        return issue_number(scene, text)
    if name == "geometry":
        return place_words(value)
    return text


def moment_words(scene: Scene, text: str) -> str:
    """A moment of the log in the city's time; the text itself where it is none."""
    try:
        moment = parse_time("at", text, scene.city.time_zone)
    except BadValueError:
        return text
    return figures.table_moment(moment.astimezone(scene.zone)) if hasattr(moment, "astimezone") else text


def issue_number(scene: Scene, identity: str) -> str:
    """The number by which people know an issue; its UUID where this revision does not have it, or it is not theirs."""
    try:
        row = np.array([scene.snapshot.row(identity)])
    except NotFoundError:
        return identity
    return (
        str(scene.snapshot.records.of(row).number[0]) if scene.sees(row).all() else scene.say("photos.flag_elsewhere")
    )


def place_words(value: object) -> str:
    """A place of the log: coordinates of a point, the kind of anything else."""
    if isinstance(value, dict) and value.get("type") == "Point":
        lon, lat = value["coordinates"][:2]
        return f"{lon:.6f}, {lat:.6f}"
    return str(value.get("type", "")) if isinstance(value, dict) else str(value)[:24] + "…"
