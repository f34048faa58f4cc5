"""Who acts: the one place where a request that writes is told whose act it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request

from geo.access import Viewer
from geo.errors import BadValueError

ACTOR_EXPECTED: Final = "who acts"


def actor_of(request: Request, fields: Mapping[str, Any]) -> str | Viewer:
    """The viewer who signed in; without sign-in the `actor` of the body. Raises BadValueError without either."""
    viewer = getattr(request.state, "viewer", None)
    if isinstance(viewer, Viewer):
        return viewer
    actor = fields.get("actor")
    if not isinstance(actor, str):
        raise BadValueError("actor", "" if actor is None else actor, f"this field: {ACTOR_EXPECTED}")
    return actor
