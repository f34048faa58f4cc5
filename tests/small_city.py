"""A city small enough to reckon by hand, for properties over tables and filters: three areas, three roads.

Metric plane (EPSG:4545, metres from the corner ORIGIN): areas A (0..1000 × 0..1000), B (1000..2000 × 0..1000) and
C (0..2000 × 1000..1500), so 1, 1 and 1 km². Roads: R1 in two segments of 1 km along the middle of A and B, the unnamed
R2 of 0.5 km in C, and R3, which runs wholly outside the boundary (0 km inside).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

import numpy as np
import shapely

from geo.campaign import Campaign, Register
from geo.catalogue import Catalogue, IssueType, SiteClass, Task, TypeGroup
from geo.city import AreaLayer, City, RoadLayer
from geo.crs import metric_to_lonlat
from geo.text import Text

CRS = "EPSG:4545"
ORIGIN = (371_000.0, 2_943_000.0)
CLOCK = datetime(2021, 8, 24, 10, tzinfo=UTC)  # 18:00 in Shanghai


def now(campaign: Campaign) -> datetime:
    """The campaign's clock."""
    return campaign.clock or CLOCK


@cache
def small_city(time_zone: str = "Asia/Shanghai", *, with_roads: bool = True) -> City:
    """The city above, in any time zone, with or without its roads."""
    areas = _areas()
    boundary = shapely.union_all(areas.geometry)
    return City(
        code="520103",
        name=_text("小城", "Small City"),
        time_zone=time_zone,
        metric_crs=CRS,
        mainland_china=True,
        number_prefix="SC",
        snap_limit_m=60.0,
        catalogue=_catalogue(),
        campaigns=(
            _campaign("first", date(2021, 6, 3), date(2021, 8, 24), ("supervision", "cable_survey"), clock=CLOCK),
            _campaign("second", date(2022, 5, 1), date(2022, 9, 30), ("review",), clock=None),
        ),
        current_campaign="first",
        boundary=boundary,
        boundary_quality="real",
        areas=areas,
        roads=_roads(shapely.union_all(areas.metric)) if with_roads else None,
        attribution=(),
        layer_version="small-1",
    )


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


def _campaign(code: str, start: date, end: date, registers: tuple[str, ...], *, clock: datetime | None) -> Campaign:
    made = tuple(Register(code=name, name=_text(name, name), note=_text("", "")) for name in registers)
    return Campaign(
        code=code,
        name=_text(code, code),
        start=start,
        end=end,
        registers=made,
        default_register=registers[0],
        clock=clock,
    )


def _catalogue() -> Catalogue:
    return Catalogue(
        groups=(TypeGroup("roads", _text("道路", "Roads"), "A"), TypeGroup("order", _text("秩序", "Order"), "B")),
        types=(
            IssueType("C0101", _text("井盖", "Manhole cover"), "roads", due_hours=24),
            IssueType("E0110", _text("路面", "Road damage"), "roads", due_hours=72),
            IssueType("E0501", _text("占道", "Street vending"), "order"),
        ),
        tasks=(Task("T01", _text("市政", "Works")), Task("T02", _text("背街", "Back streets"))),
        site_classes=(
            SiteClass("market", _text("市场", "Market"), "T01"),
            SiteClass("park", _text("公园", "Park")),
        ),
    )


def _areas() -> AreaLayer:
    boxes = [(0, 0, 1000, 1000), (1000, 0, 2000, 1000), (0, 1000, 2000, 1500)]
    metric = np.array([shapely.affinity.translate(shapely.box(*box), *ORIGIN) for box in boxes], object)
    names = tuple(_text(code, code) for code in "ABC")
    return AreaLayer(("A", "B", "C"), names, names, _to_lonlat(metric), metric, quality="approximate")


def _roads(boundary_metric: shapely.Geometry) -> RoadLayer:
    lines = [
        [(0, 500), (1000, 500)],
        [(1000, 500), (2000, 500)],
        [(500, 1250), (1000, 1250)],
        [(0, 1600), (900, 1600)],
    ]
    metric = np.array([shapely.affinity.translate(shapely.LineString(line), *ORIGIN) for line in lines], object)
    return RoadLayer(
        segment_codes=("s1", "s2", "s3", "s4"),
        geometry=_to_lonlat(metric),
        metric=metric,
        road=np.array([0, 0, 1, 2], np.int32),
        road_class=("major", "major", "minor", "minor"),
        inside_m=shapely.length(shapely.intersection(metric, boundary_metric)),
        road_codes=("R1", "R2", "R3"),
        road_names=(_text("一路", "First Road"), _text("", ""), _text("三路", "Third Road")),
        quality="schematic",
    )


def _to_lonlat(metric: np.ndarray) -> np.ndarray:
    return shapely.transform(metric, lambda xy: np.column_stack(metric_to_lonlat(xy[:, 0], xy[:, 1], CRS)))
