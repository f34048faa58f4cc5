"""A group's plan for a day over the campaign's points: who is a candidate, and why."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import numpy as np

from data.documents.desk import DocumentDesk
from data.documents.plan_book import MOST_STOPS, PLANS, DayPlan, plan_content, plan_id, read_plan
from data.inspecting.checklists import rechecks_at
from data.inspecting.draw_results import findings
from data.inspecting.drawing import draws_of
from data.inspecting.groups import must_be_a_group
from data.intake.draft_checks import MAX_NAME, checked_text
from data.snapshot import Snapshot
from data.store.putting import DocumentReceipt
from geo.clock import to_us
from geo.crs import lonlat_to_metric
from geo.errors import BadValueError
from geo.tables import Bools
from geo.visit_plan import Candidate, Reason, Stop, plan_visits


def candidates_at(
    snapshot: Snapshot,
    moment: datetime,
    *,
    subdistricts: Collection[str] = (),
    taken: Collection[str] = (),
    mask: Bools | None = None,
) -> list[Candidate]:
    """Every point with a position (of `mask` and in `subdistricts`, where given) that is not among `taken`, with its
    reason.

    A recheck that is due outweighs a draw, a draw an unvisited point; the others are pressing by how long ago they
    were visited last.
    """
    city, points, visits = snapshot.city, snapshot.points, snapshot.visits
    moment_us = to_us(moment)
    due = {entry.point: entry for entry in rechecks_at(snapshot, moment)}
    drawn = _drawn_and_open(snapshot, moment)
    last = np.full(len(points), np.iinfo(np.int64).min)
    made = visits.at_us <= moment_us
    np.maximum.at(last, visits.point[made], visits.at_us[made])
    wanted = {city.areas.index[code] for code in subdistricts}
    own = points.campaign == city.campaign_index[city.current_campaign]
    rows = np.flatnonzero((own if mask is None else own & mask) & ~np.isnan(points.lon))
    x, y = lonlat_to_metric(points.lon[rows], points.lat[rows], city.metric_crs)
    found = []
    for place, row in enumerate(rows.tolist()):
        code = str(points.code[row])
        if (wanted and int(points.subdistrict[row]) not in wanted) or code in taken:
            continue
        reason, pressing = Reason.OTHER, int(last[row])
        if row in due:
            reason = Reason.RECHECK_OVERDUE if due[row].overdue(moment_us) else Reason.RECHECK_DUE
            pressing = due[row].due_us or due[row].failed_us
        elif code in drawn:
            reason = Reason.DRAWN
        elif last[row] == np.iinfo(np.int64).min:
            reason, pressing = Reason.UNVISITED, 0
        found.append(Candidate(code, float(x[place]), float(y[place]), reason, pressing))
    return found


def propose_plan(
    snapshot: Snapshot,
    moment: datetime,
    k: int,
    *,
    day: date,
    group: str,
    subdistricts: Collection[str] = (),
    start: tuple[float, float] | None = None,
    mask: Bools | None = None,
) -> tuple[Stop, ...]:
    """`k` stops for `group`, of the points of `mask` if given; points that other groups' plans of that day have
    are left to them. `start` is WGS-84 (longitude, latitude). Raises BadValueError for a k or subdistrict that cannot
    be taken."""
    if not 1 <= k <= MOST_STOPS:
        raise BadValueError("k", k, f"1 to {MOST_STOPS} stops")
    for code in subdistricts:
        if code not in snapshot.city.areas.index:
            raise BadValueError("subdistricts", code, "codes of this city's subdistricts")
    others = (plan for plan in plans_of(snapshot, day) if plan.group != group)
    taken = {stop.code for plan in others for stop in plan.stops}
    begin = None
    if start is not None:
        x, y = lonlat_to_metric(np.array([start[0]]), np.array([start[1]]), snapshot.city.metric_crs)
        begin = float(x[0]), float(y[0])
    return plan_visits(
        candidates_at(snapshot, moment, subdistricts=subdistricts, taken=taken, mask=mask), k, start=begin
    )


def plans_of(snapshot: Snapshot, day: date) -> list[DayPlan]:
    """The plans of that day, by group."""
    plans = (read_plan(document.content) for document in snapshot.documents.of(PLANS).values())
    return sorted((plan for plan in plans if plan.day == day), key=lambda plan: plan.group)


def keep_plan(
    desk: DocumentDesk, snapshot: Snapshot, plan: DayPlan, *, version: int, client_uuid: str, actor: str
) -> DocumentReceipt:
    """Keep a plan, exactly once; `version` 0 for the first plan of a group and day. Raises BadValueError for a group
    that the organisation does not have, but for one whose plan of that day is there already."""
    checked_text("group", plan.group, MAX_NAME - 11, required=True)
    identity = plan_id(plan.group, plan.day)
    if snapshot.documents.document(PLANS, identity) is None:
        must_be_a_group(snapshot, plan.group)
    return desk.put_document(PLANS, identity, plan_content(plan), version, client_uuid=client_uuid, actor=actor)


def _drawn_and_open(snapshot: Snapshot, moment: datetime) -> set[str]:
    """Points of any draw that were not visited since."""
    found: set[str] = set()
    for record in draws_of(snapshot):
        if record.subject == "points" and record.drawn_at is not None and record.drawn_at <= moment:
            checked = findings(snapshot, record, moment)
            found |= {name for name, _ in record.drawn if name not in checked}
    return found
