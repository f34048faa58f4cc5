"""Small pieces of our own HTML: every plain value is escaped here, so that no text can become markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


class Html(str):
    """Markup that is safe to send. Made only from literals of this code and by the functions below."""

    __slots__ = ()


def tag(name: str, *children: object, cls: str = "", **attributes: str | None) -> Html:
    """One element. Children that are not `Html`, and every attribute, are escaped.

    An attribute of None is left out; `_` in its name becomes `-` (aria_label → aria-label).
    """
    pairs = {"class": cls or None, **{key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}}
    inner = "".join(f' {key}="{escape(value)}"' for key, value in pairs.items() if value is not None)
    return Html(f"<{name}{inner}>{join(children)}</{name}>")


def join(parts: Iterable[object]) -> Html:
    """Several pieces in a row; what is not `Html` is escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(str(part)) for part in parts))
