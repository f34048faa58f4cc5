"""Ten million issues, a province's years: start, memory, any filter, and the first report after a start."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import shapely

from bench.row import Row
from bench.scale import WUHAN, beside_engines, memory, opened
from data.city_folder.load import load_city
from data.runtime import Runtime
from geo.issue import IssueDraft

TEN_MILLION: Final = 10_000_000
ROOM: Final = 40 * 2**30
"""Bytes that must be free for the store and its journal."""


def rows(folder: Path, n: int = TEN_MILLION) -> list[Row]:
    """Loads the city with `n` issues into a store under `folder` (some 25 GB, and ten minutes)."""
    runtime, starts = opened(load_city(WUHAN), folder / "most.db", n)
    try:
        return [starts, memory(runtime.snapshot), *beside_engines(runtime.snapshot), *_reports(runtime)]
    finally:
        runtime.close()


def _reports(runtime: Runtime) -> list[Row]:
    """Seconds until a report is acknowledged: the first after a start, and the one after it."""
    n, place, times = len(runtime.snapshot.issues), runtime.city.boundary.representative_point(), []
    for _ in range(2):
        begun = time.perf_counter()
        runtime.submit([IssueDraft("synthetic", "E0102", shapely.Point(place.x, place.y))], actor="bench")
        times.append(round(time.perf_counter() - begun, 4))
    first, second = times
    equal = len(runtime.snapshot.issues) == n + 2
    return [Row("first report after a start", n, first, second, "the next report", "s", None, equal)]
