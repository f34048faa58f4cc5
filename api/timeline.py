"""GET /api/timeline: issues reported on each day of the campaign, or of the filter's period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from api.data_route import Json, data_operation
from api.operation import choice
from api.schemas import COUNT, DAY, listing, nullable, pair
from api.view import View
from geo.iso_time import local_date
from geo.permissions import Action


def by_day(view: View, own: Mapping[str, Any]) -> Json:
    """One count a day, zeros too; their sum is the total, because days outside the campaign with issues are added."""
    start, end = _period(view)
    first, days = start.toordinal(), max((end - start).days + 1, 0)
    counts = view.day_counts.between(first, days).tolist() if days else []
    figures: Json = {"unit": "day", "total": view.totals.total}
    if own["form"] == "columns":
        return figures | {"first": _text(first) if days else None, "counts": counts}
    return figures | {"rows": [(_text(first + at), count) for at, count in enumerate(counts)]}


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


_FORM: Final = choice(
    "form", "list: a row a day; columns: the first day and a count for it and each that follows", ("list", "columns"),
    default="list",
)  # fmt: skip
OPERATION = data_operation(
    "/api/timeline",
    by_day,
    parameters=(_FORM,),
    optional=("rows", "first", "counts"),
    summary="Issues reported a day, in the city's time zone.",
    by_content=True,
    drawn=lambda view: (view.day_counts,),
    action=Action.SEE_AGGREGATES,
    schema={
        "unit": {"const": "day"},
        "rows": listing(pair(DAY, COUNT)),
        "first": nullable(DAY),
        "counts": listing(COUNT),
        "total": COUNT,
    },
)
