"""GET /healthz: whether the program is ready, for whoever starts and watches it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.errors import json_response
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import COUNT, PROBLEM, STRING, record
from data.runtime import runtime


def health(request: Request) -> Response:
    """200 once the store is open and filled; 503 before and after."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    snapshot = current.snapshot
    content = {
        "status": "ready",
        "city": current.city.code,
        "revision": snapshot.revision,
        "issues": len(snapshot.issues),
    }
    return json_response(content, 200)


OPERATION = Operation(
    path="/healthz",
    endpoint=health,
    summary="Readiness.",
    answers={
        200: Answer(
            "ready",
            schema=record({"status": {"const": "ready"}, "city": STRING, "revision": COUNT, "issues": COUNT}),
        ),
        503: Answer("the store is not open", schema=PROBLEM),
    },
)
