"""Every answer of our routes is counted, timed and logged: the outermost middleware.

What is kept of a request is its method and the route's own template, never the address that was asked for: a search
text is in no log, and no label of a metric grows with what people type.
"""

from __future__ import annotations

import itertools
import logging
import re
import secrets
import time
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.gate import is_ours
from api.metrics import count_request
from data.logs import REQUEST_ID

_LOG = logging.getLogger("xunjie.access")
_IDENTITY: Final = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BEGUN: Final = secrets.token_hex(4)
_NUMBERS: Final = itertools.count(1)
"""Requests of this process are told apart by their number, processes by what they drew at their start."""

_QUIET: Final = frozenset({"/healthz", "/metrics"})
"""Asked again and again by whoever watches: logged only when they fail."""


class Observer:
    """ASGI middleware for HTTP. Streams are timed up to their first bytes, everything else to its last."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; note how it went."""
        if scope["type"] != "http" or not is_ours(scope["path"]):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        sent = Headers(scope=scope).get("x-request-id", "")
        identity = sent if _IDENTITY.fullmatch(sent) else f"{_BEGUN}{next(_NUMBERS):08x}"
        answer = _Answer(scope, began)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = identity
                answer.started(message["status"], headers.get("content-type", ""))
            await send(message)

        token = REQUEST_ID.set(identity)
        try:
            await self._app(scope, receive, sending)
        finally:
            answer.ended()
            REQUEST_ID.reset(token)


class _Answer:
    """One answer on its way; noted once."""

    def __init__(self, scope: Scope, began: float) -> None:
        self._scope, self._began = scope, began
        self._status, self._noted = 500, False  # what a server says that breaks off before it has begun

    def started(self, status: int, content_type: str) -> None:
        self._status = status
        if content_type.startswith("text/event-stream"):
            self._note()

    def ended(self) -> None:
        if not self._noted:
            self._note()

    def _note(self) -> None:
        self._noted = True
        seconds = time.perf_counter() - self._began
        method = self._scope["method"] if self._scope["method"] in _METHODS else "other"
        route = route_of(self._scope)
        count_request(method, route, self._status, seconds)
        if self._status < 400 and route in _QUIET:
            return
        _LOG.log(
            logging.ERROR if self._status >= 500 else logging.INFO,
            "%s %s %d",
            method,
            route,
            self._status,
            extra={"method": method, "route": route, "status": self._status, "duration_ms": round(seconds * 1e3, 1)},
        )


def route_of(scope: Scope) -> str:
    """The template of the route that answered, such as /api/issues/{id}; `other` where none did."""
    path = getattr(scope.get("route"), "path", "other")
    return "other" if ":path}" in path or path == "/api" else path
