"""/api/accounts/{id}/sessions and …/tokens: what somebody has open, for administrators, and ending it one by one."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import NOT_FOUND
from api.errors import json_response
from api.identity import viewer_of
from api.json_body import body_of
from api.me import MOST_BYTES
from api.my_sessions import SESSION_FIELDS
from api.my_sessions import described as session_of
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import COUNT, listing, record
from api.tokens import TOKEN_FIELDS
from api.tokens import described as token_of
from data.runtime import runtime
from geo.permissions import Action


def listed(request: Request) -> Response:
    """The open sessions and all tokens of an account; nothing by which anyone could sign in."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    account = current.access.account(request.path_params["id"])
    content = {
        "sessions": [session_of(one, current) for one in current.access.sessions(account.id)],
        "tokens": [token_of(one, current) for one in current.access.tokens(account.id)],
    }
    return json_response(content, 200)


async def end_session(request: Request) -> Response:
    """200 with how many were ended: the one that the address names."""
    read_own(request.query_params.multi_items(), ())
    await body_of(request, MOST_BYTES)
    named, by = request.path_params, viewer_of(request).account
    count = await run_in_threadpool(runtime().access.end_sessions, named["id"], by=by, only=named["session"])
    return json_response({"ended": count}, 200)


async def revoke_token(request: Request) -> Response:
    """204: the token is worth nothing from this moment on."""
    read_own(request.query_params.multi_items(), ())
    await body_of(request, MOST_BYTES)
    access, named, by = runtime().access, request.path_params, viewer_of(request).account
    account = await run_in_threadpool(access.account, named["id"])
    await run_in_threadpool(access.revoke_token, named["token"], by=by, account=account.id)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


_ID: Final = {"id": "reference or login of the account"}
OPERATIONS: Final = (
    Operation(
        path="/api/accounts/{id}/access",
        endpoint=listed,
        summary="The open sessions and the tokens of an account.",
        action=Action.MANAGE_PEOPLE,
        path_parameters=_ID,
        answers={
            200: Answer(
                "sessions and tokens",
                schema=record({"sessions": listing(record(SESSION_FIELDS)), "tokens": listing(record(TOKEN_FIELDS))}),
            ),
            404: NOT_FOUND,
        },
    ),
    Operation(
        path="/api/accounts/{id}/sessions/{session}/end",
        method="POST",
        endpoint=end_session,
        summary="End one session of an account, from this moment on.",
        action=Action.MANAGE_PEOPLE,
        path_parameters={**_ID, "session": "name of the session"},
        body={"type": "object"},
        answers={200: Answer("ended", schema=record({"ended": COUNT})), 404: NOT_FOUND},
    ),
    Operation(
        path="/api/accounts/{id}/tokens/{token}/revoke",
        method="POST",
        endpoint=revoke_token,
        summary="Revoke a token of an account.",
        action=Action.MANAGE_PEOPLE,
        path_parameters={**_ID, "token": "reference of the token"},
        body={"type": "object"},
        answers={204: Answer("revoked", media_type=""), 404: NOT_FOUND},
    ),
)
