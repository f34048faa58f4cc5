"""Clusters: nobody is lost in them, and both ways of making them agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.clusters import issue_clusters
from geo.in_view import in_view
from geo.selection import OVERDUE
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records, compiled_passes


@given(n=st.integers(0, 80), seed=st.integers(0, 2**31), cell_m=st.floats(5, 5_000), most=st.integers(1, 60))
def test_clusters_hold_every_issue_once_and_the_compiled_ones_are_the_same(n, seed, cell_m, most):
    table = build_records(small_city(), n, seed, CLOCK).issues
    stages = np.random.default_rng(seed).integers(-1, 5, n).astype(np.int8)
    found = in_view(table, stages, below=4, cell_m=cell_m, most=most)
    assume(found.total > most)
    lon, lat, count, overdue = plain = issue_clusters(table, stages, found, cell_m=cell_m)
    assert count.sum() == ((stages >= 0) & (stages < 4)).sum()
    assert overdue.sum() == (stages == OVERDUE).sum()
    assert len(count) <= most
    with compiled_passes():
        compiled = issue_clusters(
            table, stages, in_view(table, stages, below=4, cell_m=cell_m, most=most), cell_m=cell_m
        )
    scattered = issue_clusters(table, stages, replace(found, squares=None), cell_m=cell_m)
    for one, other, third in zip(plain, compiled, scattered, strict=True):
        assert one.tolist() == other.tolist()
        assert one == pytest.approx(third, abs=1.1e-6)
    assert len(lon) == len(lat)
