"""/api/webhooks and /api/unit-addresses: where notices and digests go, for administrators."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.data_route import BAD_REQUEST, NOT_FOUND
from api.errors import json_response, problem
from api.identity import viewer_of
from api.json_body import body_of, fields_of
from api.me import MOST_BYTES, by_token
from api.operation import Answer, Operation
from api.question import read_own
from api.schemas import BOOLEAN, COUNT, MOMENT, PROBLEM, STRING, listing, nullable, record
from api.tokens import moment
from data.access.people import checked_scope
from data.notices.webhooks import Webhook, checked_codes
from data.runtime import Runtime, runtime
from data.scope_codes import known_codes
from geo.errors import BadValueError
from geo.notices import Code
from geo.permissions import Action

_URL: Final = {"url": "the http or https address to post to"}
_ADDRESS: Final = {"unit": "the code of a unit", "address": "an e-mail address"}


def described(webhook: Webhook, current: Runtime) -> dict[str, Any]:
    """A webhook for administrators, without its secret."""
    codes, scope = webhook.codes, webhook.scope
    state = "paused" if webhook.paused_us is not None else "failing" if webhook.attempts else "well"
    return {
        "id": webhook.id,
        "url": webhook.url,
        "kinds": None if codes is None else sorted(codes),
        "subdistricts": None if scope.subdistricts is None else sorted(scope.subdistricts),
        "departments": None if scope.departments is None else sorted(scope.departments),
        "active": webhook.active,
        "state": state if webhook.active else "off",
        "made_at": moment(webhook.made_us, current),
        "seq": webhook.seq,
        "waiting": max(0, current.snapshot.seq - webhook.seq),
        "attempts": webhook.attempts,
        "next_at": moment(webhook.next_us, current),
        "error": webhook.error,
        "delivered": webhook.delivered,
        "delivered_at": moment(webhook.delivered_us, current),
    }


def listed(request: Request) -> Response:
    """Every webhook, with how far it is; the secrets are shown to nobody any more."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    return json_response({"webhooks": [described(one, current) for one in current.notices.webhooks()]}, 200)


async def add(request: Request) -> Response:
    """201 with the webhook and its secret, this once."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), ("url", "kinds", "subdistricts", "departments"), _URL)
    if by_token(request):
        return problem("session_only", 403)
    if not isinstance(fields["url"], str):
        raise BadValueError("url", fields["url"], "text")
    current = runtime()
    kinds = {name: fields[name] for name in ("subdistricts", "departments") if name in fields}
    made, secret = await run_in_threadpool(
        current.notices.add_webhook,
        by=viewer_of(request).account,
        url=fields["url"],
        codes=checked_codes(fields.get("kinds")),
        scope=checked_scope(kinds, known_codes(current.snapshot)),
    )
    return json_response(described(made, current) | {"secret": secret}, 201)


async def change(request: Request) -> Response:
    """200 with the webhook, switched on or off, or set to send again from an event on."""
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), ("active", "replay_from"), {})
    if by_token(request):
        return problem("session_only", 403)
    active, replay_from = fields.get("active"), fields.get("replay_from")
    if active is not None and not isinstance(active, bool):
        raise BadValueError("active", active, "true or false")
    if replay_from is not None and (not isinstance(replay_from, int) or isinstance(replay_from, bool)):
        raise BadValueError("replay_from", replay_from, "the number of an event")
    current = runtime()
    changed = await run_in_threadpool(
        current.notices.change_webhook,
        request.path_params["id"],
        by=viewer_of(request).account,
        active=active,
        replay_from=replay_from,
    )
    return json_response(described(changed, current), 200)


async def remove(request: Request) -> Response:
    """204: it is gone, and nothing is sent there from this moment on."""
    read_own(request.query_params.multi_items(), ())
    await body_of(request, MOST_BYTES)
    if by_token(request):
        return problem("session_only", 403)
    identity, by = request.path_params["id"], viewer_of(request).account
    await run_in_threadpool(runtime().notices.remove_webhook, identity, by=by)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def addresses(request: Request) -> Response:
    """The addresses of every unit that has some."""
    read_own(request.query_params.multi_items(), ())
    current = runtime()
    found = current.notices.addresses()
    if found:
        current.access.saw_protected(viewer_of(request), "addresses", "units")
    return json_response({"units": [{"unit": unit, "addresses": kept} for unit, kept in found.items()]}, 200)


async def add_address(request: Request) -> Response:
    """200 with the addresses of the unit."""
    return await _address(request, remove=False)


async def remove_address(request: Request) -> Response:
    """200 with what is left of the unit's addresses: the one that was named is erased."""
    return await _address(request, remove=True)


