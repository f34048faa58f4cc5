"""Units: codes stand once, belong to units that are there, and name only what the city has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.errors import BadValueError
from geo.organisation import Organisation, Unit, UnitKind, check_unit
from geo.text import Text
from tests.small_city import small_city

CITY = small_city()
NAME = Text("单位", "Unit")
OFFICE_A = Unit("OA", UnitKind.OFFICE, NAME, subdistricts=("A",), road_classes=("minor",))
WORKS = Unit("W", UnitKind.DEPARTMENT, NAME, roads=("R1",))
LEAD = Unit("L", UnitKind.TASK_LEAD, NAME, part_of="W", tasks=("T01",))


def checked(unit: Unit) -> Unit:
    assert CITY.roads is not None
    return check_unit(unit, subdistricts=CITY.areas.codes, roads=CITY.roads.road_codes, catalogue=CITY.catalogue)


def test_units_are_found_by_code_kind_and_place() -> None:
    organisation = Organisation((OFFICE_A, WORKS, LEAD))
    assert organisation.unit("W") is WORKS
    assert organisation.index == {"OA": 0, "W": 1, "L": 2}
    assert organisation.of_kind(UnitKind.DEPARTMENT, UnitKind.OFFICE) == (OFFICE_A, WORKS)
    assert organisation.office_of == {"A": "OA"}
    with pytest.raises(BadValueError, match="units of this city"):
        organisation.unit("X")


def test_a_code_that_stands_twice_is_refused() -> None:
    with pytest.raises(BadValueError, match="'W'"):
        Organisation((OFFICE_A, WORKS, replace(LEAD, code="W")))


@pytest.mark.parametrize("part_of", ["X", "L"])
def test_a_unit_belongs_to_another_one_that_is_there(part_of: str) -> None:
    with pytest.raises(BadValueError, match="part_of"):
        Organisation((WORKS, replace(LEAD, part_of=part_of)))


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("subdistricts", "Z"),
        ("tasks", "T99"),
        ("roads", "R9"),
        ("road_classes", "motorway"),
        ("site_classes", "zoo"),
    ],
)
def test_a_unit_names_only_what_the_city_has(key: str, code: str) -> None:
    assert checked(WORKS) is WORKS
    with pytest.raises(BadValueError, match=key):
        checked(replace(WORKS, **{key: (code,)}))
