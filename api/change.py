"""POST /api/issues/{identity}/changes: one change of an issue's status, made exactly once, from the version seen."""

from __future__ import annotations

from typing import Final

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import BAD_REQUEST, NOT_FOUND
from api.errors import json_response
from api.identity import reach_of, viewer_of
from api.json_body import body_of, fields_of
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import BOOLEAN, INTEGER, PROBLEM, STALE, STRING, record
from data.intake.draft_checks import MAX_NAME, MAX_NOTE
from data.runtime import runtime
from geo.access import Viewer
from geo.errors import BadValueError, NotFoundError
from geo.lifecycle import Status
from geo.permissions import Action
from geo.selection import issues_within

MOST_BYTES: Final = 64 * 1024
_EXPECTED: Final = {
    "id": "a UUID of this change made by the client, the same at each repetition",
    "version": "the version of the issue that was seen",
    "status": "the status wished for",
}
_FIELDS: Final = (*_EXPECTED, "actor", "note", "evidence")


async def change(request: Request) -> Response:
    """201 with the receipt; 200 where the same change came before; 409 with the difference from a stale version."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), _FIELDS, _EXPECTED)
    actor = actor_of(request, fields.get("actor"))
    identity = request.path_params["identity"]
    await run_in_threadpool(must_be_seen, request, identity)
    receipt = await run_in_threadpool(
        runtime().change,
        identity,
        fields["version"],
        fields["status"],
        actor=actor,
        client_uuid=fields["id"],
        note=fields.get("note", ""),
        evidence=fields.get("evidence", ""),
    )
    content = {
        "id": receipt.id,
        "issue": receipt.issue_id,
        "version": receipt.version,
        "revision": receipt.revision,
        "created": receipt.created,
    }
    return json_response(content, 201 if receipt.created else 200)


def actor_of(request: Request, named: object) -> str | Viewer:
    """Who acts: the viewer, whose roles and scope count. Where nobody signs in a request may name somebody else."""
    viewer = viewer_of(request)
    if named in (None, viewer.account):
        return viewer
    if runtime().settings.access.is_on or not isinstance(named, str):
        raise BadValueError("actor", named, "nothing: it is who is signed in that acts")
    return named


def must_be_seen(request: Request, identity: str) -> None:
    """Raises NotFoundError for an issue that the asker does not see."""
    within, snapshot = reach_of(request), runtime().snapshot
    if not within.is_whole:
        rows = np.array([snapshot.row(identity)])
        if not issues_within(snapshot.issues, rows, snapshot.city, within).all():
            raise NotFoundError("issue", identity[:80])


_RECEIPT: Final = record(
    {"id": STRING, "issue": STRING, "version": INTEGER, "revision": INTEGER, "created": BOOLEAN},
)
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
        },
        optional=["actor", "note", "evidence"],
    ),
    answers={
        201: Answer("made", schema=_RECEIPT),
        200: Answer("the same change was made before; nothing changed", schema=_RECEIPT),
        400: BAD_REQUEST,
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
