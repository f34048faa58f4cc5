"""/api/me/sessions: where one is signed in, and ending that, one session at a time or all but the one that asks."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import NOT_FOUND
from api.errors import json_response, problem
from api.identity import SECRET, viewer_of
from api.json_body import body_of
from api.me import MOST_BYTES, by_token
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import BOOLEAN, COUNT, MOMENT, PROBLEM, STRING, listing, record
from api.tokens import moment
from data.access.people import Session, secret_hash, session_name
from data.runtime import Runtime, runtime
from geo.permissions import Action


def listed(request: Request) -> Response:
    """The open sessions of who asks, the last seen first."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    found = current.access.sessions(viewer_of(request).account) if current.settings.access.is_on else []
    return json_response({"sessions": [described(one, current, own=_own(request)) for one in found]}, 200)


def described(session: Session, current: Runtime, *, own: str = "") -> dict[str, Any]:
    """A session for whose it is, and for administrators. `own`: the name of the one that asks."""
    return {
        "id": session.name,
        "made_at": moment(session.made_us, current),
        "seen_at": moment(session.seen_us, current),
        "ends_at": moment(session.ends_us, current),
        "way": session.way,
        "this": session.name == own,
    }


async def end(request: Request) -> Response:
    """200 with how many were ended: the one named by the address, also that which asks."""
    return await _ended(request, only=request.path_params["id"])


async def end_others(request: Request) -> Response:
    """200 with how many were ended: all but the one that asks."""
    return await _ended(request, but=_own(request))


async def _ended(request: Request, **which: str) -> Response:
    read_own(request.query_params.multi_items(), ())
    await body_of(request, MOST_BYTES)
    current, account = runtime(), viewer_of(request).account
    if by_token(request) or not current.settings.access.is_on:
        return problem("session_only", 403)
    count = await run_in_threadpool(current.access.end_sessions, account, by=account, **which)
    return json_response({"ended": count}, 200)


def _own(request: Request) -> str:
    secret = request.scope.get(SECRET)
    return session_name(secret_hash(secret)) if isinstance(secret, str) and not by_token(request) else ""


SESSION_FIELDS: Final = {
    "id": {**STRING, "description": "what the log of access calls it"},
    **dict.fromkeys(("made_at", "seen_at", "ends_at"), MOMENT),
    "way": {"enum": ["password", "oidc"]},
    "this": {**BOOLEAN, "description": "the one that asks"},
}
_ENDED: Final = Answer("ended", schema=record({"ended": COUNT}))
_NO_SESSION: Final = Answer("a token asks, or nobody signs in", schema=PROBLEM)
OPERATIONS: Final = (
    Operation(
        path="/api/me/sessions",
        endpoint=listed,
        summary="Where who asks is signed in.",
        action=Action.OWN,
        answers={200: Answer("sessions", schema=record({"sessions": listing(record(SESSION_FIELDS))}))},
    ),
    Operation(
        path="/api/me/sessions/end-others",
        method="POST",
        endpoint=end_others,
        summary="End every session of who asks but the one that asks.",
        action=Action.OWN,
        body={"type": "object"},
        answers={200: _ENDED, 403: _NO_SESSION},
    ),
    Operation(
        path="/api/me/sessions/{id}/end",
        method="POST",
        endpoint=end,
        summary="End one of the own sessions, from this moment on.",
        action=Action.OWN,
        path_parameters={"id": "name of the session"},
        body={"type": "object"},
        answers={200: _ENDED, 403: _NO_SESSION, 404: NOT_FOUND},
    ),
)
