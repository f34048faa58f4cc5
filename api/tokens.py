"""/api/tokens: a person's own keys for programs: made (and shown once), listed, revoked."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import BAD_REQUEST, NOT_FOUND
from api.errors import json_response, problem
from api.identity import viewer_of
from api.json_body import body_of, fields_of
from api.me import MOST_BYTES, ROLES, SCOPE, by_token
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import BOOLEAN, INTEGER, MOMENT, PROBLEM, STRING, listing, nullable, record
from data.access.people import Token, checked_name, checked_roles, checked_scope, scope_kinds
from data.runtime import Runtime, runtime
from data.scope_codes import known_codes
from geo.clock import from_us
from geo.errors import BadValueError
from geo.iso_time import local_iso
from geo.permissions import Action

LONGEST_DAYS: Final = 366
_FIELDS: Final = ("name", "days", "roles", "scope")
_EXPECTED: Final = {"name": "what the token is for", "days": f"for how many days, 1 to {LONGEST_DAYS}"}


def moment(us: int | None, current: Runtime) -> str | None:
    """A wall time as answers say it; None for none."""
    at = from_us(us) if us is not None else None
    return None if at is None else local_iso(at, current.city.time_zone)


def listed(request: Request) -> Response:
    """The tokens of who asks, the newest first; their secrets are known to nobody any more."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    tokens = current.access.tokens(viewer_of(request).account) if current.settings.access.is_on else []
    return json_response({"tokens": [described(token, current) for token in tokens]}, 200)


def described(token: Token, current: Runtime) -> dict[str, Any]:
    """A token for its owner and for administrators."""
    return {
        "id": token.id,
        "name": token.name,
        "roles": sorted(token.roles),
        "scope": scope_kinds(token.scope),
        "made_at": moment(token.made_us, current),
        "expires_at": moment(token.expires_us, current),
        "used_at": moment(token.used_us, current),
        "revoked": token.revoked_us is not None,
    }


async def make(request: Request) -> Response:
    """201 with the secret, this once. A token has roles of its owner's, and nothing beyond their scope."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), _FIELDS, _EXPECTED)
    current, viewer = runtime(), viewer_of(request)
    if by_token(request) or not current.settings.access.is_on:
        return problem("session_only", 403)
    days = fields["days"]
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST_DAYS:
        raise BadValueError("days", days, _EXPECTED["days"])
    token, secret = await run_in_threadpool(
        current.access.make_token,
        viewer,
        name=checked_name(fields["name"]),
        roles=checked_roles(fields["roles"]) if "roles" in fields else viewer.roles,
        scope=checked_scope(fields.get("scope"), known_codes(current.snapshot), held=(viewer.scope,)),
        days=days,
    )
    return json_response(described(token, current) | {"token": secret}, 201)


async def revoke(request: Request) -> Response:
    """204: the token is worth nothing from this moment on. Its owner may; administrators: api.account_access."""
    read_own(request.query_params.multi_items(), ())
    await body_of(request, MOST_BYTES)
    viewer = viewer_of(request)
    await run_in_threadpool(
        runtime().access.revoke_token, request.path_params["id"], by=viewer.account, account=viewer.account
    )
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


TOKEN_FIELDS: Final = {
    "id": STRING,
    "name": STRING,
    "roles": ROLES,
    "scope": SCOPE,
    "made_at": MOMENT,
    "expires_at": MOMENT,
    "used_at": nullable(MOMENT),
    "revoked": BOOLEAN,
}
OPERATIONS: Final = (
    Operation(
        path="/api/tokens",
        endpoint=listed,
        summary="The tokens of who asks.",
        action=Action.OWN,
        answers={200: Answer("tokens", schema=record({"tokens": listing(record(TOKEN_FIELDS))}))},
    ),
    Operation(
        path="/api/tokens",
        method="POST",
        endpoint=make,
        summary="Make a token; its secret is shown this once. Programs send it as Authorization: Bearer.",
        action=Action.OWN,
        body=record(
            {
                "name": STRING,
                "days": {**INTEGER, "minimum": 1, "maximum": LONGEST_DAYS},
                "roles": ROLES,
                "scope": SCOPE,
            },
            optional=["roles", "scope"],
        ),
        answers={
            201: Answer("made", schema=record({**TOKEN_FIELDS, "token": STRING})),
            400: BAD_REQUEST,
            403: Answer("a token asks, or nobody signs in", schema=PROBLEM),
        },
    ),
    Operation(
        path="/api/tokens/{id}/revoke",
        method="POST",
        endpoint=revoke,
        summary="Revoke one of the own tokens.",
        action=Action.OWN,
        path_parameters={"id": "reference of the token"},
        body={"type": "object"},
        answers={204: Answer("revoked", media_type=""), 404: NOT_FOUND},
    ),
)
