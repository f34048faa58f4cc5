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
from data.documents.document import Document, Documents
from data.documents.organisation import COLLECTION, CURRENT
from data.growing import Growing
from data.issue_records import IssueRecords
from data.records import Reject
from data.table_building import Arrays, history_of, issue_table, past_of
from geo.campaign import Campaign
from geo.cells import CellCounts, Cells, counted_cells
from geo.city import City
from geo.clock import NEVER, moment_of, to_us
from geo.density import Counts, counts_of
from geo.errors import NotFoundError
from geo.figures import Figure
from geo.filter import IssueFilter
from geo.heat_surface import HeatSurface, heat_bounds, heat_grid, heat_surface
from geo.history import History, table_at
from geo.issue import Transition
from geo.past import Past
from geo.registers import RegisterCounts, register_counts
from geo.selection import Stages, chosen_stages, kept_in_box
from geo.standing import deadlines_from, deadlines_onward, standing_since
from geo.tables import IssueTable, PointTable, VisitTable, subset

_KEPT_MOMENTS: Final = 8
_KEPT_COUNTS: Final = 128
_KEPT_BYTES: Final = 64 * 2**20
_KEPT_SURFACES: Final = 8
_KEPT_CELLS: Final = 64
_MOST_CELLS: Final = 20_000
"""More cells than this, which no screen shows, are not kept."""
_KEPT_FIGURES: Final = 256

_Value = TypeVar("_Value")
_Figure = TypeVar("_Figure", bound=Figure)


