"""The gate before everything: without a login only this machine's own browser gets in, and only our pages write."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OUR_PATHS: Final = ("/api", "/healthz", "/heat", "/metrics", "/map", "/wall")
_BODIES: Final = {"/api/imports": "application/octet-stream"}
"""What a request that writes must carry, where it is not JSON."""

_FORWARDING: Final = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"})
_HOST: Final = re.compile(
    r"(?P<name>localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE
)
_HEADERS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "SAMEORIGIN"),
)
_OUR_HEADERS: Final = (
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"),
)
_OF_ALL: Final = tuple((name.lower().encode(), value.encode()) for name, value in _HEADERS)
_OF_OURS: Final = (*_OF_ALL, *((name.lower().encode(), value.encode()) for name, value in _OUR_HEADERS))


def is_ours(path: str) -> bool:
    """Whether `path` is one of our routes rather than Streamlit's."""
    return any(path == ours or path.startswith(ours + "/") for ours in OUR_PATHS)


def is_loopback_host(host: str) -> bool:
    """Whether a Host header names this machine. A name that merely resolves to it (DNS rebinding) does not."""
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    return _is_loopback(match["name"].strip("[]")) if match["name"][0].isdigit() else True


def is_loopback_address(address: str) -> bool:
    """Whether a server that listens on `address` (a name or number) is reached from its own machine only."""
    return address.lower() == "localhost" or _is_loopback(address.strip("[]"))


@lru_cache(maxsize=64)
def _is_loopback(number: str) -> bool:
    try:
        address = ipaddress.ip_address(number)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


class Gate:
    """ASGI middleware, before everything but the observer, for HTTP and WebSocket alike."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass, with the security headers on its answer; refuse the rest."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = _refusal(scope, Headers(scope=scope))
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return
        answer = self._app if refusal is None else refusal
        await answer(scope, receive, _with_headers(scope["path"], send))


def _refusal(scope: Scope, headers: Headers) -> Response | None:
    """The answer to a request that may not pass; None for one that may."""
    for name in headers:
        if name in _FORWARDING or name.startswith("x-forwarded"):
            return problem("forwarded", 403, header=name)
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not is_loopback_host(hosts[0]) or not _from_here(scope):
        return problem("host", 421)
    unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
    if unsafe and not _same_origin(headers, hosts[0]):
        return problem("origin", 403)
    if unsafe and scope["type"] == "http" and is_ours(scope["path"]):
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        # Neither is a type that a form of another site can send without asking first.
        expected = _BODIES.get(scope["path"], "application/json")
        if kind != expected:
            return problem("content_type", 415, kind=expected)
    return None


def _from_here(scope: Scope) -> bool:
    """Whether both ends of the connection are this machine, where the server knows their numbers."""
    ends = [end[0] for end in (scope.get("client"), scope.get("server")) if end is not None and end[0] is not None]
    return not any(_is_elsewhere(end) for end in ends)


@lru_cache(maxsize=64)
def _is_elsewhere(end: str) -> bool:
    """Whether one end of a connection is the number of another machine."""
    try:
        ipaddress.ip_address(end)
    except ValueError:
        return False  # a socket's path, or the name a test client gives itself
    return not _is_loopback(end)


def _same_origin(headers: Headers, host: str) -> bool:
    """Whether the browser says that a page of this very origin asks. Programs that are no browser say nothing."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _with_headers(path: str, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            more = _OF_OURS if is_ours(path) else _OF_ALL
            message["headers"] = [*message["headers"], *(pair for pair in more if pair[0] not in there)]
        await send(message)

    return sending
