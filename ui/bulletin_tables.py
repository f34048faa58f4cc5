"""The tables of a bulletin: the balance that adds up, and the same figures by unit, subdistrict and type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import streamlit as st

from data.bulletins import Bulletin
from geo.filter import IssueFilter
from geo.lifecycle import Stage
from geo.organisation import ASSIGNABLE
from geo.period_figures import Figures
from ui import figures
from ui.behind import filter_link
from ui.markup import Html, tag
from ui.names import entry_name, subdistrict_name
from ui.plain_table import plain_table
from ui.scene import OPEN_STAGES, Scene
from ui.who import unit_label

_MOST: Final = 20
_BALANCE: Final = (
    ("opening", ""),
    ("reported", "+"),
    ("closed", "−"),
    ("reopened", "+"),
    ("dropped", "−"),
    ("open", "="),
)


def balance(scene: Scene, found: Bulletin) -> None:
    """From what was open to what is: this period beside the one before; then deadlines, rework and points."""
    star = "*" if found.synthetic else ""
    note = scene.say("reviews.balance_note")
    st.html(tag("div", tag("h3", scene.say("reviews.balance"), star), tag("small", note), cls="xj-h"))
    names = ("this", "before")
    head = tag(
        "tr",
        tag("th", scene.say("reviews.figure"), scope="col"),
        *(tag("th", scene.say(f"reviews.{name}"), scope="col", cls="n") for name in names),
    )
    rows = [_balance_row(scene, found, name, sign) for name, sign in _BALANCE]
    rows += [
        _row(scene, "overdue", _overdue(scene, found), _before(found, lambda b: _of(scene, b.overdue, b.open))),
        _row(scene, "on_time", _rate(scene, found.all.on_time, found.all.due),
             _before(found, lambda b: _rate(scene, b.on_time, b.due))),
        _row(scene, "returned", figures.count(found.all.returned), _before(found, lambda b: figures.count(b.returned))),
    ]  # fmt: skip
    if found.points.points:
        points = found.points
        rows += [
            _row(scene, "first_visits", _rate(scene, points.first_compliant, points.first_visited), ""),
            _row(scene, "current", _rate(scene, points.current_compliant, points.visited), ""),
        ]
    st.html(plain_table(scene.say("reviews.balance"), head, rows, cls="small balance"))
    soon = scene.say("reviews.soon", n=figures.count(found.due_soon), hours=scene.city.escalation.due_soon_hours)
    levels = [
        f"{scene.name(level.name)} {figures.count(n)}"
        for level, n in zip(scene.city.escalation.levels, found.levels, strict=True)
    ]
    deferred = scene.say("reviews.deferred", n=figures.count(found.deferred))
    st.html(tag("p", " · ".join([soon, *levels, deferred]), cls="xj-cap"))


def unit_table(scene: Scene, found: Bulletin) -> None:
    """The units that were given issues, the most overdue first; what no rule covers last."""
    units = found.duties.organisation.units
    listed = [
        at
        for at, unit in enumerate(units)
        if unit.kind in ASSIGNABLE and _any(found.by_unit[at])
    ]  # fmt: skip
    listed.sort(key=lambda at: (-found.by_unit[at].overdue, -found.by_unit[at].open, -found.by_unit[at].reported, at))
    zero = sum(found.by_unit[at].overdue == 0 for at in listed)
    title = scene.say("reviews.units")
    note = scene.say("reviews.units_zero", zero=figures.count(zero), n=figures.count(len(listed)))
    st.html(tag("div", tag("h3", title), tag("small", note), cls="xj-h"))
    named = [(unit_label(scene, units[at]), found.by_unit[at]) for at in listed]
    if _any(found.by_unit[-1]):
        named.append((scene.say("organisation.uncovered"), found.by_unit[-1]))
    _table(scene, title, scene.say("organisation.head_unit"), named)


def subdistrict_table(scene: Scene, found: Bulletin) -> None:
    """Every subdistrict in the city's order; its reported and open issues lead to Explore."""
    codes = scene.city.areas.codes
    named = [(subdistrict_name(scene, code), entry) for code, entry in zip(codes, found.by_subdistrict, strict=False)]
    if _any(found.by_subdistrict[-1]):
        named.append((scene.say("core.outside"), found.by_subdistrict[-1]))
    title = scene.say("reviews.subdistricts")
    st.html(tag("div", tag("h3", title), cls="xj-h"))
    _table(scene, title, scene.say("reviews.subdistrict"), named)


