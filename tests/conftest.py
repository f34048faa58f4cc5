"""How every run of the tests is set (counts: reduced, or full under XUNJIE_SOAK=1; the browser last); the toy city."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

from geo.campaign import Campaign, Register, Tally
from geo.catalogue import Catalogue, IssueType, SiteClass, Task, TypeGroup
from geo.city import AreaLayer, City, RoadLayer
from geo.text import Text
from tests.compiled_statements import share_compiled_statements
from tests.postgres_server import PostgresServer, running_postgres
from tests.stores import BACKENDS, Stores, stores_of

BROWSER = Path(__file__).with_name("browser")
SOAK = os.environ.get("XUNJIE_SOAK") == "1"

# Whole pages, decoders in processes of their own, laws over whole stores, loads of a city's files: the fast part does
# without them.
_LONG = (
    *("ui/test_people.py", "ui/test_inspections.py", "ui/test_case.py", "ui/test_pages.py", "ui/test_work.py"),
    *("ui/test_inbox.py", "ui/test_scale.py", "ui/test_report.py", "data/photos", "data/backup", "data/inspecting"),
    *("data/recording", "data/store/test_head.py", "data/store/test_damaged_store.py", "data/test_acts.py"),
    *("data/test_laws_of_the_store.py", "data/test_carrying.py", "data/test_wuhan.py", "data/test_importing.py"),
    *("data/notices/test_digest.py", "geo/test_point_places.py", "api/test_imports.py", "api/test_photos.py"),
    *("api/test_inspecting.py", "bench"),
)

# Files that take long for how many tests they have, the longest first. Several processes begin with them (see
# scripts/every_test.py): begun late, one of them would keep a process busy when the others have nothing left.
_FIRST = (
    *("test_bundle.py", "data/test_laws_of_the_store.py", "data/test_acts.py", "bench/test_live_load.py"),
    *("data/documents/test_documents.py", "data/backup/test_backup.py", "data/test_flipped_bytes.py"),
    *("data/test_demo_on_other_processors.py", "data/notices/test_courier.py", "data/test_importing.py"),
    *("browser/test_street_offline.py", "browser/test_full_day.py", "browser/test_delivery.py"),
)

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("reduced", max_examples=40, deadline=None, derandomize=True, suppress_health_check=_QUIET)
settings.register_profile("soak", max_examples=1_000, deadline=None, print_blob=True, suppress_health_check=_QUIET)
settings.load_profile("soak" if SOAK else "reduced")


@pytest.hookimpl(tryfirst=True)  # before -m leaves any out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is slow is marked so, and what takes longest begins. Browser tests come last: Playwright keeps an event
    loop in the main thread, which tests of coroutines cannot share."""
    long = {BROWSER.parent / path for path in _LONG}
    first = {BROWSER.parent / path: rank for rank, path in enumerate(_FIRST)}
    assert all(path.exists() for path in (*long, *first)), "a path of _LONG or _FIRST is no longer there"
    for item in items:
        if not long.isdisjoint((item.path, *item.path.parents)):
            item.add_marker(pytest.mark.slow)
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgis)
            item.add_marker(pytest.mark.slow)  # the server takes a while to start, and most of it is repetition
    items.sort(key=lambda item: (BROWSER in item.path.parents, first.get(item.path, len(first))))  # marked after this


@pytest.fixture(scope="session")
def soak() -> bool:
    """Whether the full counts were asked for (`make soak`)."""
    return SOAK


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server with PostGIS for the whole run; tests take databases of it, and leave nothing in `var/`."""
    kept = Path(__file__).parents[1] / "var"
    before = {*kept.glob("photos/*"), *kept.glob("*.columns")}
    with running_postgres() as server:
        yield server
    after = {*kept.glob("photos/*"), *kept.glob("*.columns")}
    assert after == before, "a test kept photos or columns of a store on the server in the project"


@pytest.fixture(scope="module", params=BACKENDS)
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Addresses of stores: each test that asks for this runs on SQLite and on PostGIS."""
    with stores_of(request.param, request) as found:
        yield found


# The toy city, small enough to reckon by hand. All in metres east and north of 106.7 E, 26.6 N. Outside every
# subdistrict: the 500 m gap between C and D, the 500 m east of B, and what is beyond the boundary (2,500 m × 2,000 m).
METRIC_CRS = "EPSG:4545"
NOTHING = Text("", "")
SQUARES = {"A": (0, 0), "B": (1000, 0), "C": (0, 1000), "D": (1500, 1000)}
BOUNDARY = (0, 0, 2500, 2000)
# code of the segment: (code of the road, zh, en, class, corners). "main" has two segments; s4 has no name.
SEGMENTS: dict[str, tuple[str, str, str, str, list[tuple[float, float]]]] = {
    "s1": ("main", "大街", "Main Street", "major", [(0, 500), (1000, 500)]),
    "s2": ("main", "大街", "Main Street", "major", [(1000, 500), (2000, 500)]),
    "s3": ("north", "北路", "North Road", "secondary", [(500, 500), (500, 2000)]),
    "s4": ("s4", "", "", "minor", [(1500, 500), (1500, 1000), (2000, 1500)]),
    "s5": ("east", "东巷", "East Lane", "minor", [(1500, 1800), (2700, 1800)]),  # 200 m of it beyond the boundary
}
INSIDE_M = (1000.0, 1000.0, 1500.0, 500.0 + 500.0 * 2**0.5, 1000.0)


