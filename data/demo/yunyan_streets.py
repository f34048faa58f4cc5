"""Where the demo's records stand: stretches of the schematic roads, hot spots on them, and the yards behind."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from data.demo.dice import Dice
from geo.city import City
from geo.errors import CityError

STREETS = Path(__file__).parent / "yunyan_streets.csv"
M_PER_LON, M_PER_LAT = 99_600.0, 110_800.0  # metres per degree at 26.6° N; only offsets of some metres use them
CORNER_M = 30.0  # kept free at the ends of a segment, so that a record belongs to one road
EDGE_M = 3.0  # kept free along the district's border
OFF_ROAD_M = 66.0

Position = tuple[float, float]  # WGS-84 lon, lat


@dataclass(slots=True)
class Stretch:
    """A stretch of one road segment within one subdistrict, with the supervised issues invented for it."""

    segment: int
    subdistrict: str
    road: str  # Chinese name
    road_class: str
    start: Position
    end: Position
    length_m: float
    supervision: int
    ends_m: tuple[float, float]  # kept free at either end
    hot_spots: list[float] = field(default_factory=list)  # metres from the start

    def along(self, metres: float, aside_m: float) -> Position:
        """The position `metres` from the start and `aside_m` to the left of the line, to 1e-6 degrees."""
        east, north = self.direction
        part = metres / self.length_m
        lon = self.start[0] + part * (self.end[0] - self.start[0]) - north * aside_m / M_PER_LON
        lat = self.start[1] + part * (self.end[1] - self.start[1]) + east * aside_m / M_PER_LAT
        return round(lon, 6), round(lat, 6)

    @property
    def direction(self) -> tuple[float, float]:
        """Unit vector of the line (east, north)."""
        east = (self.end[0] - self.start[0]) * M_PER_LON / self.length_m
        north = (self.end[1] - self.start[1]) * M_PER_LAT / self.length_m
        return east, north

    def spot(self, dice: Dice) -> float:
        """Metres from the start: near a hot spot two times in three, anywhere otherwise."""
        low, high = self.ends_m[0], self.length_m - self.ends_m[1]
        if not self.hot_spots or dice.chance(0.34):
            return dice.between(low, high)
        near = dice.pick(self.hot_spots) + 16.0 * dice.bell()
        return near if low <= near <= high else dice.between(low, high)


class Streets:
    """The stretches of Yunyan's schematic roads, with hot spots drawn from `dice`."""

    def __init__(self, city: City, dice: Dice) -> None:
        self.stretches = _stretches(city)
        self._boundary: BaseGeometry = city.boundary
        shapely.prepare(self._boundary)
        assert city.roads is not None
        self._segments = [
            (a, b) for line in city.roads.geometry for a, b in zip(line.coords[:-1], line.coords[1:], strict=True)
        ]
        for stretch in self.stretches:
            low, high = stretch.ends_m[0], stretch.length_m - stretch.ends_m[1]
            for _ in range(max(1, int(stretch.length_m / 230))):
                stretch.hot_spots.append(dice.between(low, high))

    def inside(self, positions: list[Position]) -> bool:
        """Whether all positions lie within the district, EDGE_M clear of its border."""
        lon, lat = EDGE_M / M_PER_LON, EDGE_M / M_PER_LAT
        corners = [(x + i * lon, y + j * lat) for x, y in positions for i in (-1, 1) for j in (-1, 1)]
        return bool(shapely.contains_xy(self._boundary, corners).all())

    def off_road(self, position: Position) -> bool:
        """Whether the nearest road is farther than OFF_ROAD_M."""
        limit = OFF_ROAD_M * OFF_ROAD_M
        return all(_distance_squared(position, a, b) > limit for a, b in self._segments)

    def beside(self, stretch: Stretch, dice: Dice) -> tuple[float, float]:
        """(metres, aside): a place 3–25 m beside the stretch, inside the district."""
        for _ in range(200):
            metres, aside = stretch.spot(dice), dice.between(3.0, 25.0) * (1 if dice.chance(0.5) else -1)
            if self.inside([stretch.along(metres, aside)]):
                return metres, aside
        raise CityError(f"the demo finds no place beside {stretch.road}; its roads are not those it was made for")

    def yard(self, stretch: Stretch, dice: Dice) -> tuple[float, float] | None:
        """(metres, aside): a yard 70–170 m behind the stretch, off every road; None if there is no room."""
        for _ in range(40):
            metres = dice.between(0.0, stretch.length_m)
            aside = dice.between(70.0, 170.0) * (1 if dice.chance(0.5) else -1)
            position = stretch.along(metres, aside)
            if self.off_road(position) and self.inside([position]):
                return metres, aside
        return None


def _stretches(city: City) -> list[Stretch]:
    roads = city.roads
    codes = {} if roads is None else {code: position for position, code in enumerate(roads.segment_codes)}
    stretches = []
    with STREETS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if roads is None or row["segment"] not in codes or row["subdistrict"] not in city.areas.index:
                raise CityError(
                    f"the demo of {city.code} was made for the schematic roads and does not fit these layers: it "
                    f"misses segment {row['segment']} in {row['subdistrict']}; remove [demo] from city.toml"
                )
            segment = codes[row["segment"]]
            (west, south), *_, (east, north) = roads.geometry[segment].coords
            first, last = float(row["start"]), float(row["end"])
            start = (west + first * (east - west), south + first * (north - south))
            end = (west + last * (east - west), south + last * (north - south))
            length = float(roads.metric[segment].length)
            whole_m = round(length * (last - first), 1)
            free = min(CORNER_M, whole_m * 0.3)
            stretches.append(
                Stretch(
                    segment=segment,
                    subdistrict=row["subdistrict"],
                    road=roads.road_names[roads.road[segment]].zh,
                    road_class=roads.road_class[segment],
                    start=start,
                    end=end,
                    length_m=whole_m,
                    supervision=int(row["supervision"]),
                    ends_m=(free if first == 0 else min(10.0, free), free if last == 1 else min(10.0, free)),
                )
            )
    return stretches


def _distance_squared(position: Position, a: Position, b: Position) -> float:
    """Square metres between a position and the straight line from a to b (flat earth, for short distances)."""
    x, y = (position[0] - a[0]) * M_PER_LON, (position[1] - a[1]) * M_PER_LAT
    east, north = (b[0] - a[0]) * M_PER_LON, (b[1] - a[1]) * M_PER_LAT
    part = min(1.0, max(0.0, (x * east + y * north) / (east * east + north * north)))
    return (x - part * east) * (x - part * east) + (y - part * north) * (y - part * north)
