"""The filter as query pairs: one strict reading for every URL, widget and command line, and its canonical writing."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Container, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from geo.campaign import Campaign
from geo.city import City
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.iso_time import FIRST_YEAR, day_end, day_start, local_date, local_iso, parse_time
from geo.lifecycle import Stage, Status
from geo.search import fold

SINGLE_KEYS: Final = ("campaign", "register", "since", "until", "bbox", "as_of", "q")
LIST_KEYS: Final = ("type", "group", "task", "status", "stage", "subdistrict", "road", "site_class", "department")
FILTER_KEYS: Final = SINGLE_KEYS + LIST_KEYS
"""Every key a filter may have; a list key may repeat (OR)."""

NOWHERE: Final = "-"
"""As a subdistrict: outside all of them; as a road: not on a road within the snap limit; as a department: none."""

MAX_VALUE: Final = 200
MAX_TEXT: Final = 100

_STATUSES: Final = tuple(status.name for status in Status)
_STAGES: Final = tuple(stage.value for stage in Stage)
_NUMBER: Final = re.compile(r"[-+]?[0-9]{1,20}(?:\.[0-9]{0,30})?(?:[eE][-+]?[0-9]{1,3})?")

Pair = tuple[str, str]
Now = Callable[[Campaign], datetime]


def parse_filter(pairs: Iterable[Pair], city: City, *, now: Now) -> IssueFilter:
    """The filter that `pairs` (decoded key and value) mean in `city`; without pairs its current campaign, now.

    Raises BadValueError for an unknown key, an empty or over-long value, a single key that comes twice, a code the
    city does not have, a date that does not exist, a period that holds no moment, a box without inside. Lists come
    out sorted without repeats and times in UTC, so that equal meanings are equal filters.
    """
    single, lists = _sort_out(pairs)
    campaign = _campaign(single.get("campaign"), city)
    zone = city.time_zone
    since, until = _period(single.get("since"), single.get("until"), zone)
    as_of = _as_of(single["as_of"], zone) if "as_of" in single else now(campaign).astimezone(UTC)
    for kind in ("type", "group", "task", "site_class"):
        for code in lists[kind]:
            city.catalogue.position(kind, code)
    _check_codes("status", lists["status"], _STATUSES, "a status: " + ", ".join(_STATUSES))
    _check_codes("stage", lists["stage"], _STAGES, "a stage: " + ", ".join(_STAGES))
    areas, roads = city.areas.index, city.roads.index if city.roads else {}
    _check_places("subdistrict", lists["subdistrict"], areas, f"the code of a subdistrict, or {NOWHERE} for outside")
    for code in lists["department"]:
        _check_text("department", code)
    _check_places("road", lists["road"], roads, f"the code of a road of this city, or {NOWHERE} for not on a road")
    return IssueFilter(
        campaign=campaign.code,
        register=_register(single.get("register"), campaign),
        as_of=as_of,
        types=lists["type"],
        groups=lists["group"],
        tasks=lists["task"],
        statuses=lists["status"],
        stages=lists["stage"],
        subdistricts=lists["subdistrict"],
        roads=lists["road"],
        since=since,
        until=until,
        bbox=parse_bbox(single["bbox"]) if "bbox" in single else None,
        text=_text(single["q"]) if "q" in single else "",
        site_classes=lists["site_class"],
        departments=lists["department"],
    )


def filter_pairs(issue_filter: IssueFilter, city: City, *, now: Now) -> list[Pair]:
    """The one canonical writing of a filter, sorted, defaults left out; `parse_filter` of it gives the filter back.

    Whole days are written as dates, other times with the city's offset. The default filter gives [].
    """
    f, zone = issue_filter, city.time_zone
    campaign = city.campaign(f.campaign)
    pairs: list[Pair] = []
    if f.campaign != city.current_campaign:
        pairs.append(("campaign", f.campaign))
    if f.register != campaign.default_register:
        pairs.append(("register", f.register))
    if f.as_of != now(campaign).astimezone(UTC):
        day = local_date(f.as_of, zone)
        pairs.append(("as_of", day.isoformat() if day_end(day, zone) == f.as_of else local_iso(f.as_of, zone)))
    if f.since is not None:
        day = local_date(f.since, zone)
        pairs.append(("since", day.isoformat() if day_start(day, zone) == f.since else local_iso(f.since, zone)))
    if f.until is not None:
        day = local_date(f.until - timedelta(microseconds=1), zone)
        whole = day.year >= FIRST_YEAR and day_start(day + timedelta(days=1), zone) == f.until
        pairs.append(("until", day.isoformat() if whole else local_iso(f.until, zone)))
    if f.bbox is not None:
        pairs.append(("bbox", ",".join(_number_text(number) for number in f.bbox)))
    if f.text:
        pairs.append(("q", f.text))
    lists = (f.types, f.groups, f.tasks, f.statuses, f.stages, f.subdistricts, f.roads, f.site_classes, f.departments)
    pairs += [(key, value) for key, values in zip(LIST_KEYS, lists, strict=True) for value in values]
    return sorted(pairs)


def parse_bbox(text: str) -> tuple[float, float, float, float]:
    """west, south, east, north in WGS-84 degrees from "w,s,e,n"; BadValueError where that is no box with an inside."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise BadValueError("bbox", text, "four numbers: west,south,east,north in degrees (WGS-84)")
    west, south, east, north = (float(part) for part in parts)
    if not (all(map(math.isfinite, (west, south, east, north))) and max(abs(west), abs(east)) <= 180):
        raise BadValueError("bbox", text, "west and east between -180 and 180")
    if max(abs(south), abs(north)) > 90:
        raise BadValueError("bbox", text, "south and north between -90 and 90")
    if west >= east:
        raise BadValueError("bbox", text, "west less than east (a box over the antimeridian cannot be asked)")
    if south >= north:
        raise BadValueError("bbox", text, "south less than north")
    return west, south, east, north


