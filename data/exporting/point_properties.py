"""What an export or a card says of an inspection point: one flat record with its compliance at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.exporting.iso_columns import local_iso_column
from data.exporting.issue_properties import area_entries, road_entries
from data.intake.draft_geometry import DECIMALS
from data.snapshot import Snapshot
from geo.clock import NEVER, to_us
from geo.compliance import compliance_at, point_states

_VERDICTS: dict[int, bool | None] = {-1: None, 0: False, 1: True}


def point_features(
    snapshot: Snapshot, as_of: datetime, rows: NDArray[np.intp]
) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Record and GeoJSON geometry (None where no position is known) of the points at these positions.

    `first_visit_compliant` and `current_compliant` are None before the first visit; `visits` counts those up to
    `as_of`.
    """
    points, visits, city = snapshot.points, snapshot.visits, snapshot.city
    compliance = compliance_at(points, visits, to_us(as_of))
    states = point_states(compliance)
    past = visits.at_us <= to_us(as_of)
    counts = np.bincount(visits.point[past], minlength=len(points))
    last = np.full(len(points), NEVER, np.int64)
    np.maximum.at(last, visits.point[past], visits.at_us[past])
    last_at = local_iso_column(last, city.time_zone)
    classes = [(entry.code, entry.name.zh, entry.name.en) for entry in city.catalogue.site_classes]
    tasks: list[str | None] = [*(entry.code for entry in city.catalogue.tasks), None]
    areas, roads = area_entries(city), road_entries(city)
    features: list[tuple[dict[str, Any], dict[str, Any] | None]] = []
    for row in rows.tolist():
        class_code, class_zh, class_en = classes[points.site_class[row]]
        area_code, area_zh, area_en = areas[points.subdistrict[row]]
        road_code, road_zh, road_en = roads[points.segment[row]]
        record = {
            "code": points.code[row],
            "name": points.name[row],
            "campaign": city.campaigns[points.campaign[row]].code,
            "site_class": class_code,
            "site_class_zh": class_zh,
            "site_class_en": class_en,
            "task": tasks[points.task[row]],
            "steward": points.steward[row] or None,
            "subdistrict": area_code,
            "subdistrict_zh": area_zh,
            "subdistrict_en": area_en,
            "road": road_code,
            "road_zh": road_zh,
            "road_en": road_en,
            "state": str(states[row]),
            "first_visit_compliant": _VERDICTS[int(compliance.first[row])],
            "current_compliant": _VERDICTS[int(compliance.current[row])],
            "visits": int(counts[row]),
            "last_visit_at": last_at[row],
            "synthetic": bool(points.synthetic[row]),
            "approximate": bool(points.approximate[row]),
        }
        features.append((record, _position(float(points.lon[row]), float(points.lat[row]))))
    return features


def _position(lon: float, lat: float) -> dict[str, Any] | None:
    if lon != lon:  # NaN: no position is known
        return None
    return {"type": "Point", "coordinates": [round(lon, DECIMALS), round(lat, DECIMALS)]}
