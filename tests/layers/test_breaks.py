"""Class breaks: fixed while they can be, scaled by round factors where they cannot."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.breaks import ROAD_BREAKS, SUBDISTRICT_BREAKS, Breaks, breaks_for, classify

VALUES = st.lists(st.just(0.0) | st.floats(1e-6, 1e7), max_size=30)
FIXED = st.sampled_from([SUBDISTRICT_BREAKS, ROAD_BREAKS])


@pytest.mark.parametrize(
    ("values", "edges", "scale"),
    [
        ([1, 8, 30, 209], (5, 20, 60, 150), 1),
        ([0, 0, 20], (5, 20, 60, 150), 1),  # the maximum just reaches the third class
        ([19.9], (2.5, 10, 30, 75), 0.5),
        ([4], (1, 4, 12, 30), 0.2),
        ([3.9], (0.5, 2, 6, 15), 0.1),
        ([0.4], (0.1, 0.4, 1.2, 3), 0.02),
        ([200, 300, 10], (10, 40, 120, 300), 2),  # two of three in the top class; 1 of 3 after
        ([1000, 2000, 4000, 3000], (100, 400, 1200, 3000), 20),
        ([200, 3, 0, 0], (5, 20, 60, 150), 1),  # half of the places that have anything: stays
        ([], (5, 20, 60, 150), 1),
        ([0, math.nan, math.inf], (5, 20, 60, 150), 1),
    ],
)
def test_breaks_of_hand_made_cities(values, edges, scale):
    assert breaks_for(SUBDISTRICT_BREAKS, values) == Breaks(edges, scale)


def test_the_top_class_is_not_emptied_into_the_second():
    breaks = breaks_for(ROAD_BREAKS, [220.0] * 4)  # factor 5 would begin the third class at 225
    assert breaks.scale == 2
    assert classify([220.0], breaks).tolist() == [4]


@given(FIXED, VALUES)
def test_the_rule_holds_for_any_values(fixed, values):
    breaks = breaks_for(fixed, values)
    mantissa = float(f"{breaks.scale:e}".split("e")[0])
    assert mantissa in (1, 2, 5)
    assert breaks.edges == pytest.approx([edge * breaks.scale for edge in fixed])
    some = [value for value in values if value > 0]
    if not some:
        assert breaks.scale == 1
        return
    classes = classify(some, breaks)
    assert classes.max() >= 2  # the maximum is in the third class or above
    if breaks.scale < 1:
        assert max(some) < fixed[1]
    if breaks.scale > 1:
        assert np.mean(classify(some, Breaks(fixed, 1)) == 4) > 0.5


def test_a_value_on_an_edge_is_in_the_class_above_it():
    fixed = Breaks(SUBDISTRICT_BREAKS, 1)
    assert classify([0, 4.99, 5, 20, 60, 149.9, 150, 1e9, math.nan], fixed).tolist() == [0, 0, 1, 2, 3, 3, 4, 4, -1]
    assert classify([], fixed).tolist() == []
