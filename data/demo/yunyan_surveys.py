"""The demo's other registers: the facility survey, the cable survey and the first phase of the cables."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from data.demo.dice import Dice
from data.demo.yunyan_calendar import CHINA, Calendar
from data.demo.yunyan_issues import Sketch
from data.demo.yunyan_life import Case, Life
from data.demo.yunyan_shapes import Shapes
from data.demo.yunyan_streets import Streets, Stretch
from data.demo.yunyan_words import Words
from geo.lifecycle import Status

# Nine classes: the first five are named in the record, the other four are assumed (the catalogue marks them).
FACILITY_TYPES = ("C0101", "E0110", "C0211", "E2101", "E0404", "C0118", "E2103", "C0209", "C0402")
FACILITY_SHARES = (190, 215, 90, 120, 85, 120, 110, 70, 58)
FIRST_ROUND = (date(2021, 6, 7), date(2021, 6, 27))
SECOND_ROUND = (date(2021, 7, 22), date(2021, 8, 12))
FACILITY = (700, 358)  # of the two rounds
FACILITY_OPEN = 37  # "basically rectified": how many were left is invented
CABLES, CABLES_CLOSED = 980, 512  # "being rectified one by one": how many are done is invented
PHASE1, PHASE1_CLOSED = 180, 83  # published
CABLE_SURVEY = (date(2021, 6, 10), date(2021, 7, 18))
PHASE1_SURVEY = (date(2021, 7, 13), date(2021, 7, 30))
PHASE1_DUE = datetime(2021, 9, 30, 18, 0, tzinfo=CHINA)
OPEN_STATES = (Status.DISPATCHED, Status.HANDLING, Status.VERIFYING)


class Surveys:
    """Draws the registers beside supervision."""

    def __init__(self, streets: Streets, shapes: Shapes, calendar: Calendar, words: Words, dice: Dice) -> None:
        self._streets, self._shapes, self._calendar, self._dice = streets, shapes, calendar, dice
        self._life = Life(calendar, words, dice)

    def facility(self) -> list[Sketch]:
        """1,058 issues in nine classes over two rounds; all of the first round closed, most of the second."""
        weights = [0.5 * s.supervision + s.length_m * 0.02 for s in self._streets.stretches]
        found = []
        for count, (first, last), days in zip(FACILITY, (FIRST_ROUND, SECOND_ROUND), (28, 40), strict=True):
            for _ in range(count):
                kind = self._dice.weighted(FACILITY_TYPES, FACILITY_SHARES)
                stretch = self._dice.weighted(self._streets.stretches, weights)
                reported = self._calendar.moment(first=first, last=last)
                found.append(self._sketch(kind, stretch, reported, reported + timedelta(days=days), spans=0.1))
        still_open = self._latest(found, FACILITY_OPEN)
        return self._live(found, still_open, longest_hours=24 * 22)

    def cables(self) -> list[Sketch]:
        """980 tangled cables: along every road and, one in ten, in the yards behind."""
        weights = [s.supervision + s.length_m * 0.01 for s in self._streets.stretches]
        found: list[Sketch] = []
        while len(found) < CABLES:
            stretch = self._dice.weighted(self._streets.stretches, weights)
            reported = self._calendar.moment(first=CABLE_SURVEY[0], last=CABLE_SURVEY[1])
            due = reported + timedelta(days=120)
            if self._dice.chance(0.1):
                shape = self._shapes.yard("E2101", stretch, self._dice)
                if shape is not None:
                    found.append(
                        Sketch("E2101", stretch, shape, reported, due, off_road=True, inspector=self._life.inspector())
                    )
                continue
            found.append(self._sketch("E2101", stretch, reported, due, spans=0.35))
        still_open = self._latest(found, CABLES - CABLES_CLOSED)
        return self._live(found, still_open, longest_hours=24 * 45)

    def phase1(self) -> list[Sketch]:
        """180 cables at main roads: 83 done, 97 left."""
        main = [s for s in self._streets.stretches if s.road_class == "major"]
        weights = [s.supervision + s.length_m * 0.01 for s in main]
        found = []
        for _ in range(PHASE1):
            stretch = self._dice.weighted(main, weights)
            reported = self._calendar.moment(first=PHASE1_SURVEY[0], last=PHASE1_SURVEY[1])
            found.append(self._sketch("E2101", stretch, reported, PHASE1_DUE, spans=0.45))
        still_open = self._latest(found, PHASE1 - PHASE1_CLOSED)
        return self._live(found, still_open, longest_hours=24 * 30)

    def _sketch(self, kind: str, stretch: Stretch, reported: datetime, due: datetime, *, spans: float) -> Sketch:
        part = spans if kind == "E2101" else 0.0
        shape = self._shapes.beside(kind, stretch, self._dice, spans=part)
        return Sketch(kind, stretch, shape, reported, due, inspector=self._life.inspector())

    def _latest(self, found: list[Sketch], count: int) -> set[int]:
        """`count` of them, the later reported the rather (with some chance), as identities."""
        start = self._calendar.clock
        keys = [((start - s.reported).total_seconds() * self._dice.between(0.4, 1.6), n) for n, s in enumerate(found)]
        return {id(found[n]) for _, n in sorted(keys)[:count]}

    def _live(self, found: list[Sketch], still_open: set[int], *, longest_hours: float) -> list[Sketch]:
        """Gives every one its history and sorts them by report."""
        clock = self._calendar.clock
        for sketch in found:
            case = Case(sketch.type, sketch.reported, sketch.inspector)
            age = (clock - sketch.reported).total_seconds() / 3600
            if id(sketch) in still_open:
                state = self._dice.weighted(OPEN_STATES, (4.0, 9.0, 2.0))
                sketch.history = self._life.open(case, state, age * self._dice.between(0.3, 0.95))
            else:
                hours = longest_hours * (0.05 + 0.95 * self._dice.unit() * self._dice.unit())
                sketch.history = self._life.closed(case, min(hours, age * 0.97))
        return sorted(found, key=lambda sketch: (sketch.reported, sketch.shape.positions))
