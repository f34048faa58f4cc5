"""The demo's 317 inspection points and their visits: 298 comply at the first one, 19 only at a recheck."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from data.demo.dice import Dice
from data.demo.yunyan_calendar import Calendar, utc
from data.demo.yunyan_streets import Streets, Stretch
from data.demo.yunyan_words import Words
from geo.city import City
from geo.point import InspectionPoint, Visit

POINTS = Path(__file__).parent / "yunyan_points.toml"
FIRST_ROUND_ENDS = date(2021, 8, 6)
LAST_FAILURE = date(2021, 7, 28)  # so that every rectification and recheck ends before the clock
FRONT_M = 50.0  # a point that near its road fronts on it
NUMERALS = ("", "第二", "第三", "第四", "第五", "第六", "第七", "第八", "第九", "第十")


@dataclass(frozen=True, slots=True)
class Site:
    """One point with what the issues found there need: its stretch, its place on it, its faults and its visits."""

    point: InspectionPoint
    stretch: Stretch
    metres: float
    aside_m: float
    faults: tuple[str, ...]
    visits: tuple[Visit, ...]


def make_sites(city: City, streets: Streets, calendar: Calendar, words: Words, dice: Dice) -> list[Site]:
    """All points in the order of their codes."""
    plan = tomllib.loads(POINTS.read_text(encoding="utf-8"))
    failing: dict[str, dict[str, Any]] = plan["failing"]
    classes = [entry for entry in plan["classes"] for _ in range(entry["count"])]
    codes = [f"P{number:03d}" for number in range(1, len(classes) + 1)]
    places = _places(codes, plan["subdistricts"], failing, dice)
    names: dict[str, int] = {}
    task_of = {entry.code: entry.task for entry in city.catalogue.site_classes}
    short = dict(zip(city.areas.codes, (name.zh for name in city.areas.short_names), strict=True))
    sites = []
    for code, entry in zip(codes, classes, strict=True):
        stretch, metres, aside = _stand(streets, places[code], dice, far=code not in failing)
        base = short[places[code]] if code in failing or dice.chance(0.35) else stretch.road
        name = f"{base}{entry['nouns'][0] if code in failing else dice.pick(entry['nouns'])}"
        names[name] = names.get(name, 0) + 1
        lon, lat = stretch.along(metres, aside)
        point = InspectionPoint(
            code=code,
            name=f"{name}（演示）" if names[name] == 1 else f"{name}{_ordinal(names[name])}（演示）",
            site_class=entry["code"],
            lon=lon,
            lat=lat,
            task=task_of[entry["code"]],
            steward=f"点位长 {dice.whole(1, 120):03d} 号（演示）",
            campaign=city.current_campaign,
            synthetic=True,
            approximate=True,
        )
        days = failing[code]["days"] if code in failing else None
        fault = type_name(city, entry["faults"][0])
        visits = _visits(code, days, fault, calendar, words, dice)
        sites.append(Site(point, stretch, metres, aside, tuple(entry["faults"]), visits))
    return sites


def type_name(city: City, issue_type: str) -> str:
    """The Chinese name of an issue type."""
    return city.catalogue.types[city.catalogue.position("type", issue_type)].name.zh


def _ordinal(number: int) -> str:
    return f"·{NUMERALS[number - 1]}" if number <= len(NUMERALS) else f"·第{number}"


def _places(codes: list[str], quota: dict[str, int], failing: dict[str, dict[str, Any]], dice: Dice) -> dict[str, str]:
    """A subdistrict for each point: as fixed for the failing ones, the rest of each quota dealt out."""
    places = {code: entry["subdistrict"] for code, entry in failing.items()}
    left = dict(quota)
    for subdistrict in places.values():
        left[subdistrict] -= 1
    cards = dice.shuffled([subdistrict for subdistrict, count in left.items() for _ in range(count)])
    others = [code for code in codes if code not in places]
    return places | dict(zip(others, cards, strict=True))


def _stand(streets: Streets, subdistrict: str, dice: Dice, *, far: bool) -> tuple[Stretch, float, float]:
    """A stretch of that subdistrict and a place 8–50 m beside it; one in three up to 130 m away if it may be `far`."""
    here = [stretch for stretch in streets.stretches if stretch.subdistrict == subdistrict]
    weights = [stretch.length_m + 12.0 * stretch.supervision for stretch in here]
    while True:
        stretch = dice.weighted(here, weights)
        metres = dice.between(stretch.ends_m[0], stretch.length_m - stretch.ends_m[1])
        away = dice.between(FRONT_M, 130.0) if far and dice.chance(0.34) else dice.between(8.0, FRONT_M)
        aside = away * (1 if dice.chance(0.5) else -1)
        if streets.inside([stretch.along(metres, aside)]):
            return stretch, metres, aside


def _visits(code: str, days: int | None, fault: str, calendar: Calendar, words: Words, dice: Dice) -> tuple[Visit, ...]:
    """The visits of one point in order; `days` from a failed first visit to its recheck, None where it passed."""

    def visit(at: datetime, kind: str, score: int, note: str) -> Visit:
        number = len(visits) + 1
        return Visit(f"V{code[1:]}-{number}", code, utc(at), kind, score >= 80, float(score), note)

    visits: list[Visit] = []
    if days is None:
        first = calendar.moment(last=FIRST_ROUND_ENDS)
        visits.append(visit(first, "announced", dice.whole(84, 99), _passed(words, dice)))
        if dice.chance(0.12):
            visits[-1] = visit_unannounced(visits[-1])
    else:
        first = calendar.on(date(2021, 6, 17)) if code == "P181" else calendar.moment(last=LAST_FAILURE)
        note = dice.pick(words.visit_failed).format(fault=fault, n=dice.whole(1, 4))
        visits.append(visit(first, "announced", dice.whole(61, 78), note))
        first = calendar.working(first + timedelta(days=days, minutes=dice.whole(-150, 150)))
        visits.append(visit(first, "recheck", dice.whole(88, 96), words.recheck_passed))
    later = first + timedelta(days=dice.whole(10, 30))
    if later.date() < calendar.clock.date() and dice.chance(0.45 if days is None else 0.8):
        visits.append(visit(calendar.on(later.date()), "unannounced", dice.whole(86, 97), _passed(words, dice)))
    return tuple(visits)


def visit_unannounced(visit: Visit) -> Visit:
    """The same visit made without announcement."""
    return Visit(visit.id, visit.point, visit.at, "unannounced", visit.compliant, visit.score, visit.note)


def _passed(words: Words, dice: Dice) -> str:
    return dice.pick(words.visit_passed).format(n=dice.whole(1, 3))
