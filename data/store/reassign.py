"""Places worked out anew for every stored record, when the city's layers were replaced."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import Connection, Select, Table, bindparam, delete, insert, select, update

from data.intake.placing import PLACE_COLUMNS, Placer
from data.store.past import ISSUE_PAST, ISSUE_PAST_SHARE
from data.store.schema import ISSUE, ISSUE_SHARE, POINT

_CHUNK: Final = 20_000


def reassign_places(connection: Connection, placer: Placer) -> None:
    """Rewrite the place columns of all issues, of what they were before, and of points, and the shares, within the
    transaction of `connection`."""
    i, p = ISSUE.c, ISSUE_PAST.c
    wanted = select(i.row, i.number, i.description, i.address, i.wkb)
    _reassign(connection, placer, ISSUE, wanted, ISSUE_SHARE, "issue_row")
    was = select(p.row, i.number, p.description, p.address, p.wkb).join(ISSUE, i.row == p.issue_row)
    _reassign(connection, placer, ISSUE_PAST, was, ISSUE_PAST_SHARE, "past_row")
    _reassign_points(connection, placer)


def _reassign(
    connection: Connection, placer: Placer, table: Table, wanted: Select[Any], share_table: Table, owner: str
) -> None:
    connection.execute(delete(share_table))
    change = update(table).where(table.c.row == bindparam("at_row"))
    change = change.values({name: bindparam(f"new_{name}") for name in PLACE_COLUMNS})
    last = 0
    while records := [
        dict(row._mapping)
        for row in connection.execute(wanted.where(table.c.row > last).order_by(table.c.row).limit(_CHUNK))
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
            renamed = [{owner: share["issue_row"], **{k: share[k] for k in ("layer", "place", "weight")}}
                       for share in places.shares]  # fmt: skip
            connection.execute(insert(share_table), renamed)


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
