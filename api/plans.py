"""Day plans over HTTP: what a group could visit, which plans there are, and keeping one."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date
from typing import Any, Final

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.acting import point_must_be_seen
from api.data_route import Json, data_operation
from api.errors import json_response
from api.operation import Operation, Parameter, integer, text
from api.schemas import BOOLEAN, COUNT, DAY, INTEGER, LAT, LON, NUMBER, STRING, TEXT, listing, nullable, record
from api.view import View
from api.writing import ACTOR, ID, posted, write_answers
from data.actors import unit_name
from data.documents.fields import Fields
from data.documents.plan_book import MOST_STOPS, DayPlan
from data.duties import duties_in_force
from data.inspecting.planning import keep_plan, plans_of, propose_plan
from data.runtime import runtime
from data.store.putting import DocumentReceipt
from geo.clock import to_us
from geo.errors import BadValueError
from geo.iso_time import day_end, day_start
from geo.permissions import Action
from geo.visit_plan import Reason, Stop


def proposal(view: View, own: Mapping[str, Any]) -> Json:
    """Stops in the filter's subdistricts at its moment; points of other groups' plans of the day are left to them."""
    visited = _visited(view, own["day"] or view.day)
    stops = propose_plan(
        view.snapshot,
        view.filter.as_of,
        own["k"],
        day=own["day"] or view.day,
        group=own["group"] or "",
        subdistricts=[code for code in view.filter.subdistricts if code != "-"],
        mask=view.points,
    )
    return {"stops": [_stop(view, stop, visited) for stop in stops], "total_m": sum(stop.leg_m for stop in stops)}


def plans(view: View, own: Mapping[str, Any]) -> Json:
    """The plans of one day with the stops that the filter means. Of a plan that it means in part only, neither the note
    is told nor its subdistricts and length; one of which it means nothing is left out, but for that of an own group."""
    day = own["day"] or view.day
    visited = _visited(view, day)
    seen = duties_in_force(view.snapshot).in_sight(view.filter.within, view.snapshot)
    return {
        "day": day.isoformat(),
        "plans": [
            entry | {"group_name": unit_name(runtime(), entry["group"]) if entry["group"] in seen else None}
            for plan in plans_of(view.snapshot, day)
            if (entry := _plan(view, plan, visited)) is not None
        ],
    }


def _plan(view: View, plan: DayPlan, visited: Set[int]) -> Json | None:
    stops = [stop for stop in plan.stops if view.points[view.snapshot.point_row(stop.code)]]
    is_whole = len(stops) == len(plan.stops)
    if not stops and not is_whole and plan.group not in (view.filter.within.groups or ()):
        return None
    return {
        "group": plan.group,
        "note": plan.note if is_whole else "",
        "subdistricts": list(plan.subdistricts) if is_whole else [],
        "stops": [_stop(view, stop, visited) for stop in stops],
        "total_m": sum(stop.leg_m for stop in stops),
    }


def _visited(view: View, day: date) -> frozenset[int]:
    """Positions of the points that were visited on `day`, until the filter's moment."""
    visits, zone = view.snapshot.visits, view.city.time_zone
    made = (visits.at_us >= to_us(day_start(day, zone))) & (visits.at_us <= to_us(day_end(day, zone)))
    made &= visits.at_us <= view.as_of_us
    return frozenset(visits.point[made].tolist())


def _stop(view: View, stop: Stop, visited: Set[int]) -> Json:
    row = view.snapshot.point_row(stop.code)
    points = view.snapshot.points
    site_class = view.city.catalogue.site_classes[int(points.site_class[row])]
    return {
        "point": stop.code,
        "name": str(points.name[row]),
        "site_class": site_class.code,
        "site_class_name": site_class.name,
        "reason": stop.reason.value,
        "leg_m": stop.leg_m,
        "lon": _degrees(points.lon[row]),
        "lat": _degrees(points.lat[row]),
        "visited": row in visited,
        "visits": int(np.count_nonzero(view.snapshot.visits.point == row)),  # all, whatever the moment
    }


def _degrees(value: float) -> float | None:
    return None if value != value else float(value)


