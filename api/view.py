"""One filter looked at in one snapshot: the tables, masks and totals that the read routes share, worked out once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from threading import Lock
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.snapshot import Snapshot
from geo.campaign import Campaign, Register
from geo.city import City
from geo.clock import to_us
from geo.compliance import Compliance, compliance_at, point_states
from geo.density import Counts
from geo.errors import NotFoundError
from geo.figures import DayCounts, Overdue, day_counts, overdue
from geo.filter import IssueFilter
from geo.in_view import InView, in_view
from geo.look_ups import areas_within
from geo.selection import REJECTED, STAGES, Stages, issues_within, meant, select_points
from geo.summary import IssueTotals, issue_totals
from geo.tables import Bools, IssueTable, Objects

_KEEP = 24


class View:
    """Everything the routes derive from (snapshot, filter); lazily, each figure at most once per view.

    `now` is the campaign's present, which differs from the filter's moment where that was asked for.
    """

    def __init__(self, snapshot: Snapshot, chosen: IssueFilter, now: datetime) -> None:
        self.snapshot, self.filter, self.now = snapshot, chosen, now

    @property
    def city(self) -> City:
        """The city of the snapshot."""
        return self.snapshot.city

    @cached_property
    def as_of_us(self) -> int:
        """The filter's moment in microseconds."""
        return to_us(self.filter.as_of)

    @property
    def day(self) -> date:
        """The day of the filter's moment in the city."""
        return self.filter.as_of.astimezone(ZoneInfo(self.city.time_zone)).date()

    @property
    def unboxed(self) -> IssueFilter:
        """The filter without its box: what a density or a place's total means wherever the map looks."""
        return replace(self.filter, bbox=None)

    @cached_property
    def campaign(self) -> Campaign:
        """The filter's campaign."""
        return self.city.campaign(self.filter.campaign)

    @cached_property
    def register(self) -> Register:
        """The filter's register."""
        return self.campaign.register(self.filter.register)

    @cached_property
    def issues(self) -> IssueTable:
        """All issues, in the states they had at the filter's moment."""
        return self.snapshot.issues_at(self.filter.as_of)

    @property
    def stages(self) -> Stages:
        """The stage (a position in geo.selection.STAGES) of each issue that the filter means, −1 for the others."""
        return self.snapshot.stages(self.filter)

    @property
    def selected(self) -> NDArray[np.intp]:
        """Positions of the issues that the filter means; rejected ones only where it asks for them."""
        return np.flatnonzero(meant(self.stages, self.filter))

    @property
    def counts(self) -> Counts:
        """The issues that the filter means, added up by stage and place."""
        return self.snapshot.counts(self.filter)

    @property
    def totals(self) -> IssueTotals:
        """Totals of the selected issues."""
        return issue_totals(self.counts)

    @property
    def day_counts(self) -> DayCounts:
        """The issues that the filter means and that count, by the day of their report."""
        return self.snapshot.figure(self.filter, "days", lambda: day_counts(self.issues.day, self.stages))

    @property
    def overdue(self) -> Overdue:
        """The overdue issues that the filter means."""
        areas = len(self.city.areas.codes)
        return self.snapshot.figure(self.filter, "overdue", lambda: overdue(self.issues, self.stages, areas))

    def in_view(self, *, cell_m: float, most: int) -> InView:
        """The issues that the filter means in its box; rejected ones only where it asks for them."""
        below = len(STAGES) if self.filter.statuses or self.filter.stages else REJECTED

        def make() -> InView:
            stages = self.snapshot.stages_in_box(self.filter)
            return in_view(self.issues, stages, below=below, cell_m=cell_m, most=most)

        return self.snapshot.figure(self.filter, ("in view", cell_m, most), make)

    @cached_property
    def points(self) -> Bools:
        """Which inspection points the filter means."""
        return select_points(self.snapshot.points, self.city, self.filter)

    @cached_property
    def areas_seen(self) -> Bools:
        """Which subdistricts (position + 1; 0: none) the asker sees."""
        return areas_within(self.city, self.filter.within)

    def sees_issue(self, row: int) -> bool:
        """Whether the asker sees the issue at `row`, whatever else the filter says."""
        return bool(issues_within(self.issues, np.array([row]), self.city, self.filter.within)[0])

    def sees_point(self, row: int) -> bool:
        """The same of an inspection point."""
        return bool(self.areas_seen[int(self.snapshot.points.subdistrict[row]) + 1])

    def sees_point_of(self, code: str) -> bool:
        """The same by its code; False for a point that is not there."""
        try:
            return self.sees_point(self.snapshot.point_row(code))
        except NotFoundError:
            return False

    @cached_property
    def compliance(self) -> Compliance:
        """First-visit and current compliance of every point at the filter's moment."""
        return compliance_at(self.snapshot.points, self.snapshot.visits, self.as_of_us)

    @cached_property
    def point_states(self) -> Objects:
        """The state of every point as a PointState."""
        return point_states(self.compliance)


class _Views:
    """The views of one snapshot that were used last; a new snapshot drops them all, so that none is kept alive."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._snapshot: Snapshot | None = None
        self._views: OrderedDict[tuple[IssueFilter, datetime], View] = OrderedDict()

    def get(self, snapshot: Snapshot, chosen: IssueFilter, now: datetime) -> View:
        with self._lock:
            if snapshot is not self._snapshot:
                self._snapshot = snapshot
                self._views.clear()
            key = (chosen, now)
            view = self._views.get(key)
            if view is None:
                view = self._views[key] = View(snapshot, chosen, now)
            self._views.move_to_end(key)
            while len(self._views) > _KEEP:
                self._views.popitem(last=False)
            return view


_VIEWS = _Views()


def view_of(snapshot: Snapshot, chosen: IssueFilter, now: datetime) -> View:
    """The view of `chosen` in `snapshot`; the last few of the newest snapshot are kept."""
    return _VIEWS.get(snapshot, chosen, now)
