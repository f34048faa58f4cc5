"""/api/issues/{identity}/reporter: name and phone of who reported an issue, to who may see them, each look logged; and
forgetting them when somebody asks for it."""

from __future__ import annotations

from typing import Final

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.acting import must_be_seen
from api.data_route import BAD_REQUEST, NOT_FOUND
from api.errors import json_response
from api.identity import viewer_of
from api.json_body import body_of, fields_of
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import BOOLEAN, STRING, nullable, record
from data.intake.draft_checks import MAX_NOTE, checked_text
from data.runtime import runtime
from data.store.personal import KINDS
from geo.errors import NotFoundError
from geo.permissions import Action

MOST_BYTES: Final = 16 * 1024
_REASON: Final = "why it is forgotten, without a name: this stays in the log"


def reporter(request: Request) -> Response:
    """Never kept by anyone. NotFoundError for an issue that is not the asker's to know of, or one whose report names
    nobody."""
    read_own(request.query_params.multi_items(), ())
    issue, reference, known = _known(request)
    runtime().access.saw_protected(viewer_of(request), "reporter", issue)
    said = {kind: known.get(kind) for kind in KINDS}
    erased = all(value is None for value in known.values())
    return json_response({"issue": issue, "reference": reference, **said, "erased": erased}, 200)


async def erase(request: Request) -> Response:
    """200 with whether there was anything left to forget. The issue and its story stay, and so does the log's chain."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), ("reason",), {"reason": _REASON})
    reason = checked_text("reason", fields["reason"], MAX_NOTE, required=True)
    return await run_in_threadpool(_erase, request, reason)


def _erase(request: Request, reason: str) -> Response:
    issue, reference, _ = _known(request)
    receipt = runtime().erase_person(reference, actor=viewer_of(request).account, note=reason)
    return json_response({"issue": issue, "reference": reference, "erased": receipt.created}, 200)


def _known(request: Request) -> tuple[str, str, dict[str, str | None]]:
    """UUID of the issue, the reference of its reporter, and what is kept under that."""
    identity, current = request.path_params["identity"], runtime()
    must_be_seen(request, identity)
    snapshot = current.snapshot
    row = np.array([snapshot.row(identity)])
    reference = snapshot.records.standings(row)[0].reporter
    known = current.persons([reference]).get(reference)
    if known is None:
        raise NotFoundError("reporter", identity[:80])
    return str(snapshot.records.of(row).id[0]), reference, known


_PATH: Final = {"identity": "UUID or number of the issue"}
_NAMES: Final = dict.fromkeys(("issue", "reference"), STRING)
OPERATIONS: Final = (
    Operation(
        path="/api/issues/{identity}/reporter",
        endpoint=reporter,
        summary="Name and phone of who reported an issue. The look is noted in the log of access.",
        action=Action.SEE_PROTECTED,
        path_parameters=_PATH,
        answers={
            200: Answer(
                "the reporter",
                schema=record(
                    {
                        **_NAMES,
                        **{kind: nullable(STRING) for kind in KINDS},
                        "erased": {**BOOLEAN, "description": "it was known, and has been forgotten"},
                    }
                ),
            ),
            404: NOT_FOUND,
        },
    ),
    Operation(
        path="/api/issues/{identity}/reporter/erase",
        method="POST",
        endpoint=erase,
        summary="Forget name and phone of who reported an issue, at their request.",
        action=Action.ASSIGN,
        path_parameters=_PATH,
        body=record({"reason": {**STRING, "maxLength": MAX_NOTE, "description": _REASON}}),
        answers={
            200: Answer("whether there was anything to forget", schema=record({**_NAMES, "erased": BOOLEAN})),
            400: BAD_REQUEST,
            404: NOT_FOUND,
        },
    ),
)
