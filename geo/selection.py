"""Which rows of the tables a filter means: stages and masks over issues and points."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.access import Scope
from geo.city import City
from geo.clock import NEVER
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.filter_query import NOWHERE
from geo.lifecycle import Stage, Status
from geo.look_ups import LookUps, among, areas_within, look_ups, place_positions
from geo.scale import is_large
from geo.tables import DEGREE_SCALE, Bools, Floats, Ints, IssueTable, PointTable

STAGES: Final[tuple[Stage, ...]] = tuple(Stage)
"""Handling, verifying, overdue, closed, rejected: what is open comes first, what does not count last."""

OVERDUE: Final = STAGES.index(Stage.OVERDUE)
CLOSED: Final = STAGES.index(Stage.CLOSED)
REJECTED: Final = STAGES.index(Stage.REJECTED)

Stages = NDArray[np.int8]
BBox = tuple[float, float, float, float]


def stage_of(status: Ints, due_us: Ints, as_of_us: int) -> Stages:
    """Position in STAGES at `as_of_us` of issues with these states and deadlines; −1 where not yet reported.

    Overdue (a deadline before `as_of_us`, neither closed nor rejected) outranks the state of the workflow.
    """
    stages = np.full(len(status), STAGES.index(Stage.HANDLING), np.int8)
    stages[status == Status.VERIFYING] = STAGES.index(Stage.VERIFYING)
    stages[(due_us != NEVER) & (due_us < as_of_us)] = OVERDUE
    stages[status == Status.CLOSED] = CLOSED
    stages[status == Status.REJECTED] = REJECTED
    stages[status < 0] = -1
    return stages


def chosen_stages(table: IssueTable, city: City, issue_filter: IssueFilter, *, found: Ints | None = None) -> Stages:
    """The stage of each issue of `table` (already at `issue_filter.as_of`) that the filter means; −1 for the others.

    Shape (n,). Issues not yet reported are never meant; rejected ones are, unless `statuses` or `stages` asks for
    others, since totals tell them beside the rest (see `meant` and `counted`). Lines and polygons meet `bbox` where
    they truly intersect it, points on its edge too. A filter with `text` needs `found`: the rows that contain it,
    which the store tells. Raises BadValueError for codes that the city does not have.
    """
    f = issue_filter
    asked = look_ups(city, f, _stage_by_state(f.statuses, f.stages))
    stages = _compiled_pass(table, asked) if is_large(len(table)) else _plain_pass(table, asked)
    if f.departments:
        _keep_departments(stages, table, f.departments)
    if f.within.departments is not None:
        _keep_own(stages, table, f.within)
    if f.bbox is not None:
        _keep_in_box(stages, table, f.bbox)
    if f.text:
        if found is None:
            raise ValueError("a filter with text needs the rows that contain it")
        contains = np.zeros(len(table), bool)
        contains[found] = True
        stages[~contains] = -1
    return stages


def kept_in_box(stages: Stages, table: IssueTable, bbox: BBox) -> Stages:
    """A copy of `stages` (of a filter without a box) with −1 where an issue does not meet `bbox`."""
    kept = stages.copy()
    _keep_in_box(kept, table, bbox)
    return kept


def meant(stages: Stages, issue_filter: IssueFilter) -> Bools:
    """What lists, marks and exports hold, of `chosen_stages`: rejected issues only where the filter asks for them."""
    if issue_filter.statuses or issue_filter.stages:
        return np.asarray(stages >= 0)
    return counted(stages)


def counted(stages: Stages) -> Bools:
    """What totals and densities count, of `chosen_stages`: never a rejected issue."""
    return np.asarray((stages >= 0) & (stages < REJECTED))


def still_open(stages: Stages) -> Bools:
    """Which of `chosen_stages` are in progress: neither closed nor rejected."""
    return np.asarray((stages >= 0) & (stages < CLOSED))


def select_points(points: PointTable, city: City, issue_filter: IssueFilter) -> Bools:
    """Which inspection points the filter means; shape (n,). Only campaign, place, bbox, site class and what
    the asker may see concern them.

    A point without a position lies outside every bbox, subdistrict and road.
    """
    f = issue_filter
    mask: Bools = points.campaign == city.campaign_index[f.campaign]
    if not f.within.is_whole:
        mask &= areas_within(city, f.within)[points.subdistrict.astype(np.int64) + 1]
    if f.site_classes:
        mask &= among(points.site_class, [city.catalogue.position("site_class", code) for code in f.site_classes])
    if f.subdistricts:
        mask &= among(points.subdistrict, place_positions("subdistrict", f.subdistricts, city.areas.index))
    if f.roads:
        road_of = np.append(city.roads.road, -1) if city.roads else np.array([-1])
        index = city.roads.index if city.roads else {}
        mask &= among(road_of[points.segment], place_positions("road", f.roads, index))
    if f.bbox is not None:
        mask &= _within(points.lon, points.lat, f.bbox)
    return mask


@lru_cache(maxsize=256)
def _stage_by_state(statuses: tuple[str, ...], chosen: tuple[str, ...]) -> Stages:
    """Stage of each state (2 × (status + 1) + late), −1 for those that the filter does not mean."""
    status = np.repeat(np.arange(-1, len(Status), dtype=np.int8), 2)
    late = np.tile(np.array([NEVER, -1]), len(Status) + 1)
    stages = stage_of(status, late, 0)
    if statuses:
        stages[~among(status, [_status(name) for name in statuses])] = -1
    if chosen:
        stages[~among(stages, [_stage(name) for name in chosen])] = -1
    stages.flags.writeable = False
    return stages


def _status(name: str) -> int:
    if name not in Status.__members__:
        raise BadValueError("status", name, "a status: " + ", ".join(Status.__members__))
    return Status[name].value


def _stage(name: str) -> int:
    if name not in STAGES:
        raise BadValueError("stage", name, "a stage: " + ", ".join(STAGES))
    return STAGES.index(Stage(name))


def _plain_pass(table: IssueTable, asked: LookUps) -> Stages:
    late = (table.due_us < asked.as_of_us) & (table.due_us != NEVER)
    stages: Stages = asked.stage_by_state[2 * (table.status.astype(np.int64) + 1) + late]
    met = (table.campaign == asked.campaign) & (table.register == asked.register)
    met &= (table.reported_us >= asked.since_us) & (table.reported_us < asked.until_us)
    met &= asked.type_ok[table.type.astype(np.int64) + 1] & asked.task_ok[table.task.astype(np.int64) + 1]
    met &= asked.area_ok[table.subdistrict.astype(np.int64) + 1] & asked.segment_ok[table.segment.astype(np.int64) + 1]
    stages[~met] = -1
    return stages


def _compiled_pass(table: IssueTable, asked: LookUps) -> Stages:
    """One pass for the register, and one for each key that leaves anything out."""
    from geo import selection_kernels as kernels

    stages: Stages = kernels.stages_of_register(
        table.status, table.campaign, table.register, table.due_us, asked.campaign, asked.register,
        asked.stage_by_state, asked.as_of_us, NEVER,
    )  # fmt: skip
    for column, ok in (
        (table.type, asked.type_ok),
        (table.task, asked.task_ok),
        (table.subdistrict, asked.area_ok),
        (table.segment, asked.segment_ok),
    ):
        if not ok.all():
            kernels.keep_listed(stages, column, ok)
    if asked.has_period:
        kernels.keep_period(stages, table.reported_us, asked.since_us, asked.until_us)
    return stages


def issues_within(table: IssueTable, rows: Ints, city: City, scope: Scope) -> Bools:
    """Which issues at `rows` lie in `scope`, as they are in `table`; parallel to `rows`."""
    areas = areas_within(city, replace(scope, departments=None))
    seen: Bools = areas[table.subdistrict[rows].astype(np.int64) + 1]
    if scope.departments is not None:
        assigned = _departments_among(table, scope.departments)[table.department[rows].astype(np.int64) + 1]
        seen = seen & (assigned | _theirs_by_rule(table, rows, scope))
    return seen


def _theirs_by_rule(table: IssueTable, rows: Ints, scope: Scope) -> Bools:
    """Which issues at `rows` are assigned to nobody and are the scope's departments' by the rules; parallel to them."""
    if scope.by_rule is None:
        return np.zeros(len(rows), bool)
    found: Bools = scope.by_rule.of(table.type[rows], table.subdistrict[rows], table.task[rows])
    return found & (table.department[rows] < 0)


def _departments_among(table: IssueTable, codes: Collection[str]) -> Bools:
    """The departments (position + 1; 0: none) of `table` that are among `codes`."""
    return np.array([NOWHERE in codes, *(code in codes for code in table.departments)], bool)


def _keep_departments(stages: Stages, table: IssueTable, codes: Collection[str]) -> None:
    """Set `stages` to −1 where an issue is assigned to none of `codes`; one that nobody has heard of has no issues."""
    ok = _departments_among(table, codes)
    if is_large(len(table)):
        from geo import selection_kernels as kernels

        kernels.keep_listed(stages, table.department, ok)
    else:
        stages[~ok[table.department.astype(np.int64) + 1]] = -1


def _keep_own(stages: Stages, table: IssueTable, scope: Scope) -> None:
    """Set `stages` to −1 where an issue is none of the scope's departments', neither as assigned nor by the rules."""
    assert scope.departments is not None
    loose = np.flatnonzero((table.department < 0) & (stages >= 0)) if scope.by_rule is not None else np.empty(0, int)
    theirs = loose[_theirs_by_rule(table, loose, scope)]
    kept = stages[theirs]
    _keep_departments(stages, table, scope.departments)
    stages[theirs] = kept


def _keep_in_box(stages: Stages, table: IssueTable, bbox: BBox) -> None:
    """Set `stages` to −1 where an issue does not meet `bbox`; lines and polygons still in question are unpacked."""
    west, east = _e7_bounds(bbox[0], bbox[2])
    south, north = _e7_bounds(bbox[1], bbox[3])
    if is_large(len(table)):
        from geo import selection_kernels as kernels

        kernels.keep_in_box(stages, table.lon_e7, table.lat_e7, table.is_point, west, south, east, north)
    else:
        inside = (table.lon_e7 >= west) & (table.lon_e7 <= east) & (table.lat_e7 >= south) & (table.lat_e7 <= north)
        stages[table.is_point & ~inside] = -1
    asked = np.flatnonzero(stages[table.shapes.row] >= 0)
    if len(asked):
        met = shapely.intersects(shapely.from_wkb(table.shapes.value[asked]), shapely.box(*bbox))
        stages[table.shapes.row[asked[~met]]] = -1


def _e7_bounds(low: float, high: float) -> tuple[int, int]:
    """Smallest and largest whole ten-millionth of a degree that lies, as a float of degrees, in [low, high]."""
    first, last = int(np.ceil(low * DEGREE_SCALE)), int(np.floor(high * DEGREE_SCALE))
    first = next(at for at in (first - 1, first, first + 1) if at / DEGREE_SCALE >= low)
    last = next(at for at in (last + 1, last, last - 1) if at / DEGREE_SCALE <= high)
    return first, last


def _within(lon: Floats, lat: Floats, bbox: BBox) -> Bools:
    west, south, east, north = bbox
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
