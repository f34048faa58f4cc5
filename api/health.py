"""GET /healthz: whether the program is ready, for whoever starts and watches it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from api.errors import json_response, sentence
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import COUNT, PROBLEM, STRING, record
from data.runtime import runtime


def health(request: Request) -> Response:
    """200 once the store is open and filled; 503 before and after. 200 too while the store is lost, for reading goes on
    from the snapshot: `status` says `degraded` then, and `why`."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    snapshot, state = current.snapshot, current.store_health
    content: dict[str, object] = {
        "status": state.status,
        "city": current.city.code,
        "revision": snapshot.revision,
        "issues": len(snapshot.issues),
    }
    if state.why:
        content["why"] = {"code": state.why, **sentence(state.why)}
    return json_response(content, 200)


OPERATION = Operation(
    path="/healthz",
    endpoint=health,
    summary="Readiness.",
    answers={
        200: Answer(
            "ready, or reading only while the store is lost",
            schema=record(
                {
                    "status": {"enum": ["ready", "degraded"]},
                    "city": STRING,
                    "revision": COUNT,
                    "issues": COUNT,
                    "why": record({"code": STRING, "message": STRING, "message_zh": STRING}),
                },
                optional=("why",),
            ),
        ),
        503: Answer("the store is not open", schema=PROBLEM),
    },
)