def _origin() -> tuple[float, float]:
    x, y = pyproj.Transformer.from_crs("EPSG:4326", METRIC_CRS, always_xy=True).transform(106.7, 26.6)
    return round(x), round(y)


def _to_wgs84(metric: NDArray[np.object_]) -> NDArray[np.object_]:
    inverse = pyproj.Transformer.from_crs(METRIC_CRS, "EPSG:4326", always_xy=True)
    return shapely.transform(metric, lambda xy: np.column_stack(inverse.transform(xy[:, 0], xy[:, 1])))


def _at(geometries: list[shapely.Geometry]) -> NDArray[np.object_]:
    """Geometries in metres from the origin of the toy city, as metric CRS coordinates."""
    return shapely.transform(np.array(geometries, dtype=object), lambda xy: xy + np.array(_origin()))


def _areas() -> AreaLayer:
    metric = _at([shapely.box(x, y, x + 1000, y + 1000) for x, y in SQUARES.values()])
    names = tuple(Text(f"{code}街道", f"{code} Subdistrict") for code in SQUARES)
    short_names = tuple(Text(code, code) for code in SQUARES)
    return AreaLayer(tuple(SQUARES), names, short_names, _to_wgs84(metric), metric, "approximate")


def _roads() -> RoadLayer:
    metric = _at([shapely.LineString(corners) for *_, corners in SEGMENTS.values()])
    codes = list(dict.fromkeys(road for road, *_ in SEGMENTS.values()))
    names = {road: Text(zh, en) for road, zh, en, *_ in SEGMENTS.values()}
    return RoadLayer(
        segment_codes=tuple(SEGMENTS),
        geometry=_to_wgs84(metric),
        metric=metric,
        road=np.array([codes.index(road) for road, *_ in SEGMENTS.values()], np.int32),
        road_class=tuple(road_class for *_, road_class, _ in SEGMENTS.values()),
        inside_m=np.array(INSIDE_M),
        road_codes=tuple(codes),
        road_names=tuple(names[code] for code in codes),
        quality="schematic",
    )


def _catalogue() -> Catalogue:
    return Catalogue(
        groups=(
            TypeGroup("facility", Text("设施", "Facilities"), "A"),
            TypeGroup("cables", Text("线缆", "Cables"), "B"),
            TypeGroup("order", Text("秩序", "Order"), "C"),
        ),
        types=(
            IssueType("C0101", Text("井盖破损", "Broken manhole cover"), "facility", 24),
            IssueType("E0110", Text("路面坑洼", "Pothole"), "facility", 72),
            IssueType("E2101", Text("蜘蛛网线缆", "Tangled cables"), "cables", 240),
            IssueType("E0501", Text("占道经营", "Street vending"), "order", 2),
            IssueType("E0506", Text("单车乱停", "Bicycles parked astray"), "order", None, assumed=True),
        ),
        tasks=tuple(Task(f"T0{n}", Text(f"任务{n}", f"Task {n}")) for n in (1, 2, 3)),
        site_classes=(
            SiteClass("market", Text("农贸市场", "Market"), "T01"),
            SiteClass("park", Text("公园广场", "Park"), "T02"),
        ),
    )


def _campaign() -> Campaign:
    return Campaign(
        code="toy2021",
        name=Text("玩具城创文", "Toy campaign"),
        start=date(2021, 6, 3),
        end=date(2021, 8, 24),
        registers=(
            Register("a", Text("台账甲", "Register A"), NOTHING, published_total=10, published_rectified=6),
            Register("b", Text("台账乙", "Register B"), NOTHING, bound="ge", rectified_published=False),
        ),
        default_register="a",
        tallies=(Tally("bikes", Text("单车", "Bikes towed"), 12_000, "ge", Text("辆", "bikes"), NOTHING),),
        clock=datetime(2021, 8, 24, 18, tzinfo=timezone(timedelta(hours=8))),
        published_points=3,
        published_first_visit_compliant=2,
    )


@pytest.fixture(scope="session")
def toy_city() -> City:
    """A city of 2.5 km × 2 km with four square subdistricts of 1 km and five road segments; see SQUARES, SEGMENTS."""
    return City(
        code="toy",
        name=Text("玩具城", "Toytown"),
        time_zone="Asia/Shanghai",
        metric_crs=METRIC_CRS,
        mainland_china=True,
        number_prefix="TY",
        snap_limit_m=50.0,
        catalogue=_catalogue(),
        campaigns=(_campaign(),),
        current_campaign="toy2021",
        boundary=_to_wgs84(_at([shapely.box(*BOUNDARY)]))[0],
        boundary_quality="real",
        areas=_areas(),
        roads=_roads(),
        attribution=(Text("为测试而作", "Made for tests"),),
        layer_version="toy-1",
    )


@pytest.fixture(scope="session")
def toy_origin() -> tuple[float, float]:
    """Metric coordinates (EPSG:4545) of the south-west corner of the toy city."""
    return _origin()


share_compiled_statements()
