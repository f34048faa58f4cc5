"""The one way out: issues and points as GeoJSON (RFC 7946) or CSV, in pieces, for button, route and shell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
import orjson
from numpy.typing import NDArray

from data.exporting.csv_cells import guarded
from data.exporting.issue_properties import PROPERTIES, IssueProperties, issue_geometries, rounded
from data.exporting.point_properties import point_features
from data.snapshot import Snapshot
from geo.filter import IssueFilter
from geo.filter_query import filter_pairs
from geo.iso_time import local_iso
from geo.selection import meant, select_points

_PIECE: Final = 1_000
CSV_COLUMNS: Final = (*PROPERTIES, "lon", "lat", "geometry")
"""`geometry` is WKT, for lines and polygons only; lon and lat are a point on the geometry."""


def issues_geojson(snapshot: Snapshot, issue_filter: IssueFilter, *, asked: str | None = None) -> Iterator[bytes]:
    """The issues that the filter means as one FeatureCollection, in the order of the log, byte for byte the same for
    the same revision and filter. Besides the features it says revision, as_of, filter, attribution and the quality
    of the layers that gave the places. `asked` is the canonical query of the filter where the caller knows it: which
    `as_of` is a default depends on a wall clock that only the caller read."""
    records = IssueProperties(snapshot, issue_filter.as_of)
    rows = _rows(snapshot, issue_filter)

    def features() -> Iterator[list[bytes]]:
        for start in range(0, len(rows), _PIECE):
            part = rows[start : start + _PIECE]
            pairs = zip(records.of(part), issue_geometries(records.table, part), strict=True)
            yield [_feature(properties["id"], geometry, properties) for properties, geometry in pairs]

    return _collection(_members(snapshot, issue_filter, asked), features())


def points_geojson(snapshot: Snapshot, issue_filter: IssueFilter, *, asked: str | None = None) -> Iterator[bytes]:
    """The inspection points that the filter means, with their compliance at `as_of`; null geometry where no position
    is known."""
    rows = np.flatnonzero(select_points(snapshot.points, snapshot.city, issue_filter))

    def features() -> Iterator[list[bytes]]:
        found = point_features(snapshot, issue_filter.as_of, rows)
        for start in range(0, len(found), _PIECE):
            yield [_feature(p["code"], geometry, p) for p, geometry in found[start : start + _PIECE]]

    return _collection(_members(snapshot, issue_filter, asked), features())


def issues_csv(snapshot: Snapshot, issue_filter: IssueFilter) -> Iterator[bytes]:
    """The same issues as CSV (UTF-8 with BOM, CRLF, columns CSV_COLUMNS); text that could run as a formula is marked
    with an apostrophe, which our importer takes away."""
    records = IssueProperties(snapshot, issue_filter.as_of)
    table = records.table
    rows = _rows(snapshot, issue_filter)
    yield b"\xef\xbb\xbf" + _csv_lines([CSV_COLUMNS])
    for start in range(0, len(rows), _PIECE):
        part = rows[start : start + _PIECE]
        lines = []
        lon, lat = (degrees.tolist() for degrees in table.lonlat(part))
        for row, x, y, properties in zip(part.tolist(), lon, lat, records.of(part), strict=True):
            shape = "" if table.is_point[row] else rounded(table.wkb(row)).wkt
            lines.append([*map(_cell, properties.values()), x, y, shape])
        yield _csv_lines(lines)


def _rows(snapshot: Snapshot, issue_filter: IssueFilter) -> NDArray[np.intp]:
    return np.flatnonzero(meant(snapshot.stages(issue_filter), issue_filter))


def _collection(members: Mapping[str, Any], features: Iterator[list[bytes]]) -> Iterator[bytes]:
    head = orjson.dumps(members)
    yield b'{"type":"FeatureCollection",' + head[1:-1] + b',"features":[\n'
    separator = b""
    for piece in features:
        yield separator + b",\n".join(piece)
        separator = b",\n"
    yield b"\n]}\n"


def _members(snapshot: Snapshot, issue_filter: IssueFilter, asked: str | None) -> dict[str, Any]:
    city = snapshot.city
    if asked is None:
        asked = urlencode(filter_pairs(issue_filter, city, now=lambda campaign: campaign.clock or issue_filter.as_of))
    quality = {"boundary": city.boundary_quality, "subdistricts": city.areas.quality}
    if city.roads is not None:
        quality["roads"] = city.roads.quality
    return {
        "revision": snapshot.revision,
        "city": city.code,
        "as_of": local_iso(issue_filter.as_of, city.time_zone),
        "filter": asked,
        "quality": quality,
        "attribution": [{"zh": text.zh, "en": text.en} for text in city.attribution],
    }


def _feature(identity: str, geometry: dict[str, Any] | None, properties: dict[str, Any]) -> bytes:
    return orjson.dumps({"type": "Feature", "id": identity, "geometry": geometry, "properties": properties})


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return guarded(value) if isinstance(value, str) else value


def _csv_lines(lines: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()
