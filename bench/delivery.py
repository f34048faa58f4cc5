"""What open maps cost at a million issues: bytes of a viewport's answers, and the time of each route in the server."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import orjson

from api import cells, densities, marks, roads, summary, timeline, watch
from api.heat import city_cap
from api.heat_tiles import draw, tile_bounds
from api.view import View
from bench.row import Row, median_ms
from bench.tiled import tiled
from data.snapshot import Snapshot
from geo.filter_query import parse_filter

N: Final = 1_000_000
_LARGEST_B: Final = 15_000
_WIDE: Final = (1920, 1080)
_PADDED: Final = 1.3  # a map asks for a little more than it shows
Json = dict[str, Any]
Pairs = tuple[tuple[str, str], ...]


def rows(snapshot: Snapshot) -> list[Row]:
    """`snapshot`'s issues repeated to N. No peer: raw Folium needs 23 MB and 50 s for the same picture."""
    million = tiled(snapshot, N)
    found = viewport_bytes(million)
    for name, ask in _questions(million).items():
        found.append(Row(f"route, nothing kept: {name}", N, round(median_ms(ask, 5), 2), None, None, "ms", None, None))
    everything = _p95(million)
    found.append(Row("any filter: summary, densities, cells (p95)", N, everything, None, None, "ms", None, None))
    return found


def viewport_bytes(snapshot: Snapshot) -> list[Row]:
    """The largest updates, compressed, for the middle of the city at six zooms, without a filter and for each of six
    subdistricts: all that an open map is sent after a change in view or a move, and each must be at most _LARGEST_B."""
    plain = View(snapshot, parse_filter((), snapshot.city, now=lambda c: snapshot.now(c)), _now(snapshot))
    parts = _parts(snapshot, city_cap(plain))
    chosen: list[Pairs] = [(), *((("subdistrict", at),) for at in snapshot.city.areas.codes[:6])]
    looks = [(zoom, pairs) for zoom in (11, 12, 13, 14, 16, 18) for pairs in chosen]
    bytes_of = {name: [len(gzip.compress(work(*look), 5)) for look in looks] for name, work in parts.items()}
    found = []
    for name, asked in _UPDATES.items():
        largest = max(sum(of_one) for of_one in zip(*(bytes_of[part] for part in asked), strict=True))
        city, n = snapshot.city.code, len(snapshot.issues)
        found.append(Row(f"bytes in {city}: {name}", n, largest, None, None, "B", None, equal=largest <= _LARGEST_B))
    return found


def _now(snapshot: Snapshot) -> Any:
    return snapshot.now(snapshot.city.campaign())


def _view(snapshot: Snapshot, *pairs: tuple[str, str]) -> View:
    return View(snapshot, parse_filter(pairs, snapshot.city, now=lambda c: snapshot.now(c)), _now(snapshot))


def _box(snapshot: Snapshot, zoom: int) -> tuple[str, str]:
    west, south, east, north = snapshot.city.boundary.bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    width, height = (pixels * _PADDED * 360 / 256 / 2**zoom / 2 for pixels in _WIDE)
    return "bbox", f"{lon - width:.5f},{lat - height:.5f},{lon + width:.5f},{lat + height:.5f}"


def _forgotten(snapshot: Snapshot) -> None:
    """Let go of all that was kept of filters, as for one that nobody asked for yet."""
    for kept in (
        *(snapshot.kept_counts, snapshot.kept_cells, snapshot.kept_stages),
        *(snapshot.surfaces, snapshot.figures),
    ):
        kept.clear()


def _answer(compute: Callable[[View, Mapping[str, Any]], Json], view: View, **own: Any) -> bytes:
    return orjson.dumps(compute(view, own), option=orjson.OPT_SERIALIZE_NUMPY)


_BESIDE: Final = ("summary", "timeline")
_UPDATES: Final[Mapping[str, tuple[str, ...]]] = {  # requests.js
    "subdistricts after a change": (*_BESIDE, "subdistricts", "open"),
    "heat after a change": (*_BESIDE, "heat", "open"),
    "roads after a change": (*_BESIDE, "road ranks", "lines", "open"),
    "issues after a change": (*_BESIDE, "marks"),
    "the wall after a change": ("summary", "watch", "subdistricts", "road ranks", "heat", "open"),
    "heat after a move": ("heat", "background", "open"),
    "roads after a move": ("lines", "open"),
    "cells with their raster": ("cells",),
}