async def _address(request: Request, *, remove: bool) -> Response:
    read_own(request.query_params.multi_items(), ())
    fields = fields_of(await body_of(request, MOST_BYTES), tuple(_ADDRESS), _ADDRESS)
    if by_token(request):
        return problem("session_only", 403)
    for name in _ADDRESS:
        if not isinstance(fields[name], str):
            raise BadValueError(name, "…", "text")
    notices, unit = runtime().notices, fields["unit"]
    act = notices.remove_address if remove else notices.add_address
    await run_in_threadpool(act, unit, fields["address"], by=viewer_of(request).account)
    return json_response({"unit": unit, "addresses": notices.addresses().get(unit, [])}, 200)


_CODES: Final = nullable(listing(STRING))
_FIELDS: Final = {
    **dict.fromkeys(("id", "url"), STRING),
    "kinds": nullable(listing({"enum": [str(code) for code in Code]})),
    **dict.fromkeys(("subdistricts", "departments"), _CODES),
    "active": BOOLEAN,
    "state": {"enum": ["well", "failing", "paused", "off"]},
    "made_at": MOMENT,
    **dict.fromkeys(("seq", "waiting", "attempts"), COUNT),
    "next_at": nullable(MOMENT),
    "error": STRING,
    "delivered": COUNT,
    "delivered_at": nullable(MOMENT),
}
_TOKEN_ASKS: Final = Answer("a token asks", schema=PROBLEM)
_UNIT: Final = record({"unit": STRING, "addresses": listing(STRING)})
_NEW: Final = ("kinds", "subdistricts", "departments")
OPERATIONS: Final = (
    Operation(
        path="/api/webhooks",
        endpoint=listed,
        summary="Every webhook, and how far it is.",
        action=Action.MANAGE_NOTICES,
        answers={200: Answer("webhooks", schema=record({"webhooks": listing(record(_FIELDS))}))},
    ),
    Operation(
        path="/api/webhooks",
        method="POST",
        endpoint=add,
        summary="Add a webhook; the secret that signs its deliveries is shown this once.",
        action=Action.MANAGE_NOTICES,
        body=record({"url": STRING, **{name: _FIELDS[name] for name in _NEW}}, optional=_NEW),
        answers={
            201: Answer("made", schema=record({**_FIELDS, "secret": STRING})),
            400: BAD_REQUEST,
            403: _TOKEN_ASKS,
            409: Answer("there are too many", schema=PROBLEM),
        },
    ),
    Operation(
        path="/api/webhooks/{id}",
        method="POST",
        endpoint=change,
        summary="Switch a webhook on or off, or send again from an event on.",
        action=Action.MANAGE_NOTICES,
        path_parameters={"id": "reference of the webhook"},
        body=record({"active": BOOLEAN, "replay_from": COUNT}, optional=("active", "replay_from")),
        answers={
            200: Answer("the webhook", schema=record(_FIELDS)),
            400: BAD_REQUEST,
            403: _TOKEN_ASKS,
            404: NOT_FOUND,
        },
    ),
    Operation(
        path="/api/webhooks/{id}/remove",
        method="POST",
        endpoint=remove,
        summary="Remove a webhook.",
        action=Action.MANAGE_NOTICES,
        path_parameters={"id": "reference of the webhook"},
        body={"type": "object"},
        answers={204: Answer("removed", media_type=""), 403: _TOKEN_ASKS, 404: NOT_FOUND},
    ),
    Operation(
        path="/api/unit-addresses",
        endpoint=addresses,
        summary="The e-mail addresses to which units are sent their digest.",
        action=Action.MANAGE_NOTICES,
        answers={200: Answer("addresses", schema=record({"units": listing(_UNIT)}))},
    ),
    Operation(
        path="/api/unit-addresses",
        method="POST",
        endpoint=add_address,
        summary="Add an e-mail address of a unit.",
        action=Action.MANAGE_NOTICES,
        body=record(dict.fromkeys(_ADDRESS, STRING)),
        answers={200: Answer("addresses", schema=_UNIT), 400: BAD_REQUEST, 403: _TOKEN_ASKS,
                 409: Answer("the unit has too many", schema=PROBLEM)},
    ),
    Operation(
        path="/api/unit-addresses/remove",
        method="POST",
        endpoint=remove_address,
        summary="Erase an e-mail address of a unit.",
        action=Action.MANAGE_NOTICES,
        body=record(dict.fromkeys(_ADDRESS, STRING)),
        answers={200: Answer("addresses", schema=_UNIT), 400: BAD_REQUEST, 403: _TOKEN_ASKS, 404: NOT_FOUND},
    ),
)  # fmt: skip
