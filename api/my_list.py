"""GET /api/my-list: the open issues of the filter by deadline, lean enough to be kept on a phone for a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.operation import integer
from api.schemas import COUNT, LAT, LON, MOMENT, STAGE, STRING, listing, nullable, record
from api.view import View
from data.exporting.issue_properties import IssueProperties
from geo.clock import NEVER
from geo.history import endings_at
from geo.lifecycle import OPEN, Stage, Status
from geo.permissions import Action
from geo.selection import STAGES, counted

MOST: Final = 300
_TAKEN: Final = (
    *("id", "number", "type", "task", "status", "stage", "subdistrict", "road"),
    *("reported_at", "due_at", "description", "address", "approximate"),
)


def my_list(view: View, own: Mapping[str, Any]) -> Json:
    """At most `most` of the open issues, the one due first before the others, those without a deadline last.

    The totals are those of all that the filter means, whatever `most` is. `version` is the one that a change names.
    """
    table = view.issues
    is_open = np.isin(table.status, [int(status) for status in OPEN]) & counted(view.stages)
    rows = np.flatnonzero(is_open)
    due_us = np.where(table.due_us[rows] == NEVER, np.iinfo(np.int64).max, table.due_us[rows])
    chosen = rows[np.lexsort((rows, due_us))[: own["most"]]]
    lon, lat = table.lonlat(chosen)
    rework = endings_at(view.snapshot.history, chosen, view.as_of_us).rework
    details = view.snapshot.records.of(chosen)
    further = zip(lon.tolist(), lat.tolist(), details.version.tolist(), rework.tolist(), strict=True)
    stages = view.stages[rows]
    return {
        "total": len(rows),
        **{name.value: int(np.count_nonzero(stages == STAGES.index(name))) for name in _STAGES},
        "issues": [
            {name: properties[name] for name in _TAKEN} | dict(zip(_FURTHER, values, strict=True))
            for properties, values in zip(
                IssueProperties(view.snapshot, view.filter.as_of).of(chosen), further, strict=True
            )
        ],
    }


_STAGES: Final = (Stage.OVERDUE, Stage.VERIFYING, Stage.HANDLING)
_FURTHER: Final = ("lon", "lat", "version", "rework")
_ISSUE: Final = record(
    {
        **dict.fromkeys(("id", "number", "type"), STRING),
        "task": nullable(STRING),
        "status": {"enum": [status.name for status in Status if status in OPEN]},
        "stage": STAGE,
        **dict.fromkeys(("subdistrict", "road"), nullable(STRING)),
        "reported_at": MOMENT,
        "due_at": nullable(MOMENT),
        **dict.fromkeys(("description", "address"), STRING),
        "approximate": {"type": "boolean"},
        "lon": LON,
        "lat": LAT,
        "version": {"type": "integer", "minimum": 1},
        "rework": COUNT,
    }
)
OPERATION: Final = data_operation(
    "/api/my-list",
    my_list,
    summary="The open issues that the filter means, by deadline, to be kept on a phone.",
    action=Action.SEE_ISSUES,
    parameters=(integer("most", "how many issues", 0, MOST, default=200),),
    schema={"total": COUNT, **{stage.value: COUNT for stage in _STAGES}, "issues": listing(_ISSUE, most=MOST)},
)
