"""Responsibility: every area, road, segment and point shows its owners, and whether they are none, one or several."""

from __future__ import annotations

import numpy as np

from geo.organisation import Organisation, Unit, UnitKind
from geo.responsibility import (
    OwnerState,
    point_duties,
    road_duties,
    segment_owners,
    segment_subdistricts,
    subdistrict_duties,
    task_duties,
)
from geo.tables import PointTable
from geo.text import Text
from tests.small_city import small_city

CITY = small_city()
NAME = Text("单位", "Unit")
D, F, L, P, T = UnitKind.DEPARTMENT, UnitKind.OFFICE, UnitKind.LEADER, UnitKind.STEWARD, UnitKind.TASK_LEAD


def of(*units: Unit) -> Organisation:
    return Organisation(units)


def test_a_segment_lies_where_its_middle_lies() -> None:
    assert segment_subdistricts(CITY).tolist() == [0, 1, 2, -1], "R3 runs outside every area"
    assert segment_subdistricts(small_city(with_roads=False)).tolist() == []


def test_areas_without_a_leader_and_with_two_are_told() -> None:
    organisation = of(Unit("L1", L, NAME, subdistricts=("A", "B")), Unit("L2", L, NAME, subdistricts=("B",)))
    duties = subdistrict_duties(organisation, CITY)
    assert [(duty.code, duty.owners, duty.state) for duty in duties] == [
        ("A", ("L1",), OwnerState.ONE),
        ("B", ("L1", "L2"), OwnerState.SEVERAL),
        ("C", (), OwnerState.NONE),
    ]


def test_an_office_that_keeps_a_subdistrict_is_not_its_leader() -> None:
    organisation = of(Unit("OA", F, NAME, subdistricts=("A",)))
    assert all(duty.state is OwnerState.NONE for duty in subdistrict_duties(organisation, CITY))


def test_roads_are_kept_by_name_and_by_class_within_the_units_places() -> None:
    organisation = of(
        Unit("W", D, NAME, road_classes=("major",)),
        Unit("OB", F, NAME, subdistricts=("B",), roads=("R1",)),
        Unit("OC", F, NAME, subdistricts=("C",), road_classes=("minor",)),
    )
    assert segment_owners(organisation, CITY) == [("W",), ("W", "OB"), ("OC",), ()]
    told = [(duty.code, duty.state, duty.parts, duty.of, duty.owners) for duty in road_duties(organisation, CITY)]
    assert told == [
        ("R1", OwnerState.SEVERAL, 1, 2, ("W", "OB")),
        ("R2", OwnerState.ONE, 1, 1, ("OC",)),
        ("R3", OwnerState.NONE, 1, 1, ()),
    ]


def test_a_road_of_two_offices_on_two_segments_has_one_owner_on_each() -> None:
    organisation = of(
        Unit("OA", F, NAME, subdistricts=("A",), roads=("R1",)),
        Unit("OB", F, NAME, subdistricts=("B",), roads=("R1",)),
    )
    (duty, *_) = road_duties(organisation, CITY)
    assert (duty.owners, duty.state) == (("OA", "OB"), OwnerState.ONE)


def test_a_city_without_roads_has_no_duties_on_them() -> None:
    bare = small_city(with_roads=False)
    assert road_duties(of(), bare) == []
    assert segment_owners(of(), bare) == []


def test_points_have_the_steward_that_they_name_and_those_that_name_them() -> None:
    organisation = of(
        Unit("S1", P, Text("点位长甲", "Steward 1"), points=("P1", "P2")),
        Unit("S2", P, NAME, site_classes=("market",)),
    )
    points = points_table(["P1", "P2", "P3", "P4"], ["点位长甲", "点位长乙", "", ""], [1, 1, 0, -1])
    duties = point_duties(organisation, points, range(4), CITY)
    assert [(duty.code, duty.owners, duty.state) for duty in duties] == [
        ("P1", ("S1",), OwnerState.ONE),  # the same one, told twice
        ("P2", ("点位长乙", "S1"), OwnerState.SEVERAL),
        ("P3", ("S2",), OwnerState.ONE),
        ("P4", (), OwnerState.NONE),
    ]


def test_tasks_have_their_leads() -> None:
    organisation = of(Unit("W", D, NAME, tasks=("T02",)), Unit("L1", T, NAME, part_of="W", tasks=("T01",)))
    assert [duty.owners for duty in task_duties(organisation, CITY)] == [("L1",), ()], "a department is not a lead"


def points_table(codes: list[str], stewards: list[str], classes: list[int]) -> PointTable:
    n = len(codes)
    return PointTable(
        code=np.array(codes, object),
        name=np.array(codes, object),
        campaign=np.zeros(n, np.int16),
        site_class=np.array(classes, np.int16),
        task=np.full(n, -1, np.int16),
        subdistrict=np.zeros(n, np.int16),
        segment=np.full(n, -1, np.int32),
        lon=np.full(n, np.nan),
        lat=np.full(n, np.nan),
        steward=np.array(stewards, object),
        synthetic=np.zeros(n, bool),
        approximate=np.zeros(n, bool),
    )
