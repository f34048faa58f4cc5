"""Rows of the store as the domain's columnar tables: codes become positions in the city's lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.city import City
from geo.errors import StoreError
from geo.history import History
from geo.tables import DEGREE_SCALE, METRE_SCALE, IssueTable, PointTable, RowValues, Shares, VisitTable
from geo.timeline import local_days

Columns = Mapping[str, Any]
"""Sequences of values by name of the store's column, parallel to each other."""

Arrays = dict[str, NDArray[Any]]
"""The read side of issues as flat arrays, e.g. "type", "shapes.row", "history.at_us": what grows, and what is kept."""

ISSUE_COLUMNS: Final = (
    *("row", "campaign", "register", "type", "task", "subdistrict", "segment", "lon", "lat", "x_m", "y_m"),
    *("reported_us", "due_us", "visit", "synthetic", "approximate", "duplicate", "is_point", "shape", "status"),
)
"""`shape` is the WKB of a line or polygon, None for a point; `due_us` NEVER for one without a deadline."""

SHARE_COLUMNS: Final = ("issue_row", "layer", "place", "weight")
STEP_COLUMNS: Final = ("issue_row", "at_us", "status")
POINT_COLUMNS: Final = (
    *("code", "name", "campaign", "site_class", "task", "subdistrict", "segment", "lon", "lat", "steward"),
    *("synthetic", "approximate"),
)
VISIT_COLUMNS: Final = ("id", "point", "at_us", "kind", "compliant", "score", "note")

_FLAGS: Final = ("synthetic", "approximate", "duplicate", "is_point")
_NESTED: Final[Mapping[str, type]] = {
    "shapes": RowValues,
    "visits": RowValues,
    "subdistrict_shares": Shares,
    "segment_shares": Shares,
}


class TableBuilder:
    """Builds tables for one city."""

    def __init__(self, city: City) -> None:
        catalogue, roads = city.catalogue, city.roads
        self._time_zone = city.time_zone
        self._campaigns = _Positions("campaign", city.campaign_index)
        self._registers = _Positions("register", city.register_index)
        self._types = _Positions("type", {entry.code: i for i, entry in enumerate(catalogue.types)})
        self._tasks = _Positions("task", {entry.code: i for i, entry in enumerate(catalogue.tasks)})
        self._site_classes = _Positions("site class", {entry.code: i for i, entry in enumerate(catalogue.site_classes)})
        self._areas = _Positions("subdistrict", city.areas.index)
        self._segments = _Positions("segment", {code: i for i, code in enumerate(roads.segment_codes)} if roads else {})

    def issues(self, issues: Columns, shares: Columns, steps: Columns, *, after: int = 0, entries: int = 0) -> Arrays:
        """The arrays of issues (ISSUE_COLUMNS, ascending rows) with their shares and changes of status.

        They are made to stand behind `after` issues with `entries` changes of status between them.
        """
        reported_us = np.array(issues["reported_us"], np.int64)
        shaped = np.flatnonzero(~np.array(issues["is_point"], np.bool_))
        visited = np.flatnonzero([bool(visit) for visit in issues["visit"]])
        arrays: Arrays = {
            "campaign": self._campaigns.look_up(issues["campaign"], np.int16),
            "register": self._registers.look_up(issues["register"], np.int16),
            "type": self._types.look_up(issues["type"], np.int16),
            "task": self._tasks.look_up(issues["task"], np.int16),
            "subdistrict": self._areas.look_up(issues["subdistrict"], np.int16),
            "segment": self._segments.look_up(issues["segment"], np.int32),
            "lon_e7": _scaled(issues["lon"], DEGREE_SCALE),
            "lat_e7": _scaled(issues["lat"], DEGREE_SCALE),
            "x_cm": _scaled(issues["x_m"], METRE_SCALE),
            "y_cm": _scaled(issues["y_m"], METRE_SCALE),
            "reported_us": reported_us,
            "due_us": np.array(issues["due_us"], np.int64),
            "day": local_days(reported_us, self._time_zone),
            **{name: np.array(issues[name], np.bool_) for name in _FLAGS},
            "status": np.array(issues["status"], np.int8),
            "shapes.row": (shaped + after).astype(np.int32),
            "shapes.value": _objects([bytes(issues["shape"][row]) for row in shaped.tolist()]),
            "visits.row": (visited + after).astype(np.int32),
            "visits.value": _objects([issues["visit"][row] for row in visited.tolist()]),
        }
        rows = np.array(issues["row"], np.int64)
        owner = np.searchsorted(rows, np.array(shares["issue_row"], np.int64)) + after
        layer = np.array(shares["layer"], object) == "subdistrict"
        for name, chosen, positions in (("subdistrict", layer, self._areas), ("segment", ~layer, self._segments)):
            arrays[f"{name}_shares.row"] = owner[chosen].astype(np.int32)
            arrays[f"{name}_shares.place"] = positions.look_up(_objects(shares["place"])[chosen], np.int32)
            arrays[f"{name}_shares.weight"] = np.array(shares["weight"], np.float64)[chosen]
        changed = np.searchsorted(rows, np.array(steps["issue_row"], np.int64))
        arrays["history.first"] = np.cumsum(np.bincount(changed, minlength=len(rows))) + entries
        arrays["history.at_us"] = np.array(steps["at_us"], np.int64)
        arrays["history.status"] = np.array(steps["status"], np.int8)
        return arrays

    def points(self, columns: Columns) -> PointTable:
        """The inspection points of `columns` (POINT_COLUMNS)."""
        return PointTable(
            code=_objects(columns["code"]),
            name=_objects(columns["name"]),
            campaign=self._campaigns.look_up(columns["campaign"], np.int16),
            site_class=self._site_classes.look_up(columns["site_class"], np.int16),
            task=self._tasks.look_up(columns["task"], np.int16),
            subdistrict=self._areas.look_up(columns["subdistrict"], np.int16),
            segment=self._segments.look_up(columns["segment"], np.int32),
            lon=np.array(columns["lon"], np.float64),
            lat=np.array(columns["lat"], np.float64),
            steward=_objects(columns["steward"]),
            synthetic=np.array(columns["synthetic"], np.bool_),
            approximate=np.array(columns["approximate"], np.bool_),
        )

    def visits(self, columns: Columns, points: PointTable) -> VisitTable:
        """The visits of `columns` (VISIT_COLUMNS), ordered by (point, time, id)."""
        point = _Positions("point", {code: i for i, code in enumerate(points.code)}).look_up(columns["point"], np.int32)
        at_us = np.array(columns["at_us"], np.int64)
        ids = _objects(columns["id"])
        order = np.lexsort((np.array(columns["id"], np.str_), at_us, point)) if len(ids) else np.empty(0, np.intp)
        return VisitTable(
            id=ids[order],
            point=point[order],
            at_us=at_us[order],
            kind=_objects(columns["kind"])[order],
            compliant=np.array(columns["compliant"], np.bool_)[order],
            score=np.array(columns["score"], np.float64)[order],
            note=_objects(columns["note"])[order],
        )


