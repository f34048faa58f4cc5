"""The overdue issues and those that are due soon: whose each is, how many working days past due, and who is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from data.overdue_list import OverdueIssue, overdue_issues
from data.unit_work import UnitWork
from geo.asking import Asking
from geo.clock import from_us
from ui import address, figures
from ui.case_link import case_link
from ui.markup import tag
from ui.names import subdistrict_name
from ui.record_table import Cell, Column, Record, group_cell, record_table
from ui.scene import Scene

_MOST = 12


def overdue_table(scene: Scene, work: UnitWork) -> None:
    """By deadline, the earliest first; a click on a row opens the issue's card."""
    listed, total = overdue_issues(scene.snapshot, scene.filter, work, most=_MOST)
    title = scene.say("organisation.overdue_title", n=figures.count(total))
    st.html(tag("div", tag("h3", title), tag("small", scene.say("organisation.overdue_note")), cls="xj-h"))
    if not listed:
        st.html(tag("p", scene.say("organisation.overdue_none"), cls="xj-cap", role="status"))
        return
    details = scene.snapshot.records.of(np.array([entry.row for entry in listed], np.int64))
    askings = scene.runtime.askings(details.id.tolist(), as_of=scene.filter.as_of)
    heads = {"number": "number", "type": "type", "unit": "unit", "past": "past", "due": "due", "case": "case"}
    record_table(
        "overdue-issues",
        [
            Column(scene.say(f"organisation.column_{head}"), "right" if head == "past" else "", name)
            for head, name in heads.items()
        ],
        [
            Record(
                str(details.id[at]),
                (
                    Cell(str(details.number[at]), symbol="overdue"),
                    *_cells(scene, entry, askings.get(str(details.id[at]))),
                    Cell(scene.say("case.open_case"), href=case_link(scene, str(details.id[at]))),
                ),
            )
            for at, entry in enumerate(listed)
        ],
        picks="issue",
        label=title,
        selected=address.view("issue"),
        stacked=True,
        reveal="panel-overdue",
    )
    if total > len(listed):
        more = scene.say("organisation.more_wrong", n=len(listed), all=figures.count(total))
        st.html(tag("p", more, cls="xj-cap"))


def _cells(scene: Scene, entry: OverdueIssue, asking: Asking | None) -> tuple[Cell, ...]:
    table, city = scene.table, scene.city
    kind, area = city.catalogue.types[int(table.type[entry.row])], int(table.subdistrict[entry.row])
    due = from_us(entry.due_us)
    where = subdistrict_name(scene, city.areas.codes[area] if area >= 0 else "-")
    told = "" if entry.level is None else scene.say("organisation.told_to", to=scene.name(entry.level.to))
    asked = ""
    if asking is not None:
        until = scene.day(asking.until.astimezone(scene.zone).date())
        asked = scene.say("organisation.asked_until", until=until)
    unit = scene.say("organisation.uncovered") if entry.unit is None else scene.name(entry.unit.name)
    return (
        replace(group_cell(scene, kind.group, scene.name(kind.name)), small=where),
        Cell(unit, small=told),
        Cell(figures.count(entry.past_days), tone="late"),
        Cell(figures.NONE if due is None else scene.when(due), small=asked),
    )
