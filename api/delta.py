"""What a change touched, in few words, from which a client tells whether it concerns anything that it shows."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from api.place_names import type_of
from data.documents.organisation import COLLECTION as ORGANISATION
from data.feed import Change
from data.runtime import Runtime
from data.snapshot import Snapshot
from geo.access import WHOLE, Scope
from geo.clock import from_us, to_us
from geo.errors import StoreError
from geo.iso_time import local_iso
from geo.selection import STAGES, issues_within, stage_of
from geo.tables import IssueTable

Json = dict[str, Any]

MOST_ISSUES: Final = 20
"""More changed issues than this are told by their number and their box alone."""

_MOST_IDS: Final = 5_000
"""Of more than this not even the box is sought: all may have changed."""

_KEPT_CHANGES: Final = 256
_LOG = logging.getLogger("xunjie.api")


@dataclass(frozen=True, slots=True)
class _Step:
    """One revision after another. `ids` are the issues that were added or changed, None where all may have been;
    `known` how many issues there were before; `points`: whether inspection points or visits may have changed."""

    since: int
    revision: int
    ids: tuple[str, ...] | None
    points: bool
    known: int = 0
    reassigned: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the changes somebody may see: those of issues in a scope, or only that there were some."""

    within: Scope = WHOLE
    names_issues: bool = True


ALL: Final = Sight()


class Deltas:
    """The last changes of a runtime, in order; each, or several at once, told as one delta.

    A delta is {revision, since, issues, count, bbox, points}. It stands for every change after `since`; where that is
    null, anything may have changed. `bbox` (WGS-84) holds all changed issues with their whole shapes. Up to
    MOST_ISSUES are named one by one, with a `bbox` of their own where they are no points; `new` are those that were
    reported since, the others were changed. `points` says that
    inspection points or visits may have changed. An issue that is named has the place, register and type it had: where
    one was corrected, anything may have changed.
    """

    def __init__(self, source: Runtime) -> None:
        self._source = source
        self._steps: deque[_Step] = deque(maxlen=_KEPT_CHANGES)
        self._seen: Any = source.snapshot
        self._revision = source.snapshot.revision
        self._lock = Lock()

    def add(self, change: Change) -> None:
        """Remember `change`; called for each, in the order of the feed."""
        before, now = self._seen, self._source.snapshot
        points = now.points is not before.points or now.visits is not before.visits
        ids = change.ids if change.ids or points or change.collections else None
        known = 0 if now is before else len(before.issues)
        reassigned = now is not before and _reassigned(before, now)
        reassigned |= ORGANISATION in change.collections  # whose an unassigned issue is, the rules say
        if now is not before and _moved(before, now):
            ids = None
        if now.growing is not before.growing:  # read anew: nothing is known to be as it was
            ids, points = None, True
        with self._lock:
            self._steps.append(_Step(self._revision, change.revision, ids, points, known, reassigned))
            self._revision, self._seen = change.revision, now

    @property
    def revision(self) -> int:
        """The last change's."""
        return self._revision

    def newest(self, sight: Sight = ALL) -> Json:
        """The delta of the last change, as far as `sight` reaches."""
        with self._lock:
            steps, revision = list(self._steps)[-1:], self._revision
        return self._told(steps, sight) if steps else unknown(revision)

    def since(self, seen: int | None, sight: Sight = ALL) -> Json:
        """One delta of all changes after revision `seen` within `sight`; one that names nothing where they are
        not known any more."""
        with self._lock:
            steps, revision = list(self._steps), self._revision
        if seen is None:
            return unknown(revision)
        if seen == revision:
            return unknown(revision) | {"since": seen, "points": False}
        steps = [step for step in steps if step.revision > seen]
        return self._told(steps, sight) if steps and steps[0].since <= seen else unknown(revision)

    def _told(self, steps: Sequence[_Step], sight: Sight) -> Json:
        revision, points = steps[-1].revision, any(step.points for step in steps)
        left = sight.within.departments is not None and any(step.reassigned for step in steps)
        if left or not sight.names_issues:  # what is another department's now must go from this one's maps
            return unknown(revision)
        known = [step.ids for step in steps if step.ids is not None]
        ids = list(dict.fromkeys(identity for named in known for identity in named))
        if len(known) < len(steps) or len(ids) > _MOST_IDS:
            return unknown(revision, count=len(ids) if sight.within.is_whole else 0)
        delta = {**unknown(revision), "since": steps[0].since, "points": points}
        return delta | self._issues(ids, sight, steps[0].known) if ids else delta

    def _issues(self, ids: Sequence[str], sight: Sight, known: int) -> Json:
        """What a delta says of these issues, the first `known` of which are not new; nothing is known where the store
        is out of reach, or lacks one."""
        try:
            every = self._source.snapshot.rows_of(ids)
            rows = self._seen_rows(every, sight)
            boxes = _boxes(self._source.snapshot.issues, rows)
            named = _named(self._source, rows, boxes, known) if len(rows) <= MOST_ISSUES else []
        except StoreError:
            _LOG.warning("the change of %d issues cannot be described: the store is out of reach", len(ids))
            return self._not_known(ids, sight)
        if len(every) < len(ids):
            return self._not_known(ids, sight)
        if not len(rows):
            return {"issues": [], "count": 0, "bbox": None}
        box = [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]
        return {"issues": named, "count": len(rows), "bbox": box}

    def _seen_rows(self, rows: NDArray[np.int64], sight: Sight) -> NDArray[np.int64]:
        if sight.within.is_whole:
            return rows
        return rows[issues_within(self._source.snapshot.issues, rows, self._source.city, sight.within)]

    def _not_known(self, ids: Sequence[str], sight: Sight) -> Json:
        return {"since": None, "count": len(ids) if sight.within.is_whole else 0, "points": True}


