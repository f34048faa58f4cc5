"""GET /api/issues/{identity}: one issue by UUID or number, as the export says it, with its geometry and its history."""

from __future__ import annotations

from collections.abc import Mapping
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
from data.runtime import runtime
from geo.asking import Asking
from geo.errors import NotFoundError
from geo.history import endings_at
from geo.iso_time import local_iso
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
    asking = runtime().askings([properties["id"]], as_of=view.filter.as_of).get(properties["id"])
    names = {actor: actor_name(runtime(), actor) for actor in {step.actor for step in steps}}
    return {
        **properties,
        "lon": float(lon),
        "lat": float(lat),
        "rework": int(endings_at(view.snapshot.history, rows, view.as_of_us).rework[0]),
        "returned": bool(returned(view.issues, rows, history=view.snapshot.history, as_of_us=view.as_of_us)[0]),
        "version": int(view.snapshot.records.of(rows).version[0]),  # the present one, whatever the moment
        "geometry": geometry,
        "asking": None if asking is None else _asking(view, asking),
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


_NAME: Final = {**nullable(TEXT), "description": "of the account or unit that the actor stands for"}
_MAYBE: Final = nullable(STRING)
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
