"""The demo of Yunyan: every record invented from one seed, every published total met to the digit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from data.demo.dice import Dice
from data.demo.yunyan_answers import answered
from data.demo.yunyan_books import books
from data.demo.yunyan_calendar import Calendar, utc
from data.demo.yunyan_draw import drawn_visits
from data.demo.yunyan_issues import Sketch, Supervision
from data.demo.yunyan_points import Site, make_sites
from data.demo.yunyan_shapes import Shapes
from data.demo.yunyan_streets import Streets
from data.demo.yunyan_surveys import Surveys
from data.demo.yunyan_words import Words
from data.records import CityRecords
from geo.city import City
from geo.crs import from_wgs84
from geo.issue import IssueDraft
from geo.point import Visit

SEED = 520103
DATUMS, DATUM_SHARES = ("gcj02", "wgs84", "cgcs2000", "bd09"), (78.0, 14.0, 5.0, 3.0)
TASKS = {
    **dict.fromkeys(("C0101", "E0110", "C0211", "E0404", "E2103", "E0401", "C0118", "C0209", "E0408"), "T01"),
    **dict.fromkeys(("E0102", "E0104", "E0201", "E0501", "E0504", "E0507"), "T04"),
    **dict.fromkeys(("E0506", "E2102", "E0505"), "T05"),
    "E2101": "T02",
    "C0402": "T07",
    "C0405": "T07",
    "E2104": "T03",
    "E0302": "T13",
    "E2105": "T12",
}
"""The task of an issue found on a round; one found at a visit has the task of its point."""


def load_yunyan(city: City) -> CityRecords:
    """All registers of §2 of the design, 317 points and their visits; synthetic and approximate throughout.

    The same seed gives the same records on every machine: drafts by register and, within it, by time of report.
    """
    dice = Dice(SEED)
    campaign = city.campaign()
    words, calendar = Words.read(), Calendar(campaign, dice)
    streets = Streets(city, dice)
    shapes = Shapes(streets)
    sites = make_sites(city, streets, calendar, words, dice)
    own = Dice(SEED + 1)  # so that what is drawn for the books changes no other record
    sites, sheets = answered(sites, city, own)
    supervision = Supervision(city.catalogue, streets, shapes, calendar, words, dice)
    surveys = Surveys(streets, shapes, calendar, words, dice)
    registers = {
        "supervision": supervision.sketches(sites),
        "facility_survey": surveys.facility(),
        "cable_survey": surveys.cables(),
        "cable_phase1": surveys.phase1(),
    }
    tasks = {visit.id: site.point.task for site in sites for visit in site.visits}
    sketches = [(register, sketch) for register, found in registers.items() for sketch in found]
    datums = [dice.weighted(DATUMS, DATUM_SHARES) for _ in sketches]
    geometries = _geometries([sketch for _, sketch in sketches], datums)
    drafts = tuple(
        _draft(register, sketch, geometry, datum, tasks, city.current_campaign, words, dice)
        for (register, sketch), geometry, datum in zip(sketches, geometries, datums, strict=True)
    )
    checked, draws = drawn_visits(sites, city, Calendar(campaign, own), own)
    documents = (*sheets, *books(city, drafts, words, own), *draws)
    points, visits = tuple(site.point for site in sites), (*_visits(sites), *checked)
    return CityRecords(drafts, points, visits, documents=documents, bulk=False)


def _visits(sites: Sequence[Site]) -> Iterator[Visit]:
    for site in sites:
        yield from site.visits


def _geometries(sketches: Sequence[Sketch], datums: Sequence[str]) -> NDArray[np.object_]:
    """The geometry of each sketch in its own datum, to 1e-6 degrees (0.1 m), as a phone would send it."""
    owner = np.repeat(np.arange(len(sketches)), [len(sketch.shape.positions) for sketch in sketches])
    positions = np.array([position for sketch in sketches for position in sketch.shape.positions])
    names = np.array(datums)[owner]
    for datum in DATUMS:
        mask = names == datum
        lon, lat = from_wgs84(positions[mask, 0], positions[mask, 1], datum, mainland_china=True)
        positions[mask] = np.column_stack([lon, lat])
    positions = positions.round(6)
    geometries = np.empty(len(sketches), dtype=object)
    starts = np.searchsorted(owner, np.arange(len(sketches) + 1))
    for number, sketch in enumerate(sketches):
        own = positions[starts[number] : starts[number + 1]]
        make = {"point": lambda c: shapely.points(c[0]), "line": shapely.linestrings, "polygon": shapely.polygons}
        geometries[number] = make[sketch.shape.kind](own)
    return geometries


def _draft(
    register: str,
    sketch: Sketch,
    geometry: shapely.Geometry,
    datum: str,
    tasks: dict[str, str | None],
    campaign: str,
    words: Words,
    dice: Dice,
) -> IssueDraft:
    road = sketch.stretch.road
    number = dice.whole(1, 260)
    return IssueDraft(
        register=register,
        type=sketch.type,
        geometry=geometry,
        datum=datum,
        id=dice.uuid(),
        campaign=campaign,
        task=tasks[sketch.visit] if sketch.visit else TASKS[sketch.type],
        description=words.describe(sketch.type, road, dice),
        address=f"{road}{number}号院内（演示）" if sketch.off_road else f"{road}{number}号附近（演示）",
        reported_at=utc(sketch.reported),
        due_at=utc(sketch.due),
        reporter=sketch.inspector,
        visit=sketch.visit,
        synthetic=True,
        approximate=True,
        history=sketch.history,
    )
