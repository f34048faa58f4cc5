"""Day plans as documents: which points a group visits on a day, in which order and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from data.documents.fields import Fields
from geo.city import City
from geo.errors import BadValueError, Word
from geo.visit_plan import Reason, Stop

PLANS: Final = "visit_plans"
MOST_STOPS: Final = 60


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The plan of one group, by its code in the organisation (data.inspecting.groups), for one day."""

    group: str
    day: date
    stops: tuple[Stop, ...]
    subdistricts: tuple[str, ...] = ()
    note: str = ""


def plan_id(group: str, day: date) -> str:
    """What the document of a plan is called: a group has one plan a day."""
    return f"{group}.{day.isoformat()}"


def checked_plan(content: Mapping[str, Any], city: City) -> Mapping[str, Any]:
    """The content of a plan: no point twice, subdistricts known."""
    plan = read_plan(content)
    codes = [stop.code for stop in plan.stops]
    if len(set(codes)) != len(codes):
        raise BadValueError("stops", Word("twice", "a point that stands twice"), "every point once")
    for code in plan.subdistricts:
        if code not in city.areas.index:
            raise BadValueError("subdistricts", code, "codes of this city's subdistricts")
    return plan_content(plan)


def read_plan(content: Mapping[str, Any]) -> DayPlan:
    """The plan in a document."""
    fields = Fields(content)
    plan = DayPlan(
        group=fields.text("group"),
        day=fields.day("day"),
        stops=tuple(_stop(entry) for entry in fields.inners("stops", most=MOST_STOPS)),
        subdistricts=tuple(fields.texts("subdistricts", default=())),
        note=fields.note(),
    )
    fields.done()
    return plan


def plan_content(plan: DayPlan) -> dict[str, Any]:
    """A plan as the content of its document."""
    return {
        "group": plan.group,
        "day": plan.day.isoformat(),
        "stops": [{"point": s.code, "reason": s.reason.value, "leg_m": round(s.leg_m, 1)} for s in plan.stops],
        "subdistricts": list(plan.subdistricts),
        "note": plan.note,
    }


def _stop(fields: Fields) -> Stop:
    reasons = [reason.value for reason in Reason]
    stop = Stop(fields.text("point"), Reason(fields.choice("reason", reasons)), fields.number("leg_m", low=0, high=1e7))
    fields.done()
    return stop