def _parts(snapshot: Snapshot, cap: float) -> dict[str, Callable[[int, Pairs], bytes]]:
    """What a map asks for, each from a zoom and a filter."""

    def part(
        compute: Callable[[View, Mapping[str, Any]], Json], *more: tuple[str, str], boxed: bool = False, **own: Any
    ) -> Callable[[int, Pairs], bytes]:
        def ask(zoom: int, pairs: Pairs) -> bytes:
            box = (_box(snapshot, zoom),) if boxed else ()
            return _answer(compute, _view(snapshot, *pairs, *more, *box), **({"z": zoom} if boxed else {}), **own)

        return ask

    opened = tuple(("stage", stage) for stage in ("handling", "verifying", "overdue"))
    return {
        "summary": part(summary.summarise, synthetic_splits=False, heat=True),
        "timeline": part(timeline.by_day, form="columns"),
        "watch": part(watch.watch, overdue=8, newest=3),
        "subdistricts": part(densities.subdistricts),
        "road ranks": part(densities.roads, most=50),
        "heat": part(cells.cells, boxed=True, part="raster", cap=cap),
        "cells": part(cells.cells, boxed=True, part="both", cap=None),
        "lines": part(roads.roads, boxed=True, density=True, scale=None),
        "background": part(roads.roads, boxed=True, density=False, scale=None),
        "open": part(marks.marks, *opened, boxed=True, form="columns"),
        "marks": part(marks.marks, boxed=True, form="columns"),
    }


def _questions(snapshot: Snapshot) -> dict[str, Callable[[], object]]:
    def fresh(work: Callable[[], object]) -> Callable[[], object]:
        def ask() -> object:
            _forgotten(snapshot)
            return work()

        return ask

    zoom = 13
    box = _box(snapshot, zoom)
    splits = {"synthetic_splits": False, "heat": False}
    view = _view(snapshot)
    asked: dict[str, Callable[[], object]] = {
        "summary": lambda: _answer(summary.summarise, _view(snapshot), **splits),
        "density by subdistrict": lambda: _answer(densities.subdistricts, _view(snapshot)),
        "density by road": lambda: _answer(densities.roads, _view(snapshot), most=0),
        "cells": lambda: _answer(cells.cells, _view(snapshot, box), z=zoom, part="rows", cap=None),
        "heat raster": lambda: _answer(cells.cells, _view(snapshot, box), z=zoom, part="raster", cap=100.0),
        "marks": lambda: _answer(marks.marks, _view(snapshot, box), z=zoom, form="columns"),
    }
    timed = {name: fresh(work) for name, work in asked.items()}
    return timed | {"heat tile, surface kept": lambda: draw(view, tile_bounds(13, 6524, 3467), "light", 100.0)}


def _p95(snapshot: Snapshot) -> float:
    """Summary, both densities and the viewport's cells of forty seeded filters, nothing kept between them."""
    dice = np.random.default_rng(20210824)
    catalogue, areas = snapshot.city.catalogue, snapshot.city.areas.codes
    kinds = [entry.code for entry in catalogue.types]
    filters = [[("type", str(kind))] for kind in dice.choice(kinds, 14)]
    filters += [[("subdistrict", str(code)), ("stage", "closed")] for code in dice.choice(areas, 13)]
    filters += [[("since", f"2021-0{month}-01")] for month in dice.integers(6, 9, 13)]
    times = []
    for pairs in filters:

        def ask(pairs: list[tuple[str, str]] = pairs) -> None:
            _forgotten(snapshot)
            plain = _view(snapshot, *pairs)
            _answer(summary.summarise, plain, synthetic_splits=False, heat=False)
            _answer(densities.subdistricts, plain)
            _answer(densities.roads, plain, most=0)
            _answer(cells.cells, _view(snapshot, *pairs, _box(snapshot, 13)), z=13, part="rows", cap=None)

        times.append(median_ms(ask, 1))
    return round(float(np.percentile(times, 95)), 2)
