"""The lists of a bulletin: what is overdue and whose, what keeps coming back, what was shown, what was held."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from data.bulletins import Bulletin
from geo.clock import from_us
from geo.lifecycle import Stage
from ui import figures
from ui.agenda_panel import kind_name
from ui.behind import filter_link
from ui.case_link import case_link
from ui.markup import Html, tag
from ui.names import entry_name, subdistrict_name
from ui.notes import origin
from ui.plain_table import plain_table
from ui.scene import Scene
from ui.who import unit_label


def overdue_list(scene: Scene, found: Bulletin) -> None:
    """The first by deadline, with unit, working days past and who is told."""
    n = figures.count(found.all.overdue)
    title = scene.say("organisation.overdue_title", n=n)
    st.html(tag("div", tag("h3", title), tag("small", scene.say("reviews.by_deadline")), cls="xj-h"))
    if not found.overdue:
        st.html(tag("p", scene.say("organisation.overdue_none"), cls="xj-cap", role="status"))
        return
    numbers = _numbers(scene, [entry.row for entry in found.overdue])
    heads = ("number", "type", "place", "unit", "due", "past")
    head = tag(
        "tr",
        *(
            tag("th", scene.say(f"organisation.column_{name}"), scope="col", cls="n" if name == "past" else "")
            for name in heads
        ),
    )
    rows = []
    for entry, number in zip(found.overdue, numbers, strict=True):
        due = from_us(entry.due_us)
        unit = scene.say("organisation.uncovered") if entry.unit is None else unit_label(scene, entry.unit)
        told = "" if entry.level is None else tag("small", scene.name(entry.level.name), cls="d")
        rows.append(
            tag(
                "tr",
                *_issue_cells(scene, found, entry.row, number),
                tag("td", unit, told),
                tag("td", figures.table_moment(None if due is None else due.astimezone(scene.zone)), cls="k"),
                tag("td", tag("b", figures.count(entry.past_days)), cls="n off"),
            )
        )
    st.html(plain_table(title, head, rows, cls="small"))
    if found.all.overdue > len(found.overdue):
        asked = replace(found.chosen, stages=(Stage.OVERDUE.value,))
        link = filter_link(scene, asked, scene.say("reviews.all_overdue", n=n))
        st.html(tag("p", link, cls="xj-cap"))


def hard_cases(scene: Scene, found: Bulletin) -> None:
    """Open issues whose verification failed in the period."""
    title = scene.say("reviews.hard")
    st.html(tag("div", tag("h3", title), tag("small", scene.say("reviews.hard_note")), cls="xj-h"))
    if not found.hard:
        st.html(tag("p", scene.say("reviews.hard_none"), cls="xj-cap", role="status"))
        return
    numbers = _numbers(scene, [case.row for case in found.hard])
    heads = ("number", "type", "place")
    head = tag(
        "tr",
        *(tag("th", scene.say(f"organisation.column_{name}"), scope="col") for name in heads),
        tag("th", scene.say("reviews.came_back"), scope="col", cls="n"),
        tag("th", scene.say("reviews.in_all"), scope="col", cls="n"),
    )
    rows = [
        tag(
            "tr",
            *_issue_cells(scene, found, case.row, number),
            tag("td", figures.count(case.returned), cls="n"),
            tag("td", figures.count(case.in_all), cls="n"),
        )
        for case, number in zip(found.hard, numbers, strict=True)
    ]
    st.html(plain_table(title, head, rows, cls="small"))


def exposures_and_meetings(scene: Scene, found: Bulletin) -> None:
    """What the column showed, and what the calendar says was held."""
    title = scene.say("reviews.shown", n=figures.count(len(found.exposures)))
    st.html(tag("div", tag("h3", title), cls="xj-h"))
    if found.exposures:
        head = tag(
            "tr", *(tag("th", scene.say(f"books.head_{name}"), scope="col") for name in ("item", "shown", "kind"))
        )
        rows = [
            tag(
                "tr",
                tag("td", item.title),
                tag("td", figures.table_moment(item.shown_at.astimezone(scene.zone)), cls="k"),
                tag("td", origin(scene, item.synthetic)),
            )
            for item in found.exposures
        ]
        st.html(plain_table(title, head, rows, cls="small"))
    else:
        st.html(tag("p", scene.say("reviews.none_shown"), cls="xj-cap"))
    held = [
        tag("li", "" if entry.day is None else f"{entry.day.isoformat()} ", tag("b", kind_name(scene, entry.kind)),
            f" {entry.title}" if entry.title else "", " ", tag("small", origin(scene, entry.synthetic)))
        for entry in found.meetings
    ]  # fmt: skip
    st.html(tag("div", tag("h3", scene.say("reviews.held", n=figures.count(len(held)))), cls="xj-h"))
    st.html(tag("ul", *held, cls="xj-list") if held else tag("p", scene.say("reviews.none_held"), cls="xj-cap"))


def _numbers(scene: Scene, rows: list[int]) -> list[str]:
    return [str(number) for number in scene.snapshot.records.of(np.array(rows, np.int64)).number]


def _issue_cells(scene: Scene, found: Bulletin, row: int, number: str) -> tuple[Html, ...]:
    """Number, type and place of an issue as it was at the cut-off."""
    table = scene.snapshot.issues_at(found.cut_off)
    issue_type, area = scene.city.catalogue.types[int(table.type[row])].code, int(table.subdistrict[row])
    place = subdistrict_name(scene, scene.city.areas.codes[area] if area >= 0 else "-")
    link = tag("a", number, href=case_link(scene, number), target="_self", cls="xj-behind")
    return tag("td", link, cls="k"), tag("td", entry_name(scene, "type", issue_type)), tag("td", place)
