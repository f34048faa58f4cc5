"""The demo is the same on every processor: what the last digits of sines and of PROJ decide is nothing.

Adding, multiplying, dividing and square roots are exact to the last bit everywhere (IEEE 754); sines, arc tangents and
powers are not, and PROJ is made of them. So another processor is imitated: each such result is moved by a chance
amount that is larger than any real difference. The canonical record and every byte of the exports must stay.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from data.city_folder.load import load_city
from data.demo import load_records
from data.exporting.export import issues_csv, issues_geojson, points_geojson
from data.intake.draft_geometry import DECIMALS, checked_geometries
from data.runtime import Runtime
from data.settings import Settings
from data.store.database import open_store
from geo import crs, datum
from geo.filter_query import parse_filter
from tests.data.test_demo import DIGEST, YUNYAN, canonical

pytestmark = pytest.mark.slow

PLACED_DIGEST = "46e98c046517013c5693aebe9927e8b7eb6d2540ec2561b16a7dac685666d350"
REGISTERS = ("supervision", "facility_survey", "cable_survey", "cable_phase1")
ULPS = 8 * 2.0**-52
"""Libraries of sines claim one to four units in the last place."""
METRES, DEGREES = 5e-9, 1e-13
"""Ten units in the last place of a northing of Guiyang, seven of its longitude."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What this processor makes of the demo."""
    return made(tmp_path_factory.mktemp("here"))


@pytest.fixture(params=[1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """While the test runs, sines and PROJ give other last digits; how often each was asked."""
    seed: int = request.param
    asked = [0, 0]

    def moved(function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            asked[0] += 1
            return np.asarray(function(*arguments)) * (1 + ULPS * chance(seed, *arguments))

        return call

    names = {name: moved(getattr(np, name)) for name in ("sin", "cos", "arctan2", "hypot")}
    monkeypatch.setattr(datum, "np", SimpleNamespace(**(vars(np) | names)))
    exactly = crs._transform

    def transform(source: str, target: str, x: Any, y: Any, *, inverse: bool = False) -> Any:
        asked[1] += 1
        size = DEGREES if inverse or target in ("EPSG:4326", "EPSG:4490") else METRES
        found = exactly(source, target, x, y, inverse=inverse)
        return tuple(value + size * chance(seed + axis, x, y) for axis, value in enumerate(found))

    monkeypatch.setattr(crs, "_transform", transform)
    return asked


def chance(seed: int, *arguments: Any) -> NDArray[np.float64]:
    """Numbers from −1 to 1 that hang on the arguments alone: a processor gives one answer to one question."""
    mixed = np.uint64(seed)
    with np.errstate(over="ignore"):
        for argument in arguments:
            bits = np.ascontiguousarray(argument, np.float64).view(np.uint64)
            mixed = (mixed ^ bits) * np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = mixed ^ (mixed >> np.uint64(32))
    return np.asarray(mixed >> np.uint64(11), np.float64).reshape(np.shape(arguments[0])) * 2.0**-52 - 1


def made(folder: Path) -> dict[str, str]:
    """The digests of the demo's records, of where they were placed, and of every export of a fresh store."""
    city = load_city(YUNYAN)
    digests = {"records": hashlib.sha256(canonical(load_records(city))).hexdigest()}
    runtime = Runtime(Settings(), city, open_store(f"sqlite:///{folder / 'demo.db'}", city))
    try:
        snapshot, exports = runtime.snapshot, []
        for register in REGISTERS:
            chosen = parse_filter([("register", register)], city, now=snapshot.now)
            exports.append(b"".join(issues_geojson(snapshot, chosen)))
            digests[f"{register}.csv"] = hashlib.sha256(b"".join(issues_csv(snapshot, chosen))).hexdigest()
        exports.append(b"".join(points_geojson(snapshot, chosen)))
        for name, export in zip((*REGISTERS, "points"), exports, strict=True):
            digests[name] = hashlib.sha256(export).hexdigest()
        digests["placed"] = hashlib.sha256(placed(exports)).hexdigest()
    finally:
        runtime.close()
    return digests


def placed(exports: list[bytes]) -> bytes:
    """Number, status, place and geometry of every feature, in the order of the exports."""
    features = [feature for export in exports for feature in json.loads(export)["features"]]
    names = ("id", "number", "code", "status", "subdistrict", "road", "segment", "distance_m")
    rows = [[*(f["properties"].get(name) for name in names), f["geometry"]] for f in features]
    return json.dumps(rows).encode()


def test_the_demo_and_its_exports_are_the_published_ones(here: dict[str, str]) -> None:
    assert here["records"] == DIGEST
    assert here["placed"] == PLACED_DIGEST


def test_other_last_digits_change_no_byte(here: dict[str, str], elsewhere: list[int], tmp_path: Path) -> None:
    assert made(tmp_path) == here
    assert elsewhere[0] > 100, "the sines of the datums were really moved"
    assert elsewhere[1] > 5, "PROJ was really moved"


def test_the_imitation_moves_what_is_not_rounded(monkeypatch: pytest.MonkeyPatch, elsewhere: list[int]) -> None:
    lon, lat = np.linspace(106.6, 106.8, 500), np.linspace(26.55, 26.67, 500)
    moved = [datum.wgs84_to_bd09(lon, lat), crs.lonlat_to_metric(lon, lat, "EPSG:4545")]
    monkeypatch.undo()
    exact = [datum.wgs84_to_bd09(lon, lat), crs.lonlat_to_metric(lon, lat, "EPSG:4545")]
    degrees, metres = (np.abs(np.subtract(one, other)) for one, other in zip(moved, exact, strict=True))
    assert 1e-14 < degrees.max() < 2e-12
    assert 0.9 * METRES < metres.max() < 1.2 * METRES
    assert np.count_nonzero(metres) > 900


def test_no_coordinate_stands_at_the_edge_of_its_rounding() -> None:
    """The distance of every coordinate from the nearest value where rounding turns, in degrees, against the difference
    that two processors can make (below 1e-13): a factor of 20 at least."""
    city = load_city(YUNYAN)
    records = load_records(city)
    by_datum: dict[str, list[Any]] = {}
    for draft in records.drafts:
        by_datum.setdefault(draft.datum, []).append(draft.geometry)
    for name, geometries in by_datum.items():
        if name == "wgs84":
            continue  # nothing is reckoned: what came is what is kept
        vertices = shapely.get_coordinates(np.array(geometries, object))
        kept = np.array(crs.to_wgs84(*vertices.T, name, mainland_china=True))
        assert edge(kept, DECIMALS) > 2e-12, name
    drafts = records.drafts
    stored = checked_geometries([d.geometry for d in drafts], [d.datum for d in drafts], city)
    assert stored.errors == {}


def edge(values: NDArray[np.float64], decimals: int) -> float:
    """How near the values come to a place where rounding to `decimals` turns, in their own unit."""
    scaled = values * 10.0**decimals
    return float(np.abs(scaled - np.floor(scaled) - 0.5).min() / 10.0**decimals)
