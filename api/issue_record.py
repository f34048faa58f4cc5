"""GET /api/issues/{identity}: one issue by UUID or number, as the export says it, with its geometry and its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.schemas import (
    BOOLEAN,
    COUNT,
    GEOMETRY,
    LAT,
    LON,
    MOMENT,
    NUMBER,
    RETURNED,
    STAGE,
    STRING,
    TEXT,
    Schema,
    listing,
    nullable,
    record,
)
from api.view import View
from data.actors import actor_name
from data.exporting.issue_properties import IssueProperties, issue_geometries
from data.issue_story import StoryEntry, asking_entries
from data.runtime import runtime
from geo.asking import Asking
from geo.errors import NotFoundError
from geo.history import endings_at
from geo.iso_time import local_iso, parse_time
from geo.lifecycle import Act
from geo.permissions import Action
from geo.queues import returned


def issue_record(view: View, own: Mapping[str, Any]) -> Json:
    """The issue as at the filter's moment (the other keys do not matter); its history until then.

    NotFoundError for an identity that is not known, or not yet reported at that moment, or not for the asker to see.
    """
    row = view.snapshot.row(own["identity"])
    if view.issues.status[row] < 0 or not view.sees_issue(row):
        raise NotFoundError("issue", own["identity"])
    rows = np.array([row], np.intp)
    [properties] = IssueProperties(view.snapshot, view.filter.as_of).of(rows)
    [geometry] = issue_geometries(view.issues, rows)
    [lon], [lat] = view.issues.lonlat(rows)
    steps = view.snapshot.events(row)
    zone = view.city.time_zone
    answers = [
        (states, entry, at)
        for states, entry in asking_entries(runtime().story(properties["id"]))
        if isinstance(at := parse_time("at", entry.at, zone), datetime) and at <= view.filter.as_of
    ]
    asking = runtime().askings([properties["id"]], as_of=view.filter.as_of).get(properties["id"])
    actors = {step.actor for step in steps} | {entry.actor for _, entry, _ in answers}
    names = {actor: actor_name(runtime(), actor) for actor in actors}
    return {
        **properties,
        "lon": float(lon),
        "lat": float(lat),
        "rework": int(endings_at(view.snapshot.history, rows, view.as_of_us).rework[0]),
        "returned": bool(returned(view.issues, rows, history=view.snapshot.history, as_of_us=view.as_of_us)[0]),
        "version": int(view.snapshot.records.of(rows).version[0]),  # the present one, whatever the moment
        "geometry": geometry,
        "asking": None if asking is None else _asking(view, asking),
        "asked": [
            {
                "states": states,
                "act": entry.act,
                "at": local_iso(at, zone),
                "actor": entry.actor,
                "name": names[entry.actor],
                "note": entry.note,
                "until": _asked_until(entry, zone),
                "version": entry.version,
                "answers": entry.answers,
                "lapsed": entry.lapsed,
            }
            for states, entry, at in answers
        ],
        "history": [
            {
                "status": step.status.name,
                "at": local_iso(step.at, view.city.time_zone),
                "actor": step.actor,
                "name": names[step.actor],
                "note": step.note,
                "evidence": step.evidence,
            }
            for step in steps
            if step.at <= view.filter.as_of
        ],
    }


def _asking(view: View, asking: Asking) -> Json:
    return {
        "until": local_iso(asking.until, view.city.time_zone),
        "at": local_iso(asking.at, view.city.time_zone),
        "actor": asking.actor,
        "name": actor_name(runtime(), asking.actor),
        "note": asking.reason,
    }


def _asked_until(entry: StoryEntry, zone: str) -> str | None:
    until = parse_time("until", entry.set["until"], zone) if entry.act == Act.ASK else None
    return local_iso(until, zone) if isinstance(until, datetime) else None


_NAME: Final = {**nullable(TEXT), "description": "of the account or unit that the actor stands for"}
_MAYBE: Final = nullable(STRING)
_VERSION: Final = nullable({"type": "integer", "minimum": 1})
_ASKED: Final = record(
    {
        "states": {**COUNT, "description": "how many entries of the history came before it; that of a step is its own"},
        "act": {**_MAYBE, "description": "null for a change of status"},
        "at": MOMENT,
        "actor": STRING,
        "name": _NAME,
        "note": STRING,
        "until": {**nullable(MOMENT), "description": "the deadline that is asked for"},
        "version": {"type": "integer", "minimum": 1},
        "answers": {**_VERSION, "description": "the version of the request that this answers"},
        "lapsed": {**_VERSION, "description": "that of the one that ended with this unanswered"},
    }
)
PROPERTIES: Final[Mapping[str, Schema]] = {
    **dict.fromkeys(("id", "number", "campaign", "register", "type"), STRING),
    **dict.fromkeys(("type_zh", "type_en"), _MAYBE),
    "group": STRING,
    **dict.fromkeys(("task", "task_zh", "task_en"), _MAYBE),
    "status": STRING,
    "stage": STAGE,
    "overdue": BOOLEAN,
    **dict.fromkeys(("subdistrict", "subdistrict_zh", "subdistrict_en"), _MAYBE),
    **dict.fromkeys(("road", "road_zh", "road_en", "segment"), _MAYBE),
    "distance_m": nullable(NUMBER),
    **dict.fromkeys(("department", "department_zh", "department_en"), _MAYBE),
    "reported_at": MOMENT,
    "due_at": nullable(MOMENT),
    "closed_at": nullable(MOMENT),
    "description": STRING,
    "address": STRING,
    "visit": _MAYBE,
    **dict.fromkeys(("synthetic", "approximate", "duplicate"), BOOLEAN),
    "source_datum": STRING,
    "source_x": NUMBER,
    "source_y": NUMBER,
}
OPERATION = data_operation(
    "/api/issues/{identity}",
    issue_record,
    summary="One issue by its UUID or number: the export's properties, its geometry and its history.",
    action=Action.SEE_ISSUES,
    identity="identity",
    schema={
        **PROPERTIES,
        "lon": LON,
        "lat": LAT,
        "rework": COUNT,
        "returned": RETURNED,
        "version": {"type": "integer", "minimum": 1, "description": "grows with every change; a change names it"},
        "geometry": GEOMETRY,
        "asking": {
            **nullable(record({"until": MOMENT, "at": MOMENT, "actor": STRING, "name": _NAME, "note": STRING})),
            "description": "the department's request for more time that is pending",
        },
        "asked": {
            **listing(_ASKED),
            "description": "what became of requests for more time: each is asked, then granted, refused or lapsed",
        },
        "history": listing(
            record(
                {
                    "status": STRING,
                    "at": MOMENT,
                    "actor": STRING,
                    "name": _NAME,
                    "note": STRING,
                    "evidence": STRING,
                }
            )
        ),
    },
)
