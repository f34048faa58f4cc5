"""The one way in: drafts become checked records in WGS-84, ready for the log, whatever door they came through."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from data.intake.draft_checks import CheckedDraft, campaign_of, checked_draft
from data.intake.draft_geometry import CheckedGeometries, checked_geometries
from data.store.events import iso_utc
from geo.campaign import Campaign
from geo.city import City
from geo.clock import to_us
from geo.errors import XunjieError
from geo.issue import IssueDraft, Transition

Now = Callable[[Campaign], Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """The coordinates from which a geometry was converted long ago, as our own export tells them."""

    datum: str
    x: float
    y: float


@dataclass(slots=True)
class CheckedIssue:
    """One draft that may be written. `payload` is that of its event; the writer adds what only it knows (the id and
    number where None, revision, wall time). `at_us` is the campaign's now."""

    id: str | None
    content: str
    at_us: int
    reported_us: int
    payload: dict[str, Any]
    history: tuple[Transition, ...]
    person: dict[str, str] = field(default_factory=dict)  # what is kept apart from the log, by kind
    formerly: str | None = None  # its content hash by releases that kept the reporter's name in it

    def is_same(self, content: str) -> bool:
        """Whether `content`, the hash that was kept of an issue, is that of this one."""
        return content in (self.content, self.formerly)


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """The drafts that can be taken, in order, their geometries (WGS-84), and for every other row the reason."""

    issues: list[CheckedIssue]
    geometries: NDArray[np.object_]
    errors: dict[int, XunjieError]


def examine(
    drafts: Sequence[IssueDraft],
    city: City,
    *,
    now: Now,
    imported: bool = False,
    origins: Mapping[int, Origin] | None = None,
) -> Examined:
    """Check and convert `drafts`. `now` gives each campaign's moment; `imported` takes histories of foreign ledgers;
    `origins` replaces the source coordinates of some drafts, by position.

    Problems are values: `errors` maps the position of a draft to its first one.
    """
    shapes = checked_geometries([draft.geometry for draft in drafts], [draft.datum for draft in drafts], city)
    wkb = shapely.to_wkb(shapes.wgs84, hex=True, byte_order=1)
    source_wkb = shapely.to_wkb(shapes.source, hex=True, byte_order=1)
    errors = dict(shapes.errors)
    moments: dict[str, Any] = {}
    issues: list[CheckedIssue] = []
    good: list[int] = []
    for row, draft in enumerate(drafts):
        try:
            campaign = campaign_of(city, draft)
            if campaign.code not in moments:
                moments[campaign.code] = now(campaign)
            moment = moments[campaign.code]
            checked = checked_draft(city, draft, moment, campaign, ours=not imported)
        except XunjieError as error:
            errors[row] = error
            continue
        if row not in errors:
            content = _content_hash(draft, str(source_wkb[row]), shapes.datum[row])
            payload = _payload(draft, checked, str(wkb[row]), content, _origin(shapes, row, origins or {}))
            at_us, reported_us = to_us(moment), to_us(checked.reported_at)
            formerly = None
            if "name" in checked.person and imported:
                former = replace(draft, reporter=checked.person["name"])
                formerly = _content_hash(former, str(source_wkb[row]), shapes.datum[row])
            issues.append(
                CheckedIssue(
                    checked.id, content, at_us, reported_us, payload, checked.history, checked.person, formerly
                )
            )
            good.append(row)
    return Examined(issues, shapes.wgs84[np.array(good, np.intp)], dict(sorted(errors.items())))


def _payload(draft: IssueDraft, checked: CheckedDraft, wkb: str, content: str, origin: Origin) -> dict[str, Any]:
    department = {} if draft.department is None else {"department": draft.department}
    return department | {
        "number": draft.number,
        "campaign": checked.campaign,
        "register": draft.register,
        "type": draft.type,
        "task": draft.task,
        "geometry": wkb,
        "source_datum": origin.datum,
        "source_x": origin.x,
        "source_y": origin.y,
        "description": draft.description,
        "address": draft.address,
        "visit": draft.visit or "",
        "reporter": draft.reporter,
        "reported_at": iso_utc(to_us(checked.reported_at)),
        "due_at": None if checked.due_at is None else iso_utc(to_us(checked.due_at)),
        "synthetic": bool(draft.synthetic),
        "approximate": bool(draft.approximate),
        "duplicate": bool(draft.duplicate),
        "content": content,
    }


def _origin(shapes: CheckedGeometries, row: int, origins: Mapping[int, Origin]) -> Origin:
    """The given origin of a row, else what came with the draft."""
    return origins.get(row) or Origin(shapes.datum[row], *shapes.source_xy[row].tolist())


def _content_hash(draft: IssueDraft, wkb: str, datum: str) -> str:
    """SHA-256 of what the client sent, before any default: a repetition has the same one, a conflict another. Personal
    data are not in it: a hash of a phone number tells the number."""
    parts = [
        *(draft.register, draft.type, draft.task, wkb, datum, draft.number, draft.campaign),
        *(draft.description, draft.address, draft.reporter, draft.visit),
        *(draft.synthetic, draft.approximate, draft.duplicate),
        None if draft.reported_at is None else to_us(draft.reported_at),
        None if draft.due_at is None else to_us(draft.due_at),
        [[int(step.status), to_us(step.at), step.actor, step.note, step.evidence] for step in draft.history],
    ]
    if draft.department is not None:
        parts.append(draft.department)
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()