def first_arrays(builder: TableBuilder) -> Arrays:
    """The arrays of no issues at all, to grow from."""
    empty = builder.issues(*(dict.fromkeys(names, ()) for names in (ISSUE_COLUMNS, SHARE_COLUMNS, STEP_COLUMNS)))
    empty["history.first"] = np.zeros(1, np.int64)  # a row's entries end where the next one's begin
    return empty | {
        "history.later_row": np.empty(0, np.int32),
        "history.later_at_us": np.empty(0, np.int64),
        "history.later_status": np.empty(0, np.int8),
    }


def issue_table(arrays: Arrays) -> IssueTable:
    """The arrays as the domain's table."""
    nested: dict[str, Any] = {
        name: kind(**{entry.name: arrays[f"{name}.{entry.name}"] for entry in fields(kind)})
        for name, kind in _NESTED.items()
    }
    plain: dict[str, Any] = {entry.name: arrays[entry.name] for entry in fields(IssueTable) if entry.name not in nested}
    return IssueTable(**plain, **nested)


def history_of(arrays: Arrays) -> History:
    """The arrays as the domain's history."""
    return History(**{entry.name: arrays[f"history.{entry.name}"] for entry in fields(History)})


class _Positions:
    """Where codes stand in one list of the city."""

    def __init__(self, kind: str, index: Mapping[str, int]) -> None:
        self._kind = kind
        self._index: dict[str | None, int] = {None: -1}
        self._index.update(index)

    def look_up(self, codes: Any, dtype: Any) -> NDArray[Any]:
        """Positions of `codes`, −1 for None; StoreError for a code that the city no longer has."""
        try:
            return np.fromiter(map(self._index.__getitem__, codes), dtype, len(codes))
        except KeyError as error:
            raise StoreError(
                f"the store holds the {self._kind} {error.args[0]!r}, which the city's files lack; put it back"
            ) from None


def _scaled(values: Sequence[float], scale: int) -> NDArray[np.int32]:
    return np.rint(np.array(values, np.float64) * scale).astype(np.int32)


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    column = np.empty(len(values), object)
    column[:] = values
    return column
