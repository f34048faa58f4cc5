"""Rows of the store as the domain's columnar tables: codes become positions in the city's lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.city import City
from geo.clock import NEVER
from geo.errors import StoreError
from geo.tables import IssueTable, PointTable, Shares, Transitions, VisitTable

Columns = Mapping[str, Sequence[Any]]

ISSUE_COLUMNS: Final = (
    *("row", "id", "number", "campaign", "register", "type", "task", "subdistrict", "segment", "distance_m"),
    *("lon", "lat", "x_m", "y_m", "reported_us", "due_us", "visit", "synthetic", "approximate", "duplicate"),
    *("wkb", "is_point", "description", "address", "search_text", "source_datum", "source_x", "source_y"),
    *("status", "closed_us", "rework", "recorded_us"),
)
_FLOATS: Final = ("distance_m", "lon", "lat", "x_m", "y_m", "source_x", "source_y")
_TEXTS: Final = ("id", "number", "visit", "wkb", "description", "address", "search_text", "source_datum")
SHARE_COLUMNS: Final = ("issue_row", "layer", "place", "weight")
TRANSITION_COLUMNS: Final = ("issue_row", "at_us", "before", "status", "actor", "note", "evidence")
POINT_COLUMNS: Final = (
    *("code", "name", "campaign", "site_class", "task", "subdistrict", "segment", "lon", "lat", "steward"),
    *("synthetic", "approximate"),
)
VISIT_COLUMNS: Final = ("id", "point", "at_us", "kind", "compliant", "score", "note")


class TableBuilder:
    """Builds tables for one city. `row_at` of the issues maps the store's row number (1, 2, …) to a position."""

    def __init__(self, city: City) -> None:
        catalogue, roads = city.catalogue, city.roads
        self._campaigns = _positions("campaign", city.campaign_index)
        self._registers = _positions("register", city.register_index)
        self._types = _positions("type", {entry.code: i for i, entry in enumerate(catalogue.types)})
        self._tasks = _positions("task", {entry.code: i for i, entry in enumerate(catalogue.tasks)})
        self._site_classes = _positions("site class", {entry.code: i for i, entry in enumerate(catalogue.site_classes)})
        self._areas = _positions("subdistrict", city.areas.index)
        segments = {code: i for i, code in enumerate(roads.segment_codes)} if roads else {}
        self._segments = _positions("segment", segments)

    def issues(self, columns: Columns, shares: Columns) -> IssueTable:
        """The issues of `columns` (ISSUE_COLUMNS, ascending rows), with the stored shares of lines and polygons."""
        is_point = np.array(columns["is_point"], np.bool_)
        subdistrict = self._areas.look_up(columns["subdistrict"], np.int16)
        segment = self._segments.look_up(columns["segment"], np.int32)
        owner = np.searchsorted(np.array(columns["row"], np.int64), np.array(shares["issue_row"], np.int64))
        layer = np.array(shares["layer"], object) == "subdistrict"
        floats: dict[str, Any] = {n: np.array(columns[n], np.float64) for n in _FLOATS}
        flags: dict[str, Any] = {n: np.array(columns[n], np.bool_) for n in ("synthetic", "approximate", "duplicate")}
        texts: dict[str, Any] = {n: _objects(columns[n]) for n in _TEXTS}
        return IssueTable(
            campaign=self._campaigns.look_up(columns["campaign"], np.int16),
            register=self._registers.look_up(columns["register"], np.int16),
            type=self._types.look_up(columns["type"], np.int16),
            task=self._tasks.look_up(columns["task"], np.int16),
            subdistrict=subdistrict,
            segment=segment,
            **floats,
            reported_us=np.array(columns["reported_us"], np.int64),
            due_us=_moments(columns["due_us"]),
            **flags,
            **texts,
            is_point=is_point,
            subdistrict_shares=_shares(subdistrict, is_point, owner[layer], shares, layer, self._areas),
            segment_shares=_shares(segment, is_point, owner[~layer], shares, ~layer, self._segments),
            status=np.array(columns["status"], np.int8),
            closed_us=_moments(columns["closed_us"]),
            rework=np.array(columns["rework"], np.int16),
        )

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
        codes = _positions("point", {code: i for i, code in enumerate(points.code)})
        point = codes.look_up(columns["point"], np.int32)
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


def transitions(columns: Columns, issue_rows: Sequence[int]) -> Transitions:
    """The changes of status of `columns` (TRANSITION_COLUMNS, ordered by row and n); `issue_rows` are the issues'."""
    owner = np.searchsorted(np.array(issue_rows, np.int64), np.array(columns["issue_row"], np.int64))
    return Transitions(
        row=owner.astype(np.int32),
        at_us=np.array(columns["at_us"], np.int64),
        before=np.array(columns["before"], np.int8),
        status=np.array(columns["status"], np.int8),
    )


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


def _positions(kind: str, index: Mapping[str, int]) -> _Positions:
    return _Positions(kind, index)


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _moments(values: Sequence[int | None]) -> NDArray[np.int64]:
    return np.array([NEVER if value is None else value for value in values], np.int64)


def _shares(
    primary: NDArray[Any],
    is_point: NDArray[np.bool_],
    owner: NDArray[Any],
    stored: Columns,
    chosen: NDArray[np.bool_],
    positions: _Positions,
) -> Shares:
    """Shares of points (their own place, weight 1) and those stored for lines and polygons, ordered by row."""
    placed = np.flatnonzero(is_point & (primary >= 0))
    row = np.concatenate([placed, owner]).astype(np.int32)
    place = np.concatenate([primary[placed], positions.look_up(_objects(stored["place"])[chosen], np.int32)])
    weight = np.concatenate([np.ones(len(placed)), np.array(stored["weight"], np.float64)[chosen]])
    order = np.argsort(row, kind="stable")
    return Shares(row[order], place.astype(np.int32)[order], weight[order])
