"""What an export or a card says of an issue: one flat record, the same in GeoJSON, CSV and the single record."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from data.duties import duties_in_force
from data.exporting.iso_columns import local_iso_column
from data.intake.draft_geometry import DECIMALS
from data.snapshot import Snapshot
from geo.city import City
from geo.clock import to_us
from geo.history import endings_at
from geo.lifecycle import Status
from geo.selection import OVERDUE, STAGES, stage_of
from geo.tables import IssueTable
from geo.text import Text

PROPERTIES: Final = (
    *("id", "number", "campaign", "register", "type", "type_zh", "type_en", "group", "task", "task_zh", "task_en"),
    *("status", "stage", "overdue", "subdistrict", "subdistrict_zh", "subdistrict_en"),
    *("road", "road_zh", "road_en", "segment", "distance_m", "department", "department_zh", "department_en"),
    *("reported_at", "due_at", "closed_at"),
    *("description", "address", "visit", "synthetic", "approximate", "duplicate"),
    *("source_datum", "source_x", "source_y"),
)

Entry = tuple[str | None, str | None, str | None]
_NOTHING: Final[Entry] = (None, None, None)


class IssueProperties:
    """Records of the issues of one snapshot as of one moment. `table` holds their states then."""

    def __init__(self, snapshot: Snapshot, as_of: datetime) -> None:
        city, self.table = snapshot.city, snapshot.issues_at(as_of)
        self._city, self._history, self._records = city, snapshot.history, snapshot.records
        self._as_of_us = to_us(as_of)
        self._then_us = self._as_of_us if self._as_of_us < snapshot.past.newest_us else None
        self._types = [_entry(t.code, t.name) for t in city.catalogue.types]
        self._groups = [t.group for t in city.catalogue.types]
        self._tasks = [*(_entry(t.code, t.name) for t in city.catalogue.tasks), _NOTHING]
        self._areas = area_entries(city)
        self._roads = road_entries(city)
        self._segments: list[str | None] = [*(city.roads.segment_codes if city.roads else ()), None]
        self._campaigns = [campaign.code for campaign in city.campaigns]
        self._registers = [register.code for register in city.registers]
        self._departments = [*_units(snapshot, self.table), _NOTHING]

    def of(self, rows: NDArray[np.intp]) -> list[dict[str, Any]]:
        """One record a row, keys in the order of PROPERTIES. Codes with their names; None where there is none."""
        t, zone = self.table, self._city.time_zone
        details = self._records.of(rows, as_of_us=self._then_us)
        closed_us = endings_at(self._history, rows, self._as_of_us).closed_us
        stage = stage_of(t.status[rows], t.due_us[rows], self._as_of_us)
        columns = zip(
            *(column.tolist() for column in (details.id, details.number)),
            *(column[rows].tolist() for column in (t.campaign, t.register, t.type, t.task, t.status)),
            *(column.tolist() for column in (stage, t.subdistrict[rows], t.segment[rows], t.department[rows])),
            *(local_iso_column(column, zone) for column in (t.reported_us[rows], t.due_us[rows], closed_us)),
            *(column.tolist() for column in (details.description, details.address, details.visit)),
            *(column[rows].tolist() for column in (t.synthetic, t.approximate, t.duplicate)),
            *(column.tolist() for column in (details.source_datum, np.round(details.distance_m, 2))),
            *(column.tolist() for column in (details.source_x, details.source_y)),
            strict=True,
        )
        return [self._record(*values) for values in columns]

    def _record(
        self, identity: str, number: str, campaign: int, register: int, kind: int, task: int, status: int, stage: int,
        area: int, segment: int, department: int, reported: str, due: str | None, closed: str | None,
        description: str, address: str, visit: str, synthetic: bool, approximate: bool, duplicate: bool, datum: str,
        distance_m: float, source_x: float, source_y: float,
    ) -> dict[str, Any]:  # fmt: skip
        type_code, type_zh, type_en = self._types[kind]
        task_code, task_zh, task_en = self._tasks[task]
        area_code, area_zh, area_en = self._areas[area]
        road_code, road_zh, road_en = self._roads[segment]
        unit_code, unit_zh, unit_en = self._departments[department]
        return {
            "id": identity,
            "number": number,
            "campaign": self._campaigns[campaign],
            "register": self._registers[register],
            "type": type_code,
            "type_zh": type_zh,
            "type_en": type_en,
            "group": self._groups[kind],
            "task": task_code,
            "task_zh": task_zh,
            "task_en": task_en,
            "status": Status(status).name if status >= 0 else None,
            "stage": STAGES[stage].value if stage >= 0 else None,
            "overdue": stage == OVERDUE,
            "subdistrict": area_code,
            "subdistrict_zh": area_zh,
            "subdistrict_en": area_en,
            "road": road_code,
            "road_zh": road_zh,
            "road_en": road_en,
            "segment": self._segments[segment],
            "distance_m": None if distance_m != distance_m else distance_m,
            "department": unit_code,
            "department_zh": unit_zh,
            "department_en": unit_en,
            "reported_at": reported,
            "due_at": due,
            "closed_at": closed,
            "description": description,
            "address": address,
            "visit": visit or None,
            "synthetic": synthetic,
            "approximate": approximate,
            "duplicate": duplicate,
            "source_datum": datum,
            "source_x": source_x,
            "source_y": source_y,
        }


def issue_geometries(table: IssueTable, rows: NDArray[np.intp]) -> list[dict[str, Any]]:
    """GeoJSON geometries of these rows: WGS-84, 7 decimals, exterior rings counter-clockwise (RFC 7946)."""
    lon, lat = (degrees.tolist() for degrees in table.lonlat(rows))
    geometries = [{"type": "Point", "coordinates": [x, y]} for x, y in zip(lon, lat, strict=True)]
    for at in np.flatnonzero(~table.is_point[rows]).tolist():
        geometries[at] = shapely.geometry.mapping(rounded(table.wkb(rows[at])))
    return geometries


def rounded(wkb: bytes) -> Any:
    """A geometry from WKB with 7 decimals and right-handed rings."""
    geometry = shapely.transform(shapely.from_wkb(wkb), lambda xy: np.round(xy, DECIMALS))
    return shapely.orient_polygons(geometry, exterior_cw=False)


def area_entries(city: City) -> list[Entry]:
    """Code and names of each subdistrict; the last entry (position −1) is none."""
    return [*(_entry(code, name) for code, name in zip(city.areas.codes, city.areas.names, strict=True)), _NOTHING]


def road_entries(city: City) -> list[Entry]:
    """Code and names of the road of each segment; the last entry (position −1) is none."""
    roads = city.roads
    if roads is None:
        return [_NOTHING]
    return [*(_entry(roads.road_codes[road], roads.road_names[road]) for road in roads.road.tolist()), _NOTHING]


def _units(snapshot: Snapshot, table: IssueTable) -> list[Entry]:
    """Code and names of each department of `table`; without names where the organisation does not know it any more."""
    organisation = duties_in_force(snapshot).organisation
    known = {unit.code: unit.name for unit in organisation.units}
    return [_entry(str(code), known.get(str(code), Text("", ""))) for code in table.departments]


def _entry(code: str, name: Text) -> Entry:
    return code, name.zh or None, name.en or None
