"""Dates and times as people and URLs write them: ISO 8601, where nothing else is said in the city's time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from geo.errors import BadValueError

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200

_ISO: Final = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    # a space may be a "+" that URL decoding ate
    r"(?P<offset>Z|(?P<sign>[-+ ])(?P<hours>0[0-9]|1[0-4]):?(?P<minutes>[0-5][0-9]))?)?"
)
_TIME: Final = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?")


def parse_time(key: str, text: str, time_zone: str) -> date | datetime:
    """A bare date, or an aware UTC datetime; BadValueError naming `key` for anything that does not exist.

    A time without offset is meant in `time_zone`; of a wall time that comes twice (clocks set back) the first is
    meant, one that never comes (clocks set forward) is refused.
    """
    match = _ISO.fullmatch(text)
    if match is None:
        raise _no_time(key, text)
    try:
        day = date.fromisoformat(match["date"])
        wall = _wall_time(match["time"]) if match["time"] else None
    except ValueError:
        raise _no_time(key, text) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _no_time(key, text)
    if wall is None:
        return day
    local = datetime.combine(day, wall)
    if match["offset"]:
        moment = local.replace(tzinfo=_offset(match)).astimezone(UTC)
        if not FIRST_YEAR <= local_date(moment, time_zone).year <= LAST_YEAR:
            raise _no_time(key, text)
        return moment
    moment = local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
    if moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None) != local:
        raise BadValueError(key, text, f"a time that exists in {time_zone}: clocks were set forward over this one")
    return moment


def _no_time(key: str, text: str) -> BadValueError:
    expected = f"a date (2021-08-24) or time (2021-08-24T18:00:00+08:00) that exists, years {FIRST_YEAR} to {LAST_YEAR}"
    return BadValueError(key, text, expected, "day_or_moment", first=FIRST_YEAR, last=LAST_YEAR)


def day_start(day: date, time_zone: str) -> datetime:
    """The first moment of `day` in `time_zone`, as aware UTC (where clocks skip midnight: the moment they jump)."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def day_end(day: date, time_zone: str) -> datetime:
    """The last microsecond of `day` in `time_zone`, as aware UTC."""
    return day_start(day + timedelta(days=1), time_zone) - timedelta(microseconds=1)


def local_date(moment: datetime, time_zone: str) -> date:
    """The date that the city's wall calendar shows at `moment` (aware)."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def local_iso(moment: datetime, time_zone: str) -> str:
    """`moment` (aware) as ISO 8601 with the city's offset; fractions of a second only where there are any.

    In UTC where the city then kept local mean time: ISO 8601 has no offsets with seconds.
    """
    local = moment.astimezone(ZoneInfo(time_zone))
    offset = local.utcoffset() or timedelta(0)
    return (moment.astimezone(UTC) if offset.seconds % 60 else local).isoformat()


def _wall_time(text: str) -> time:
    match = _TIME.fullmatch(text)
    assert match is not None
    hour, minute, second, fraction = match.groups()
    return time(int(hour), int(minute), int(second or 0), int((fraction or "").ljust(6, "0") or 0))


def _offset(match: re.Match[str]) -> timezone:
    if match["offset"] == "Z":
        return UTC
    size = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    return timezone(-size if match["sign"] == "-" else size)
