"""GET /api/my-list: the issues of the filter that wait in a queue, lean enough to be kept on a phone for a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.operation import choice, integer
from api.schemas import COUNT, LAT, LON, MOMENT, RETURNED, STAGE, STRING, listing, nullable, record
from api.view import View
from data.exporting.issue_properties import IssueProperties
from data.work_queues import queue_rows
from geo.history import endings_at
from geo.lifecycle import OPEN, Stage, Status
from geo.permissions import Action
from geo.queues import OPEN_QUEUE, QUEUES, Pick, queue_of, returned
from geo.selection import STAGES

MOST: Final = 300
_TAKEN: Final = (
    *("id", "number", "type", "task", "status", "stage", "subdistrict", "road"),
    *("reported_at", "due_at", "description", "address", "approximate"),
)


def my_list(view: View, own: Mapping[str, Any]) -> Json:
    """At most `most` of the issues of a queue (all that are open, where none is named), the one due first before the
    others, those without a deadline last.

    The totals are those of the whole queue, whatever `most` is. `version` is the one that a change names.
    """
    table = view.issues
    rows = queue_rows(view.snapshot, view.filter, queue_of(own["queue"]))
    chosen = rows[: own["most"]]
    lon, lat = table.lonlat(chosen)
    rework = endings_at(view.snapshot.history, chosen, view.as_of_us).rework
    details = view.snapshot.records.of(chosen)
    again = returned(table, chosen, history=view.snapshot.history, as_of_us=view.as_of_us)
    columns = (lon, lat, details.version, rework, again)
    further = zip(*(column.tolist() for column in columns), strict=True)
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
_FURTHER: Final = ("lon", "lat", "version", "rework", "returned")
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
        "returned": RETURNED,
    }
)
_QUEUE: Final = choice(
    "queue",
    "what waits for whom; all that is open where it is left out",
    tuple(queue.code for queue in QUEUES if queue.pick is not Pick.OWN),  # an answer does not depend on who asks
    default=OPEN_QUEUE,
)
OPERATION: Final = data_operation(
    "/api/my-list",
    my_list,
    summary="The issues of the filter that wait in a queue, by deadline, to be kept on a phone.",
    action=Action.SEE_ISSUES,
    parameters=(integer("most", "how many issues", 0, MOST, default=200), _QUEUE),
    schema={"total": COUNT, **{stage.value: COUNT for stage in _STAGES}, "issues": listing(_ISSUE, most=MOST)},
)
