"""GET /api/timeline: issues reported on each day of the campaign, or of the filter's period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from api.data_route import Json, data_operation
from api.schemas import COUNT, DAY, listing, pair
from api.view import View
from geo.iso_time import local_date
from geo.permissions import Action


def by_day(view: View, _: Mapping[str, Any]) -> Json:
    """One row a day, zeros too; their sum is the total, because days outside the campaign with issues are added."""
    start, end = _period(view)
    if start > end:
        return {"unit": "day", "rows": [], "total": view.totals.total}
    counts = view.day_counts.between(start.toordinal(), (end - start).days + 1).tolist()
    first = start.toordinal()
    rows = [(_text(first + at), count) for at, count in enumerate(counts)]
    return {"unit": "day", "rows": rows, "total": view.totals.total}


@lru_cache(maxsize=20_000)
def _text(day: int) -> str:
    return date.fromordinal(day).isoformat()


def _period(view: View) -> tuple[date, date]:
    """First and last day: the campaign's until the moment, widened to its issues, cut to the filter's period.

    The widening is by what was reported, never by what was asked: a filter of a thousand years costs nothing.
    """
    zone, chosen = view.city.time_zone, view.filter
    start, end = view.campaign.start, min(view.campaign.end, local_date(chosen.as_of, zone))
    reported = view.day_counts.day
    if len(reported):
        first, last = (date.fromordinal(int(day)) for day in (reported[0], reported[-1]))
        start, end = min(start, first), max(end, last)
    if chosen.since is not None:
        start = max(start, local_date(chosen.since, zone))
    if chosen.until is not None:
        end = min(end, local_date(chosen.until - timedelta(microseconds=1), zone))
    return start, end


OPERATION = data_operation(
    "/api/timeline",
    by_day,
    summary="Issues reported a day, in the city's time zone.",
    by_content=True,
    drawn=lambda view: (view.day_counts,),
    action=Action.SEE_AGGREGATES,
    schema={"unit": {"const": "day"}, "rows": listing(pair(DAY, COUNT)), "total": COUNT},
)
