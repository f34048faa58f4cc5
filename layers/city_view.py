"""What the map needs to know of a city, as JSON: shapes, names, label anchors, catalogues, attribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry import mapping
from shapely.ops import polylabel

from geo.campaign import Campaign
from geo.city import AreaLayer, City, RoadLayer
from geo.crs import geometries_to_metric, metric_to_lonlat
from geo.text import Text

DECIMALS = 6
"""Of a degree: about 0.1 m."""

ANCHOR_TOLERANCE_M = 20.0
"""How exactly the place of a label is sought."""

ALONG_BOUNDARY_M = 10.0
"""Borders of areas nearer than this to the city's boundary are that boundary and not drawn again."""

MANY_VERTICES = 20_000
"""Areas of more vertices than this are drawn from simplified shapes; what is counted never is."""

MANY_SEGMENTS = 1_500
"""Roads of more segments than this are not in here: the map asks for the lines of the part in view (/api/roads)."""

SIMPLIFY_M = 5.0
"""Size of the details left out then: square root of their area, as `shapely.coverage_simplify` means it."""

Json = dict[str, Any]


def city_view(city: City) -> Json:
    """The city as plain data, coordinates lon/lat in WGS-84 rounded to DECIMALS; `roads` is None without a layer."""
    west, south, east, north = city.boundary.bounds
    catalogue = city.catalogue
    areas, boundary = drawn_shapes(city)
    return {
        "code": city.code,
        "name": name_of(city.name),
        "bounds": [round(value, DECIMALS) for value in (west, south, east, north)],
        "boundary": {"quality": city.boundary_quality, "geometry": _geometry(boundary)},
        "areas": {
            "quality": city.areas.quality,
            "items": _areas(city.areas, areas, city.metric_crs),
            "borders": inner_borders(city),
        },
        "roads": None if city.roads is None else _roads(city.roads),
        "campaigns": [_campaign(campaign) for campaign in city.campaigns],
        "current_campaign": city.current_campaign,
        "groups": [{"code": g.code, "name": name_of(g.name), "letter": g.letter} for g in catalogue.groups],
        "types": [{"code": t.code, "name": name_of(t.name), "group": t.group} for t in catalogue.types],
        "tasks": [{"code": t.code, "name": name_of(t.name)} for t in catalogue.tasks],
        "site_classes": [{"code": s.code, "name": name_of(s.name)} for s in catalogue.site_classes],
        "attribution": [name_of(text) for text in city.attribution],
        "panel_corners": dict(city.panel_corners),
        "first_visit_label": None if city.first_visit_label is None else name_of(city.first_visit_label),
        "snap_limit_m": city.snap_limit_m,
        "duties": bool(city.organisation.units),
    }


def city_json(city: City) -> bytes:
    """`city_view` as deterministic JSON bytes."""
    return orjson.dumps(city_view(city), option=orjson.OPT_SORT_KEYS)


def name_of(text: Text) -> Json:
    """A name in both languages."""
    return {"zh": text.zh, "en": text.en}


def drawn_shapes(city: City) -> tuple[NDArray[np.object_], shapely.Geometry]:
    """Areas and boundary (WGS-84) as they are drawn: as given, or simplified together so that neighbours still meet.

    A boundary that is the union of the areas stays it; another one is drawn as given.
    """
    areas = city.areas
    if int(shapely.get_num_coordinates(areas.metric).sum()) <= MANY_VERTICES:
        return areas.geometry, city.boundary
    simpler = shapely.coverage_simplify(areas.metric, SIMPLIFY_M)

    def back(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(metric_to_lonlat(coordinates[:, 0], coordinates[:, 1], city.metric_crs))

    drawn = np.array([shapely.transform(area, back) for area in simpler], dtype=object)
    union = shapely.union_all(areas.geometry)
    is_union = union.symmetric_difference(city.boundary).area < 1e-6 * union.area
    return drawn, shapely.transform(shapely.union_all(simpler), back) if is_union else city.boundary


def label_anchors(metric: NDArray[np.object_], metric_crs: str) -> list[list[float]]:
    """Where each polygon's label stands: the middle of the widest free circle inside it, lon/lat in WGS-84."""
    spots = [polylabel(_largest(polygon), tolerance=ANCHOR_TOLERANCE_M) for polygon in metric]
    lon, lat = metric_to_lonlat(np.array([p.x for p in spots]), np.array([p.y for p in spots]), metric_crs)
    return [[round(float(x), DECIMALS), round(float(y), DECIMALS)] for x, y in zip(lon, lat, strict=True)]


def inner_borders(city: City) -> list[list[list[float]]]:
    """The borders between subdistricts as lines (lon/lat, WGS-84), each stretch once, so that dashes stay dashes."""
    metric = city.areas.metric
    if int(shapely.get_num_coordinates(metric).sum()) > MANY_VERTICES:
        metric = shapely.coverage_simplify(metric, SIMPLIFY_M)
    edges = shapely.union_all(shapely.boundary(metric))
    outline = shapely.boundary(geometries_to_metric(np.array([city.boundary], dtype=object), city.metric_crs)[0])
    inner = shapely.line_merge(shapely.difference(edges, shapely.buffer(outline, ALONG_BOUNDARY_M)))
    lines = []
    for part in shapely.get_parts(inner):
        x, y = shapely.get_coordinates(part).T
        lon, lat = metric_to_lonlat(x, y, city.metric_crs)
        lines.append(np.round(np.column_stack([lon, lat]), DECIMALS).tolist())
    return lines


def _areas(areas: AreaLayer, drawn: NDArray[np.object_], metric_crs: str) -> list[Json]:
    anchors = label_anchors(areas.metric, metric_crs)
    return [
        {
            "code": code,
            "name": name_of(areas.names[position]),
            "short": name_of(areas.short_names[position]),
            "anchor": anchors[position],
            "area_km2": round(float(areas.area_km2[position]), 3),
            "geometry": _geometry(drawn[position]),
        }
        for position, code in enumerate(areas.codes)
    ]


def _roads(roads: RoadLayer) -> Json:
    if len(roads.segment_codes) > MANY_SEGMENTS:
        return {"quality": roads.quality, "by_view": True, "roads": [], "segments": []}
    return {
        "quality": roads.quality,
        "by_view": False,
        "roads": [
            {"code": code, "name": name_of(roads.road_names[position]), "length_km": round(float(km), 3)}
            for position, (code, km) in enumerate(zip(roads.road_codes, roads.road_inside_km, strict=True))
        ],
        "segments": [
            {
                "code": code,
                "road": int(roads.road[position]),
                "class": roads.road_class[position],
                "coordinates": np.round(shapely.get_coordinates(roads.geometry[position]), DECIMALS).tolist(),
            }
            for position, code in enumerate(roads.segment_codes)
        ],
    }


def _campaign(campaign: Campaign) -> Json:
    return {
        "code": campaign.code,
        "name": name_of(campaign.name),
        "start": campaign.start.isoformat(),
        "end": campaign.end.isoformat(),
        "default_register": campaign.default_register,
        "registers": [{"code": r.code, "name": name_of(r.name), "bound": r.bound} for r in campaign.registers],
        "demo_clock": campaign.clock is not None,
    }


def _geometry(geometry: shapely.Geometry) -> Json:
    rounded = shapely.transform(geometry, lambda coordinates: np.round(coordinates, DECIMALS))
    shape: Json = mapping(rounded)
    return shape


def _largest(geometry: shapely.Geometry) -> shapely.Polygon:
    parts = shapely.get_parts(geometry)
    largest: shapely.Polygon = parts[int(np.argmax(shapely.area(parts)))]
    return largest