async def keep(request: Request) -> Response:
    """201 with the receipt; 200 where the same plan was kept before."""
    current = runtime()
    required = {
        "group": "the code of the group that goes",
        "day": "a date",
        "stops": "a list of point, reason and leg_m",
    }
    fields = await posted(request, ("subdistricts", "note", "version"), required)
    read = Fields({name: value for name, value in fields.items() if name not in ("id", "actor", "version")})
    plan = DayPlan(
        group=read.text("group"),
        day=read.day("day"),
        stops=tuple(_read_stop(entry) for entry in read.inners("stops", most=MOST_STOPS)),
        subdistricts=tuple(read.texts("subdistricts", default=())),
        note=read.note(),
    )
    for stop in plan.stops:
        point_must_be_seen(request, stop.code)

    def work() -> DocumentReceipt:
        version = fields.get("version", 0)
        return keep_plan(
            current, current.snapshot, plan, version=version, client_uuid=fields["id"], actor=fields["actor"]
        )

    receipt = await run_in_threadpool(work)
    content = {"plan": receipt.id, "version": receipt.version, "created": receipt.created}
    return json_response(content, 201 if receipt.created else 200)


def _read_stop(fields: Fields) -> Stop:
    stop = Stop(
        fields.text("point"),
        Reason(fields.choice("reason", [reason.value for reason in Reason])),
        fields.number("leg_m", low=0, high=1e7),
    )
    fields.done()
    return stop


def day_parameter(name: str, description: str) -> Parameter:
    """A date; without it the filter's day."""

    def read(value: str) -> date:
        try:
            if len(value) != 10:
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            raise BadValueError(name, value, "a date such as 2021-08-24") from None

    return Parameter(name, description, DAY, read)


_REASON: Final = {"enum": [reason.value for reason in Reason]}
_STOP: Final = record(
    {
        "point": STRING,
        "name": STRING,
        "site_class": STRING,
        "site_class_name": TEXT,
        "reason": _REASON,
        "leg_m": {**NUMBER, "description": "metres from the stop before, as the crow flies"},
        "lon": nullable(LON),
        "lat": nullable(LAT),
        "visited": {**BOOLEAN, "description": "on the day of the plan, until now"},
        "visits": {**COUNT, "description": "how many are recorded of it; a visit names it as `visits_seen`"},
    }
)
OPERATIONS: Final = (
    data_operation(
        "/api/plans/proposal",
        proposal,
        action=Action.SEE_ISSUES,
        summary="A day plan for a group: the most pressing points and those near them, in the order of a short walk.",
        parameters=(
            integer("k", "how many stops", 1, MOST_STOPS, default=8),
            text("group", "the code of the group that goes, in the organisation"),
            day_parameter("day", "the day of the plan; without it the filter's day"),
        ),
        schema={"stops": listing(_STOP), "total_m": NUMBER},
    ),
    data_operation(
        "/api/plans",
        plans,
        action=Action.SEE_ISSUES,
        summary="The day plans of all groups for one day.",
        parameters=(day_parameter("day", "without it the filter's day"),),
        schema={
            "day": DAY,
            "plans": listing(
                record(
                    {
                        "group": STRING,
                        "group_name": {**nullable(TEXT), "description": "of a unit that the asker may know by name"},
                        "note": STRING,
                        "subdistricts": listing(STRING),
                        "stops": listing(_STOP),
                        "total_m": NUMBER,
                    }
                )
            ),
        },
    ),
    Operation(
        path="/api/plans",
        method="POST",
        action=Action.INSPECT,
        endpoint=keep,
        summary="Keep the plan of a group for a day.",
        body=record(
            {
                "id": ID,
                "actor": ACTOR,
                "group": {**STRING, "description": "the code of a group of the organisation in force"},
                "day": DAY,
                "stops": listing(record({"point": STRING, "reason": _REASON, "leg_m": NUMBER}), most=MOST_STOPS),
                "subdistricts": listing(STRING),
                "note": STRING,
                "version": {**INTEGER, "description": "of the plan that was seen; 0 for the first"},
            },
            optional=("actor", "subdistricts", "note", "version"),
        ),
        answers=write_answers(record({"plan": STRING, "version": INTEGER, "created": BOOLEAN}), found=True),
    ),
)
