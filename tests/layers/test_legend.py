"""The legend: its parts add up to n, and heat ticks stand where the colours are."""

from __future__ import annotations

import json
import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.density import counts_of, road_density, subdistrict_density
from layers.breaks import ROAD_BREAKS, SUBDISTRICT_BREAKS, Breaks, breaks_for
from layers.legend import density_legend, heat_cap, heat_legend, heat_stop, number_text
from tests.small_city import small_city
from tests.strategies import filters, records

CITY = small_city()
PERIOD = {"since": date(2021, 6, 3), "until": date(2021, 8, 24)}


def total_of(legend: dict) -> float:
    """What the parts of a legend add up to."""
    return sum(part["count"] for part in legend["classes"]) + legend["remainder"]


def test_a_legend_by_hand():
    legend = density_legend(
        measure="density_roads",
        unit="per_km",
        breaks=Breaks(ROAD_BREAKS, 1.0),
        values=np.array([10.0, 20.0, 120.0, math.nan]),
        counts=np.array([1.5, 2.0, 3.0, 0.5]),
        remainder=3.0,
        n=10,
        quality="schematic",
        **PERIOD,
    )
    assert legend == {
        "measure": "density_roads",
        "unit": "per_km",
        "breaks": [20.0, 45.0, 75.0, 110.0],
        "scale": 1.0,
        "classes": [
            {"from": 0.0, "to": 20.0, "places": 1, "count": 1.5},
            {"from": 20.0, "to": 45.0, "places": 1, "count": 2.0},
            {"from": 45.0, "to": 75.0, "places": 0, "count": 0.0},
            {"from": 75.0, "to": 110.0, "places": 0, "count": 0.0},
            {"from": 110.0, "to": None, "places": 1, "count": 3.0},
        ],
        "max": 120.0,
        "n": 10,
        "remainder": 3.5,
        "unmeasured": {"places": 1, "count": 0.5},
        "places": 4,
        "since": "2021-06-03",
        "until": "2021-08-24",
        "quality": "schematic",
    }


@given(data=st.data())
def test_the_parts_sum_to_n_under_any_filter(data):
    drawn = data.draw(records(CITY))
    added_up = counts_of(drawn.issues, CITY, drawn.stages(CITY, data.draw(filters(CITY, as_of=drawn.as_of))))
    areas, roads = subdistrict_density(added_up, CITY), road_density(added_up, CITY)
    for fixed, values, counts, remainder in [
        (SUBDISTRICT_BREAKS, areas.per_km2, areas.count, areas.outside),
        (ROAD_BREAKS, roads.per_km, roads.count, roads.unsnapped),
        (ROAD_BREAKS, roads.segment_per_km, roads.segment_count, roads.unsnapped),
    ]:
        legend = density_legend(
            measure="any",
            unit="any",
            breaks=breaks_for(fixed, values),
            values=values,
            counts=counts,
            remainder=remainder,
            n=added_up.total,
            quality="approximate",
            **PERIOD,
        )
        assert total_of(legend) == pytest.approx(legend["n"], abs=1e-6)
        assert sum(part["places"] for part in legend["classes"]) + legend["unmeasured"]["places"] == legend["places"]
        assert legend["places"] == len(values)
        json.dumps(legend, allow_nan=False)


def test_an_empty_picture_has_a_legend():
    nothing = np.empty(0)
    legend = density_legend(
        measure="density_roads",
        unit="per_km",
        breaks=breaks_for(ROAD_BREAKS, nothing),
        values=nothing,
        counts=nothing,
        remainder=0.0,
        n=0,
        quality="real",
        **PERIOD,
    )
    assert (legend["max"], legend["places"], total_of(legend)) == (None, 0, 0.0)


@pytest.mark.parametrize(
    ("cap", "labels"),
    [
        (770, ["0", "100", "200", "500", "≥ 770"]),
        (1.0, None),
        (12_000, None),
        (0.35, None),
    ],
)
def test_heat_ticks_stand_at_their_true_place(cap, labels):
    legend = heat_legend(cap, 150)
    ticks = legend["ticks"]
    if labels:
        assert [tick["label"] for tick in ticks] == labels
    assert (ticks[0]["stop"], ticks[-1]["stop"], ticks[-1]["value"]) == (0.0, 1.0, cap)
    assert ticks[-1]["label"] == "≥ " + number_text(cap)
    assert 4 <= len(ticks) <= 7
    for tick in ticks:
        assert tick["stop"] == pytest.approx((tick["value"] / cap) ** 0.62)
    assert min(np.diff([tick["stop"] for tick in ticks])) >= 0.13
    assert legend["bandwidth_m"] == 150


@given(st.floats(1e-3, 1e8))
def test_any_cap_has_readable_ticks(cap):
    stops = [tick["stop"] for tick in heat_legend(cap, 150.0)["ticks"]]
    assert stops == sorted(stops)
    assert len(stops) >= 4
    assert min(np.diff(stops)) >= 0.13 - 1e-9


@pytest.mark.parametrize("cap", [0, -1, math.nan, math.inf])
def test_a_cap_that_is_no_density_is_refused(cap):
    with pytest.raises(ValueError, match="cap"):
        heat_legend(cap, 150)


def test_the_cap_is_a_high_percentile_to_two_figures():
    values = np.append(np.zeros(5_000), np.arange(1, 1_001) * 0.7721)
    assert heat_cap(values) == 770  # 99.9th percentile of the positive ones: 771.3
    assert heat_cap([0, math.nan]) == 1.0
    assert heat_cap([]) == 1.0
    assert heat_cap([0.01234]) == 0.012


def test_stops_are_clamped():
    assert (heat_stop(-1, 5), heat_stop(9, 5)) == (0.0, 1.0)


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (0.5, "0.5"), (20.0, "20"), (1200, "1,200"), (0.02, "0.02")])
def test_round_numbers_are_written_short(value, text):
    assert number_text(value) == text
