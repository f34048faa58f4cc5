"""GeoJSON of all of Chicago's complaints: our streaming export beside GeoDataFrame.to_json of the same records."""

from __future__ import annotations

import json

import geopandas

from bench.row import Row, compared, median_ms
from bench.subdistrict_densities import NOW
from data.exporting.export import issues_geojson
from data.snapshot import Snapshot
from geo.filter_query import parse_filter


def rows(snapshot: Snapshot) -> list[Row]:
    """The peer is given the very properties that we export, so that both write the same records."""
    everything = parse_filter([], snapshot.city, now=lambda _: NOW)

    def ours() -> bytes:
        return b"".join(issues_geojson(snapshot, everything))

    features = json.loads(ours())["features"]
    frame = geopandas.GeoDataFrame.from_features(features, crs=4326)
    theirs = json.loads(frame.to_json())["features"]
    equal = len(features) == len(theirs) and all(
        a["geometry"] == b["geometry"] and _told(a["properties"]) == _told(b["properties"])
        for a, b in zip(features, theirs, strict=True)
    )
    ours_ms, peer_ms = median_ms(ours, 5), median_ms(frame.to_json, 1)
    return [compared("GeoJSON export", len(features), ours_ms, peer_ms, "GeoDataFrame.to_json", equal=equal)]


def _told(properties: dict[str, object]) -> dict[str, object]:
    """Properties without nulls, which a data frame writes in more than one way."""
    return {key: value for key, value in properties.items() if value is not None}
