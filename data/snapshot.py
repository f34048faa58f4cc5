"""The read side: one revision of the store in memory as columnar tables, never changed after it is made."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from data.campaign_clock import campaign_now
from data.documents.document import Documents
from data.growing import Growing
from data.issue_records import IssueRecords
from data.records import Reject
from data.table_building import Arrays, history_of, issue_table
from geo.campaign import Campaign
from geo.city import City
from geo.clock import to_us
from geo.density import Counts, counts_of
from geo.errors import NotFoundError
from geo.filter import IssueFilter
from geo.heat_surface import HeatSurface, heat_bounds, heat_grid, heat_surface
from geo.history import History, table_at
from geo.issue import Transition
from geo.registers import RegisterCounts, register_counts
from geo.selection import Stages, chosen_stages, counted, kept_in_box
from geo.tables import IssueTable, PointTable, VisitTable, subset

_KEPT_MOMENTS: Final = 8
_KEPT_COUNTS: Final = 128
_CARRIED: Final = 16
_CARRIED_STAGES: Final = 4
_KEPT_BYTES: Final = 64 * 2**20
_KEPT_SURFACES: Final = 6
_CARRIED_SURFACES: Final = 3
_MOST_STAMPS: Final = 2_000
"""More changed issues than this are not stamped onto a kept surface: a new one costs less."""

_Value = TypeVar("_Value")


class Recent:
    """The values that were asked for last, up to a number; two askers for the same missing one work it out once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """The value of `key`, made where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: _Value = self._kept[key]
                return kept
        value = make()
        self.put(key, value)
        return value

    def put(self, key: Hashable, value: object) -> None:
        """Keep `value`, and let go of what was not asked for longest."""
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()

    def items(self) -> list[tuple[Any, Any]]:
        """What is kept now, the last asked for last."""
        with self._lock:
            return list(self._kept.items())


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One revision, the state after event `seq` whose hash is `head`. `issues` holds the states after all changes;
    `issues_at` those of another moment. `rejects` are the rows of the city's own files that could not be taken.

    Numbers and texts are read from the store by position (`records`). The next revision is made by `data.catching_up`.
    """

    revision: int
    seq: int
    head: str
    city: City
    arrays: Arrays
    growing: dict[str, Growing]
    points: PointTable
    visits: VisitTable
    records: IssueRecords
    rejects: tuple[Reject, ...] = ()
    documents: Documents = field(default_factory=Documents, repr=False)
    kept_counts: Recent = field(default_factory=lambda: Recent(_KEPT_COUNTS), repr=False)
    surfaces: Recent = field(default_factory=lambda: Recent(_KEPT_SURFACES), repr=False)
    _moments: Recent = field(default_factory=lambda: Recent(_KEPT_MOMENTS), repr=False)

    @cached_property
    def issues(self) -> IssueTable:
        """All issues, in their states after all changes."""
        return issue_table(self.arrays)

    @cached_property
    def history(self) -> History:
        """Every change of status."""
        return history_of(self.arrays)

    @cached_property
    def newest_us(self) -> int:
        """The moment of the newest change of status; it may lie ahead of now."""
        return self.history.newest_us

    @cached_property
    def nbytes(self) -> int:
        """Bytes of the tables of issues and their history (texts are not in them)."""
        return sum(array.nbytes for array in self.arrays.values())

    def issues_at(self, as_of: datetime) -> IssueTable:
        """The issues with the states of `as_of` (status −1: not yet reported). The last few moments are kept."""
        as_of_us = to_us(as_of)
        if as_of_us >= self.newest_us:
            return self.issues
        return self._moments.get(as_of_us, lambda: table_at(self.issues, self.history, as_of_us))

    def stages(self, chosen: IssueFilter) -> Stages:
        """The stage of each issue that `chosen` means, −1 for the others (geo.selection.chosen_stages); read-only."""

        def choose() -> Stages:
            if chosen.bbox is not None:
                return kept_in_box(self.stages(replace(chosen, bbox=None)), self.issues, chosen.bbox)
            found = self.records.containing(chosen.text, len(self.issues)) if chosen.text else None
            stages = chosen_stages(self.issues_at(chosen.as_of), self.city, chosen, found=found)
            stages.flags.writeable = False
            return stages

        return self._stages.get(chosen, choose)

    def counts(self, chosen: IssueFilter) -> Counts:
        """The issues that `chosen` means, added up by stage and place. Kept, and carried on to the next revisions."""
        return self.kept_counts.get(
            chosen, lambda: counts_of(self.issues_at(chosen.as_of), self.city, self.stages(chosen))
        )

    def heat(self, chosen: IssueFilter) -> HeatSurface:
        """The density of the issues that `chosen` means, its box apart. Kept, and carried on to the next revisions."""
        chosen = replace(chosen, bbox=None)
        grid = heat_grid(heat_bounds(self.city), self.city.metric_crs)
        return self.surfaces.get(chosen, lambda: heat_surface(self.issues_at(chosen.as_of), self.stages(chosen), grid))

    def registers_at(self, as_of: datetime) -> RegisterCounts:
        """Every register of the city as it stood at that moment, which no filter touches. The last few are kept."""
        table, moment = self.issues_at(as_of), to_us(as_of)
        return self._moments.get(
            ("registers", moment), lambda: register_counts(table, len(self.city.registers), moment)
        )

    def counts_of_rows(self, chosen: IssueFilter, rows: NDArray[np.integer]) -> Counts:
        """What these positions (ascending) add to `counts`; for a filter without text, at the latest states."""
        return counts_of(subset(self.issues, rows), self.city, self.stages_of_rows(chosen, rows))

    def stages_of_rows(self, chosen: IssueFilter, rows: NDArray[np.integer]) -> Stages:
        """`stages` of these positions (ascending) alone; for a filter without text, at the latest states."""
        return chosen_stages(subset(self.issues, rows), self.city, chosen)

    def now(self, campaign: Campaign) -> datetime:
        """The moment of `campaign`, as `geo.filter_query` asks for it."""
        return campaign_now(campaign)

    def row(self, identity: str) -> int:
        """Position of the issue with that UUID or number (of several with one number: the first); NotFoundError."""
        return self.records.position(identity, len(self.issues))

    def rows_of(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """Positions of the issues with those UUIDs, in their order; those that this revision lacks are left out."""
        return self.records.positions(ids, len(self.issues))

    def point_row(self, code: str) -> int:
        """Position of the inspection point of that code; NotFoundError."""
        found = self._point_rows.get(code)
        if found is None:
            raise NotFoundError("inspection point", code[:80])
        return found

    def events(self, row: int) -> Sequence[Transition]:
        """What happened to the issue at position `row`, from the report on, in order."""
        return self.records.steps(row)

    @cached_property
    def by_number(self) -> NDArray[np.int64]:
        """All positions in the order of the issues' numbers."""
        return self.records.by_number(len(self.issues))

    @cached_property
    def _stages(self) -> Recent:
        return Recent(max(4, min(32, _KEPT_BYTES // max(len(self.issues), 1))))

    @cached_property
    def _point_rows(self) -> dict[str, int]:
        return {str(code): row for row, code in enumerate(self.points.code)}


def carried(old: Snapshot, new: Snapshot, changed: NDArray[np.integer]) -> None:
    """Carry counts, stages and surfaces of `old` that were asked for last over to `new`, where `changed` rows are in
    other states and more rows stand behind.

    Costs the changes, a copy of a byte an issue for each of the stages, and a copy of each surface. What stands for a
    past moment, or for a search, is left to be worked out anew.
    """
    before = len(old.issues)
    added = np.arange(before, len(new.issues))
    after = np.concatenate([changed, added])
    for chosen, counts in old.kept_counts.items()[-_CARRIED:]:
        if chosen.text or to_us(chosen.as_of) < new.newest_us:
            continue
        if len(changed):
            counts = counts.plus(old.counts_of_rows(chosen, changed), sign=-1)
        new.kept_counts.put(chosen, counts.plus(new.counts_of_rows(chosen, after)))
    for chosen, stages in old._stages.items()[-_CARRIED_STAGES:]:
        if not chosen.text and to_us(chosen.as_of) >= new.newest_us:
            longer = np.empty(len(new.issues), np.int8)
            longer[:before] = stages
            longer[after] = new.stages_of_rows(chosen, after)
            longer.flags.writeable = False
            new._stages.put(chosen, longer)
    if len(changed) + len(after) > _MOST_STAMPS:
        return
    for chosen, surface in old.surfaces.items()[-_CARRIED_SURFACES:]:
        if not chosen.text and to_us(chosen.as_of) >= new.newest_us:
            for snapshot, rows, sign in ((old, changed, -1), (new, after, 1)):
                part = subset(snapshot.issues, rows)
                felt = counted(chosen_stages(part, snapshot.city, chosen))
                surface = surface.plus(part.x_cm[felt], part.y_cm[felt], sign=sign)
            new.surfaces.put(chosen, surface)


def emptied(snapshot: Snapshot, **changes: Any) -> Snapshot:
    """A copy with other contents, and nothing kept from the old ones."""
    kept: dict[str, Any] = {
        "kept_counts": Recent(_KEPT_COUNTS),
        "surfaces": Recent(_KEPT_SURFACES),
        "_moments": Recent(_KEPT_MOMENTS),
    }
    return replace(snapshot, **changes, **kept)
