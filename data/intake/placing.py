"""Where records lie in the city, as columns of the store: worked out at write time, and again when layers change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.city import City
from geo.placement import Locator
from geo.search import fold
from geo.tables import Shares

PLACE_COLUMNS = (
    *("is_point", "lon", "lat", "x_m", "y_m", "west", "south", "east", "north"),
    *("subdistrict", "segment", "road", "distance_m", "search_text"),
)


@dataclass(frozen=True, slots=True)
class Places:
    """Of each record its place columns, and the rows of `issue_share` of lines and polygons."""

    columns: list[dict[str, Any]]
    shares: list[dict[str, Any]]


class Placer:
    """Finds the places of records in one city; holds its spatial index, so make one and keep it."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._locator = Locator(city)
        self._area_codes: list[str | None] = [*city.areas.codes, None]  # the last one answers position -1
        roads = city.roads
        self._segment_codes: list[str | None] = [*(roads.segment_codes if roads else ()), None]
        self._road_of: list[int] = [*(roads.road.tolist() if roads else ()), -1]
        self._road_codes: list[str | None] = [*(roads.road_codes if roads else ()), None]
        self._road_names = [*(f"{name.zh} {name.en}" for name in roads.road_names), ""] if roads else [""]

    def issues(self, geometries: NDArray[np.object_], records: Sequence[Mapping[str, Any]]) -> Places:
        """Places of issues with these geometries (WGS-84); `records` are their columns, for number and text."""
        found = self._locator.locate(geometries)
        bounds = shapely.bounds(geometries).reshape(-1, 4).tolist()
        numbers = zip(
            found.is_point.tolist(),
            *(column.tolist() for column in (found.lon, found.lat, found.x_m, found.y_m)),
            bounds,
            found.subdistrict.tolist(),
            found.segment.tolist(),
            found.distance_m.tolist(),
            records,
            strict=True,
        )
        columns = []
        for is_point, lon, lat, x_m, y_m, (west, south, east, north), area, segment, distance_m, record in numbers:
            road = self._road_of[segment]
            columns.append(
                {
                    "is_point": is_point,
                    "lon": lon,
                    "lat": lat,
                    "x_m": x_m,
                    "y_m": y_m,
                    "west": west,
                    "south": south,
                    "east": east,
                    "north": north,
                    "subdistrict": self._area_codes[area],
                    "segment": self._segment_codes[segment],
                    "road": self._road_codes[road],
                    "distance_m": None if math.isnan(distance_m) else distance_m,
                    "search_text": self._search_text(record, road),
                }
            )
        rows = [record["row"] for record in records]
        shares = [
            *_share_rows(found.subdistrict_shares, found.is_point, rows, "subdistrict", self._area_codes),
            *_share_rows(found.segment_shares, found.is_point, rows, "segment", self._segment_codes),
        ]
        return Places(columns, shares)

    def points(self, positions: Sequence[tuple[float | None, float | None]]) -> list[dict[str, Any]]:
        """Subdistrict and segment of inspection points at (lon, lat) in WGS-84; none where no position is known."""
        places: list[dict[str, Any]] = [{"subdistrict": None, "segment": None} for _ in positions]
        known = [row for row, (lon, lat) in enumerate(positions) if lon is not None and lat is not None]
        geometries = np.asarray(
            shapely.points(np.array([positions[row] for row in known], np.float64).reshape(-1, 2)), object
        )
        found = self._locator.locate(geometries)
        for row, area, segment in zip(known, found.subdistrict.tolist(), found.segment.tolist(), strict=True):
            places[row] = {"subdistrict": self._area_codes[area], "segment": self._segment_codes[segment]}
        return places

    def _search_text(self, record: Mapping[str, Any], road: int) -> str:
        return fold(f"{record['number']} {record['description']} {record['address']} {self._road_names[road]}")


def _share_rows(
    shares: Shares, is_point: NDArray[np.bool_], rows: Sequence[int], layer: str, codes: Sequence[str | None]
) -> list[dict[str, Any]]:
    split = ~is_point[shares.row]
    chosen = zip(shares.row[split].tolist(), shares.place[split].tolist(), shares.weight[split].tolist(), strict=True)
    return [
        {"issue_row": rows[row], "layer": layer, "place": codes[place], "weight": weight}
        for row, place, weight in chosen
    ]
