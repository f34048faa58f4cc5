"""What a request asks: its query string parted strictly into the filter and the route's own parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from api.identity import reach_of, sees_issues
from api.operation import Parameter
from data.access.people import scope_text as within_text
from data.campaign_clock import in_steps
from data.runtime import Runtime
from geo.campaign import Campaign
from geo.clock import from_us
from geo.errors import EMPTY_KEY, BadValueError, NotAllowedError
from geo.filter import IssueFilter
from geo.filter_query import FILTER_KEYS, filter_pairs, parse_filter


@dataclass(frozen=True)
class Question:
    """A filter with its canonical query string, its campaign's now, and the values of the route's own parameters.

    `heard` is the moment of the newest event by `now`, as far as one tells: what `now` means to the figures that no
    `as_of` touches.
    """

    filter: IssueFilter
    now: datetime
    heard: datetime
    canonical: str
    own: Mapping[str, Any]

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two questions the same: the canonical filter, what the asker may see, its moment, what has
        happened until now, and the own parameters."""
        moments = (self.filter.as_of.isoformat(), self.heard.isoformat())
        by_rule = self.filter.within.by_rule
        sight = (within_text(self.filter.within), "" if by_rule is None else by_rule.key)
        return (self.canonical, *sight, *moments, *sorted(self.own.items()))


def moment(runtime: Runtime) -> Callable[[Campaign], datetime]:
    """The "now" of a campaign, on a wall clock in steps (data.campaign_clock) so that viewers share answers.

    A step never hides what has happened: now is at least the time of the newest event in the snapshot. The answer is
    one function for one request: asked again, it gives the same moment.
    """
    heard_us = runtime.snapshot.heard_us

    @cache
    def now(campaign_code: str) -> datetime:
        exact = runtime.now(campaign_code)
        if runtime.city.campaign(campaign_code).clock is not None:
            return exact
        return in_steps(exact, heard_us)

    return lambda campaign: now(campaign.code)


def read_question(request: Request, runtime: Runtime, parameters: tuple[Parameter, ...] = ()) -> Question:
    """Part the query of `request`. Raises BadValueError for an unknown, repeated, missing or malformed parameter,
    NotAllowedError for a search by who may not see texts."""
    pairs = request.query_params.multi_items()
    own = read_own([(key, value) for key, value in pairs if key not in FILTER_KEYS], parameters)
    for parameter in parameters:
        if parameter.action is not None and own[parameter.name] != parameter.default:
            reach_of(request, parameter.action)  # raises for who may not
    now = moment(runtime)
    asked = parse_filter([(key, value) for key, value in pairs if key in FILTER_KEYS], runtime.city, now=now)
    if asked.text and not sees_issues(request):
        # A count would tell what stands in them.
        raise NotAllowedError("texts are searched by who may read them", "search")
    canonical = urlencode(filter_pairs(asked, runtime.city, now=now))
    chosen = replace(asked, within=reach_of(request))
    present = now(runtime.city.campaign(chosen.campaign))
    newest = from_us(runtime.snapshot.heard_us)
    heard = present if newest is None else min(present, newest)
    return Question(chosen, present, heard, canonical, own)


def read_own(pairs: list[tuple[str, str]], parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """The values of a route's own parameters. Raises BadValueError for any other key, a repeat or a lack."""
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = {}
    for key, text in pairs:
        if key not in known:
            names = ", ".join((*known, *FILTER_KEYS))
            raise BadValueError(key[:100] or EMPTY_KEY, text, f"a parameter of this route: {names}")
        if key in values:
            raise BadValueError(key, text, "this parameter once")
        values[key] = known[key].read(text)
    for parameter in parameters:
        if parameter.required and parameter.name not in values:
            raise BadValueError(parameter.name, "", "this parameter: " + parameter.description)
        values.setdefault(parameter.name, parameter.default)
    return values
