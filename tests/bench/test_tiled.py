"""The tiled snapshot of the benchmarks answers like any other, and the ten million's rows come out in small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from shapely import Point

from bench import ten_million
from bench.tiled import tiled
from geo.clock import NEVER
from geo.filter import IssueFilter
from geo.issue import IssueDraft
from tests.data.conftest import runtime_of
from tests.small_city import CLOCK, small_city


def test_issues_are_repeated_with_their_states(tmp_path: Path) -> None:
    city = small_city()
    runtime = runtime_of(city, f"sqlite:///{tmp_path / 'store.db'}")
    try:
        drafts = [IssueDraft("supervision", code, Point(106.705, 26.605)) for code in ("C0101", "E0110", "E0110")]
        runtime.submit(drafts, actor="bench")
        many = tiled(runtime.snapshot, 300)
        chosen = IssueFilter(campaign=city.current_campaign, register="supervision", as_of=CLOCK, types=("E0110",))
        assert len(many.issues) == 300
        assert many.counts(chosen).by_stage.sum() == 200
        assert np.count_nonzero(many.issues.due_us != NEVER) == 300
    finally:
        runtime.close()


@pytest.mark.slow
def test_every_row_of_the_ten_million_agrees_in_small(tmp_path: Path) -> None:
    rows = ten_million.rows(tmp_path, n=3_000)
    assert rows[0].name == "start to ready"
    assert all(row.equal for row in rows if row.equal is not None)
