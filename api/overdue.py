"""GET /api/overdue: the overdue issues by deadline, whose they are, how many working days past, and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from api.data_route import Json, data_operation
from api.operation import flag, integer, text
from api.place_names import subdistrict_of, type_of
from api.schemas import BOOLEAN, COUNT, MOMENT, STRING, TEXT, listing, nullable, record
from api.view import View
from data.overdue_list import OverdueIssue, overdue_issues
from data.runtime import runtime
from data.unit_work import unit_work
from geo.asking import Asking
from geo.clock import from_us
from geo.iso_time import local_iso
from geo.permissions import Action

_MOST: Final = 500


def overdue(view: View, own: Mapping[str, Any]) -> Json:
    """The earliest deadlines first; `total` counts all of them. `level` is null for what is only due soon;
    `asked_until` is the deadline that the department asks for, unanswered."""
    work = unit_work(view.snapshot, view.filter)
    listed, total = overdue_issues(
        view.snapshot, view.filter, work, most=own["most"], soon=own["soon"], unit=own["unit"]
    )
    details = view.snapshot.records.of(np.array([entry.row for entry in listed], np.int64))
    askings = runtime().askings(details.id.tolist(), as_of=view.filter.as_of)
    rows = [
        {"id": details.id[at], "number": details.number[at], **_row(view, entry, askings.get(details.id[at]))}
        for at, entry in enumerate(listed)
    ]
    return {"rows": rows, "total": total}


def _row(view: View, entry: OverdueIssue, asking: Asking | None) -> Json:
    kind = type_of(view.city, view.issues, entry.row)
    subdistrict, subdistrict_name = subdistrict_of(view.city, view.issues, entry.row)
    due = from_us(entry.due_us)
    assert due is not None
    unit, level = entry.unit, entry.level
    return {
        "type": kind.code,
        "name": kind.name,
        "subdistrict": subdistrict,
        "subdistrict_name": subdistrict_name,
        "unit": None if unit is None else {"code": unit.code, "name": unit.name},
        "due_at": local_iso(due, view.city.time_zone),
        "asked_until": None if asking is None else local_iso(asking.until, view.city.time_zone),
        "overdue": entry.is_overdue,
        "working_days_past": entry.past_days,
        "level": None if level is None else {"code": level.code, "name": level.name, "to": level.to},
    }


OPERATION = data_operation(
    "/api/overdue",
    overdue,
    action=Action.SEE_ISSUES,
    summary="Overdue issues with their unit, the working days past due and the level of escalation.",
    parameters=(
        integer("most", "how many rows", 0, _MOST, default=100),
        flag("soon", "1: also what is due soon"),
        text("unit", "only of the unit of this code", most=40),
    ),
    schema={
        "rows": listing(
            record(
                {
                    "id": STRING,
                    "number": STRING,
                    "type": STRING,
                    "name": TEXT,
                    "subdistrict": nullable(STRING),
                    "subdistrict_name": nullable(TEXT),
                    "unit": nullable(record({"code": STRING, "name": TEXT})),
                    "due_at": MOMENT,
                    "asked_until": nullable(MOMENT),
                    "overdue": BOOLEAN,
                    "working_days_past": COUNT,
                    "level": nullable(record({"code": STRING, "name": TEXT, "to": TEXT})),
                }
            ),
            most=_MOST,
        ),
        "total": COUNT,
    },
)