def _sort_out(pairs: Iterable[Pair]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Single values by key, and list values by key, sorted, without repeats; checked for shape only."""
    single: dict[str, str] = {}
    lists: dict[str, set[str]] = {key: set() for key in LIST_KEYS}
    for key, value in pairs:
        if key not in FILTER_KEYS:
            raise BadValueError(key[:MAX_VALUE], value, "a filter key: " + ", ".join(FILTER_KEYS))
        if not value.strip():
            raise BadValueError(key, value, "a value; leave the key out to filter nothing")
        limit = MAX_TEXT if key == "q" else MAX_VALUE
        if len(value) > limit:
            raise BadValueError(key, value, f"at most {limit} characters")
        if key in lists:
            lists[key].add(value)
        elif key not in single:
            single[key] = value
        elif key == "register":
            raise BadValueError(key, value, "one register: registers are never added")
        else:
            raise BadValueError(key, value, f"{key} once")
    return single, {key: tuple(sorted(values)) for key, values in lists.items()}


def _campaign(code: str | None, city: City) -> Campaign:
    if code is not None and code not in city.campaign_index:
        raise BadValueError("campaign", code, "one of " + ", ".join(city.campaign_index))
    return city.campaign(code)


def _register(code: str | None, campaign: Campaign) -> str:
    if code is None:
        return campaign.default_register
    if code not in campaign.register_codes:
        raise BadValueError("register", code, "one of " + ", ".join(campaign.register_codes))
    return code


def _check_codes(key: str, codes: Iterable[str], known: Container[str], expected: str) -> None:
    for code in codes:
        if code not in known:
            raise BadValueError(key, code, expected)


def _check_places(key: str, codes: Iterable[str], index: Container[str], expected: str) -> None:
    _check_codes(key, (code for code in codes if code != NOWHERE), index, expected)


def _period(since: str | None, until: str | None, zone: str) -> tuple[datetime | None, datetime | None]:
    first = parse_time("since", since, zone) if since is not None else None
    last = parse_time("until", until, zone) if until is not None else None
    start = first if isinstance(first, datetime) or first is None else day_start(first, zone)
    end = last if isinstance(last, datetime) or last is None else day_start(last + timedelta(days=1), zone)
    if start is not None and end is not None and start >= end:
        raise BadValueError("until", str(until), f"a date or time after since ({since})")
    return start, end


def _as_of(text: str, zone: str) -> datetime:
    moment: date | datetime = parse_time("as_of", text, zone)
    return moment if isinstance(moment, datetime) else day_end(moment, zone)


def _check_text(key: str, text: str) -> None:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise BadValueError(key, text, "text without control characters")


def _text(text: str) -> str:
    _check_text("q", text)
    folded = fold(text)
    if not 0 < len(folded) <= MAX_TEXT:
        raise BadValueError("q", text, f"1 to {MAX_TEXT} visible characters")
    return folded


def _number_text(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)
