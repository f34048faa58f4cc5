"""Placing points on Wuhan's 13,594 real segments: our locator beside geopandas, in CPU time."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import shapely

from bench.row import Row, compared, median_cpu_ms
from data.city_folder.load import load_city
from geo.city import RoadLayer
from geo.crs import metric_to_lonlat
from geo.nearest_split import TIE_M
from geo.placement import Locator, Placement

SEED = 20210824
CITY = Path(__file__).resolve().parent.parent / "data" / "cities" / "wuhan"


def rows(points: int = 200_000) -> list[Row]:
    """From WGS-84 points to one of 110 areas, segment and distance, warm: the grids are built and compiled before."""
    city = load_city(CITY)
    assert city.roads is not None
    metric_crs, within_m = city.metric_crs, city.snap_limit_m
    places = _places(city.roads, points, metric_crs)
    locator = Locator(city)
    segments = geopandas.GeoDataFrame(geometry=city.roads.metric, crs=metric_crs)
    areas = geopandas.GeoDataFrame(geometry=city.areas.geometry, crs=4326)
    frame = geopandas.GeoDataFrame(geometry=places, crs=4326)

    found = locator.locate(places)

    def peer() -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
        in_area = geopandas.sjoin(frame, areas, predicate="intersects", how="left")
        metric = frame.to_crs(metric_crs)
        return in_area, geopandas.sjoin_nearest(metric, segments, max_distance=within_m, distance_col="distance_m")

    in_area, joined = peer()
    theirs = joined.groupby(level=0)["distance_m"].min().reindex(range(points))
    equal = bool(
        np.array_equal(found.subdistrict, in_area["index_right"].fillna(-1).astype(int))
        and np.array_equal(found.segment >= 0, theirs.notna())
        and np.allclose(found.distance_m, theirs, rtol=0, atol=1e-6, equal_nan=True)
        and _is_nearest(found, joined, city.roads)
    )
    ours_ms = median_cpu_ms(lambda: locator.locate(places), 5)
    peer_ms = median_cpu_ms(peer, 3)
    name = "placing points: area, nearest of 13,594 segments"
    return [compared(name, points, ours_ms, peer_ms, "geopandas sjoin + sjoin_nearest", equal=equal, unit="CPU ms")]


def _is_nearest(found: Placement, joined: geopandas.GeoDataFrame, roads: RoadLayer) -> bool:
    """Our segment is among the nearest ones of the peer, or lower than they are and no farther by more than a tie."""
    pairs = set(zip(joined.index.tolist(), joined["index_right"].tolist(), strict=True))
    other = [row for row, place in enumerate(found.segment.tolist()) if place >= 0 and (row, place) not in pairs]
    theirs = joined.loc[other].groupby(level=0)["index_right"].min().loc[other].to_numpy()
    spots = shapely.points(found.x_m[other], found.y_m[other])
    farther = shapely.distance(spots, roads.metric[found.segment[other]]) - shapely.distance(
        spots, roads.metric[theirs]
    )
    return bool((found.segment[other] < theirs).all() and (farther <= TIE_M).all())


def _places(roads: RoadLayer, points: int, metric_crs: str) -> np.ndarray:
    """Seeded places as problems lie: along segments by length, some 20 m beside them, a tenth anywhere."""
    dice = np.random.default_rng(SEED)
    weights = roads.inside_m / roads.inside_m.sum()
    chosen = dice.choice(len(roads.metric), points, p=weights)
    on_line = shapely.line_interpolate_point(roads.metric[chosen], dice.random(points), normalized=True)
    xy = shapely.get_coordinates(on_line) + dice.normal(0, 20, (points, 2))
    west, south, east, north = shapely.total_bounds(roads.metric)
    anywhere = points // 10
    xy[:anywhere] = dice.uniform((west, south), (east, north), (anywhere, 2))
    return shapely.points(*metric_to_lonlat(xy[:, 0], xy[:, 1], metric_crs))
