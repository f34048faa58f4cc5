"""/api/accounts and /api/access-log: people, for administrators; and the log of access, for auditors too."""

from __future__ import annotations

from typing import Any, Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import BAD_REQUEST, NOT_FOUND
from api.errors import json_response, problem
from api.identity import viewer_of
from api.json_body import body_of, fields_of
from api.me import MOST_BYTES, ROLES, SCOPE, by_token
from api.operation import Answer, Operation, integer
from api.question import read_own
from api.schemas import BOOLEAN, COUNT, MOMENT, PROBLEM, STRING, listing, nullable, record
from api.tokens import moment
from data.access.people import Account, checked_login, checked_name, checked_roles, checked_scope, scope_kinds
from data.runtime import Runtime, runtime
from data.scope_codes import known_codes
from geo.errors import BadValueError
from geo.permissions import Action

_CHANGES: Final = ("name", "roles", "scope", "disabled", "password")
_NEW: Final = ("login", "name", "roles", "scope", "password")
_EXPECTED: Final = {"login": "a login", "name": "a name for the screen", "roles": "a list of roles"}
_MOST: Final = integer("most", "how many of the newest entries", 1, 1_000, default=200)


def listed(request: Request) -> Response:
    """Every account, with how many sessions it has open."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    open_ones = [session.account for session in current.access.sessions()]
    accounts = [described(account, current, open_ones.count(account.id)) for account in current.access.accounts()]
    return json_response({"accounts": accounts}, 200)


def described(account: Account, current: Runtime, sessions: int) -> dict[str, Any]:
    """An account for administrators: nothing by which anyone could sign in."""
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "roles": sorted(account.roles),
        "scope": scope_kinds(account.scope),
        "disabled": account.disabled,
        "has_password": account.has_password,
        "locked_until": moment(account.locked_until_us, current),
        "sessions": sessions,
    }


async def add(request: Request) -> Response:
    """201 with the new account; without a password it can only sign in by the provider."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), _NEW, _EXPECTED)
    if by_token(request):
        return problem("session_only", 403)
    current = runtime()
    made = await run_in_threadpool(
        current.access.add_account,
        by=viewer_of(request).account,
        login=checked_login(fields["login"]),
        name=checked_name(fields["name"]),
        roles=checked_roles(fields["roles"]),
        scope=checked_scope(fields.get("scope"), known_codes(current.snapshot)),
        password=_password(fields),
    )
    return json_response(described(made, current, 0), 201)


async def change(request: Request) -> Response:
    """200 with the account. Nobody changes their own roles, scope or standing: another administrator does."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), _CHANGES, {})
    if by_token(request):
        return problem("session_only", 403)
    current, by = runtime(), viewer_of(request).account
    account = await run_in_threadpool(current.access.account, request.path_params["id"])
    if account.id == by and fields.keys() - {"name"}:
        raise BadValueError(min(fields.keys() - {"name"}), "…", "a change of somebody else: not of your own rights")
    if not isinstance(fields.get("disabled", False), bool):
        raise BadValueError("disabled", fields["disabled"], "true or false")
    scope = None
    if "scope" in fields:
        scope = checked_scope(fields["scope"], known_codes(current.snapshot), held=(account.scope,))
    changed = await run_in_threadpool(
        current.access.change_account,
        account.id,
        by=by,
        name=checked_name(fields["name"]) if "name" in fields else None,
        roles=checked_roles(fields["roles"]) if "roles" in fields else None,
        scope=scope,
        disabled=fields.get("disabled"),
    )
    new = _password(fields)
    if new is not None:
        await run_in_threadpool(current.access.set_password, account.id, new, by=by)
    return json_response(described(changed, current, len(current.access.sessions(account.id))), 200)


async def revoke(request: Request) -> Response:
    """200 with how many sessions and tokens of the account were ended."""
    read_own(request.query_params.multi_items(), ())
    await body_of(request, MOST_BYTES)
    identity, by = request.path_params["id"], viewer_of(request).account
    count = await run_in_threadpool(runtime().access.revoke_sessions, identity, by=by)
    return json_response({"ended": count}, 200)


def log(request: Request) -> Response:
    """The newest entries of the log of access, the last one first."""
    own = read_own(request.query_params.multi_items(), (_MOST,))
    found = [
        {
            "seq": entry.seq,
            "at": entry.at,
            "actor": entry.actor,
            "kind": entry.kind,
            "subject": entry.subject,
            "payload": orjson.loads(entry.payload),
            "hash": entry.hash,
        }
        for entry in runtime().access.newest_entries(own["most"])
    ]
    return json_response({"entries": found}, 200)


def _password(fields: dict[str, Any]) -> str | None:
    given = fields.get("password")
    if given is not None and not isinstance(given, str):
        raise BadValueError("password", "…", "text")
    return given


_ACCOUNT: Final = record(
    {
        **dict.fromkeys(("id", "login", "name"), STRING),
        "roles": ROLES,
        "scope": SCOPE,
        **dict.fromkeys(("disabled", "has_password"), BOOLEAN),
        "locked_until": nullable(MOMENT),
        "sessions": COUNT,
    }
)
_TOKEN_ASKS: Final = Answer("a token asks", schema=PROBLEM)
_ENTRY: Final = record(
    {
        "seq": COUNT,
        **dict.fromkeys(("at", "actor", "kind", "hash"), STRING),
        "subject": nullable(STRING),
        "payload": {"type": "object"},
    }
)
OPERATIONS: Final = (
    Operation(
        path="/api/accounts",
        endpoint=listed,
        summary="Every account.",
        action=Action.MANAGE_PEOPLE,
        answers={200: Answer("accounts", schema=record({"accounts": listing(_ACCOUNT)}))},
    ),
    Operation(
        path="/api/accounts",
        method="POST",
        endpoint=add,
        summary="Make an account.",
        action=Action.MANAGE_PEOPLE,
        body=record(
            {**dict.fromkeys(("login", "name", "password"), STRING), "roles": ROLES, "scope": SCOPE},
            optional=["scope", "password"],
        ),
        answers={201: Answer("made", schema=_ACCOUNT), 400: BAD_REQUEST, 403: _TOKEN_ASKS},
    ),
    Operation(
        path="/api/accounts/{id}",
        method="POST",
        endpoint=change,
        summary="Change an account, or disable it, which ends its sessions and tokens.",
        action=Action.MANAGE_PEOPLE,
        path_parameters={"id": "reference or login of the account"},
        body=record(
            {"name": STRING, "roles": ROLES, "scope": SCOPE, "disabled": BOOLEAN, "password": STRING}, optional=_CHANGES
        ),
        answers={
            200: Answer("the account", schema=_ACCOUNT),
            400: BAD_REQUEST,
            403: _TOKEN_ASKS,
            404: NOT_FOUND,
            409: Answer("the last administrator", schema=PROBLEM),
        },
    ),
    Operation(
        path="/api/accounts/{id}/revoke",
        method="POST",
        endpoint=revoke,
        summary="End every session and token of an account, from this moment on.",
        action=Action.MANAGE_PEOPLE,
        path_parameters={"id": "reference or login of the account"},
        body={"type": "object"},
        answers={200: Answer("ended", schema=record({"ended": COUNT})), 404: NOT_FOUND},
    ),
    Operation(
        path="/api/access-log",
        endpoint=log,
        summary="Who signed in, what administrators changed, who saw protected data.",
        action=Action.READ_AUDIT,
        parameters=(_MOST,),
        answers={200: Answer("entries", schema=record({"entries": listing(_ENTRY)})), 400: BAD_REQUEST},
    ),
)
