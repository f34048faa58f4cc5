"""Which rows of the tables a filter means: masks over issues and points, and the stage a symbol shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.city import City
from geo.clock import NEVER, to_us
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.filter_query import NOWHERE
from geo.lifecycle import Stage, Status
from geo.tables import Bools, Floats, Ints, IssueTable, PointTable

STAGES: Final[tuple[Stage, ...]] = tuple(Stage)
"""Handling, verifying, overdue, closed, rejected: the positions `stage_of` answers with."""

BBox = tuple[float, float, float, float]


def select_issues(table: IssueTable, city: City, issue_filter: IssueFilter, *, with_rejected: bool = False) -> Bools:
    """Which issues of `table` (already at `issue_filter.as_of`) the filter means; shape (n,).

    Issues not yet reported (status −1) are never meant; rejected ones only where `statuses` or `stages` asks for
    them, or `with_rejected` does (for counting them beside the rest). Lines and polygons meet `bbox` where they
    truly intersect it, points on its edge too. Raises BadValueError for codes that the city does not have.
    """
    f = issue_filter
    mask: Bools = table.status >= 0
    mask &= table.campaign == city.campaign_index[f.campaign]
    mask &= table.register == city.register_index[f.register]
    if f.statuses:
        mask &= _among(table.status, [_status(name) for name in f.statuses])
    if f.stages:
        mask &= _among(stage_of(table, to_us(f.as_of)), [_stage(name) for name in f.stages])
    if not (f.statuses or f.stages or with_rejected):
        mask &= table.status != Status.REJECTED
    if f.types:
        mask &= _among(table.type, [city.catalogue.position("type", code) for code in f.types])
    if f.groups:
        mask &= _among(table.type, _types_of_groups(city, f.groups))
    if f.tasks:
        mask &= _among(table.task, [city.catalogue.position("task", code) for code in f.tasks])
    if f.since is not None:
        mask &= table.reported_us >= to_us(f.since)
    if f.until is not None:
        mask &= table.reported_us < to_us(f.until)
    mask &= _in_place(table.subdistrict, table.segment, city, f)
    if f.bbox is not None:
        _keep_inside(mask, table, f.bbox)
    if f.text:
        rows = np.flatnonzero(mask)
        mask[rows] = [f.text in text for text in table.search_text[rows]]
    return mask


def select_points(points: PointTable, city: City, issue_filter: IssueFilter) -> Bools:
    """Which inspection points the filter means; shape (n,). Only campaign, place, bbox and site class concern them.

    A point without a position lies outside every bbox, subdistrict and road.
    """
    f = issue_filter
    mask: Bools = points.campaign == city.campaign_index[f.campaign]
    if f.site_classes:
        mask &= _among(points.site_class, [city.catalogue.position("site_class", code) for code in f.site_classes])
    mask &= _in_place(points.subdistrict, points.segment, city, f)
    if f.bbox is not None:
        mask &= _within(points.lon, points.lat, f.bbox)
    return mask


def stage_of(table: IssueTable, as_of_us: int) -> NDArray[np.int8]:
    """Position in STAGES of each issue at `as_of_us`; −1 where it is not yet reported.

    Overdue (a deadline before `as_of_us`, neither closed nor rejected) outranks the state of the workflow.
    """
    stages = np.full(len(table), STAGES.index(Stage.HANDLING), np.int8)
    stages[table.status == Status.VERIFYING] = STAGES.index(Stage.VERIFYING)
    stages[(table.due_us != NEVER) & (table.due_us < as_of_us)] = STAGES.index(Stage.OVERDUE)
    stages[table.status == Status.CLOSED] = STAGES.index(Stage.CLOSED)
    stages[table.status == Status.REJECTED] = STAGES.index(Stage.REJECTED)
    stages[table.status < 0] = -1
    return stages


def counted(table: IssueTable, mask: Bools) -> Bools:
    """`mask` without rejected issues and without those not yet reported: what totals and densities count."""
    kept: Bools = mask & (table.status != Status.REJECTED) & (table.status >= 0)
    return kept


def open_issues(table: IssueTable) -> Bools:
    """Issues in progress: reported, and neither closed nor rejected."""
    opened: Bools = (table.status >= 0) & (table.status != Status.CLOSED) & (table.status != Status.REJECTED)
    return opened


def _among(values: Ints, positions: Iterable[int]) -> Bools:
    """Where `values` is one of `positions` (each ≥ −1); by look-up, since the lists are short and dense."""
    wanted = np.asarray(sorted(set(positions)), np.int64)
    if len(wanted) == 0 or len(values) == 0:
        return np.zeros(len(values), bool)
    table = np.zeros(max(int(values.max()), int(wanted[-1])) + 2, bool)
    table[wanted + 1] = True
    return table[values.astype(np.int64) + 1]


def _in_place(subdistrict: Ints, segment: Ints, city: City, f: IssueFilter) -> Bools:
    """Where the primary subdistrict and the road of the segment are among those asked for."""
    mask = np.ones(len(subdistrict), bool)
    if f.subdistricts:
        mask &= _among(subdistrict, [_place("subdistrict", code, city.areas.index) for code in f.subdistricts])
    if f.roads:
        index = city.roads.index if city.roads else {}
        wanted = [_place("road", code, index) for code in f.roads]
        if city.roads is None:
            mask &= _among(segment, wanted)
        else:
            road_of = np.append(city.roads.road, -1)  # segment −1 (none) reads the last entry
            mask &= _among(road_of[segment], wanted)
    return mask


def _keep_inside(mask: Bools, table: IssueTable, bbox: BBox) -> None:
    """Clear `mask` where an issue does not meet `bbox`; only lines and polygons still in question are unpacked."""
    points = table.is_point
    inside = _within(table.lon, table.lat, bbox)
    rows = np.flatnonzero(mask & ~points)
    mask &= inside | ~points
    if len(rows):
        mask[rows] = shapely.intersects(shapely.from_wkb(table.wkb[rows]), shapely.box(*bbox))


def _within(lon: Floats, lat: Floats, bbox: BBox) -> Bools:
    west, south, east, north = bbox
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _types_of_groups(city: City, groups: Iterable[str]) -> list[int]:
    wanted = set(groups)
    for code in wanted:
        city.catalogue.position("group", code)
    return [position for position, entry in enumerate(city.catalogue.types) if entry.group in wanted]


def _place(key: str, code: str, index: dict[str, int]) -> int:
    if code == NOWHERE:
        return -1
    if code not in index:
        raise BadValueError(key, code, f"the code of a {key} of this city, or {NOWHERE}")
    return index[code]


def _status(name: str) -> int:
    if name not in Status.__members__:
        raise BadValueError("status", name, "a status: " + ", ".join(Status.__members__))
    return Status[name].value


def _stage(name: str) -> int:
    if name not in STAGES:
        raise BadValueError("stage", name, "a stage: " + ", ".join(STAGES))
    return STAGES.index(Stage(name))
