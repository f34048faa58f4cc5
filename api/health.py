"""GET /healthz: whether the program is ready, and if not, why; for whoever starts and watches it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.errors import json_response
from api.identity import viewer_of
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import COUNT, STRING, listing, record
from data.health import Condition, Reason
from data.runtime import Runtime, open_runtime_or_none
from geo.permissions import Action
from i18n import translate


def health(request: Request) -> Response:
    """200 while maps and lists are answered, be it `degraded`; 503 before the store is open and after."""
    read_own(request.query_params.multi_items(), ())
    current = open_runtime_or_none()
    found = Condition("closed", (Reason("not_open"),)) if current is None else current.health()
    content: dict[str, Any] = {"status": found.state, "reasons": [_described(reason) for reason in found.reasons]}
    if current is None or found.state == "closed":
        return json_response(content, 503, {"Retry-After": "2"})
    if found.reasons:
        content["why"] = content["reasons"][0]
    known = viewer_of(request).account  # before they sign in nobody is told how many there are
    return json_response(content | (_figures(current) if known else {}), 200)


def _figures(current: Runtime) -> dict[str, Any]:
    snapshot = current.snapshot
    return {"city": current.city.code, "revision": snapshot.revision, "issues": len(snapshot.issues)}


def _described(reason: Reason) -> dict[str, str]:
    return {
        "code": reason.code,
        "message": translate(reason.sentence, "en", **reason.values),
        "message_zh": translate(reason.sentence, "zh-CN", **reason.values),
    }


_REASON = record({"code": STRING, "message": STRING, "message_zh": STRING})
_READY = {"enum": ["ready", "degraded"], "description": "degraded: reading works, something else does not"}
OPERATION = Operation(
    path="/healthz",
    endpoint=health,
    summary="Readiness, and what is wrong.",
    action=Action.OPEN,
    answers={
        200: Answer(
            "ready, or degraded but reading",
            schema=record(
                {
                    "status": _READY,
                    "reasons": listing(_REASON),
                    "why": _REASON,  # the first of the reasons
                    "city": STRING,
                    "revision": COUNT,
                    "issues": COUNT,
                },
                optional=("why", "city", "revision", "issues"),
            ),
        ),
        503: Answer("not open", schema=record({"status": {"const": "closed"}, "reasons": listing(_REASON)})),
    },
)
