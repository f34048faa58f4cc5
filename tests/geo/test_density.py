"""Densities: hand-made cases, and the laws that parts and remainder make the whole under any filter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.clock import to_us
from geo.density import Counts, counts_of, road_density, subdistrict_density, visit_density
from geo.lifecycle import Status
from geo.selection import counted, select_points, stage_of, still_open
from geo.tables import IssueTable, RowValues, Shares, subset
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records, compiled_passes, filters, records

CITY = small_city()


def shares(*entries: tuple[int, int, float]) -> Shares:
    """Shares from (row, place, weight)."""
    row, place, weight = zip(*entries, strict=True)
    return Shares(np.array(row, np.int32), np.array(place, np.int32), np.array(weight, np.float64))


def added_up(table: IssueTable, stages=None) -> Counts:
    """The counts of all issues (or of `stages`), the same by both passes."""
    if stages is None:
        stages = stage_of(table.status, table.due_us, to_us(CLOCK))
    counts = counts_of(table, CITY, stages)
    with compiled_passes():
        again = counts_of(table, CITY, stages)
    for name in ("by_stage", "area", "segment", "outside", "unsnapped"):
        np.testing.assert_array_equal(getattr(again, name), getattr(counts, name))
    return counts


@pytest.fixture
def four():
    """Four issues: a closed point in A on s1; an open line, ¾ in A and ¼ in B, ½ on s1 and ½ on s2; an open point
    outside everything; a rejected point in A.
    """
    table = build_records(CITY, 4, 0, CLOCK).issues
    return replace(
        table,
        status=np.array([Status.CLOSED, Status.HANDLING, Status.REPORTED, Status.REJECTED], np.int8),
        is_point=np.array([True, False, True, True]),
        subdistrict=np.array([0, 0, -1, 0], np.int16),
        segment=np.array([0, 0, -1, 3], np.int32),
        shapes=RowValues(np.array([1], np.int32), np.array([b""], object)),
        subdistrict_shares=shares((1, 0, 0.75), (1, 1, 0.25)),
        segment_shares=shares((1, 0, 0.5), (1, 1, 0.5)),
    )


def test_a_line_counts_by_its_parts_and_the_rejected_not_at_all(four):
    density = subdistrict_density(added_up(four), CITY)
    assert density.count.tolist() == [1.75, 0.25, 0.0]
    assert density.open.tolist() == [0.75, 0.25, 0.0]
    assert density.per_km2 == pytest.approx([1.75, 0.25, 0.0])  # areas of 1 km² each
    assert (density.outside, density.total) == (1.0, 3)


def test_a_road_is_the_sum_of_its_segments_over_its_length_inside(four):
    density = road_density(added_up(four), CITY)
    assert density.segment_count.tolist() == [1.5, 0.5, 0.0, 0.0]
    assert density.segment_per_km[:3] == pytest.approx([1.5, 0.5, 0.0])
    assert density.count.tolist() == [2.0, 0.0, 0.0]
    assert density.open.tolist() == [1.0, 0.0, 0.0]
    assert density.per_km[:2] == pytest.approx([1.0, 0.0])
    assert np.isnan(density.per_km[2])  # R3 has no kilometre inside
    assert np.isnan(density.segment_per_km[3])
    assert (density.unsnapped, density.total) == (1.0, 3)


def test_nothing_selected_is_zero_everywhere(four):
    none = added_up(four, np.full(4, -1, np.int8))
    density = subdistrict_density(none, CITY)
    assert (density.count.sum(), density.outside, density.total) == (0.0, 0.0, 0)
    roads = road_density(none, CITY)
    assert (roads.count.sum(), roads.unsnapped, roads.total) == (0.0, 0.0, 0)


def test_a_city_without_roads_has_no_road_density(four):
    with pytest.raises(ValueError, match="no roads"):
        road_density(added_up(four), small_city(with_roads=False))


@given(data=st.data())
def test_parts_and_remainder_make_the_total_under_any_filter(data):
    drawn = data.draw(records(CITY))
    stages = drawn.stages(CITY, data.draw(filters(CITY, as_of=drawn.as_of)))
    total = int(counted(stages).sum())
    counts = added_up(drawn.issues, stages)
    areas, roads = subdistrict_density(counts, CITY), road_density(counts, CITY)
    assert areas.total == roads.total == total
    assert areas.count.sum() + areas.outside == pytest.approx(total, abs=1e-6)
    assert roads.count.sum() + roads.unsnapped == pytest.approx(total, abs=1e-6)
    assert roads.segment_count.sum() + roads.unsnapped == pytest.approx(total, abs=1e-6)
    for density in (areas, roads):
        assert (density.open <= density.count + 1e-12).all()
        assert (density.open >= 0).all()
    only_open = subdistrict_density(added_up(drawn.issues, np.where(still_open(stages), stages, -1)), CITY)
    assert only_open.count == pytest.approx(areas.open, abs=1e-9)


@given(data=st.data())
def test_disjoint_types_add_up(data):
    drawn = data.draw(records(CITY))
    f = replace(data.draw(filters(CITY, as_of=drawn.as_of)), types=(), groups=())
    whole = road_density(added_up(drawn.issues, drawn.stages(CITY, f)), CITY)
    parts = [
        road_density(added_up(drawn.issues, drawn.stages(CITY, replace(f, types=(entry.code,)))), CITY)
        for entry in CITY.catalogue.types
    ]
    assert sum(part.count for part in parts) == pytest.approx(whole.count, abs=1e-9)
    assert sum(part.unsnapped for part in parts) == pytest.approx(whole.unsnapped, abs=1e-9)
    assert sum(part.total for part in parts) == whole.total


@given(data=st.data())
def test_tallies_of_any_two_parts_make_that_of_the_whole(data):
    drawn = data.draw(records(CITY))
    issues, stages = drawn.issues, drawn.stages(CITY, data.draw(filters(CITY, as_of=drawn.as_of)))
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(issues), max_size=len(issues))), bool)
    one, two = (counts_of(subset(issues, rows), CITY, stages[rows]) for rows in map(np.flatnonzero, (mask, ~mask)))
    whole = counts_of(issues, CITY, stages)
    for joined, expected in ((one.plus(two), whole), (whole.plus(two, sign=-1), one)):
        assert joined.by_stage.tolist() == expected.by_stage.tolist()
        assert joined.area == pytest.approx(expected.area, abs=1e-9)
        assert joined.segment == pytest.approx(expected.segment, abs=1e-9)
        assert (joined.outside, joined.unsnapped) == pytest.approx((expected.outside, expected.unsnapped), abs=1e-9)


@pytest.mark.parametrize("by", ["subdistrict", "site_class"])
@given(data=st.data())
def test_issues_per_visit_follow_the_point_visited(by, data):
    drawn = data.draw(records(CITY))
    issues, points, visits = drawn.issues, drawn.points, drawn.visits
    f = data.draw(filters(CITY, as_of=drawn.as_of))
    stages, point_mask, as_of_us = drawn.stages(CITY, f), select_points(points, CITY, f), to_us(drawn.as_of)
    density = visit_density(issues, points, visits, CITY, stages, by=by, point_mask=point_mask, as_of_us=as_of_us)
    group = points.subdistrict if by == "subdistrict" else points.site_class
    made = [v for v in range(len(visits)) if visits.at_us[v] <= as_of_us and point_mask[visits.point[v]]]
    at_visit = dict(zip(issues.visits.row.tolist(), issues.visits.value.tolist(), strict=True))
    found = [v for v in made for issue in np.flatnonzero(counted(stages)) if at_visit.get(issue) == visits.id[v]]
    for position in range(len(density.codes)):
        at_visits = sum(group[visits.point[v]] == position for v in made)
        of_issues = sum(group[visits.point[v]] == position for v in found)
        assert (density.visits[position], density.issues[position]) == (at_visits, of_issues)
        ratio = density.per_visit[position]
        assert ratio == pytest.approx(of_issues / at_visits) if at_visits else np.isnan(ratio)
    assert density.visits.sum() + density.other_visits == len(made)
    assert density.issues.sum() + density.other_issues + density.unlinked == density.total


def test_visits_are_grouped_by_two_things_only(four):
    made = build_records(CITY, 0, 0, CLOCK)
    with pytest.raises(ValueError, match="type"):
        visit_density(
            *(four, made.points, made.visits, CITY, np.zeros(4, np.int8)),
            by="type",
            point_mask=np.ones(len(made.points), bool),
            as_of_us=to_us(CLOCK),
        )