def unknown(revision: int, *, count: int = 0) -> Json:
    """The delta that names nothing: anything may have changed."""
    return {"revision": revision, "since": None, "issues": [], "count": count, "bbox": None, "points": True}


def _moved(before: Snapshot, now: Snapshot) -> bool:
    """Whether the place or the kind of an issue was corrected since: where it was must be drawn anew too."""
    past, table, known = now.past, now.issues, len(before.past)
    rows = past.row[known:]
    columns = ("type", "task", "lon_e7", "lat_e7", "is_point", "subdistrict", "segment")
    same = all(np.array_equal(getattr(past, name)[known:], getattr(table, name)[rows]) for name in columns)
    return not (same and table.is_point[rows].all())


def _reassigned(before: Snapshot, now: Snapshot) -> bool:
    """Whether an issue came to another department since."""
    past, known = now.past, len(before.past)
    return not np.array_equal(past.department[known:], now.issues.department[past.row[known:]])


def _boxes(table: IssueTable, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """West, south, east, north of each row's whole shape, degrees; shape (n, 4)."""
    lon, lat = table.lonlat(rows)
    boxes = np.stack([lon, lat, lon, lat], axis=1)
    at = np.searchsorted(table.shapes.row, rows)
    inside = at < len(table.shapes.row)
    shaped = np.flatnonzero(inside)[table.shapes.row[at[inside]] == rows[inside]]
    if len(shaped):
        boxes[shaped] = shapely.bounds(shapely.from_wkb(table.shapes.value[at[shaped]]))
    return boxes


def _named(source: Runtime, rows: NDArray[np.int64], boxes: NDArray[np.float64], known: int) -> list[Json]:
    """The issues at `rows`, as the map shows an arrival; those after the first `known` are new."""
    snapshot, city = source.snapshot, source.city
    table, details = snapshot.issues, snapshot.records.of(rows)
    described = []
    for at, row in enumerate(rows.tolist()):
        campaign = city.campaigns[int(table.campaign[row])]
        [stage] = stage_of(table.status[[row]], table.due_us[[row]], to_us(source.now(campaign.code)))
        reported = from_us(int(table.reported_us[row]))
        assert reported is not None
        [lon], [lat] = table.lonlat(np.array([row]))
        issue = {
            "id": details.id[at],
            "number": details.number[at],
            "register": city.registers[int(table.register[row])].code,
            "type": type_of(city, table, row).code,
            "stage": STAGES[stage].value,
            "lon": float(lon),
            "lat": float(lat),
            "reported_at": local_iso(reported, city.time_zone),
            "new": row >= known,
        }
        described.append(issue if table.is_point[row] else issue | {"bbox": boxes[at].tolist()})
    return described
