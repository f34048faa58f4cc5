"""What the routes that write to the campaign's books share: the body's limit, its actor, the kinds of answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request

from api.acting import named_actor
from api.data_route import BAD_REQUEST, NOT_FOUND
from api.json_body import body_of, fields_of
from api.operation import Answer
from api.question import read_own
from api.schemas import PROBLEM, STALE, STRING, Schema
from data.intake.draft_checks import MAX_NAME

MOST_BYTES: Final = 64 * 1024
ID: Final[Schema] = {**STRING, "format": "uuid", "description": "made by the client, the same at each repetition"}
ACTOR: Final[Schema] = {**STRING, "maxLength": MAX_NAME, "description": "left out: it is who is signed in"}
REQUIRED: Final[Mapping[str, str]] = {
    "id": "a UUID of this request made by the client, the same at each repetition",
}


async def posted(request: Request, known: tuple[str, ...], required: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the body, `id` and `actor` among them. Raises BadValueError."""
    read_own(request.query_params.multi_items(), ())
    wanted = {**REQUIRED, **required}
    fields = fields_of(await body_of(request, MOST_BYTES), (*wanted, "actor", *known), wanted)
    return fields | {"actor": named_actor(request, fields.get("actor"))}


def write_answers(receipt: Schema, *, found: bool = False) -> dict[int, Answer]:
    """The answers of a route that writes exactly once; `found`: it names something that may not be there."""
    answers = {
        201: Answer("written", schema=receipt),
        200: Answer("the same was written before; nothing changed", schema=receipt),
        400: BAD_REQUEST,
        409: Answer(
            "the UUID was used for other content, or what is there now is not what was seen",
            schema={"anyOf": [STALE, PROBLEM]},
        ),
        413: BAD_REQUEST,
        415: Answer("not JSON", schema=PROBLEM),
        503: Answer("the store cannot be written at the moment, or too much waits: nothing was", schema=PROBLEM),
    }
    return answers | {404: NOT_FOUND} if found else answers
