"""Rows of the store as the domain's columnar tables: codes become positions in the city's lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.city import City
from geo.errors import StoreError
from geo.history import History
from geo.past import Past
from geo.tables import DEGREE_SCALE, METRE_SCALE, IssueTable, PointTable, RowValues, Shares, VisitTable
from geo.timeline import local_days

Columns = Mapping[str, Any]
"""Sequences of values by name of the store's column, parallel to each other."""

Arrays = dict[str, NDArray[Any]]
"""The read side of issues as flat arrays, e.g. "type", "shapes.row", "history.at_us": what grows, and what is kept."""

ISSUE_COLUMNS: Final = (
    *("row", "campaign", "register", "type", "task", "subdistrict", "segment", "lon", "lat", "x_m", "y_m"),
    *("reported_us", "due_us", "visit", "synthetic", "approximate", "duplicate", "is_point", "shape", "status"),
    "department",
)
"""`shape` is the WKB of a line or polygon, None for a point; `due_us` NEVER for one without a deadline."""

AMENDED_COLUMNS: Final = (
    *("row", "type", "task", "subdistrict", "segment", "lon", "lat", "x_m", "y_m", "due_us", "is_point", "shape"),
    "department",
)
"""Those of them that an amendment may change."""

PAST_COLUMNS: Final = (*AMENDED_COLUMNS, "issue_row", "until_us")
SHARE_COLUMNS: Final = ("issue_row", "layer", "place", "weight")
STEP_COLUMNS: Final = ("issue_row", "at_us", "status")
POINT_COLUMNS: Final = (
    *("code", "name", "campaign", "site_class", "task", "subdistrict", "segment", "lon", "lat", "steward"),
    *("synthetic", "approximate"),
)
VISIT_COLUMNS: Final = ("id", "point", "at_us", "kind", "compliant", "score", "note")

_FLAGS: Final = ("synthetic", "approximate", "duplicate")
_NESTED: Final[Mapping[str, type]] = {
    "shapes": RowValues,
    "visits": RowValues,
    "subdistrict_shares": Shares,
    "segment_shares": Shares,
}


