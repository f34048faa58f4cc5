"""Which action stands behind which address: our operations by themselves, Streamlit's own paths by the table here.

What no rule covers is closed. A test walks every route that the server has and fails for one without a rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.routing import compile_path

from api.operation import Operation
from geo.permissions import Action


@dataclass(frozen=True, slots=True)
class Door:
    """A rule: what a request of `methods` (None: any) to an address that `pattern` matches in full does."""

    pattern: re.Pattern[str]
    methods: frozenset[str] | None
    action: Action | None
    is_page: bool = False  # who is not signed in is shown the way there


_READ: Final = frozenset({"GET", "HEAD"})


def _door(pattern: str, action: Action, *, methods: frozenset[str] | None = _READ, is_page: bool = False) -> Door:
    return Door(re.compile(pattern), methods, action, is_page)


CLOSED: Final = tuple(
    Door(re.compile(pattern), None, None) for pattern in (r"/_stcore/agent/.*", r"/auth/.*", r"/oauth2callback")
)
"""What Streamlit brings along that nobody may use: driving pages by programs, and a sign-in of its own."""

STREAMLIT: Final = (
    *CLOSED,
    _door(r"/", Action.OWN, is_page=True),
    _door(r"/[a-z][a-z0-9-]{1,39}", Action.OWN, is_page=True),  # the start page, whichever page it will become
    _door(r"/favicon\.(?:ico|png)", Action.OPEN),
    _door(r"/(?:manifest\.json|robots\.txt)", Action.OPEN),
    _door(r"/_stcore/health", Action.OPEN),
    _door(r"/_stcore/script-health-check", Action.OPEN),
    _door(r"/_stcore/stream", Action.OWN, methods=None),  # the pages themselves: each run looks the viewer up again
    _door(r"/_stcore/metrics", Action.WATCH_PROGRAM, methods=frozenset({"GET", "HEAD", "OPTIONS"})),
    _door(r"/_stcore/upload_file/.+", Action.OWN, methods=None),
    _door(r"/_stcore/.+", Action.OWN, methods=frozenset({"GET", "HEAD", "OPTIONS"})),
    _door(r"/(?:media|component|static|app|vendor)/.+", Action.OWN, methods=frozenset({"GET", "HEAD", "OPTIONS"})),
)
"""Streamlit's paths and pages. Nothing of it shows data to someone who is not signed in."""

OURS: Final = (
    _door(r"/(?:api|map|street|heat|wall|healthz|metrics|sign-in|sign-out)(?:/.*)?", Action.OWN, methods=None),
)
"""What is left of our own addresses: a wrong method or a misspelling, which is told to who is signed in."""


class Doors:
    """The rules in the order in which they are tried: operations, what is left of our addresses, Streamlit's."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._exact: dict[tuple[str, str], Door] = {}
        self._patterns: list[Door] = []
        for operation in operations:
            pattern = compile_path(operation.path)[0]
            methods = frozenset({operation.method, *(("HEAD",) if operation.method == "GET" else ())})
            door = Door(pattern, methods, operation.action, operation.is_page)
            if "{" in operation.path:
                self._patterns.append(door)
            else:
                self._exact |= {(method, operation.path): door for method in methods}
        self._patterns += [*OURS, *STREAMLIT]

    def find(self, method: str, path: str) -> Door | None:
        """The rule for a request; None where there is none: it is refused. A websocket has the method GET."""
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact
        for door in self._patterns:
            if (door.methods is None or method in door.methods) and door.pattern.fullmatch(path):
                return door
        return None
