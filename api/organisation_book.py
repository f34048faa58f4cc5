"""GET and POST /api/organisation/book: all units and rules as they are put, tried first where that is asked for."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.acting import named_actor
from api.answers import json_answer, name_of
from api.data_route import BAD_REQUEST, NOT_MODIFIED, Json
from api.errors import json_response
from api.json_body import body_of, fields_of
from api.operation import Answer, Operation
from api.organisation import LEFT_OPEN, left_open
from api.question import read_own
from api.schemas import BOOLEAN, COUNT, INTEGER, PROBLEM, STRING, Schema, listing, nullable, record
from data.documents.checking import MOST_BYTES
from data.documents.organisation import COLLECTION, CURRENT, written
from data.duties import duties_in_force
from data.duties_preview import preview
from data.intake.draft_checks import MAX_NAME
from data.runtime import runtime
from data.snapshot import Snapshot
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.organisation_edits import Book
from geo.permissions import Action

PATH: Final = "/api/organisation/book"
_EXPECTED: Final = {
    "id": "a UUID of this change made by the client, the same at each repetition",
    "version": "the version that was seen, 0 where the city's own file holds",
    "content": "an object with the lists units and rules",
}


def book(request: Request) -> Response:
    """The content in force and its version, which the next one must name."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    snapshot = current.snapshot
    stand = (name_of(current), snapshot.revision)
    return json_answer(request, (*stand, PATH), lambda: _in_force(snapshot), stand=stand)


def _in_force(snapshot: Snapshot) -> Json:
    duties = duties_in_force(snapshot)
    return {"version": _version(snapshot), "content": written(Book(duties.organisation, duties.rules))}


def _version(snapshot: Snapshot) -> int:
    """What a put must have seen: also a retired document has a version."""
    document = snapshot.documents.document(COLLECTION, CURRENT)
    return 0 if document is None else int(document.version)


async def put_book(request: Request) -> Response:
    """201 once it is in force, 200 where the same came before or `preview` asked only what would follow."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, 2 * MOST_BYTES), (*_EXPECTED, "actor", "preview"), _EXPECTED)
    only_tried = fields.get("preview", False)
    if not isinstance(only_tried, bool):
        raise BadValueError("preview", only_tried, "true or false")
    if not isinstance(fields["content"], dict):
        raise BadValueError("content", fields["content"], _EXPECTED["content"])
    return await run_in_threadpool(_put, fields, named_actor(request, fields.get("actor")), only_tried)


def _put(fields: Json, actor: str, only_tried: bool) -> Response:
    current = runtime()
    snapshot, campaign = current.snapshot, current.city.campaign()
    chosen = IssueFilter(campaign=campaign.code, register=campaign.default_register, as_of=current.now())
    found = preview(snapshot, fields["content"], chosen)
    version, created = _version(snapshot), False
    if not only_tried:
        receipt = current.put_document(
            COLLECTION,
            CURRENT,
            fields["content"],
            fields["version"],
            client_uuid=fields["id"],
            actor=actor,
        )
        version, created = receipt.version, receipt.created
    content: Json = {"version": version, "created": created, "open": found.open, "moved": found.moved}
    content["moves"] = [{"from": move.before, "to": move.after, "n": move.n} for move in found.moves]
    return json_response(content | left_open(found.duties.table), 201 if created else 200)


_CONTENT: Final[Schema] = {"type": "object", "required": ["units", "rules"], "description": "units and rules"}
_RECEIPT: Final = record(
    {
        "version": {**COUNT, "description": "of the document that is in force now; 0: the city's own file"},
        "created": BOOLEAN,
        "open": {**COUNT, "description": "open issues of the current campaign's default register"},
        "moved": {**COUNT, "description": "how many of them the rules give to another unit"},
        "moves": listing(record({"from": nullable(STRING), "to": nullable(STRING), "n": COUNT})),
        **LEFT_OPEN,
    }
)
OPERATIONS: Final = (
    Operation(
        path=PATH,
        action=Action.MANAGE_CAMPAIGN,
        endpoint=book,
        summary="All units and rules in the form in which they are put, with their version.",
        answers={
            200: Answer("what is in force", schema=record({"version": COUNT, "content": _CONTENT})),
            304: NOT_MODIFIED,
            400: BAD_REQUEST,
        },
    ),
    Operation(
        path=PATH,
        action=Action.MANAGE_CAMPAIGN,
        method="POST",
        endpoint=put_book,
        summary="Put all units and rules at once; `preview` only tells what would follow.",
        body=record(
            {
                "id": {**STRING, "format": "uuid"},
                "version": {**INTEGER, "minimum": 0, "description": _EXPECTED["version"]},
                "actor": {**STRING, "maxLength": MAX_NAME, "description": "left out: it is who is signed in"},
                "content": _CONTENT,
                "preview": {**BOOLEAN, "description": "true: nothing is written"},
            },
            optional=["actor", "preview"],
        ),
        answers={
            201: Answer("in force", schema=_RECEIPT),
            200: Answer("made before, or only tried: nothing was written", schema=_RECEIPT),
            400: BAD_REQUEST,
            404: Answer("a later version of what was never put", schema=PROBLEM),
            409: Answer("another version is in force (what differs is told), or the UUID was used for other content"),
            413: BAD_REQUEST,
            415: Answer("not JSON", schema=PROBLEM),
            503: Answer("the store cannot be written at the moment", schema=PROBLEM),
        },
    ),
)
