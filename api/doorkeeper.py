"""The doorkeeper: looks up who asks, for every request and websocket, and lets through who may, by one table of rules.

Stands behind the gate and before everything that knows an answer. What a client says of its own identity in headers is
taken away here; behind this only the ASGI scope says who it is.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.doors import Door, Doors
from api.errors import error_response, problem
from api.gate import SAFE_METHODS
from api.identity import ACTION, SECRET, VIEWER, bearer_of, cookie_name, cookies_of
from data.access.cookies import ROLE_COOKIE
from data.access.demo_persons import demo_person
from data.duties import ruled
from data.runtime import Runtime, open_runtime_or_none
from geo.access import ANONYMOUS, Viewer
from geo.errors import StoreError
from geo.permissions import Action, may

_IDENTITY: Final = re.compile(
    r"remote[-_]|x-remote|x-forwarded|x-auth|x-user|x-webauth|x-email|x-account|x-authenticated|x-streamlit|x-xunjie|"
    r"x-ms-client-principal|x-goog-|cf-access|ssl-client|x-ssl-|x-client-cert|x-amzn-oidc|authorization$|"
    r"proxy-authorization$|.*_",
    re.IGNORECASE,
)
"""Headers by which a proxy would tell a program who somebody is; this one asks no header. One with an underscore may
be read by others as one of those."""


class Doorkeeper:
    """ASGI middleware for HTTP and WebSocket."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app, self._doors = app, doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the viewer into the scope and pass on; or say that they have to sign in, or may not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        door = self._doors.find(scope.get("method", "GET"), scope["path"])
        try:
            viewer, secret = await self._look_up(scope, headers)
        except StoreError as error:
            await _refuse(error_response(error), scope, receive, send)
            return
        refusal = _refusal(
            scope, headers, door, viewer, by_cookie=secret is not None and "authorization" not in headers
        )
        if refusal is not None:
            await _refuse(refusal, scope, receive, send)
            return
        assert door is not None
        scope[VIEWER], scope[SECRET], scope[ACTION] = viewer, secret, door.action
        scope["headers"] = [pair for pair in scope["headers"] if not _IDENTITY.match(pair[0].decode("latin-1"))]
        await self._app(scope, receive, send)

    async def _look_up(self, scope: Scope, headers: Headers) -> tuple[Viewer, str | None]:
        """Who asks, and by which secret. StoreError where it cannot be told."""
        current = open_runtime_or_none()
        if current is None:
            return ANONYMOUS, None
        if not current.settings.access.is_on:
            return demo_person(cookies_of(headers).get(ROLE_COOKIE), current.city.areas.codes), None
        secret = bearer_of(headers) if scope["type"] == "http" else None
        if secret is None:
            secret = cookies_of(headers).get(cookie_name(scope["scheme"]), "")
        if not secret:
            return ANONYMOUS, None
        viewer = await _viewer(current, secret)
        return ANONYMOUS if viewer is None else ruled(current.snapshot, viewer), secret


async def _viewer(current: Runtime, secret: str) -> Viewer | None:
    access = current.access
    return access.viewer(secret) if access.at_hand(secret) else await run_in_threadpool(access.viewer, secret)


def _refusal(scope: Scope, headers: Headers, door: Door | None, viewer: Viewer, *, by_cookie: bool) -> Response | None:
    """What is answered instead; None where the viewer may pass."""
    if door is not None and door.action is Action.OPEN:
        return None
    if not viewer.account:
        is_page = door is not None and door.is_page and scope["type"] == "http"
        if is_page and scope["method"] in ("GET", "HEAD"):
            return RedirectResponse(
                f"/sign-in?{urlencode({'next': _address(scope)})}", 303, {"Cache-Control": "no-store"}
            )
        return problem("sign_in", 401, {"WWW-Authenticate": "Bearer"})
    if door is None or door.action is None:
        return problem("no_route", 404)
    unsafe = scope["type"] == "http" and scope["method"] not in SAFE_METHODS
    if unsafe and by_cookie and "origin" not in headers and "sec-fetch-site" not in headers:
        return problem("origin", 403)  # every browser says where a form or a script comes from
    return None if may(viewer, door.action) else problem("not_your_role", 403)


def _address(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return quote(scope["path"]) + (f"?{query}" if query else "")


async def _refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the client sees a 403
    else:
        await answer(scope, receive, send)
