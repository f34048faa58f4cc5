"""Who acts in a request that writes, and whether they see what they act on."""

from __future__ import annotations

import numpy as np
from starlette.requests import Request

from api.identity import reach_of, viewer_of
from data.runtime import runtime
from geo.access import Viewer
from geo.errors import BadValueError, NotFoundError
from geo.look_ups import areas_within
from geo.selection import issues_within


def actor_of(request: Request, named: object) -> str | Viewer:
    """Who acts: the viewer, whose roles and scope count. Where nobody signs in a request may name somebody else."""
    viewer = viewer_of(request)
    if named in (None, viewer.account):
        return viewer
    if runtime().settings.access.is_on or not isinstance(named, str):
        raise BadValueError("actor", named, "nothing: it is who is signed in that acts", "signed_in")
    return named


def named_actor(request: Request, named: object) -> str:
    """The same as the reference that the log keeps."""
    actor = actor_of(request, named)
    return actor.account if isinstance(actor, Viewer) else actor


def must_be_seen(request: Request, *identities: str) -> None:
    """Raises NotFoundError for an issue (UUID or number) that the asker does not see."""
    within, snapshot = reach_of(request), runtime().snapshot
    if within.is_whole:
        return
    for identity in identities:
        rows = np.array([snapshot.row(identity)])
        if not issues_within(snapshot.issues, rows, snapshot.city, within).all():
            raise NotFoundError("issue", identity[:80])


def is_seen(request: Request, identity: str) -> bool:
    """Whether the asker sees the issue (UUID or number)."""
    try:
        must_be_seen(request, identity)
    except NotFoundError:
        return False
    return True


def point_must_be_seen(request: Request, code: str) -> None:
    """Raises NotFoundError for an inspection point that is not there, or that the asker does not see."""
    within, snapshot = reach_of(request), runtime().snapshot
    row = snapshot.point_row(code)
    if not within.is_whole and not areas_within(snapshot.city, within)[int(snapshot.points.subdistrict[row]) + 1]:
        raise NotFoundError("inspection point", code[:80])


def whole_must_be_seen(request: Request, kind: str, identity: str) -> None:
    """Raises NotFoundError unless the asker reaches the whole campaign: what draws from all of it is theirs alone."""
    if not reach_of(request).is_whole:
        raise NotFoundError(kind, identity[:80])