def type_table(scene: Scene, found: Bulletin) -> None:
    """The types of which most were reported."""
    types = scene.city.catalogue.types
    order = sorted(range(len(types)), key=lambda at: (-found.by_type[at].reported, -found.by_type[at].open, at))
    named = [(entry_name(scene, "type", types[at].code), found.by_type[at]) for at in order if _any(found.by_type[at])]
    title = scene.say("reviews.types")
    st.html(tag("div", tag("h3", title), tag("small", scene.say("reviews.types_note")), cls="xj-h"))
    _table(scene, title, scene.say("reviews.type"), named)


def _table(scene: Scene, title: str, first: str, named: Sequence[tuple[str, Figures]]) -> None:
    if not named:
        st.html(tag("p", scene.say("reviews.nothing"), cls="xj-cap", role="status"))
        return
    names = ("reported", "closed", "open", "overdue", "on_time", "returned")
    head = tag(
        "tr",
        tag("th", first, scope="col"),
        *(tag("th", scene.say(f"reviews.short_{name}"), scope="col", cls="n") for name in names),
    )
    st.html(plain_table(title, head, [_figures(scene, name, entry) for name, entry in named[:_MOST]], cls="small"))
    if len(named) > _MOST:
        words = scene.say("reviews.more_rows", n=figures.count(len(named) - _MOST))
        st.html(tag("p", words, cls="xj-cap"))


def _figures(scene: Scene, name: str, entry: Figures) -> Html:
    late = tag("b", figures.count(entry.overdue)) if entry.overdue else figures.count(0)
    cells = (
        figures.count(entry.reported),
        figures.count(entry.closed),
        figures.count(entry.open),
        late,
        figures.fraction(entry.on_time, entry.due, scene.language) if entry.due else figures.NONE,
        figures.count(entry.returned),
    )
    alarm = {3} if entry.overdue else set()
    return tag(
        "tr", tag("td", name), *(tag("td", cell, cls="n off" if at in alarm else "n") for at, cell in enumerate(cells))
    )


def _balance_row(scene: Scene, found: Bulletin, name: str, sign: str) -> Html:
    value, before = getattr(found.all, name), None if found.before is None else getattr(found.before, name)
    shown: object = figures.count(value)
    if name == "open":
        shown = filter_link(scene, replace(found.chosen, stages=_stages(OPEN_STAGES)), figures.count(value))
    elif name == "reported":
        shown = filter_link(scene, reported_in(scene, found), figures.count(value))
    cells = (tag("b", sign, " ", shown), figures.NONE if before is None else f"{sign} {figures.count(before)}".strip())
    return _row(scene, name, *cells)


def reported_in(scene: Scene, found: Bulletin) -> IssueFilter:
    """What was reported in the period, as it stood at the cut-off."""
    until = found.cut_off + timedelta(microseconds=1)  # a filter's end is exclusive
    return replace(found.chosen, since=found.period.begin(scene.city.time_zone), until=until)


def _overdue(scene: Scene, found: Bulletin) -> object:
    shown = filter_link(scene, replace(found.chosen, stages=(Stage.OVERDUE.value,)), figures.count(found.all.overdue))
    return tag("span", shown, " ", tag("small", scene.say("reviews.of_open", n=figures.count(found.all.open))))


def _of(scene: Scene, part: int, whole: int) -> str:
    return figures.fraction(part, whole, scene.language)


def _rate(scene: Scene, part: int, whole: int) -> str:
    """A share with its denominator, which is said even where it is too small for a percentage."""
    if not whole:
        return figures.NONE
    fraction, rate = figures.fraction(part, whole, scene.language), figures.rate(part, whole, scene.language)
    return fraction if rate == fraction else f"{rate} ({fraction})"


def _row(scene: Scene, name: str, value: object, before: object) -> Html:
    label = tag("span", scene.say(f"reviews.{name}"), tag("small", scene.say(f"reviews.{name}_is"), cls="d"))
    return tag("tr", tag("td", label), tag("td", value, cls="n"), tag("td", before, cls="n"))


def _before(found: Bulletin, write: Callable[[Figures], str]) -> str:
    return figures.NONE if found.before is None else write(found.before)


def _any(entry: Figures) -> bool:
    return any((entry.reported, entry.closed, entry.open, entry.due, entry.returned, entry.opening))


def _stages(stages: Iterable[Stage]) -> tuple[str, ...]:
    return tuple(sorted(stage.value for stage in stages))
