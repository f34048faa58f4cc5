"""The filter in SQL, meaning the same as `geo.selection.select_issues`: for exports that read only what they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import ColumnElement, Connection, Select, and_, case, false, func, or_, select
from sqlalchemy.sql.selectable import FromClause

from data.store.past import as_it_was, past_at
from data.store.schema import ISSUE, TRANSITION
from geo.access import Scope
from geo.city import City
from geo.clock import to_us
from geo.filter import IssueFilter
from geo.filter_query import NOWHERE
from geo.lifecycle import Stage, Status

_ENDED: Final = (Status.CLOSED.value, Status.REJECTED.value)


def issue_rows(city: City, issue_filter: IssueFilter) -> Select[tuple[int]]:
    """Row numbers of the issues that the filter means.

    Issues are taken as they were at `issue_filter.as_of`: in the state of the last transition by then, and before every
    later amendment. A `bbox` is met by extent here; a line or polygon whose extent meets the box but which itself does
    not is found too, and dropped by `issue_ids`.
    """
    return _chosen(city, issue_filter, lambda _column: [ISSUE.c.row])


def issue_ids(connection: Connection, city: City, issue_filter: IssueFilter) -> list[str]:
    """UUIDs of exactly the issues that the filter means, in the order of the log."""
    query = _chosen(city, issue_filter, lambda column: [
        ISSUE.c.id, column("is_point").label("is_point"), column("wkb").label("wkb")
    ])  # fmt: skip
    rows = connection.execute(query.order_by(ISSUE.c.row)).all()
    if issue_filter.bbox is None:
        return [row.id for row in rows]
    wkb = np.array([None if row.is_point else row.wkb for row in rows], object)
    meets = shapely.intersects(shapely.from_wkb(wkb), shapely.box(*issue_filter.bbox))
    return [row.id for row, met in zip(rows, meets, strict=True) if row.is_point or met]


Then = Callable[[str], ColumnElement[Any]]
"""A column of `issue`, by name, as it was at the moment of a filter."""


def _chosen(city: City, f: IssueFilter, wanted: Callable[[Then], list[Any]]) -> Select[Any]:
    """The columns `wanted` of the issues that the filter means."""
    i, as_of_us = ISSUE.c, to_us(f.as_of)
    past = past_at(as_of_us)
    status, standing = _state_at(as_of_us)

    def then(name: str) -> ColumnElement[Any]:
        return as_it_was(past, name)

    conditions: list[ColumnElement[bool]] = [i.campaign == f.campaign, i.register == f.register]
    if f.statuses:
        conditions.append(status.in_([Status[name].value for name in f.statuses]))
    if f.stages:
        conditions.append(_stage(status, then("due_us"), as_of_us).in_(f.stages))
    if not (f.statuses or f.stages):
        conditions.append(status != Status.REJECTED.value)
    if f.since is not None:
        conditions.append(i.reported_us >= to_us(f.since))
    if f.until is not None:
        conditions.append(i.reported_us < to_us(f.until))
    conditions += _listed(city, f, then)
    if f.within.groups is not None:
        conditions.append(false())  # issues belong to no group
    joined = select(*wanted(then)).join(standing, standing.c.issue_row == i.row)
    return joined.outerjoin(past, past.c.issue_row == i.row).where(*conditions)


def _listed(city: City, f: IssueFilter, then: Then) -> Iterator[ColumnElement[bool]]:
    """What the filter asks of what an amendment may change."""
    if f.types:
        yield then("type").in_(f.types)
    if f.groups:
        yield then("type").in_([entry.code for entry in city.catalogue.types if entry.group in f.groups])
    if f.tasks:
        yield then("task").in_(f.tasks)
    for name, codes in (("subdistrict", f.subdistricts), ("road", f.roads), ("department", f.departments)):
        if codes:
            yield _among(then(name), codes)
    if f.within.subdistricts is not None:
        yield _among(then("subdistrict"), tuple(sorted(f.within.subdistricts)))
    if f.within.departments is not None:
        assigned = _among(then("department"), tuple(sorted(f.within.departments)))
        yield or_(assigned, and_(then("department").is_(None), _by_rule(f.within, then)))
    if f.within.groups is not None:
        yield false()  # issues belong to no group: see geo.look_ups.areas_within
    if f.bbox is not None:
        west, south, east, north = f.bbox
        yield and_(then("west") <= east, then("east") >= west, then("south") <= north, then("north") >= south)
    if f.text:
        # Both sides are folded (geo.search), so LIKE without regard to case and with it are the same here.
        yield then("search_text").contains(f.text, autoescape=True)


def _by_rule(scope: Scope, then: Then) -> ColumnElement[bool]:
    """What the rules give to the scope's departments, as long as it is assigned to nobody."""
    if scope.by_rule is None:
        return false()
    parts = []
    for types, places, tasks in scope.by_rule.parts():
        where, line = (tuple(NOWHERE if code is None else code for code in codes) for codes in (places, tasks))
        parts.append(and_(then("type").in_(types), _among(then("subdistrict"), where), _among(then("task"), line)))
    return or_(false(), *parts)


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


def _stage(status: ColumnElement[int], due_us: ColumnElement[Any], as_of_us: int) -> ColumnElement[str]:
    overdue = and_(due_us.is_not(None), due_us < as_of_us, status.not_in(_ENDED))
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
