"""Whose request it is: the cookie or token it brings, and the viewer that the doorkeeper found for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from data.access.cookies import PLAIN_COOKIE, SECURE_COOKIE
from data.access.looking_up import TOKEN_PREFIX
from geo.access import Scope, Viewer
from geo.errors import NotAllowedError
from geo.permissions import Action, may, reach

VIEWER: Final = "xunjie.viewer"
SECRET: Final = "xunjie.secret"  # noqa: S105 - a key of the ASGI scope
ACTION: Final = "xunjie.action"


def viewer_of(request: HTTPConnection) -> Viewer:
    """Who asks. NotAllowedError where no doorkeeper has looked at the request: then nobody may do anything."""
    viewer = request.scope.get(VIEWER)
    if not isinstance(viewer, Viewer):
        raise NotAllowedError("nobody has been looked up", "nobody")
    return viewer


def reach_of(request: HTTPConnection, action: Action | None = None) -> Scope:
    """The part of the campaign in which the viewer may do what the request asks for (or `action`). NotAllowedError
    where they may not at all."""
    wanted = action or request.scope.get(ACTION)
    scope = None if wanted is None else reach(viewer_of(request), wanted)
    if scope is None:
        raise NotAllowedError(f"it is {wanted}, which none of your roles may do", "action", action=wanted)
    return scope


def sees_issues(request: HTTPConnection) -> bool:
    """Whether the viewer may see issues one by one, and not only their counts."""
    return may(viewer_of(request), Action.SEE_ISSUES)


def is_secure(scheme: str) -> bool:
    """Whether the browser's connection is encrypted; the gate has put in what a trusted proxy says of it."""
    return scheme in ("https", "wss")


def cookie_name(scheme: str) -> str:
    """The session's cookie: over TLS one that no other host and no plain connection can plant."""
    return SECURE_COOKIE if is_secure(scheme) else PLAIN_COOKIE


def cookies_of(headers: Headers) -> Mapping[str, str]:
    """The request's cookies; the first of a name that comes twice, none where they cannot be read."""
    found: dict[str, str] = {}
    for line in headers.getlist("cookie"):
        for part in line[:8_192].split(";"):
            name, separator, value = part.strip().partition("=")
            if separator and name not in found:
                found[name] = value.strip('"')
    return found


def bearer_of(headers: Headers) -> str | None:
    """The token of `Authorization: Bearer xjt_…`; None without one, "" where there are several."""
    given = headers.getlist("authorization")
    if not given:
        return None
    kind, _, secret = given[0].partition(" ")
    sound = len(given) == 1 and kind.lower() == "bearer" and secret.startswith(TOKEN_PREFIX)
    return secret.strip() if sound else ""


def session_cookie(secret: str, scheme: str, *, most_s: int) -> str:
    """The Set-Cookie that carries a session: unreadable by scripts, not sent along by other sites' forms."""
    secure = "; Secure" if is_secure(scheme) else ""
    return f"{cookie_name(scheme)}={secret}; Path=/; Max-Age={most_s}; HttpOnly; SameSite=Lax{secure}"
