"""Whether a store is what its log says: the chain of hashes, and every row against the replay of its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, Table, select

from data.intake.placing import Placer
from data.store.database import Meta, read_events, read_meta
from data.store.events import checked
from data.store.projection import Projection, project
from data.store.receipts import last_number
from data.store.schema import ISSUE, ISSUE_CHANGE, ISSUE_SHARE, POINT, TRANSITION, VISIT
from geo.city import City
from geo.errors import StoreError

Row = Mapping[Any, Any]


def problems(connection: Connection, city: City) -> list[str]:
    """One sentence for each table that is not the replay of the log; empty for a sound store."""
    try:
        projection = project(checked(read_events(connection)))
    except StoreError as error:
        return [str(error)]
    except (KeyError, TypeError, ValueError) as error:  # hashes that fit, made for an event that is none of ours
        return [f"the event log holds what this program never writes ({type(error).__name__}); restore a backup"]
    expected = _expected_rows(projection, Placer(city))
    found = (_difference(table, rows, _stored_rows(connection, table)) for table, rows in expected.items())
    return [problem for problem in (*found, *_counters(read_meta(connection), expected, city)) if problem]


def _counters(meta: Meta, rows: Mapping[Table, Sequence[Row]], city: City) -> list[str]:
    """What the store counts may not lie behind its log: numbers and revisions would be given out twice."""
    revisions = (row["revision"] for table in (ISSUE, ISSUE_CHANGE) for row in rows[table])
    numbers = (row["number"] for row in rows[ISSUE])
    counted = {
        "revision": (meta.revision, max(revisions, default=0)),
        "last_number": (meta.last_number, last_number(numbers, city.number_prefix)),
    }
    return [
        f"the store's {name} is {stored}, but its log has reached {reached}; restore a backup"
        for name, (stored, reached) in counted.items()
        if stored < reached
    ]


def _expected_rows(projection: Projection, placer: Placer) -> dict[Table, list[Row]]:
    records = list(projection.issues.values())
    issues = [record.columns for record in records]
    geometries = np.asarray(shapely.from_wkb([columns["wkb"] for columns in issues]), object)
    places = placer.issues(geometries, issues)
    spots = placer.points([(columns["lon"], columns["lat"]) for columns in projection.points])
    return {
        ISSUE: [columns | place for columns, place in zip(issues, places.columns, strict=True)],
        ISSUE_SHARE: sorted(places.shares, key=lambda row: (row["issue_row"], row["layer"], row["place"])),
        TRANSITION: [step._asdict() for record in records for step in record.steps],
        ISSUE_CHANGE: sorted(projection.changes, key=lambda row: str(row["id"])),
        POINT: [columns | spot for columns, spot in zip(projection.points, spots, strict=True)],
        VISIT: list(projection.visits),
    }


def _stored_rows(connection: Connection, table: Table) -> list[Row]:
    return [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]


def _difference(table: Table, expected: Sequence[Row], stored: Sequence[Row]) -> str | None:
    if len(expected) != len(stored):
        return f"the table {table.name} has {len(stored)} rows, the log makes {len(expected)}; restore a backup"
    for number, (should, found) in enumerate(zip(expected, stored, strict=True), 1):
        for name in (column.name for column in table.columns):
            if should[name] != found[name]:
                return (
                    f"row {number} of the table {table.name} has {name} {str(found[name])[:60]!r}, "
                    f"the log makes {str(should[name])[:60]!r}; restore a backup"
                )
    return None
