"""/api/inbox: what the asker is told, newest first, what waits for them, and up to where they have read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import BAD_REQUEST
from api.errors import json_response
from api.identity import viewer_of
from api.json_body import body_of, fields_of
from api.operation import Answer, Operation, integer
from api.place_names import subdistrict_of, type_of
from api.question import read_own
from api.schemas import BOOLEAN, COUNT, MOMENT, STRING, TEXT, listing, nullable, record
from data.notices.inbox import Inbox, InboxRow
from data.notices.waiting import Waiting, stepped, waiting_for
from data.runtime import Runtime, runtime
from data.snapshot import Snapshot
from geo.clock import from_us
from geo.errors import BadValueError
from geo.iso_time import local_iso
from geo.lifecycle import Status
from geo.notices import Code
from geo.permissions import Action

MOST_BYTES: Final = 1_024
MOST: Final = 200
_MOST: Final = integer("most", "how many notices, and how many issues that wait", 0, MOST, default=50)
_SEQ: Final = "the `head` of the inbox that was read: a whole number"


def inbox(request: Request) -> Response:
    """Never kept by anyone: it is one person's."""
    own = read_own(request.query_params.multi_items(), (_MOST,))
    current, viewer = runtime(), viewer_of(request)
    snapshot = current.snapshot
    campaign = current.city.campaign()
    found = current.notices.inbox(snapshot, viewer, most=own["most"])
    waiting = waiting_for(snapshot, viewer, campaign, most=own["most"])
    return json_response(
        {
            "revision": snapshot.revision,
            "as_of": local_iso(stepped(snapshot, campaign), current.city.time_zone),
            "head": found.head,
            "total": found.total,
            "unread": found.unread,
            "more_unread": found.more_unread,
            "notices": _rows(current, snapshot, found),
            "waiting": _waiting(current, snapshot, waiting),
        },
        200,
    )


async def seen(request: Request) -> Response:
    """200 with where the asker's cursor stands now: it never goes back, nor beyond what there is."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), ("seq",), {"seq": _SEQ})
    seq = fields["seq"]
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq < 2**62:
        raise BadValueError("seq", seq, _SEQ)
    return json_response({"seen": await run_in_threadpool(runtime().notices.see, viewer_of(request).account, seq)}, 200)


def _rows(current: Runtime, snapshot: Snapshot, found: Inbox) -> list[dict[str, Any]]:
    return [
        {
            "seq": row.seq,
            "code": str(row.code),
            "at": local_iso(datetime.fromisoformat(row.at), current.city.time_zone),
            "unread": row.unread,
            "note": row.note,
            **_issue(current, snapshot, row),
        }
        for row in found.rows
    ]


def _issue(current: Runtime, snapshot: Snapshot, row: InboxRow) -> dict[str, Any]:
    table = snapshot.issues
    kind = type_of(current.city, table, row.row)
    subdistrict, subdistrict_name = subdistrict_of(current.city, table, row.row)
    unit = int(table.department[row.row])
    status = row.status if row.status is not None else Status(int(table.status[row.row]))
    return {
        "issue": {"id": row.issue_id, "number": row.number},
        "type": kind.code,
        "name": kind.name,
        "subdistrict": subdistrict,
        "subdistrict_name": subdistrict_name,
        "department": str(table.departments[unit]) if unit >= 0 else None,
        "status": status.name,
    }


def _waiting(current: Runtime, snapshot: Snapshot, waiting: Waiting) -> dict[str, Any]:
    city = current.city
    details = snapshot.records.of(np.array([entry.row for entry in waiting.first], np.int64))
    rows = []
    for at, entry in enumerate(waiting.first):
        kind, due = type_of(city, snapshot.issues, entry.row), from_us(entry.due_us)
        assert due is not None
        rows.append(
            {
                "issue": {"id": details.id[at], "number": details.number[at]},
                "type": kind.code,
                "name": kind.name,
                "due_at": local_iso(due, city.time_zone),
                "overdue": entry.is_overdue,
                "working_days_past": entry.past_days,
                "level": None if entry.level is None else entry.level.code,
                "unit": None if entry.unit is None else entry.unit.code,
            }
        )
    levels = [
        {"code": level.code, "name": level.name, "to": level.to, "count": count}
        for level, count in zip(city.escalation.levels, waiting.by_level, strict=True)
    ]
    return {"due_soon": waiting.due_soon, "overdue": waiting.overdue, "levels": levels, "rows": rows}


_NAMED: Final = {"issue": record({"id": STRING, "number": STRING}), "type": STRING, "name": TEXT}
_NOTICE: Final = record(
    {
        "seq": COUNT,
        "code": {"enum": [str(code) for code in Code]},
        "at": MOMENT,
        "unread": BOOLEAN,
        "note": STRING,
        **_NAMED,
        "subdistrict": nullable(STRING),
        "subdistrict_name": nullable(TEXT),
        "department": nullable(STRING),
        "status": {"enum": [status.name for status in Status]},
    }
)
_WAITING: Final = record(
    {
        **_NAMED,
        "due_at": MOMENT,
        "overdue": BOOLEAN,
        "working_days_past": COUNT,
        "level": nullable(STRING),
        "unit": nullable(STRING),
    }
)
OPERATIONS: Final = (
    Operation(
        path="/api/inbox",
        endpoint=inbox,
        summary="What the asker is told: the newest notices, how many are unread, what is due soon or overdue.",
        action=Action.SEE_ISSUES,
        parameters=(_MOST,),
        answers={
            200: Answer(
                "the inbox",
                schema=record(
                    {
                        "revision": COUNT,
                        "as_of": MOMENT,
                        **dict.fromkeys(("head", "total", "unread"), COUNT),
                        "more_unread": {**BOOLEAN, "description": "older ones, not looked at, may be unread too"},
                        "notices": listing(_NOTICE, most=MOST),
                        "waiting": record(
                            {
                                **dict.fromkeys(("due_soon", "overdue"), COUNT),
                                "levels": listing(record({"code": STRING, "name": TEXT, "to": TEXT, "count": COUNT})),
                                "rows": listing(_WAITING, most=MOST),
                            }
                        ),
                    }
                ),
            ),
            400: BAD_REQUEST,
        },
    ),
    Operation(
        path="/api/inbox/seen",
        method="POST",
        endpoint=seen,
        summary="The asker has read everything up to an event.",
        action=Action.OWN,
        body=record({"seq": COUNT}),
        answers={200: Answer("where the cursor stands", schema=record({"seen": COUNT})), 400: BAD_REQUEST},
    ),
)
