"""The campaign's calendar (meetings, dispatches, reviews) and who stands at which junction when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from geo.campaign import Bound


class MeetingKind(StrEnum):
    """What is held; the campaign's mechanism has a rhythm for each."""

    MEETING = "meeting"  # 专题会议
    SECTOR_DISPATCH = "sector_dispatch"  # 行业调度
    DAILY_DISPATCH = "daily_dispatch"  # 一天一调度督查
    JOINT_REVIEW = "joint_review"  # 三天一会审研判
    BULLETIN = "bulletin"  # 一周一通报专报
    RANKING = "ranking"  # 一月一考核排名


@dataclass(frozen=True, slots=True)
class Meeting:
    """One entry of the calendar. `day` None: a number of which no days were published; `times` and `bound` say how
    many were held (one, exactly, unless said otherwise)."""

    id: str
    kind: MeetingKind
    day: date | None
    title: str = ""
    times: int = 1
    bound: Bound = "eq"
    synthetic: bool = False


def times_held(meetings: Iterable[Meeting]) -> dict[MeetingKind, tuple[int, Bound]]:
    """How many of each kind: exact if every entry is, at least if one entry is "at least" (or about)."""
    counts: dict[MeetingKind, tuple[int, Bound]] = {}
    for meeting in meetings:
        times, bound = counts.get(meeting.kind, (0, "eq"))
        counts[meeting.kind] = (times + meeting.times, "eq" if bound == meeting.bound == "eq" else "ge")
    return counts


@dataclass(frozen=True, slots=True)
class Duty:
    """A department at a junction: from `first` to `last` day, on `weekdays` (1 Monday … 7), from `start` to `end`
    (the same day), with so many people."""

    id: str
    junction: str
    department: str
    first: date
    last: date
    weekdays: frozenset[int]
    start: time
    end: time
    people: int = 1
    synthetic: bool = False

    def on(self, day: date) -> bool:
        """Whether it stands there on that day."""
        return self.first <= day <= self.last and day.isoweekday() in self.weekdays

    def at(self, day: date, clock: time) -> bool:
        """Whether it stands there at that moment; the end is no longer part of it."""
        return self.on(day) and self.start <= clock < self.end


@dataclass(frozen=True, slots=True)
class JunctionDay:
    """The duties of one junction on one day in the order of their start; `gaps` are hours of the watch without one."""

    junction: str
    duties: tuple[Duty, ...]
    gaps: tuple[tuple[time, time], ...]

    @property
    def departments(self) -> tuple[str, ...]:
        """Who stands there, each once."""
        return tuple(dict.fromkeys(duty.department for duty in self.duties))


def duty_roster(
    duties: Sequence[Duty], junctions: Sequence[str], day: date, *, watch: Sequence[tuple[time, time]]
) -> list[JunctionDay]:
    """Every junction on `day`, also those without a duty. `watch` are the hours to be covered, in order, apart."""
    found = []
    for junction in junctions:
        own = sorted((d for d in duties if d.junction == junction and d.on(day)), key=lambda d: (d.start, d.end, d.id))
        gaps = [gap for start, end in watch for gap in _gaps(own, start, end)]
        found.append(JunctionDay(junction, tuple(own), tuple(gaps)))
    return found


def _gaps(duties: Sequence[Duty], start: time, end: time) -> list[tuple[time, time]]:
    """The stretches of start … end that none of `duties` (by start) covers."""
    gaps, covered = [], start
    for duty in duties:
        if duty.start > covered:
            gaps.append((covered, min(duty.start, end)))
        covered = max(covered, duty.end)
        if covered >= end:
            break
    if covered < end:
        gaps.append((covered, end))
    return [(a, b) for a, b in gaps if a < b]
