"""The geometries of the demo's issues: mostly points, some cable spans along a road, some dirty lots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data.demo.dice import Dice
from data.demo.yunyan_points import Site
from data.demo.yunyan_streets import Position, Streets, Stretch

SPANS = {"E2101": 0.28, "E0408": 0.2}  # the part of a type that is drawn as a line
LOTS = {"E2104": 0.4, "E0102": 0.12, "E0302": 0.5, "C0402": 0.2, "C0405": 0.2}  # … as a polygon


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry as WGS-84 positions to 1e-6 degrees: one (point), two (line), or a closed ring (polygon)."""

    kind: Literal["point", "line", "polygon"]
    positions: tuple[Position, ...]


class Shapes:
    """Makes geometries that lie wholly inside the district."""

    def __init__(self, streets: Streets) -> None:
        self._streets = streets

    def point(self, stretch: Stretch, dice: Dice) -> Shape:
        """A point beside a stretch."""
        metres, aside = self._streets.beside(stretch, dice)
        return Shape("point", (stretch.along(metres, aside),))

    def beside(self, issue_type: str, stretch: Stretch, dice: Dice, *, spans: float | None = None) -> Shape:
        """A geometry beside a stretch, of a kind that suits the type; `spans` overrides the part of lines."""
        draw = dice.unit()
        metres, aside = self._streets.beside(stretch, dice)
        if draw < (SPANS.get(issue_type, 0.0) if spans is None else spans):
            return self._span(stretch, metres, aside, dice)
        if draw < LOTS.get(issue_type, 0.0):
            return self._lot(stretch, metres, aside, dice.between(10.0, 24.0), dice)
        return Shape("point", (stretch.along(metres, aside),))

    def yard(self, issue_type: str, stretch: Stretch, dice: Dice) -> Shape | None:
        """A geometry in a yard behind a stretch, off every road; None if there is no room."""
        draw = dice.unit()
        place = self._streets.yard(stretch, dice)
        if place is None:
            return None
        if draw < LOTS.get(issue_type, 0.0):
            lot = self._lot(stretch, *place, dice.between(12.0, 40.0), dice)
            return lot if all(self._streets.off_road(position) for position in lot.positions) else None
        return Shape("point", (stretch.along(*place),))

    def near_site(self, site: Site, dice: Dice) -> Shape:
        """A point within some 15 m of an inspection point, on its road's side."""
        for reach in (15.0, 8.0, 3.0):
            metres = site.metres + dice.between(-reach, reach)
            aside = site.aside_m + dice.between(-0.5, 0.5) * reach
            position = site.stretch.along(metres, aside)
            if abs(aside) < 58.0 and self._streets.inside([position]):
                return Shape("point", (position,))
        return Shape("point", (site.stretch.along(site.metres, site.aside_m),))

    def _span(self, stretch: Stretch, metres: float, aside: float, dice: Dice) -> Shape:
        """A line of 20–60 m along the road, or a point where it would leave the stretch or the district."""
        half = dice.between(10.0, 30.0)
        ends = (stretch.along(metres - half, aside), stretch.along(metres + half, aside))
        if metres - half < 0 or metres + half > stretch.length_m or not self._streets.inside(list(ends)):
            return Shape("point", (stretch.along(metres, aside),))
        return Shape("line", ends)

    def _lot(self, stretch: Stretch, metres: float, aside: float, size_m: float, dice: Dice) -> Shape:
        """An uneven four-sided lot of about `size_m`, counter-clockwise, or a point at the district's edge."""
        wide, deep = size_m / 2, size_m * dice.between(0.3, 0.5)
        corners = [
            stretch.along(metres + across * wide * dice.between(0.8, 1.0), aside + away * deep * dice.between(0.8, 1.0))
            for across, away in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]
        if not self._streets.inside(corners):
            return Shape("point", (stretch.along(metres, aside),))
        return Shape("polygon", (*corners, corners[0]))
