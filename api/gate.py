"""The gate before everything: without a login only this machine's own browser gets in, with one whoever asks for a
name of ours; and only our pages write."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem
from data.access.settings import AccessSettings
from data.runtime import open_runtime_or_none

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OUR_PATHS: Final = (
    *("/api", "/healthz", "/heat", "/metrics", "/map", "/photos", "/street", "/wall"),
    *("/sign-in", "/sign-out"),
)
_FORM: Final = ("application/x-www-form-urlencoded",)
_BODIES: Final = {
    "/api/imports": ("application/octet-stream",),
    "/api/photos": ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"),
    "/sign-in": _FORM,
    "/sign-out": _FORM,
}
"""What a request that writes must carry, where it is not JSON."""

_FORWARDING: Final = frozenset(
    {b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"true-client-ip", b"cf-connecting-ip"}
)
_READ: Final = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host")
_HOP: Final = re.compile(r"\[(?P<six>[0-9a-fA-F:.]+)\](?::[0-9]+)?|(?P<four>[0-9.]+):[0-9]+", re.ASCII)
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


_WITHIN_OURS: Final = tuple(f"{path}/" for path in OUR_PATHS)


def is_ours(path: str) -> bool:
    """Whether `path` is one of our routes rather than Streamlit's."""
    return path in OUR_PATHS or path.startswith(_WITHIN_OURS)


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
        settings = _settings()
        refusal = _proxy_refusal(scope, settings) or _refusal(scope, Headers(scope=scope), settings)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return
        answer = self._app if refusal is None else refusal
        await answer(scope, receive, _with_headers(scope["path"], send, private=settings.is_on))


def _settings() -> AccessSettings:
    """The open program's; until it is open those without a login."""
    current = open_runtime_or_none()
    return AccessSettings() if current is None else current.settings.access


def _proxy_refusal(scope: Scope, settings: AccessSettings) -> Response | None:
    """Put what a trusted proxy says of the browser's connection in the place of its own, and take its headers away;
    the answer to a forwarded request that comes from anywhere else, or that says something twice."""
    names = [name for name, _ in scope["headers"] if name in _FORWARDING or name.startswith(b"x-forwarded")]
    if not names:
        return None
    forwarded, headers = {name.decode("latin-1") for name in names}, Headers(scope=scope)
    hops = [_address(hop) for hop in headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    peer = _peer(scope, hops)
    if not settings.is_on or not settings.trusts(peer):
        return problem("forwarded", 403, header=min(forwarded))
    if any(len(headers.getlist(name)) > 1 for name in _READ):
        return problem("forwarded", 403, header="x-forwarded")
    said = {name: headers.get(name, "") for name in _READ}
    # From the right: each trusted proxy has added who it heard from; the first other one is the browser.
    browser = next((hop for hop in reversed(hops) if not settings.trusts(hop)), peer)
    kept = [pair for pair in scope["headers"] if pair[0].decode("latin-1").lower() not in forwarded]
    if said["x-forwarded-host"]:
        kept = [pair for pair in kept if pair[0] != b"host"] + [(b"host", said["x-forwarded-host"].encode("latin-1"))]
    scope["headers"], scope["client"] = kept, (browser, 0)
    if said["x-forwarded-proto"] in ("http", "https"):
        web, socket = (said["x-forwarded-proto"], "wss" if said["x-forwarded-proto"] == "https" else "ws")
        scope["scheme"] = socket if scope["type"] == "websocket" else web
    return None


def _peer(scope: Scope, hops: list[str]) -> str:
    """Who holds the other end of the connection. Uvicorn believes what is forwarded from this very machine, and has put
    it in the place of the peer's address before we see it: an address that is also among the hops is no peer's."""
    client = scope.get("client")
    if client is None or client[0] is None:
        return ""
    return "127.0.0.1" if client[0] in hops else str(client[0])


def _address(hop: str) -> str:
    """The address of one hop, without its port."""
    match = _HOP.fullmatch(hop.strip())
    return hop.strip() if match is None else match["six"] or match["four"]


def _refusal(scope: Scope, headers: Headers, settings: AccessSettings) -> Response | None:
    """The answer to a request that may not pass; None for one that may."""
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _may_be_asked(hosts[0], scope, settings):
        return problem("host_unnamed" if settings.is_on else "host", 421)
    unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
    if unsafe and not _same_origin(headers, hosts[0]):
        return problem("origin", 403)
    if unsafe and scope["type"] == "http" and is_ours(scope["path"]):
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        # None is a type that a form of another site can send without asking first.
        expected = _BODIES.get(scope["path"], ("application/json",))
        if kind not in expected:
            return problem("content_type", 415, kind=", ".join(expected))
    return None


def _may_be_asked(host: str, scope: Scope, settings: AccessSettings) -> bool:
    """Whether a Host header names us: this machine for who sits at it, a name of the settings for others too."""
    name = host.lower()
    if settings.is_on and (name in settings.hosts or name.rpartition(":")[0] in settings.hosts):
        return True
    return is_loopback_host(host) and _from_here(scope)


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


def _with_headers(path: str, send: Send, *, private: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            more = _OF_OURS if is_ours(path) else _OF_ALL
            message["headers"] = [*message["headers"], *(pair for pair in more if pair[0] not in there)]
            if private:
                _keep_private(MutableHeaders(scope=message))
        await send(message)

    return sending


def _keep_private(headers: MutableHeaders) -> None:
    """What one person is answered is kept by no cache between."""
    if not headers.get("cache-control", "").startswith(("no-store", "private")):
        headers["cache-control"] = "private, " + headers.get("cache-control", "no-cache").replace("public, ", "")
