"""Where issues concentrate: counts by subdistrict, road and visit, each with its denominator and its remainder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.city import City
from geo.scale import is_large
from geo.selection import CLOSED, REJECTED, STAGES, Stages, counted, still_open
from geo.tables import Bools, Floats, Ints, IssueTable, PointTable, Shares, VisitTable

_ROUNDING = 1e-12  # what float sums of one row's weights may miss 1 by


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Issues added up: by stage (in the order of STAGES), and by place in two columns (all that count, still open).

    Σ area + outside = total = Σ segment + unsnapped. Counts of disjoint issues can be added and taken away.
    """

    by_stage: NDArray[np.int64]
    area: Floats
    segment: Floats
    outside: float
    unsnapped: float

    @property
    def total(self) -> int:
        """Issues that count: all but the rejected."""
        return int(self.by_stage[:REJECTED].sum())

    def plus(self, other: Counts, *, sign: int = 1) -> Counts:
        """This counts with another one added, or taken away (`sign` −1)."""
        return Counts(
            self.by_stage + sign * other.by_stage,
            self.area + sign * other.area,
            self.segment + sign * other.segment,
            self.outside + sign * other.outside,
            self.unsnapped + sign * other.unsnapped,
        )


@dataclass(frozen=True, slots=True, eq=False)
class AreaDensity:
    """Issues by subdistrict (arrays over city.areas; lines and polygons count by their parts).

    Σ count + outside = total. `per_km2` = count ÷ area in the metric CRS.
    """

    count: Floats
    open: Floats
    per_km2: Floats
    outside: float
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class RoadDensity:
    """Issues by road segment and by road. Σ count + unsnapped = total, over segments as over roads.

    `per_km` = count ÷ kilometres inside the city's boundary; NaN where nothing of the road lies inside.
    """

    segment_count: Floats
    segment_open: Floats
    segment_per_km: Floats
    count: Floats
    open: Floats
    per_km: Floats
    unsnapped: float
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class VisitDensity:
    """Issues found at visits ÷ visits, by subdistrict or site class of the *point visited*.

    `visits` is the denominator: all visits made by the moment asked about to the points asked about, whether they
    found anything or not. `issues` are the selected ones linked to one of those visits; `per_visit` is NaN without
    visits. Remainders: `other_issues` and `other_visits` belong to points without such a code (outside every
    subdistrict); `unlinked` issues belong to none of those visits. Σ issues + other_issues + unlinked = total.
    """

    codes: tuple[str, ...]
    issues: NDArray[np.int64]
    visits: NDArray[np.int64]
    per_visit: Floats
    other_issues: int
    other_visits: int
    unlinked: int
    total: int


def counts_of(table: IssueTable, city: City, stages: Stages) -> Counts:
    """Add up the issues of `stages` (geo.selection.chosen_stages, shape (n,)); all zero for none.

    Points count whole in their own place, lines and polygons by their shares.
    """
    areas, segments = len(city.areas.codes), len(city.roads.segment_codes) if city.roads else 0
    if is_large(len(table)):
        from geo import counting_kernels

        columns = (stages, table.subdistrict, table.segment, table.is_point)
        in_areas, in_segments = counting_kernels.count_issues(*columns, areas, segments)
        by_stage = in_areas.sum(axis=1)
        area, segment = _counted_and_open(in_areas[:, :-1]), _counted_and_open(in_segments[:, :-1])
    else:
        by_stage = np.bincount(stages.astype(np.int64) + 1, minlength=len(STAGES) + 1)
        area = _of_points(table.subdistrict, table.is_point, stages, areas)
        segment = _of_points(table.segment, table.is_point, stages, segments)
    of_shapes = stages[table.shapes.row]
    kept, opened = counted(of_shapes), still_open(of_shapes)
    by_area, outside = _spread(table.subdistrict_shares, table.shapes.row, kept, opened, areas)
    by_segment, unsnapped = _spread(table.segment_shares, table.shapes.row, kept, opened, segments)
    return Counts(
        by_stage=by_stage[1:].astype(np.int64),
        area=area[1:] + by_area,
        segment=segment[1:] + by_segment,
        outside=float(area[0, 0]) + outside,
        unsnapped=float(segment[0, 0]) + unsnapped,
    )


def subdistrict_density(counts: Counts, city: City) -> AreaDensity:
    """Density by subdistrict; rejected issues do not count."""
    count = counts.area[:, 0]
    per_km2 = _ratio(count, city.areas.area_km2)
    return AreaDensity(count, counts.area[:, 1], per_km2, outside=counts.outside, total=counts.total)


