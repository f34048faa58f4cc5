"""A publication: counts by subdistrict and by cell at a moment some time ago, as one document without any record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import mapping

from data.publishing.published_file import FORMAT, seal
from data.snapshot import Snapshot
from geo.cells import cell_counts
from geo.city import City
from geo.clock import to_us
from geo.compliance import compliance_at, rate_of_all
from geo.crs import geometries_to_metric, metric_to_lonlat
from geo.density import counts_of
from geo.errors import StoreError
from geo.filter import IssueFilter
from geo.iso_time import local_iso
from geo.plural import numbered
from geo.selection import counted, select_points, still_open
from geo.summary import issue_totals
from geo.text import Text
from geo.withholding import withheld

DELAY: Final = timedelta(hours=24)
CELL_M: Final = 500.0
LEAST: Final = 5
_DECIMALS: Final = 5
_SIMPLER_M: Final = 10.0
_MOST_CELLS: Final = 20_000

Json = dict[str, Any]


def publication(
    snapshot: Snapshot,
    *,
    now: datetime,
    delay: timedelta = DELAY,
    cell_m: float = CELL_M,
    least: int = LEAST,
) -> Json:
    """What stands `delay` before `now` (the campaign's moment) of the current campaign's default register.

    Counts below `least` issues are withheld, those of subdistricts so that they do not follow from the rest
    (geo.withholding), of cells by being left out and added up in `cells.withheld`. There is no number, text, type,
    person, photo or time of a single issue in it. Raises StoreError where so few issues are there that even their
    total would tell of single ones.
    """
    city, moment = snapshot.city, now - delay
    campaign = city.campaign()
    register = campaign.register(campaign.default_register)
    chosen = IssueFilter(campaign=campaign.code, register=register.code, as_of=moment)
    table, stages = snapshot.issues_at(moment), snapshot.stages(chosen)
    totals = issue_totals(counts_of(table, city, stages))
    if totals.total < least:
        issues = numbered(totals.total, "issue")
        raise StoreError(f"{issues} by {moment.isoformat()}: fewer than {least} are not published")
    published = register.rectified_published
    points = rate_of_all(
        compliance_at(snapshot.points, snapshot.visits, to_us(moment)), select_points(snapshot.points, city, chosen)
    )
    rows = counted(stages)
    content: Json = {
        "format": FORMAT,
        "city": {"code": city.code, "name": _both(city.name)},
        "campaign": _both(campaign.name),
        "register": {"name": _both(register.name), "bound": register.bound},
        "as_of": local_iso(moment, city.time_zone),
        "delay_hours": delay / timedelta(hours=1),
        "synthetic": bool(table.synthetic[rows].any()),
        "least": least,
        "issues": {
            "total": totals.total,
            "rectified": totals.rectified if published else None,
            "in_progress": totals.in_progress if published else None,
        },
        "points": {
            "total": points.n,
            "visited": points.visited,
            "first_visit_compliant": points.first_compliant,
            "current_compliant": points.current_compliant,
        },
        "subdistricts": _subdistricts(city, table.subdistrict[rows], table.subdistrict[still_open(stages)], least),
        "cells": _cells(city, *cell_counts(table, stages, cell_m, most=_MOST_CELLS), least),
        "boundary": {"quality": city.boundary_quality, "geometry": _drawn(city, np.array([city.boundary], object))[0]},
        "attribution": [_both(text) for text in city.attribution],
    }
    return content | {"sha256": seal(content)}


def _subdistricts(city: City, all_of: NDArray[np.integer], open_of: NDArray[np.integer], least: int) -> Json:
    """Whole issues by the subdistrict that each lies in; `outside` is the one row without a place."""
    areas = city.areas
    columns = [np.bincount(places.astype(np.int64) + 1, minlength=len(areas.codes) + 1) for places in (all_of, open_of)]
    if withheld(columns[0], least).all():
        raise StoreError(f"{numbered(len(all_of), 'issue')} in all: too few in each subdistrict to be published")
    total, still = (
        [None if hide else int(count) for count, hide in zip(column, withheld(column, least), strict=True)]
        for column in columns
    )
    shapes = _drawn(city, areas.geometry)
    return {
        "quality": areas.quality,
        "outside": {"total": total[0], "in_progress": still[0]},
        "rows": [
            {
                "code": code,
                "name": _both(areas.names[at]),
                "short": _both(areas.short_names[at]),
                "area_km2": round(float(areas.area_km2[at]), 3),
                "total": total[at + 1],
                "in_progress": still[at + 1],
                "anchor": _anchor(shapes[at]),
                "geometry": shapes[at],
            }
            for at, code in enumerate(areas.codes)
        ],
    }


def _cells(city: City, cells: Any, cell_m: float, least: int) -> Json:
    shown = cells.count >= least
    half = cell_m / 2
    around = [(-half, -half), (half, -half), (half, half), (-half, half)]
    corners = [metric_to_lonlat(cells.x_m[shown] + dx, cells.y_m[shown] + dy, city.metric_crs) for dx, dy in around]
    ring = np.round(np.array(corners).transpose(2, 0, 1), _DECIMALS)  # (cells, 4, lon/lat)
    return {
        "size_m": cell_m,
        "rows": [
            {"count": int(count), "ring": [*one, one[0]]}
            for count, one in zip(cells.count[shown], ring.tolist(), strict=True)
        ],
        "withheld": int(cells.count[~shown].sum()),
    }


def _drawn(city: City, geometries: NDArray[np.object_]) -> list[Json]:
    """Shapes for a picture (WGS-84), simplified together so that neighbours still meet."""
    metric = geometries_to_metric(geometries, city.metric_crs)
    simpler = shapely.coverage_simplify(metric, _SIMPLER_M)

    def back(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        lon_lat = np.column_stack(metric_to_lonlat(coordinates[:, 0], coordinates[:, 1], city.metric_crs))
        return np.round(lon_lat, _DECIMALS)

    return [mapping(shapely.transform(shape, back)) for shape in simpler]


def _anchor(shape: Json) -> list[float]:
    point = shapely.point_on_surface(shapely.geometry.shape(shape))
    return [round(point.x, _DECIMALS), round(point.y, _DECIMALS)]


def _both(text: Text) -> Json:
    return {"zh": text.zh, "en": text.en}
