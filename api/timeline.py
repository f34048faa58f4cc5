"""GET /api/timeline: issues reported on each day of the campaign, or of the filter's period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from api.data_route import Json, data_operation
from api.schemas import COUNT, DAY, listing, pair
from api.view import View
from geo.iso_time import local_date
from geo.permissions import Action
from geo.timeline import days_of, per_day


def by_day(view: View, _: Mapping[str, Any]) -> Json:
    """One row a day, zeros too; their sum is the total, because days outside the campaign with issues are added."""
    start, end = _period(view)
    if start > end:
        return {"unit": "day", "rows": [], "total": view.totals.total}
    days, counts = per_day(view.issues.day, view.stages, start=start, end=end)
    rows = [(day, int(count)) for day, count in zip(days, counts, strict=True)]
    return {"unit": "day", "rows": rows, "total": view.totals.total}


def _period(view: View) -> tuple[date, date]:
    """First and last day: the campaign's until the moment, widened to its issues, cut to the filter's period.

    The widening is by what was reported, never by what was asked: a filter of a thousand years costs nothing.
    """
    zone, chosen = view.city.time_zone, view.filter
    start, end = view.campaign.start, min(view.campaign.end, local_date(chosen.as_of, zone))
    reported = days_of(view.issues.day, view.stages)
    if reported is not None:
        start, end = min(start, reported[0]), max(end, reported[1])
    if chosen.since is not None:
        start = max(start, local_date(chosen.since, zone))
    if chosen.until is not None:
        end = min(end, local_date(chosen.until - timedelta(microseconds=1), zone))
    return start, end


OPERATION = data_operation(
    "/api/timeline",
    by_day,
    summary="Issues reported a day, in the city's time zone.",
    action=Action.SEE_AGGREGATES,
    schema={"unit": {"const": "day"}, "rows": listing(pair(DAY, COUNT)), "total": COUNT},
)
