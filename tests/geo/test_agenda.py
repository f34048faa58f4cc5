"""Meetings are counted with their bounds; a junction without anyone in the hours of the watch is seen."""

from __future__ import annotations

from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from geo.agenda import Duty, Meeting, MeetingKind, duty_roster, times_held

DAY = date(2021, 8, 16)  # a Monday
WATCH = ((time(7, 30), time(9, 0)), (time(17, 30), time(19, 0)))


def duty(start: str, end: str, *, junction: str = "J1", weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})) -> Duty:
    opened, closed = time.fromisoformat(start), time.fromisoformat(end)
    return Duty(f"{junction}{start}", junction, "D", date(2021, 6, 3), date(2021, 8, 24), weekdays, opened, closed)


def test_one_number_without_days_makes_a_count_at_least():
    held = times_held(
        [
            Meeting("a", MeetingKind.MEETING, DAY),
            Meeting("b", MeetingKind.MEETING, DAY),
            Meeting("c", MeetingKind.SECTOR_DISPATCH, DAY),
            Meeting("d", MeetingKind.SECTOR_DISPATCH, None, times=0, bound="ge"),
        ]
    )
    assert held == {MeetingKind.MEETING: (2, "eq"), MeetingKind.SECTOR_DISPATCH: (1, "ge")}
    assert times_held([]) == {}


def test_hours_without_a_department_are_gaps_and_a_junction_without_duties_is_one_gap():
    duties = [
        duty("07:30", "08:15"),
        duty("08:30", "09:00"),
        duty("17:00", "20:00"),
        duty("07:30", "19:00", junction="J3"),
    ]
    first, second, third = duty_roster(duties, ["J1", "J2", "J3"], DAY, watch=WATCH)
    assert first.gaps == ((time(8, 15), time(8, 30)),)
    assert (second.duties, second.gaps) == ((), WATCH)
    assert (third.gaps, third.departments) == ((), ("D",))


def test_a_duty_holds_on_its_weekdays_and_until_its_end():
    early = duty("07:30", "09:00")
    assert early.at(DAY, time(7, 30))
    assert not early.at(DAY, time(9, 0))
    assert not early.on(date(2021, 8, 15))  # a Sunday
    assert not early.on(date(2021, 8, 30))  # after the last day


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 23)), max_size=6))
def test_a_minute_of_the_watch_is_either_covered_or_in_a_gap(hours):
    duties = [duty(f"{min(h):02}:00", f"{max(h):02}:30") for h in hours]
    [junction] = duty_roster(duties, ["J1"], DAY, watch=WATCH)
    for start, end in WATCH:
        for minute in range(start.hour * 60 + start.minute, end.hour * 60 + end.minute):
            clock = time(minute // 60, minute % 60)
            covered = any(entry.at(DAY, clock) for entry in duties)
            assert covered != any(a <= clock < b for a, b in junction.gaps)