class TableBuilder:
    """Builds tables for one city. `departments` are those that were seen before; what is built adds new ones."""

    def __init__(self, city: City, departments: Sequence[str] = ()) -> None:
        self._time_zone = city.time_zone
        self._known = _positions_in(city)
        self._departments: dict[str | None, int] = {None: -1}
        self._departments.update((code, at) for at, code in enumerate(departments))

    def issues(self, issues: Columns, shares: Columns, steps: Columns, *, after: int = 0, entries: int = 0) -> Arrays:
        """The arrays of issues (ISSUE_COLUMNS, ascending rows) with their shares and changes of status.

        They are made to stand behind `after` issues with `entries` changes of status between them.
        """
        reported_us = np.array(issues["reported_us"], np.int64)
        visited = np.flatnonzero([bool(visit) for visit in issues["visit"]])
        rows = np.array(issues["row"], np.int64)
        arrays: Arrays = {
            "campaign": self._known.campaigns.look_up(issues["campaign"], np.int16),
            "register": self._known.registers.look_up(issues["register"], np.int16),
            "reported_us": reported_us,
            "day": local_days(reported_us, self._time_zone),
            **{name: np.array(issues[name], np.bool_) for name in _FLAGS},
            "status": np.array(issues["status"], np.int8),
            "visits.row": (visited + after).astype(np.int32),
            "visits.value": _objects([issues["visit"][row] for row in visited.tolist()]),
            **self.amendable(issues, shares, after=after),
        }
        changed = np.searchsorted(rows, np.array(steps["issue_row"], np.int64))
        arrays["history.first"] = np.cumsum(np.bincount(changed, minlength=len(rows))) + entries
        arrays["history.at_us"] = np.array(steps["at_us"], np.int64)
        arrays["history.status"] = np.array(steps["status"], np.int8)
        return arrays

    def amendable(self, columns: Columns, shares: Columns, *, after: int = 0) -> Arrays:
        """The arrays of what an amendment may change (AMENDED_COLUMNS, ascending rows), to stand behind `after` others;
        and `departments`, those that were not seen before."""
        shaped = np.flatnonzero(~np.array(columns["is_point"], np.bool_))
        known = len(self._departments)
        arrays: Arrays = {
            "type": self._known.types.look_up(columns["type"], np.int16),
            "task": self._known.tasks.look_up(columns["task"], np.int16),
            "subdistrict": self._known.areas.look_up(columns["subdistrict"], np.int16),
            "segment": self._known.segments.look_up(columns["segment"], np.int32),
            "lon_e7": _scaled(columns["lon"], DEGREE_SCALE),
            "lat_e7": _scaled(columns["lat"], DEGREE_SCALE),
            "x_cm": _scaled(columns["x_m"], METRE_SCALE),
            "y_cm": _scaled(columns["y_m"], METRE_SCALE),
            "due_us": np.array(columns["due_us"], np.int64),
            "is_point": np.array(columns["is_point"], np.bool_),
            "shapes.row": (shaped + after).astype(np.int32),
            "shapes.value": _objects([bytes(columns["shape"][row]) for row in shaped.tolist()]),
            "department": self._positions_of(columns["department"]),
        }
        rows = np.array(columns["row"], np.int64)
        owner = np.searchsorted(rows, np.array(shares["issue_row"], np.int64)) + after
        layer = np.array(shares["layer"], object) == "subdistrict"
        known_places = (("subdistrict", layer, self._known.areas), ("segment", ~layer, self._known.segments))
        for name, chosen, positions in known_places:
            arrays[f"{name}_shares.row"] = owner[chosen].astype(np.int32)
            arrays[f"{name}_shares.place"] = positions.look_up(_objects(shares["place"])[chosen], np.int32)
            arrays[f"{name}_shares.weight"] = np.array(shares["weight"], np.float64)[chosen]
        return arrays | {"departments": _objects([*self._departments][known:])}

    def past(self, columns: Columns, shares: Columns, owners: NDArray[np.integer], *, after: int = 0) -> Arrays:
        """The arrays of what issues were before (PAST_COLUMNS, ascending rows): of the issues at positions `owners`."""
        arrays = self.amendable(columns, shares, after=after)
        told = {"departments": arrays.pop("departments")}
        arrays |= {"row": owners.astype(np.int32), "until_us": np.array(columns["until_us"], np.int64)}
        return {f"past.{name}": values for name, values in arrays.items()} | told

    def _positions_of(self, codes: Sequence[str | None]) -> NDArray[np.int16]:
        known = self._departments
        return np.array([known.setdefault(code, len(known) - 1) for code in codes], np.int16)

    def points(self, columns: Columns) -> PointTable:
        """The inspection points of `columns` (POINT_COLUMNS)."""
        return PointTable(
            code=_objects(columns["code"]),
            name=_objects(columns["name"]),
            campaign=self._known.campaigns.look_up(columns["campaign"], np.int16),
            site_class=self._known.site_classes.look_up(columns["site_class"], np.int16),
            task=self._known.tasks.look_up(columns["task"], np.int16),
            subdistrict=self._known.areas.look_up(columns["subdistrict"], np.int16),
            segment=self._known.segments.look_up(columns["segment"], np.int32),
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
    nothing = (dict.fromkeys(names, ()) for names in (ISSUE_COLUMNS, SHARE_COLUMNS, STEP_COLUMNS))
    empty = builder.issues(*nothing)
    was, shares = (dict.fromkeys(names, ()) for names in (PAST_COLUMNS, SHARE_COLUMNS))
    empty |= builder.past(was, shares, np.empty(0, np.int32))
    empty["history.first"] = np.zeros(1, np.int64)  # a row's entries end where the next one's begin
    return empty | {
        "history.later_row": np.empty(0, np.int32),
        "history.later_at_us": np.empty(0, np.int64),
        "history.later_status": np.empty(0, np.int8),
    }


def issue_table(arrays: Arrays) -> IssueTable:
    """The arrays as the domain's table."""
    return IssueTable(**_columns_of(IssueTable, arrays))


def past_of(arrays: Arrays) -> Past:
    """The arrays as the domain's past."""
    return Past(**_columns_of(Past, arrays, "past."))


def _columns_of(table: type, arrays: Arrays, prefix: str = "") -> dict[str, Any]:
    """The columns of `table` by name, those of several arrays put together."""
    return {
        entry.name: kind(**{part.name: arrays[f"{prefix}{entry.name}.{part.name}"] for part in fields(kind)})
        if (kind := _NESTED.get(entry.name)) is not None
        else arrays[f"{prefix}{entry.name}"]
        for entry in fields(table)
    }


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


class _InCity(NamedTuple):
    """Where the codes of one city stand in its lists."""

    campaigns: _Positions
    registers: _Positions
    types: _Positions
    tasks: _Positions
    site_classes: _Positions
    areas: _Positions
    segments: _Positions


@lru_cache(maxsize=4)
def _positions_in(city: City) -> _InCity:
    """Made once a city: each write builds tables, and a city may have ten thousands of segments."""
    catalogue, roads = city.catalogue, city.roads
    return _InCity(
        campaigns=_Positions("campaign", city.campaign_index),
        registers=_Positions("register", city.register_index),
        types=_Positions("type", {entry.code: i for i, entry in enumerate(catalogue.types)}),
        tasks=_Positions("task", {entry.code: i for i, entry in enumerate(catalogue.tasks)}),
        site_classes=_Positions("site class", {entry.code: i for i, entry in enumerate(catalogue.site_classes)}),
        areas=_Positions("subdistrict", city.areas.index),
        segments=_Positions("segment", {code: i for i, code in enumerate(roads.segment_codes)} if roads else {}),
    )


def _scaled(values: Sequence[float], scale: int) -> NDArray[np.int32]:
    return np.rint(np.array(values, np.float64) * scale).astype(np.int32)


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    column = np.empty(len(values), object)
    column[:] = values
    return column
