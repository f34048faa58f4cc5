"""Where issues concentrate: counts by subdistrict, road and visit, each with its denominator and its remainder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.city import City
from geo.selection import counted, open_issues
from geo.tables import Bools, Floats, Ints, IssueTable, PointTable, Shares, VisitTable

_ROUNDING = 1e-12  # what float sums of one row's weights may miss 1 by


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


def subdistrict_density(table: IssueTable, city: City, mask: Bools) -> AreaDensity:
    """Density by subdistrict of the issues in `mask` (shape (n,)), rejected ones left out; zeros for an empty one."""
    kept = counted(table, mask)
    areas = len(city.areas.codes)
    count, outside = _spread(table.subdistrict_shares, kept, areas)
    opened, _ = _spread(table.subdistrict_shares, kept & open_issues(table), areas)
    return AreaDensity(
        count=count,
        open=opened,
        per_km2=_ratio(count, city.areas.area_km2),
        outside=outside,
        total=int(np.count_nonzero(kept)),
    )


def road_density(table: IssueTable, city: City, mask: Bools) -> RoadDensity:
    """Density by road of the issues in `mask` (shape (n,)), rejected ones left out.

    Raises ValueError for a city without roads: callers say "no roads layer" instead of asking.
    """
    if city.roads is None:
        raise ValueError(f"the city {city.code} has no roads")
    roads = city.roads
    kept = counted(table, mask)
    segments, names = len(roads.segment_codes), len(roads.road_codes)
    segment_count, unsnapped = _spread(table.segment_shares, kept, segments)
    segment_open, _ = _spread(table.segment_shares, kept & open_issues(table), segments)
    count = _sum_by(roads.road, segment_count, names)
    return RoadDensity(
        segment_count=segment_count,
        segment_open=segment_open,
        segment_per_km=_ratio(segment_count, roads.inside_m / 1e3),
        count=count,
        open=_sum_by(roads.road, segment_open, names),
        per_km=_ratio(count, roads.road_inside_km),
        unsnapped=unsnapped,
        total=int(np.count_nonzero(kept)),
    )


def visit_density(
    table: IssueTable,
    points: PointTable,
    visits: VisitTable,
    city: City,
    mask: Bools,
    *,
    by: Literal["subdistrict", "site_class"],
    point_mask: Bools,
    as_of_us: int,
) -> VisitDensity:
    """Issues per visit of the issues in `mask`, over visits until `as_of_us` to the points in `point_mask`.

    Rejected issues are left out. Rows follow city.areas or the catalogue's site classes, zeros included.
    """
    codes, group_of_point = _visit_groups(points, city, by)
    made = (visits.at_us <= as_of_us) & point_mask[visits.point]
    group_of_visit = group_of_point[visits.point[made]]
    visit_count, other_visits = _tally(group_of_visit, len(codes))
    group_by_id = dict(zip(visits.id[made].tolist(), group_of_visit.tolist(), strict=True))
    kept = counted(table, mask)
    linked = [group_by_id[identity] for identity in table.visit[kept].tolist() if identity in group_by_id]
    issue_count, other_issues = _tally(np.array(linked, np.int64), len(codes))
    total = int(np.count_nonzero(kept))
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


def _spread(shares: Shares, kept: Bools, places: int) -> tuple[Floats, float]:
    """Weights of the kept rows summed by place, and what of those rows lies in no place."""
    entries = kept[shares.row]
    row, weight = shares.row[entries], shares.weight[entries]
    count = _sum_by(shares.place[entries], weight, places)
    missing = 1.0 - _sum_by(row, weight, len(kept))[kept]
    return count, float(missing[np.abs(missing) > _ROUNDING].sum())


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


def _tally(groups: Ints, size: int) -> tuple[NDArray[np.int64], int]:
    """How often each group 0 … size − 1 occurs, and how often none (−1)."""
    counts = np.bincount(groups.astype(np.int64) + 1, minlength=size + 1)
    return counts[1:].astype(np.int64), int(counts[0])