class Recent:
    """The values that were asked for last, up to a number; two askers for the same missing one work it out once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self, key: Hashable, make: Callable[[], _Value], *, keep: Callable[[_Value], bool] = lambda _value: True
    ) -> _Value:
        """The value of `key`, made where it is not kept, and kept where `keep` says so."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: _Value = self._kept[key]
                return kept
        value = make()
        if keep(value):
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
    kept_cells: Recent = field(default_factory=lambda: Recent(_KEPT_CELLS), repr=False)
    figures: Recent = field(default_factory=lambda: Recent(_KEPT_FIGURES), repr=False)
    kept_registers: Recent = field(default_factory=lambda: Recent(_KEPT_MOMENTS), repr=False)
    _moments: Recent = field(default_factory=lambda: Recent(_KEPT_MOMENTS), repr=False)
    _versions: Recent = field(default_factory=lambda: Recent(_KEPT_MOMENTS), repr=False)

    @cached_property
    def issues(self) -> IssueTable:
        """All issues, in their states after all changes."""
        return issue_table(self.arrays)

    @cached_property
    def history(self) -> History:
        """Every change of status."""
        return history_of(self.arrays)

    @cached_property
    def past(self) -> Past:
        """What issues were before they were amended."""
        return past_of(self.arrays)

    @cached_property
    def newest_us(self) -> int:
        """The moment of the newest change of status or amendment; it may lie ahead of now."""
        return max(self.history.newest_us, self.past.newest_us)

    @cached_property
    def heard_us(self) -> int:
        """The moment of the newest thing that figures are reckoned by: a change of an issue, a visit, an organisation
        that was put. A "now" that is taken in steps is never before it."""
        organisation = self.documents.document(COLLECTION, CURRENT)
        put_us = NEVER if organisation is None else to_us(organisation.at)
        return max(self.newest_us, put_us, int(self.visits.at_us.max(initial=NEVER)))

    @cached_property
    def deadlines_ahead(self) -> NDArray[np.int64]:
        """The deadlines that had not passed at the newest event, ascending."""
        return deadlines_from(self.issues, self.newest_us)

    def take_over_deadlines(self, before: Snapshot, changed: NDArray[np.integer]) -> None:
        """Make `deadlines_ahead` of those of the revision before, where these rows are new or were changed."""
        found = deadlines_onward(before.deadlines_ahead, subset(self.issues, changed), self.newest_us)
        self.__dict__["deadlines_ahead"] = found

    def standing_since(self, as_of_us: int) -> int:
        """The first moment that is answered as `as_of_us` is (geo.standing): answers are kept under it."""
        return standing_since(self.deadlines_ahead, self.newest_us, as_of_us)

    def standing(self, chosen: IssueFilter) -> IssueFilter:
        """`chosen` at the first moment that is answered alike."""
        return replace(chosen, as_of=moment_of(self.standing_since(to_us(chosen.as_of))))

    @cached_property
    def nbytes(self) -> int:
        """Bytes of the tables of issues and their history (texts are not in them)."""
        return sum(array.nbytes for array in self.arrays.values())

    def issues_at(self, as_of: datetime) -> IssueTable:
        """The issues as they were at `as_of` (status −1: not yet reported). The last few moments are kept."""
        as_of_us = to_us(as_of)
        if as_of_us >= self.newest_us:
            return self.issues
        return self._moments.get(as_of_us, lambda: table_at(self.issues, self.history, as_of_us, self.past))

    def stages(self, chosen: IssueFilter) -> Stages:
        """The stage of each issue that `chosen` means, −1 for the others (geo.selection.chosen_stages); read-only."""
        chosen = self.standing(chosen)

        def choose() -> Stages:
            if chosen.bbox is not None:
                return self.stages_in_box(chosen)
            found = self._containing(chosen) if chosen.text else None
            stages = chosen_stages(self.issues_at(chosen.as_of), self.city, chosen, found=found)
            stages.flags.writeable = False
            return stages

        return self.kept_stages.get(chosen, choose)

    def stages_in_box(self, chosen: IssueFilter) -> Stages:
        """The same of a filter with a box, not kept: a map asks for many boxes, each of them once."""
        assert chosen.bbox is not None
        return kept_in_box(self.stages(replace(chosen, bbox=None)), self.issues, chosen.bbox)

    def figure(self, chosen: IssueFilter, key: Hashable, make: Callable[[], _Figure]) -> _Figure:
        """The figure `key` of the issues that `chosen` means. Kept, and carried on to the next revisions."""
        return self.figures.get((self.standing(chosen), key), make)

    def _containing(self, chosen: IssueFilter) -> NDArray[np.int64]:
        """Positions of the issues that contain the filter's text, as they were at its moment."""
        as_of_us = to_us(chosen.as_of)
        then = as_of_us if as_of_us < self.past.newest_us else None
        return self.records.containing(chosen.text, len(self.issues), as_of_us=then)

    def counts(self, chosen: IssueFilter) -> Counts:
        """The issues that `chosen` means, added up by stage and place. Kept, and carried on to the next revisions."""
        return self.kept_counts.get(
            self.standing(chosen), lambda: counts_of(self.issues_at(chosen.as_of), self.city, self.stages(chosen))
        )

    def heat(self, chosen: IssueFilter) -> HeatSurface:
        """The density of the issues that `chosen` means, its box apart. Kept, and carried on to the next revisions."""
        chosen = self.standing(replace(chosen, bbox=None))
        grid = heat_grid(heat_bounds(self.city), self.city.metric_crs)
        return self.surfaces.get(chosen, lambda: heat_surface(self.issues_at(chosen.as_of), self.stages(chosen), grid))

    def cells(self, chosen: IssueFilter, cell_m: float, *, most: int) -> tuple[Cells, float]:
        """The issues that `chosen` means by cell (geo.cells.cell_counts). Kept, and carried on like `counts`."""

        def count() -> CellCounts:
            return counted_cells(self.issues_at(chosen.as_of), self.stages(chosen), cell_m)

        key = (self.standing(chosen), cell_m)
        found = self.kept_cells.get(key, count, keep=lambda cells: len(cells.count) <= _MOST_CELLS)
        return found.at_most(most)

    def registers_at(self, as_of: datetime) -> RegisterCounts:
        """Every register of the city as it stood at that moment, which no filter touches. The last few are kept."""
        table, moment = self.issues_at(as_of), self.standing_since(to_us(as_of))
        return self.kept_registers.get(moment, lambda: register_counts(table, len(self.city.registers), moment))

    def now(self, campaign: Campaign) -> datetime:
        """The moment of `campaign`, as `geo.filter_query` asks for it."""
        return campaign_now(campaign)

    def document_at(self, collection: str, identity: str, moment: datetime) -> Document | None:
        """A document as it stood at `moment` (inclusive); None where it was not there yet, or not in use then. Older
        versions than the latest are read from the store, and kept."""
        latest = self.documents.document(collection, identity)
        if latest is not None and latest.at > moment:
            until = latest.version
            versions = self._versions.get(
                (collection, identity), lambda: self.records.versions(collection, identity, until=until)
            )
            latest = next((version for version in reversed(versions) if version.at <= moment), None)
        return None if latest is None or latest.retired else latest

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
    def kept_stages(self) -> Recent:
        """The stages that were asked for last."""
        return Recent(max(4, min(32, _KEPT_BYTES // max(len(self.issues), 1))))

    @cached_property
    def _point_rows(self) -> dict[str, int]:
        return {str(code): row for row, code in enumerate(self.points.code)}


def emptied(snapshot: Snapshot, **changes: Any) -> Snapshot:
    """A copy with other contents, and nothing kept from the old ones."""
    kept: dict[str, Any] = {
        "kept_counts": Recent(_KEPT_COUNTS),
        "surfaces": Recent(_KEPT_SURFACES),
        "kept_cells": Recent(_KEPT_CELLS),
        "figures": Recent(_KEPT_FIGURES),
        "kept_registers": Recent(_KEPT_MOMENTS),
        "_moments": Recent(_KEPT_MOMENTS),
        "_versions": Recent(_KEPT_MOMENTS),
    }
    return replace(snapshot, **changes, **kept)
