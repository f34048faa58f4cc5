"""A snapshot of any size for timing: a city's own issues over and over, each time some way from where they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np

from data.growing import Growing
from data.issue_records import Details, IssueRecords
from data.snapshot import Snapshot, emptied
from data.table_building import Arrays
from geo.crs import metric_to_lonlat
from geo.tables import METRE_SCALE

SEED = 20210824
SPREAD_M = 150.0


class TiledRecords:
    """Texts of the repeated issues: those of the one they repeat, under ids and numbers of their own."""

    def __init__(self, records: IssueRecords, n: int) -> None:
        self._records, self._n = records, n

    def of(self, positions: np.ndarray) -> Details:
        """As IssueRecords.of."""
        found = self._records.of(positions % self._n)
        ids = np.array([f"00000000-0000-4000-8000-{row:012d}" for row in positions.tolist()], object)
        return replace(found, id=ids, number=np.array([f"T-{row:07d}" for row in positions.tolist()], object))

    def names(self, positions: np.ndarray, *, all_ids: bool = False) -> tuple[list[str], dict[int, str]]:
        """As IssueRecords.names."""
        return [f"T-{row:07d}" for row in positions.tolist()], {}

    def position(self, identity: str, n: int) -> int:
        """As IssueRecords.position."""
        return int(identity.rpartition("-")[2])


def tiled(snapshot: Snapshot, n: int) -> Snapshot:
    """`snapshot` with `n` issues, the first of them its own points; those that repeat one lie some way from it.

    Lines and polygons are left out. The places (subdistrict, segment) of the repeated ones are those of the original.
    """
    table, history = snapshot.issues, snapshot.history
    kept = np.flatnonzero(table.is_point)
    source = kept[np.arange(n) % len(kept)]
    dice = np.random.default_rng(SEED)
    arrays: Arrays = {
        name: values if "." in name or name == "departments" else values[source]  # those two are not one an issue
        for name, values in snapshot.arrays.items()
    }
    moved = dice.normal(0, SPREAD_M * METRE_SCALE, (2, n))
    moved[:, : len(kept)] = 0
    for name, shift in zip(("x_cm", "y_cm"), moved, strict=True):
        arrays[name] = (arrays[name] + shift).astype(np.int32)
    lon, lat = metric_to_lonlat(arrays["x_cm"] / METRE_SCALE, arrays["y_cm"] / METRE_SCALE, snapshot.city.metric_crs)
    again = np.arange(n) >= len(kept)
    arrays["lon_e7"][again] = np.rint(lon * 1e7).astype(np.int32)[again]
    arrays["lat_e7"][again] = np.rint(lat * 1e7).astype(np.int32)[again]
    for name in [name for name in arrays if name.startswith(("shapes.", "visits.", "subdistrict_s", "segment_s"))]:
        arrays[name] = arrays[name][:0]
    length = history.first[source + 1] - history.first[source]
    first = np.concatenate([[0], np.cumsum(length)])
    entry = np.arange(first[-1]) - np.repeat(first[:-1], length) + np.repeat(history.first[source], length)
    arrays |= {"history.first": first, "history.at_us": history.at_us[entry], "history.status": history.status[entry]}
    for name in ("later_row", "later_at_us", "later_status"):
        arrays[f"history.{name}"] = arrays[f"history.{name}"][:0]
    records = cast(Any, TiledRecords(snapshot.records, len(snapshot.issues)))
    growing = {name: Growing(values) for name, values in arrays.items()}
    return emptied(snapshot, arrays=arrays, growing=growing, records=records)
