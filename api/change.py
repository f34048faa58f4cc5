"""POST /api/issues/{identity}/changes: one change of an issue's status, made exactly once, from the version seen."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.acting import actor_of, must_be_seen
from api.acts import RECEIPT, moment_of, told
from api.data_route import BAD_REQUEST, NOT_FOUND
from api.errors import json_response
from api.json_body import body_of, fields_of
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import INTEGER, MOMENT, PROBLEM, STALE, STRING, record
from data.intake.draft_checks import MAX_NAME, MAX_NOTE
from data.runtime import runtime
from geo.lifecycle import Status
from geo.permissions import Action

_EXPECTED: Final = {
    "id": "a UUID of this change made by the client, the same at each repetition",
    "version": "the version of the issue that was seen",
    "status": "the status wished for",
}
_FIELDS: Final = (*_EXPECTED, "actor", "note", "evidence", "until", "due_at")


async def change(request: Request) -> Response:
    """201 with the receipt; 200 where the same change came before; 409 with the difference from a stale version."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    fields = fields_of(await body_of(request, MOST_BYTES), _FIELDS, _EXPECTED)
    actor = actor_of(request, fields.get("actor"))
    identity = request.path_params["identity"]
    await run_in_threadpool(must_be_seen, request, identity)
    receipt = await run_in_threadpool(
        current.change,
        identity,
        fields["version"],
        fields["status"],
        actor=actor,
        client_uuid=fields["id"],
        note=fields.get("note", ""),
        evidence=fields.get("evidence", ""),
        until=moment_of("until", fields["until"], current) if "until" in fields else None,
        due_at=moment_of("due_at", fields["due_at"], current) if "due_at" in fields else None,
    )
    return json_response(told(receipt), 201 if receipt.created else 200)


MOST_BYTES: Final = 64 * 1024
OPERATION = Operation(
    path="/api/issues/{identity}/changes",
    method="POST",
    endpoint=change,
    summary="Change the status of an issue; the client's UUID makes it exactly once, a stale version is refused.",
    action=Action.CHANGE_STATUS,
    path_parameters={"identity": "UUID or number of the issue"},
    body=record(
        {
            "id": {**STRING, "format": "uuid"},
            "version": {**INTEGER, "minimum": 1, "description": "the version of the issue that was seen"},
            "status": {"enum": [status.name for status in Status]},
            "actor": {
                **STRING,
                "maxLength": MAX_NAME,
                "description": "who makes the change; left out where people sign in",
            },
            "note": {**STRING, "maxLength": MAX_NOTE, "description": "the reason, where the change needs one"},
            "evidence": {**STRING, "maxLength": MAX_NOTE, "description": "the proof, where the change needs one"},
            "until": {**MOMENT, "description": "the end of a deferral"},
            "due_at": {**MOMENT, "description": "the deadline of an issue that is reopened; else by its type"},
        },
        optional=["actor", "note", "evidence", "until", "due_at"],
    ),
    answers={
        201: Answer("made", schema=RECEIPT),
        200: Answer("the same change was made before; nothing changed", schema=RECEIPT),
        400: BAD_REQUEST,
        403: Answer("not for this person's role, part of the campaign, or hands", schema=PROBLEM),
        404: NOT_FOUND,
        409: Answer(
            "the issue is at another version (what differs is told), its life has no such step, or the UUID was used "
            "for another change",
            schema={"anyOf": [STALE, PROBLEM]},
        ),
        413: BAD_REQUEST,
        415: Answer("not JSON", schema=PROBLEM),
        503: Answer("the store cannot be written at the moment", schema=PROBLEM),
    },
)
