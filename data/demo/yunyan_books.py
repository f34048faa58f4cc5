"""The demo's books: tally entries that add up to the published figures, programmes, exposures, meetings, duties.

Published are the sums, the numbers of trucks (5) and checkpoints (7), six meetings and "more than ten" dispatches;
every split by unit and week, every exposure, junction and duty is invented and says so. Where a figure was published as
"more than", one entry of value 0 and bound "ge" stands for what is beyond it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from data.demo.dice import Dice
from data.demo.yunyan_calendar import CHINA, utc
from data.demo.yunyan_surveys import CABLE_SURVEY, FIRST_ROUND, PHASE1_DUE, PHASE1_SURVEY, SECOND_ROUND
from data.demo.yunyan_words import Words
from data.documents import agenda_book, exposure_book, programme_book, tally_book
from data.documents.agenda_book import Junction
from data.documents.checking import DocumentPut
from data.documents.exposure_book import Exposure
from data.documents.programme_book import Programme
from geo.agenda import Duty, Meeting, MeetingKind
from geo.campaign import Bound
from geo.city import City
from geo.issue import IssueDraft
from geo.lifecycle import Status
from geo.survey import Round
from geo.tally import TallyEntry

TRUCKS, CHECKPOINTS, OTHER_JUNCTIONS = 5, 7, 5
EXPOSED = 24
DISPATCHES = 10
MEETINGS = (*((6, day) for day in (3, 4)), (7, 12), (7, 20), (8, 6), (8, 11))
WATCH = ((time(7, 30), time(9, 0)), (time(17, 30), time(19, 0)))
BEYOND = "公布为“余”：超出部分未公布"


def books(city: City, drafts: Sequence[IssueDraft], words: Words, dice: Dice) -> list[DocumentPut]:
    """Every document of the demo beside its answer sheets, in the order of their dates."""
    junctions = _junctions(city)
    puts = [
        *_tallies(city, [junction.name for junction in junctions if junction.checkpoint], dice),
        *_programmes(city, dice),
        *_exposures(drafts, words, dice),
        *_meetings(dice),
        *_watch(city, junctions, words, dice),
    ]
    return sorted(puts, key=lambda put: (str(put.at), put.collection, put.id))


def split(total: int, weights: Sequence[float]) -> list[int]:
    """`total` shared out in proportion to `weights`, whole numbers that add up to it (largest remainder)."""
    whole = sum(weights)
    shares = [total * weight / whole for weight in weights]
    parts = [int(share) for share in shares]
    order = sorted(range(len(weights)), key=lambda at: (parts[at] - shares[at], at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


def _evening(day: date) -> datetime:
    return utc(datetime(day.year, day.month, day.day, 17, 45, tzinfo=CHINA))


def _weeks(first: date, last: date) -> list[tuple[date, date]]:
    """Monday to Sunday; the first and the last week may be short."""
    weeks, start = [], first
    while start <= last:
        end = min(start + timedelta(days=7 - start.isoweekday()), last)
        weeks.append((start, end))
        start = end + timedelta(days=1)
    return weeks


def _months(first: date, last: date) -> list[tuple[date, date]]:
    months, start = [], first
    while start <= last:
        end = min((start.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1), last)
        months.append((start, end))
        start = end + timedelta(days=1)
    return months


def _tallies(city: City, checkpoints: Sequence[str], dice: Dice) -> list[DocumentPut]:
    campaign = city.campaign()
    weeks, months = _weeks(campaign.start, campaign.end), _months(campaign.start, campaign.end)
    trucks = [f"拖车 {number} 号（演示）" for number in range(1, TRUCKS + 1)]
    areas = city.areas.codes
    plan = {
        "bikes_towed": (trucks, weeks),
        "sanche_penalties": (checkpoints, weeks),
        "vending_cleared": (areas, weeks),
        "overflow_cleared": (areas, weeks),
        "replant_places": (areas, months),
        "trees_replanted": (areas, months),
    }
    puts: list[DocumentPut] = []
    places: list[int] = []
    for tally in campaign.tallies:
        units, periods = plan[tally.code]
        cells = [(unit, *period) for unit in units for period in periods]
        size = {unit: dice.between(0.5, 1.5) for unit in units}
        weights = [size[unit] * ((last - first).days + 1) * dice.between(0.7, 1.3) for unit, first, last in cells]
        if tally.code == "trees_replanted":  # only where places were replanted, some eight trees at each
            weights = [count * dice.between(0.8, 1.2) for count in places]
        values = split(tally.value, weights)
        places = values if tally.code == "replant_places" else places
        for (unit, first, last), value in zip(cells, values, strict=True):
            if value:
                bound: Bound = "approx" if tally.bound == "approx" else "eq"
                puts.append(_entry(TallyEntry("", tally.code, unit, first, last, value, bound, True), dice))
        if tally.bound == "ge":
            beyond = TallyEntry("", tally.code, city.code, campaign.start, campaign.end, 0, "ge", False, BEYOND)
            puts.append(_entry(beyond, dice))
    return puts


def _entry(entry: TallyEntry, dice: Dice) -> DocumentPut:
    identity = tally_book.entry_id(entry.code, entry.unit, entry.first)
    content = tally_book.entry_content(entry)
    return DocumentPut(tally_book.TALLIES, identity, content, dice.uuid(), at=_evening(entry.last))


def _programmes(city: City, dice: Dice) -> list[DocumentPut]:
    names = {register.code: register.name for register in city.campaign().registers}
    rounds = {
        "facility_survey": (FIRST_ROUND, SECOND_ROUND),
        "cable_survey": (CABLE_SURVEY,),
        "cable_phase1": (PHASE1_SURVEY,),
    }
    puts = []
    for code, spans in rounds.items():
        numbered = tuple(Round(number, first, last) for number, (first, last) in enumerate(spans, 1))
        due = PHASE1_DUE.date() if code == "cable_phase1" else None
        programme = Programme(code, code, names[code], numbered, due, synthetic=True)
        content = programme_book.programme_content(programme)
        puts.append(
            DocumentPut(programme_book.PROGRAMMES, code, content, dice.uuid(), at=_evening(spans[0][0] - timedelta(1)))
        )
    return puts


def _exposures(drafts: Sequence[IssueDraft], words: Words, dice: Dice) -> list[DocumentPut]:
    """Issues of the supervision still open on an evening one to three days after their report, shown then."""
    candidates: list[tuple[IssueDraft, datetime]] = []
    for draft in drafts:
        if draft.register != "supervision" or draft.reported_at is None:
            continue
        aired = draft.reported_at.astimezone(CHINA).date() + timedelta(days=dice.whole(1, 3))
        shown = utc(datetime(aired.year, aired.month, aired.day, 19, dice.whole(30, 50), tzinfo=CHINA))
        closed = [step.at for step in draft.history if step.status == Status.CLOSED]
        if shown < utc(datetime(2021, 8, 23, 12, tzinfo=CHINA)) and (not closed or closed[-1] > shown):
            candidates.append((draft, shown))
    chosen = sorted(dice.shuffled(candidates)[:EXPOSED], key=lambda pair: pair[1])
    puts = []
    for number, (draft, shown) in enumerate(chosen, 1):
        assert draft.id is not None
        exposure = Exposure(
            id=f"exposure-{number:02d}",
            issue=draft.id,
            title=f"第 {number} 期：{draft.address.removesuffix('（演示）')}（演示）",
            shown_at=shown,
            medium="镜头对准死角（演示）",
            synthetic=True,
        )
        content = exposure_book.exposure_content(exposure)
        puts.append(DocumentPut(exposure_book.EXPOSURES, exposure.id, content, dice.uuid(), at=shown))
    return puts


def _meetings(dice: Dice) -> list[DocumentPut]:
    """Six published meetings; ten invented dispatches, and what "more than ten" leaves open."""
    meetings = [
        Meeting(f"meeting-2021-{month:02d}-{day:02d}", MeetingKind.MEETING, date(2021, month, day))
        for month, day in MEETINGS
    ]
    sectors = ("市容环境", "文明交通", "农贸市场", "社区院落", "背街小巷", "窗口单位", "市政设施")
    day = date(2021, 6, 9)
    for number in range(1, DISPATCHES + 1):
        title = f"{dice.pick(sectors)}行业调度（演示）"
        meetings.append(Meeting(f"dispatch-{number:02d}", MeetingKind.SECTOR_DISPATCH, day, title, synthetic=True))
        day += timedelta(days=dice.whole(6, 8))
        if day.isoweekday() > 5:
            day += timedelta(days=8 - day.isoweekday())
    last = meetings[-1].day
    assert last is not None
    assert last <= date(2021, 8, 24)
    beyond = Meeting("dispatch-beyond", MeetingKind.SECTOR_DISPATCH, None, BEYOND, times=0, bound="ge")
    return [
        DocumentPut(
            agenda_book.MEETINGS,
            meeting.id,
            agenda_book.meeting_content(meeting),
            dice.uuid(),
            at=_evening(meeting.day or last),
        )
        for meeting in (*meetings, beyond)
    ]


def _junctions(city: City) -> list[Junction]:
    """Where several roads of the schematic network meet, those with most roads first: seven checkpoints and others."""
    roads = city.roads
    assert roads is not None
    meeting: dict[tuple[float, float], list[str]] = {}
    for segment, line in enumerate(roads.geometry):
        name = roads.road_names[roads.road[segment]].zh
        for lon, lat in (line.coords[0], line.coords[-1]):
            names = meeting.setdefault((round(lon, 6), round(lat, 6)), [])
            if name and name not in names:
                names.append(name)
    places = sorted((place for place, names in meeting.items() if len(names) > 1), key=lambda p: (-len(meeting[p]), p))
    return [
        Junction(
            id=f"J{number:02d}",
            name=f"{meeting[place][0]}×{meeting[place][1]}（演示）",
            lon=place[0],
            lat=place[1],
            checkpoint=number <= CHECKPOINTS,
            watch=WATCH,
            synthetic=True,
        )
        for number, place in enumerate(places[: CHECKPOINTS + OTHER_JUNCTIONS], 1)
    ]


def _watch(city: City, junctions: Sequence[Junction], words: Words, dice: Dice) -> list[DocumentPut]:
    """The junctions, and who stands at each in the two rush hours of a weekday; one evening has nobody."""
    campaign = city.campaign()
    named = {str(entry["department"]) for entry in words.types.values()}
    departments = sorted(name for name in named if name.startswith(("区", "云岩")))  # not "whoever is in charge"
    at = _evening(campaign.start)
    puts = [
        DocumentPut(agenda_book.JUNCTIONS, j.id, agenda_book.junction_content(j), dice.uuid(), at=at) for j in junctions
    ]
    for number, junction in enumerate(junctions):
        for shift, (start, end) in enumerate(WATCH):
            if (number, shift) == (len(junctions) - 1, 1):
                continue
            duty = Duty(
                id=f"{junction.id}-{shift + 1}",
                junction=junction.id,
                department=departments[(2 * number + shift) % len(departments)],
                first=campaign.start,
                last=campaign.end,
                weekdays=frozenset(range(1, 6)),
                start=start,
                end=end,
                people=dice.whole(1, 3),
                synthetic=True,
            )
            content = agenda_book.duty_content(duty)
            puts.append(DocumentPut(agenda_book.DUTIES, duty.id, content, dice.uuid(), at=at))
    return puts
