"""The demo's 2,366 supervised issues: 2,285 closed, 81 open (48 in handling, 21 in verification, 12 overdue)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from data.demo.dice import Dice
from data.demo.yunyan_calendar import CHINA, Calendar
from data.demo.yunyan_life import Case, Life
from data.demo.yunyan_points import FRONT_M, Site
from data.demo.yunyan_shapes import Shape, Shapes
from data.demo.yunyan_streets import Streets, Stretch
from data.demo.yunyan_words import Words
from geo.catalogue import Catalogue
from geo.issue import Transition
from geo.lifecycle import Status

KINDS = Path(__file__).parent / "yunyan_issues.toml"
HANDLING, VERIFYING = 48, 21
OFF_ROAD = 139  # of the 2,366
VISIT_FINDS = 0.4  # chance that a compliant visit still finds an issue


@dataclass(slots=True)
class Sketch:
    """One issue before it becomes a draft."""

    type: str
    stretch: Stretch
    shape: Shape
    reported: datetime
    due: datetime
    visit: str | None = None
    off_road: bool = False
    overdue: bool = False
    newest: bool = False
    history: tuple[Transition, ...] = ()
    inspector: str = ""

    @property
    def subdistrict(self) -> str:
        """Code of the subdistrict of its stretch."""
        return self.stretch.subdistrict


class Supervision:
    """Draws the register `supervision`."""

    def __init__(
        self,
        catalogue: Catalogue,
        streets: Streets,
        shapes: Shapes,
        calendar: Calendar,
        words: Words,
        dice: Dice,
    ) -> None:
        self._streets, self._shapes, self._calendar, self._dice = streets, shapes, calendar, dice
        self._life = Life(calendar, words, dice)
        self._due_hours = {entry.code: entry.due_hours or 72 for entry in catalogue.types}
        plan: dict[str, Any] = tomllib.loads(KINDS.read_text(encoding="utf-8"))
        self._kinds: dict[str, dict[str, Any]] = plan["kinds"]
        self._staged: list[dict[str, Any]] = plan["staged"]

    def sketches(self, sites: list[Site]) -> list[Sketch]:
        """All of them, in the order of their reports."""
        left = {id(stretch): stretch.supervision for stretch in self._streets.stretches}
        found = [self._staged_one(entry, left) for entry in self._staged]
        found += self._from_visits(sites, left)
        for stretch in self._streets.stretches:
            found += [self._beside(stretch) for _ in range(left[id(stretch)])]
        found += self._off_road(sum(s.supervision for s in self._streets.stretches) + OFF_ROAD - len(found))
        found.sort(key=lambda sketch: (sketch.reported, sketch.shape.positions))
        self._give_histories(found)
        return found

    def _staged_one(self, entry: dict[str, Any], left: dict[int, int]) -> Sketch:
        """A record that the screens are known by: the overdue ones and the newest."""
        here = [s for s in self._streets.stretches if s.subdistrict == entry["subdistrict"]]
        named = [s for s in here if s.road == entry["road"] and left[id(s)] > 0]
        stretch = self._dice.pick(named)
        left[id(stretch)] -= 1
        reported = entry["reported"].replace(tzinfo=CHINA)
        sketch = self._sketch(entry["type"], stretch, self._shapes.point(stretch, self._dice), reported)
        sketch.newest = bool(entry.get("newest", False))
        sketch.overdue = not sketch.newest
        return sketch

    def _from_visits(self, sites: list[Site], left: dict[int, int]) -> list[Sketch]:
        """What visits found: two to four issues where the point failed, now and then one where it passed."""
        found = []
        fronting = [site for site in sites if abs(site.aside_m) <= FRONT_M]
        for site in fronting:
            for visit in site.visits:
                count = self._dice.whole(2, 4) if not visit.compliant else int(self._dice.chance(VISIT_FINDS))
                for _ in range(min(count, left[id(site.stretch)])):
                    left[id(site.stretch)] -= 1
                    reported = visit.at.astimezone(CHINA) + timedelta(minutes=self._dice.whole(3, 40))
                    shape = self._shapes.near_site(site, self._dice)
                    sketch = self._sketch(self._dice.pick(site.faults), site.stretch, shape, reported)
                    sketch.visit = visit.id
                    found.append(sketch)
        return found

    def _beside(self, stretch: Stretch) -> Sketch:
        issue_type = self._type("on_road")
        shape = self._shapes.beside(issue_type, stretch, self._dice)
        return self._sketch(issue_type, stretch, shape, self._when(issue_type))

    def _off_road(self, count: int) -> list[Sketch]:
        """Yards behind the roads, in proportion to the issues on them."""
        found: list[Sketch] = []
        stretches = self._streets.stretches
        weights = [float(stretch.supervision) for stretch in stretches]
        while len(found) < count:
            stretch = self._dice.weighted(stretches, weights)
            issue_type = self._type("off_road")
            shape = self._shapes.yard(issue_type, stretch, self._dice)
            if shape is not None:
                sketch = self._sketch(issue_type, stretch, shape, self._when(issue_type))
                sketch.off_road = True
                found.append(sketch)
        return found

    def _type(self, where: str) -> str:
        return self._dice.weighted(tuple(self._kinds), [float(kind[where]) for kind in self._kinds.values()])

    def _when(self, issue_type: str) -> datetime:
        return self._calendar.moment(evening=bool(self._kinds[issue_type].get("evening", False)))

    def _sketch(self, issue_type: str, stretch: Stretch, shape: Shape, reported: datetime) -> Sketch:
        due = reported + timedelta(hours=self._due_hours[issue_type])
        return Sketch(issue_type, stretch, shape, reported, due, inspector=self._life.inspector())

    def _give_histories(self, found: list[Sketch]) -> None:
        """Chooses which are open, then lets every one live up to its state."""
        clock = self._calendar.clock
        states = self._open_states(found)
        for sketch in found:
            case = Case(sketch.type, sketch.reported, sketch.inspector)
            age_hours = (clock - sketch.reported).total_seconds() / 3600
            state = states.get(id(sketch))
            if state is not None:
                part = self._dice.between(0.35, 0.95)
                sketch.history = self._life.open(case, state, age_hours * part)
            else:
                sketch.history = self._life.closed(case, min(self._lag_hours(sketch), age_hours * 0.97))

    def _lag_hours(self, sketch: Sketch) -> float:
        """Hours to close: a part of the deadline, short more often than long; one in fifteen comes late."""
        due_hours, dice = self._due_hours[sketch.type], self._dice
        if dice.chance(0.12):
            return dice.between(0.4, 2.0)  # fixed on sight
        if dice.chance(0.065):
            return due_hours * dice.between(1.05, 1.8)
        one, other = dice.unit(), dice.unit()
        return max(1.0, due_hours * (0.06 + 0.86 * max(one * other, 0.5 * one)))

    def _open_states(self, found: list[Sketch]) -> dict[int, Status]:
        """The status of each open one: those staged, then 69 in all of those whose deadline is still ahead."""
        clock, dice = self._calendar.clock, self._dice
        states = {id(s): dice.pick((Status.HANDLING, Status.HANDLING, Status.DISPATCHED)) for s in found if s.overdue}
        states |= {id(s): Status.REPORTED for s in found if s.newest}
        pool = [s for s in found if s.due > clock + timedelta(minutes=30) and id(s) not in states]
        fresh = [s for s in pool if clock - s.reported < timedelta(minutes=75)]
        for sketch in fresh:  # too new to be closed by now
            minutes = (clock - sketch.reported).total_seconds() / 60
            states[id(sketch)] = (Status.REPORTED, Status.ACCEPTED, Status.FILED, Status.DISPATCHED)[int(minutes // 20)]
        wanted = HANDLING - sum(1 for s in found if s.newest) - len(fresh)
        older = [s for s in dice.shuffled(pool) if id(s) not in states]
        for sketch in older[:wanted]:
            states[id(sketch)] = dice.weighted((Status.DISPATCHED, Status.HANDLING, Status.DEFERRED), (4.0, 9.0, 0.4))
        for sketch in older[wanted : wanted + VERIFYING]:
            states[id(sketch)] = Status.VERIFYING
        return states
