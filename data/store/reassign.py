"""Places worked out anew for every stored record, when the city's layers were replaced."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from data.intake.placing import PLACE_COLUMNS, Placer
from data.store.schema import ISSUE, ISSUE_SHARE, POINT

_CHUNK: Final = 20_000


def reassign_places(connection: Connection, placer: Placer) -> None:
    """Rewrite the place columns of all issues and points, and the shares, within the transaction of `connection`."""
    connection.execute(delete(ISSUE_SHARE))
    wanted = (ISSUE.c.row, ISSUE.c.number, ISSUE.c.description, ISSUE.c.address, ISSUE.c.wkb)
    change = update(ISSUE).where(ISSUE.c.row == bindparam("at_row"))
    change = change.values({name: bindparam(f"new_{name}") for name in PLACE_COLUMNS})
    last = 0
    while records := [
        dict(row._mapping)
        for row in connection.execute(select(*wanted).where(ISSUE.c.row > last).order_by(ISSUE.c.row).limit(_CHUNK))
    ]:
        last = records[-1]["row"]
        geometries = np.asarray(shapely.from_wkb([record["wkb"] for record in records]), object)
        places = placer.issues(geometries, records)
        connection.execute(
            change,
            [
                {"at_row": record["row"], **{f"new_{name}": value for name, value in place.items()}}
                for record, place in zip(records, places.columns, strict=True)
            ],
        )
        if places.shares:
            connection.execute(insert(ISSUE_SHARE), places.shares)
    _reassign_points(connection, placer)


def _reassign_points(connection: Connection, placer: Placer) -> None:
    rows = connection.execute(select(POINT.c.row, POINT.c.lon, POINT.c.lat).order_by(POINT.c.row)).all()
    if not rows:
        return
    places = placer.points([(row.lon, row.lat) for row in rows])
    change = update(POINT).where(POINT.c.row == bindparam("at_row"))
    connection.execute(
        change.values(subdistrict=bindparam("new_subdistrict"), segment=bindparam("new_segment")),
        [
            {"at_row": row.row, **{f"new_{name}": value for name, value in place.items()}}
            for row, place in zip(rows, places, strict=True)
        ],
    )