def road_density(counts: Counts, city: City) -> RoadDensity:
    """Density by road; rejected issues do not count.

    Raises ValueError for a city without roads: callers say "no roads layer" instead of asking.
    """
    if city.roads is None:
        raise ValueError(f"the city {city.code} has no roads")
    roads = city.roads
    names = len(roads.road_codes)
    segment_count, segment_open = counts.segment[:, 0], counts.segment[:, 1]
    count = _sum_by(roads.road, segment_count, names)
    return RoadDensity(
        segment_count=segment_count,
        segment_open=segment_open,
        segment_per_km=_ratio(segment_count, roads.inside_m / 1e3),
        count=count,
        open=_sum_by(roads.road, segment_open, names),
        per_km=_ratio(count, roads.road_inside_km),
        unsnapped=counts.unsnapped,
        total=counts.total,
    )


def visit_density(
    table: IssueTable,
    points: PointTable,
    visits: VisitTable,
    city: City,
    stages: Stages,
    *,
    by: Literal["subdistrict", "site_class"],
    point_mask: Bools,
    as_of_us: int,
) -> VisitDensity:
    """Issues per visit of the issues in `stages`, over visits until `as_of_us` to the points in `point_mask`.

    Rejected issues do not count. Rows follow city.areas or the catalogue's site classes, zeros included.
    """
    codes, group_of_point = _visit_groups(points, city, by)
    made = (visits.at_us <= as_of_us) & point_mask[visits.point]
    group_of_visit = group_of_point[visits.point[made]]
    visit_count, other_visits = _count_groups(group_of_visit, len(codes))
    group_by_id = dict(zip(visits.id[made].tolist(), group_of_visit.tolist(), strict=True))
    kept = counted(stages[table.visits.row])
    linked = [group_by_id[identity] for identity in table.visits.value[kept].tolist() if identity in group_by_id]
    issue_count, other_issues = _count_groups(np.array(linked, np.int64), len(codes))
    total = int(np.count_nonzero(counted(stages)))
    return VisitDensity(
        codes=codes,
        issues=issue_count,
        visits=visit_count,
        per_visit=_ratio(issue_count.astype(np.float64), visit_count.astype(np.float64)),
        other_issues=other_issues,
        other_visits=other_visits,
        unlinked=total - len(linked),
        total=total,
    )


def _of_points(place: Ints, is_point: Bools, stages: Stages, places: int) -> NDArray[np.int64]:
    """Points by place + 1: all that count, and those still open; shape (places + 1, 2)."""
    at = place.astype(np.int64) + 1
    masks = (counted(stages) & is_point, still_open(stages) & is_point)
    return np.stack([np.bincount(at[mask], minlength=places + 1) for mask in masks], axis=1)


def _counted_and_open(by_stage: NDArray[np.int32]) -> NDArray[np.int64]:
    """Of counts by stage + 1 and place (shape (6, n)): all that count, and those still open; shape (n, 2)."""
    lines = (by_stage[1 : REJECTED + 1].sum(axis=0), by_stage[1 : CLOSED + 1].sum(axis=0))
    return np.stack(lines, axis=1).astype(np.int64)


def _spread(shares: Shares, rows: Ints, kept: Bools, opened: Bools, places: int) -> tuple[NDArray[np.float64], float]:
    """Weights of lines and polygons summed by place (those kept, those open; shape (places, 2)), and what of the kept
    ones lies in no place. `rows` are all of them, ascending; `kept` and `opened` are parallel to it."""
    owner = np.searchsorted(rows, shares.row)
    sums = [
        _sum_by(shares.place[mask[owner]], shares.weight[mask[owner]], places) if places else np.zeros(0)
        for mask in (kept, opened)
    ]
    missing = 1.0 - _sum_by(owner, shares.weight, len(rows))[kept]
    return np.stack(sums, axis=1), float(missing[np.abs(missing) > _ROUNDING].sum())


def _sum_by(group: Ints, weight: Floats, size: int) -> Floats:
    return np.bincount(group, weights=weight, minlength=size).astype(np.float64, copy=False)


def _ratio(count: Floats, size: Floats) -> Floats:
    """count ÷ size; NaN where the size is zero."""
    result = np.full(len(count), np.nan)
    np.divide(count, size, out=result, where=size > 0)
    return result


def _visit_groups(points: PointTable, city: City, by: str) -> tuple[tuple[str, ...], Ints]:
    if by == "subdistrict":
        return city.areas.codes, points.subdistrict
    if by == "site_class":
        return tuple(entry.code for entry in city.catalogue.site_classes), points.site_class
    raise ValueError(f"visits are grouped by subdistrict or site_class, not by {by!r}")


def _count_groups(groups: Ints, size: int) -> tuple[NDArray[np.int64], int]:
    """How often each group 0 … size − 1 occurs, and how often none (−1)."""
    counts = np.bincount(groups.astype(np.int64) + 1, minlength=size + 1)
    return counts[1:].astype(np.int64), int(counts[0])
