"""GET /api/me and POST /api/me/password: who is signed in, what they may do, and a password of their own choosing."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import BAD_REQUEST
from api.errors import json_response, problem
from api.identity import SECRET, viewer_of
from api.json_body import body_of, fields_of
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import BOOLEAN, PROBLEM, STRING, Schema, listing, record
from data.access.looking_up import TOKEN_PREFIX
from data.access.people import scope_kinds
from data.access.settings import LOGINS
from data.runtime import runtime
from geo.access import Role
from geo.errors import BadValueError
from geo.permissions import Action, may
from i18n import translate

MOST_BYTES: Final = 16 * 1024


def me(request: Request) -> Response:
    """The viewer as the program knows them now."""
    read_own(request.query_params.multi_items(), ())
    viewer, login = viewer_of(request), runtime().settings.access.login
    content: dict[str, Any] = {
        "account": viewer.account,
        "name": translate(viewer.name, "zh-CN") if login == "off" else viewer.name,
        "roles": sorted(viewer.roles),
        "scope": scope_kinds(viewer.scope),
        "actions": [action for action in Action if may(viewer, action)],
        "login": login,
        "demo": login == "off",
    }
    return json_response(content, 200)


def by_token(request: Request) -> bool:
    """Whether a token asks rather than a person who is signed in."""
    return str(request.scope.get(SECRET) or "").startswith(TOKEN_PREFIX)


async def password(request: Request) -> Response:
    """204 once the password is changed; every session ends with the old one, this one too."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), tuple(_PASSWORDS), _PASSWORDS)
    if by_token(request):
        return problem("session_only", 403)
    access, account = runtime().access, viewer_of(request).account
    old, new = (fields[name] if isinstance(fields[name], str) else "" for name in ("old", "new"))
    if not access.settings.is_on or not await run_in_threadpool(access.change_password, account, old, new):
        raise BadValueError("old", "…", "the present password, of an account that is not locked")
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


_PASSWORDS: Final = {"old": "the present password", "new": "the new password"}
SCOPE: Final[Schema] = {
    "type": "object",
    "properties": dict.fromkeys(("subdistricts", "departments", "groups"), listing(STRING)),
    "additionalProperties": False,
    "description": "codes; a kind that is left out is not bounded",
}
ROLES: Final[Schema] = listing({"enum": [str(role) for role in Role]})
OPERATIONS: Final = (
    Operation(
        path="/api/me",
        endpoint=me,
        summary="Who asks, with their roles, scope and what they may do.",
        action=Action.OWN,
        answers={
            200: Answer(
                "the viewer",
                schema=record(
                    {
                        "account": STRING,
                        "name": STRING,
                        "roles": ROLES,
                        "scope": SCOPE,
                        "actions": listing(STRING),
                        "login": {"enum": list(LOGINS)},
                        "demo": BOOLEAN,
                    }
                ),
            )
        },
    ),
    Operation(
        path="/api/me/password",
        method="POST",
        endpoint=password,
        summary="Change the own password; all sessions and tokens of the account end.",
        action=Action.OWN,
        body=record(dict.fromkeys(_PASSWORDS, STRING)),
        answers={
            204: Answer("changed", media_type=""),
            400: BAD_REQUEST,
            403: Answer("a token asks", schema=PROBLEM),
        },
    ),
)
