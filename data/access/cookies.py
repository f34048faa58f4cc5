"""The cookies by which a browser says who it is: routes and pages read the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SECURE_COOKIE: Final = "__Host-xunjie"
"""Over TLS: one that no other host and no plain connection can plant."""

PLAIN_COOKIE: Final = "xunjie"
ROLE_COOKIE: Final = "role"
"""Of the demo's role switch; it means something only where there is no login."""


def session_secret(cookies: Mapping[str, str]) -> str:
    """The session that a page's cookies carry, "" for none. The doorkeeper has let its connection in by the same."""
    return cookies.get(SECURE_COOKIE) or cookies.get(PLAIN_COOKIE) or ""
