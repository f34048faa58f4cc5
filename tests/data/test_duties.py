"""Whose an issue is: the department it was assigned to, else the one that the rules give it to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data.duties import Duties
from geo.assignment import AssignmentRule
from geo.organisation import Organisation, Unit, UnitKind
from geo.text import Text
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records

CITY = small_city()
NAME = Text("单位", "Unit")
UNITS = Organisation((Unit("W", UnitKind.DEPARTMENT, NAME), Unit("S", UnitKind.DEPARTMENT, NAME)))
DUTIES = Duties(CITY, UNITS, (AssignmentRule("all", "W"),))


def test_what_was_assigned_by_hand_outranks_the_rules() -> None:
    table = build_records(CITY, 4, 1, CLOCK).issues
    nobody = replace(table, department=np.full(4, -1, np.int16), departments=np.array([], object))
    assert DUTIES.unit_of(nobody).tolist() == [0, 0, 0, 0]
    codes = np.array(["gone", "S"], object)
    some = replace(table, department=np.array([-1, 1, 0, 1], np.int16), departments=codes)
    assert DUTIES.unit_of(some).tolist() == [0, 1, -1, 1], "a department that is no unit any more is none"
