"""POST /api/visits: one visit with its answers; score, verdict and the compliance of its point follow. Exactly once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.acting import point_must_be_seen
from api.errors import json_response
from api.operation import Operation
from api.schemas import BOOLEAN, COUNT, INTEGER, MOMENT, NUMBER, STRING, listing, nullable, record
from api.writing import ACTOR, ID, posted, write_answers
from data.documents.answer_sheets import read_answers
from data.inspecting.visiting import VisitDraft
from data.intake.draft_checks import MAX_NOTE
from data.intake.points import VISIT_KINDS
from data.runtime import runtime
from geo.checklist import Answer
from geo.errors import BadValueError
from geo.iso_time import parse_time
from geo.permissions import Action

_REQUIRED: Final = {"point": "the code of an inspection point", "kind": "one of " + ", ".join(VISIT_KINDS)}
_KNOWN: Final = ("at", "answers", "checklist_version", "compliant", "score", "note", "report", "visits_seen")


async def visit(request: Request) -> Response:
    """201 with the receipt; 200 where the same visit came before; 409 where its UUID came with other content, or
    the point was visited meanwhile."""
    current = runtime()
    fields = await posted(request, _KNOWN, _REQUIRED)
    draft = _draft(fields, current.city.time_zone)
    point_must_be_seen(request, draft.point)
    receipt = await run_in_threadpool(current.record_visit, draft, actor=fields["actor"])
    content = {
        "id": receipt.id,
        "point": receipt.point,
        "compliant": receipt.compliant,
        "score": receipt.score,
        "failed": receipt.failed,
        "failed_critical": receipt.failed_critical,
        "checklist_version": receipt.checklist_version,
        "issues": receipt.issues,
        "visits": receipt.visits,
        "revision": receipt.revision,
        "created": receipt.created,
    }
    return json_response(content, 201 if receipt.created else 200)


def _draft(fields: dict[str, Any], time_zone: str) -> VisitDraft:
    for name in ("point", "kind", "note"):
        if name in fields and not isinstance(fields[name], str):
            raise BadValueError(name, fields[name], "text")
    for name in ("checklist_version", "visits_seen"):
        if fields.get(name) is not None and (isinstance(fields[name], bool) or not isinstance(fields[name], int)):
            raise BadValueError(name, fields[name], "a whole number")
    score, report = fields.get("score"), fields.get("report", [])
    if score is not None and (isinstance(score, bool) or not isinstance(score, int | float)):
        raise BadValueError("score", score, "a number from 0 to 100")
    if not isinstance(report, list) or not all(isinstance(code, str) for code in report):
        raise BadValueError("report", report, "a list of codes of items")
    return VisitDraft(
        id=fields["id"],
        point=fields["point"],
        kind=fields["kind"],
        at=_moment(fields["at"], time_zone) if "at" in fields else None,
        answers=read_answers(fields["answers"]) if "answers" in fields else {},
        version=fields.get("checklist_version"),
        compliant=fields.get("compliant"),
        score=None if score is None else float(score),
        note=fields.get("note", ""),
        report=tuple(report),
        visits_seen=fields.get("visits_seen"),
    )


def _moment(text: object, time_zone: str) -> datetime:
    moment = parse_time("at", text, time_zone) if isinstance(text, str) else text
    if not isinstance(moment, datetime):
        raise BadValueError("at", text, "a time, not only a date")
    return moment


_RECEIPT: Final = record(
    {
        "id": STRING,
        "point": STRING,
        "compliant": BOOLEAN,
        "score": nullable(NUMBER),
        "failed": listing(STRING),
        "failed_critical": listing(STRING),
        "checklist_version": nullable(INTEGER),
        "issues": {**listing(STRING), "description": "numbers of the issues that were reported with the visit"},
        "visits": {**COUNT, "description": "of the point, with this one"},
        "revision": INTEGER,
        "created": BOOLEAN,
    }
)
OPERATION: Final = Operation(
    path="/api/visits",
    method="POST",
    action=Action.INSPECT,
    endpoint=visit,
    summary="Record a visit of a point; its answers make score and verdict, the UUID makes it exactly once.",
    body=record(
        {
            "id": ID,
            "actor": ACTOR,
            "point": STRING,
            "kind": {"enum": list(VISIT_KINDS)},
            "at": {**MOMENT, "description": "without it: now"},
            "answers": {
                "type": "object",
                "additionalProperties": {"enum": [answer.value for answer in Answer]},
                "description": "item → what was found; of every item where the class has a checklist",
            },
            "checklist_version": {**INTEGER, "minimum": 1, "description": "without it: the one in force on the day"},
            "compliant": {**BOOLEAN, "description": "only where the class has no checklist"},
            "score": {**NUMBER, "minimum": 0, "maximum": 100, "description": "only where it has none"},
            "note": {**STRING, "maxLength": MAX_NOTE},
            "report": {**listing(STRING), "description": "unmet items to be reported as issues of their types"},
            "visits_seen": {
                **COUNT,
                "description": "how many visits of the point the author knew of; with another number of them nothing "
                "is recorded, and the latest one is told",
            },
        },
        optional=("actor", *_KNOWN),
    ),
    answers=write_answers(_RECEIPT, found=True),
)
