"""Placing points on Wuhan's 13,594 real segments: our locator beside geopandas, in CPU time."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import shapely

from bench.row import Row, compared, median_cpu_ms
from geo.city import AreaLayer, City, RoadLayer
from geo.crs import geometries_to_metric, metric_to_lonlat
from geo.nearest_split import TIE_M
from geo.placement import Locator, Placement
from geo.text import Text

SEED = 20210824
METRIC_CRS = "EPSG:4547"  # CGCS2000 / 3-degree Gauss-Krüger CM 114E: metres in Wuhan
WITHIN_M = 60.0
NETWORK = Path(__file__).resolve().parent.parent / "tests" / "data" / "networks" / "wuhan_centre_roads.geojson.gz"


def rows(any_city: City, points: int = 200_000) -> list[Row]:
    """From WGS-84 points to area, segment and distance, warm: the grids are built and compiled before.

    `any_city` lends its name and catalogue; its areas and roads are replaced by Wuhan's.
    """
    city = _wuhan(any_city)
    assert city.roads is not None
    places = _places(city.roads, points)
    locator = Locator(city)
    segments = geopandas.GeoDataFrame(geometry=city.roads.metric, crs=METRIC_CRS)
    areas = geopandas.GeoDataFrame(geometry=city.areas.geometry, crs=4326)
    frame = geopandas.GeoDataFrame(geometry=places, crs=4326)

    found = locator.locate(places, within_m=WITHIN_M)

    def peer() -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
        in_area = geopandas.sjoin(frame, areas, predicate="intersects", how="left")
        metric = frame.to_crs(METRIC_CRS)
        return in_area, geopandas.sjoin_nearest(metric, segments, max_distance=WITHIN_M, distance_col="distance_m")

    in_area, joined = peer()
    theirs = joined.groupby(level=0)["distance_m"].min().reindex(range(points))
    equal = bool(
        np.array_equal(found.subdistrict, in_area["index_right"].fillna(-1).astype(int))
        and np.array_equal(found.segment >= 0, theirs.notna())
        and np.allclose(found.distance_m, theirs, rtol=0, atol=1e-6, equal_nan=True)
        and _is_nearest(found, joined, city.roads)
    )
    ours_ms = median_cpu_ms(lambda: locator.locate(places, within_m=WITHIN_M), 5)
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


def _wuhan(any_city: City) -> City:
    features = json.loads(gzip.decompress(NETWORK.read_bytes()))["features"]
    lines = shapely.get_parts(shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features]))
    metric = geometries_to_metric(lines, METRIC_CRS)
    codes = tuple(f"S{number}" for number in range(len(lines)))
    roads = RoadLayer(
        segment_codes=codes,
        geometry=lines,
        metric=metric,
        road=np.arange(len(lines), dtype=np.int32),
        road_class=("minor",) * len(lines),
        inside_m=shapely.length(metric),
        road_codes=codes,
        road_names=(Text("", ""),) * len(lines),
        quality="real",
    )
    extent = shapely.box(*shapely.total_bounds(lines))
    cells = _squares(extent)
    names = (Text("武汉", "Wuhan"),) * len(cells)
    codes = tuple(f"A{number}" for number in range(len(cells)))
    areas = AreaLayer(codes, names, names, cells, geometries_to_metric(cells, METRIC_CRS), "approximate")
    return replace(any_city, metric_crs=METRIC_CRS, boundary=extent, areas=areas, roads=roads, snap_limit_m=WITHIN_M)


def _squares(extent: shapely.Polygon) -> np.ndarray:
    """81 areas of about a square kilometre."""
    west, south, east, north = extent.bounds
    x, y = np.linspace(west, east, 10), np.linspace(south, north, 10)
    return np.array([shapely.box(x[i], y[j], x[i + 1], y[j + 1]) for j in range(9) for i in range(9)], object)


def _places(roads: RoadLayer, points: int) -> np.ndarray:
    """Seeded places as problems lie: along segments by length, some 20 m beside them, a tenth anywhere."""
    dice = np.random.default_rng(SEED)
    weights = roads.inside_m / roads.inside_m.sum()
    chosen = dice.choice(len(roads.metric), points, p=weights)
    on_line = shapely.line_interpolate_point(roads.metric[chosen], dice.random(points), normalized=True)
    xy = shapely.get_coordinates(on_line) + dice.normal(0, 20, (points, 2))
    west, south, east, north = shapely.total_bounds(roads.metric)
    anywhere = points // 10
    xy[:anywhere] = dice.uniform((west, south), (east, north), (anywhere, 2))
    return shapely.points(*metric_to_lonlat(xy[:, 0], xy[:, 1], METRIC_CRS))
