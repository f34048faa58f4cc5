"""The filter in SQL, meaning the same as `geo.selection.select_issues`: for exports that read only what they need."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import ColumnElement, Connection, Select, and_, case, false, func, or_, select
from sqlalchemy.sql.selectable import FromClause

from data.store.schema import ISSUE, TRANSITION
from geo.city import City
from geo.clock import to_us
from geo.filter import IssueFilter
from geo.filter_query import NOWHERE
from geo.lifecycle import Stage, Status

_ENDED: Final = (Status.CLOSED.value, Status.REJECTED.value)


def issue_rows(city: City, issue_filter: IssueFilter) -> Select[tuple[int]]:
    """Row numbers of the issues that the filter means.

    States are those of `issue_filter.as_of`: the last transition by then. A `bbox` is met by extent here; a line or
    polygon whose extent meets the box but which itself does not is found too, and dropped by `issue_ids`.
    """
    f, i = issue_filter, ISSUE.c
    status, standing = _state_at(to_us(f.as_of))
    conditions: list[ColumnElement[bool]] = [i.campaign == f.campaign, i.register == f.register]
    if f.statuses:
        conditions.append(status.in_([Status[name].value for name in f.statuses]))
    if f.stages:
        conditions.append(_stage(status, to_us(f.as_of)).in_(f.stages))
    if not (f.statuses or f.stages):
        conditions.append(status != Status.REJECTED.value)
    if f.types:
        conditions.append(i.type.in_(f.types))
    if f.groups:
        conditions.append(i.type.in_([entry.code for entry in city.catalogue.types if entry.group in f.groups]))
    if f.tasks:
        conditions.append(i.task.in_(f.tasks))
    if f.since is not None:
        conditions.append(i.reported_us >= to_us(f.since))
    if f.until is not None:
        conditions.append(i.reported_us < to_us(f.until))
    if f.subdistricts:
        conditions.append(_among(i.subdistrict, f.subdistricts))
    if f.within.departments is not None or f.within.groups is not None:
        conditions.append(false())  # see geo.look_ups.areas_within
    elif f.within.subdistricts is not None:
        conditions.append(_among(i.subdistrict, tuple(sorted(f.within.subdistricts))))
    if f.roads:
        conditions.append(_among(i.road, f.roads))
    if f.bbox is not None:
        west, south, east, north = f.bbox
        conditions.append(and_(i.west <= east, i.east >= west, i.south <= north, i.north >= south))
    if f.text:
        # Both sides are folded (geo.search), so LIKE without regard to case and with it are the same here.
        conditions.append(i.search_text.contains(f.text, autoescape=True))
    return select(i.row).join(standing, standing.c.issue_row == i.row).where(*conditions)


def issue_ids(connection: Connection, city: City, issue_filter: IssueFilter) -> list[str]:
    """UUIDs of exactly the issues that the filter means, in the order of the log."""
    chosen = issue_rows(city, issue_filter)
    query = select(ISSUE.c.id, ISSUE.c.is_point, ISSUE.c.wkb).where(ISSUE.c.row.in_(chosen)).order_by(ISSUE.c.row)
    rows = connection.execute(query).all()
    if issue_filter.bbox is None:
        return [row.id for row in rows]
    wkb = np.array([None if row.is_point else row.wkb for row in rows], object)
    meets = shapely.intersects(shapely.from_wkb(wkb), shapely.box(*issue_filter.bbox))
    return [row.id for row, met in zip(rows, meets, strict=True) if row.is_point or met]


def _state_at(as_of_us: int) -> tuple[ColumnElement[int], FromClause]:
    """Status at a moment, and what to join for it (`issue_row`, `status`): issues reported later are not in there."""
    t = TRANSITION.c
    last = (
        select(t.issue_row, func.max(t.n).label("n"))
        .where(t.at_us <= as_of_us)
        .group_by(t.issue_row)
        .subquery("last_step")
    )
    at = TRANSITION.alias("step")
    joined = (
        select(at.c.issue_row, at.c.status)
        .join(last, and_(last.c.issue_row == at.c.issue_row, last.c.n == at.c.n))
        .subquery("standing")
    )
    return joined.c.status, joined


def _stage(status: ColumnElement[int], as_of_us: int) -> ColumnElement[str]:
    overdue = and_(ISSUE.c.due_us.is_not(None), ISSUE.c.due_us < as_of_us, status.not_in(_ENDED))
    return case(
        (status == Status.REJECTED.value, Stage.REJECTED.value),
        (status == Status.CLOSED.value, Stage.CLOSED.value),
        (overdue, Stage.OVERDUE.value),
        (status == Status.VERIFYING.value, Stage.VERIFYING.value),
        else_=Stage.HANDLING.value,
    )


def _among(column: Any, codes: tuple[str, ...]) -> ColumnElement[bool]:
    """`column` is one of `codes`, where "-" stands for none."""
    listed: ColumnElement[bool] = column.in_([code for code in codes if code != NOWHERE])
    return or_(listed, column.is_(None)) if NOWHERE in codes else listed
