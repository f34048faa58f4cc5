"""Which units somebody knows by name: all from the whole campaign, else those that may have to do with their part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.access import WHOLE, Scope
from geo.organisation import Organisation, Unit, UnitKind
from geo.text import Text
from geo.units_in_sight import units_in_sight

NAME = Text("单位", "Unit")
K = UnitKind
UNITS = Organisation(
    (
        Unit("D1", K.DEPARTMENT, NAME),
        Unit("D2", K.DEPARTMENT, NAME, part_of="H"),
        Unit("D3", K.DEPARTMENT, NAME, part_of="D2"),
        Unit("H", K.HEADQUARTERS_GROUP, NAME),
        Unit("OA", K.OFFICE, NAME, subdistricts=("A",)),
        Unit("OB", K.OFFICE, NAME, subdistricts=("B",)),
        Unit("SB", K.STEWARD, NAME, points=("P1", "gone")),
    )
)
POINTS = {"P1": "B", "P2": None}


def seen(**scope: frozenset[str]) -> set[str]:
    return set(units_in_sight(UNITS, Scope(**scope), subdistrict_of=POINTS))


@pytest.mark.parametrize(
    ("scope", "codes"),
    [
        ({}, "D1 D2 D3 H OA OB SB"),
        ({"subdistricts": {"A"}}, "D1 D2 D3 H OA"),
        ({"subdistricts": {"B"}}, "D1 D2 D3 H OB SB"),
        ({"subdistricts": set()}, "D1 D2 D3 H"),
        ({"departments": {"D1"}}, "D1"),
        ({"departments": {"D2"}}, "D2 D3 H"),
        ({"departments": {"D3"}}, "D2 D3 H"),
        ({"departments": {"none"}}, ""),
        ({"groups": {"H"}}, "D2 D3 H"),
        ({"groups": {"H"}, "departments": {"D3"}}, "D2 D3 H"),
        ({"departments": {"OA"}, "subdistricts": {"B"}}, ""),
    ],
)
def test_who_is_in_sight(scope: dict[str, set[str]], codes: str) -> None:
    assert seen(**{kind: frozenset(named) for kind, named in scope.items()}) == set(codes.split())


def test_units_that_are_parts_of_one_another_end_the_search() -> None:
    ring = Organisation((Unit("X", K.OFFICE, NAME, part_of="Y"), Unit("Y", K.OFFICE, NAME, part_of="X")))
    assert units_in_sight(ring, Scope(departments=frozenset({"X"})), subdistrict_of={}) == {"X", "Y"}


CODES = st.none() | st.frozensets(st.sampled_from([*UNITS.codes, "A", "B", "-"]))


SCOPES = st.builds(Scope, CODES, CODES, CODES)


@given(SCOPES, SCOPES)
def test_a_narrower_scope_sees_no_more(wide: Scope, other: Scope) -> None:
    narrow = wide.narrowed(other)
    places = {"subdistrict_of": POINTS}
    assert units_in_sight(UNITS, narrow, **places) <= units_in_sight(UNITS, wide, **places)
    assert units_in_sight(UNITS, WHOLE, **places) == set(UNITS.codes)
