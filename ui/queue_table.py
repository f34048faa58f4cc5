"""The issues that wait in one queue, a page at a time: number, type, place, unit, deadline in working days, rework."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from data.bulk_acts import proposal
from data.issue_records import Details, Standing
from geo.clock import NEVER, from_us
from geo.history import endings_at
from geo.queues import ORDERS, Queue
from geo.selection import STAGES
from ui import figures
from ui.bulk_panel import chosen_issues, tick
from ui.case_link import case_link
from ui.due import due_words, left_words, told_to, working_days_left
from ui.markup import tag
from ui.names import road_name, subdistrict_name
from ui.record_table import Cell, Choice, Column, Record, group_cell, record_table
from ui.scene import Scene
from ui.who import unit_name

PAGE_ROWS = 20
_RIGHT = frozenset({"left", "rework"})


def queue_table(scene: Scene, queue: Queue, rows: NDArray[np.intp], *, can_choose: bool) -> None:
    """The table, its order and its pages; a row leads to its case."""
    if not len(rows):
        st.html(tag("p", scene.say(f"work.empty_{queue.code}"), cls="xj-say good", role="status"))
        return
    pages = -(-len(rows) // PAGE_ROWS)
    key = f"work-page-{queue.code}"
    page = min(int(st.session_state.get(key) or 1), pages)
    first = (page - 1) * PAGE_ROWS
    shown = rows[first : first + PAGE_ROWS]
    details = scene.snapshot.records.of(shown)
    names = ("number", "type", "place", "unit", "due", "left", "rework")
    choice = None
    if can_choose:
        versions = dict(zip(details.id.tolist(), details.version.tolist(), strict=True))
        choice = Choice(
            frozenset(chosen_issues()),
            scene.say("work.tick_one", number="{number}"),
            scene.say("work.tick_page"),
            lambda seen, ticked: tick(versions, seen, ticked),
        )
    record_table(
        f"work-{queue.code}",
        [Column(scene.say(f"work.column_{name}"), "right" if name in _RIGHT else "", name) for name in names],
        _records(scene, queue, shown, details),
        picks="issue",
        label=scene.say(f"work.queue_{queue.code}"),
        stacked=True,
        choice=choice,
    )
    _foot(scene, key, first, len(shown), len(rows), pages)


def _foot(scene: Scene, key: str, first: int, shown: int, total: int, pages: int) -> None:
    with st.container(key="tablefoot", horizontal=True, vertical_alignment="center"):
        line = scene.say(
            "explore.rows",
            first=figures.count(first + 1),
            last=figures.count(first + shown),
            n=figures.count(total),
        )
        st.html(tag("p", line, cls="xj-cap"), width="content")
        st.selectbox(
            scene.say("explore.order"),
            ORDERS,
            key="work-order",
            label_visibility="collapsed",
            width=190,
            format_func=lambda code: scene.say(f"work.order_{code}"),
        )
        st.space("stretch")
        if pages > 1:
            st.pagination(pages, key=key)


def _records(scene: Scene, queue: Queue, rows: NDArray[np.intp], details: Details) -> list[Record]:
    due_us = scene.table.due_us[rows]
    left = working_days_left(scene, due_us)
    rework = endings_at(scene.snapshot.history, rows, scene.as_of_us).rework.tolist()
    standings, told = scene.snapshot.records.standings(rows), told_to(scene, rows)
    records = []
    for at, row in enumerate(rows.tolist()):
        cells = (
            Cell(
                str(details.number[at]),
                symbol=STAGES[max(int(scene.stages[row]), 0)].value,
                href=case_link(scene, str(details.id[at])),
            ),
            _type_cell(scene, row),
            _place_cell(scene, row),
            _unit_cell(scene, row),
            _due_cell(scene, int(due_us[at]), standings[at]),
            Cell(
                left_words(scene, int(due_us[at]), left[at]),
                small=told[at],
                tone="late" if due_us[at] != NEVER and due_us[at] < scene.as_of_us else "",
            ),
            Cell(figures.count(rework[at]) if rework[at] else figures.NONE, tone="" if rework[at] else "soft"),
        )
        records.append(Record(str(details.id[at]), cells))
    return records


def _type_cell(scene: Scene, row: int) -> Cell:
    kind = scene.city.catalogue.types[int(scene.table.type[row])]
    return group_cell(scene, kind.group, scene.name(kind.name))


def _place_cell(scene: Scene, row: int) -> Cell:
    table, city = scene.table, scene.city
    area, segment = int(table.subdistrict[row]), int(table.segment[row])
    road = ""
    if city.roads is not None:
        road = road_name(scene, city.roads.road_codes[int(city.roads.road[segment])] if segment >= 0 else "-")
    return Cell(subdistrict_name(scene, city.areas.codes[area] if area >= 0 else "-"), small=road)


def _unit_cell(scene: Scene, row: int) -> Cell:
    """The unit that it is assigned to; else the one that the rules propose, with the rule."""
    department = int(scene.table.department[row])
    if department >= 0:
        return Cell(unit_name(scene, str(scene.table.departments[department])))
    found = proposal(scene.snapshot, row, scene.table)
    if found.unit is None:
        return Cell(scene.say("organisation.uncovered"), tone="soft")
    return Cell(unit_name(scene, found.unit), small=scene.say("work.by_rule", n=found.number), tone="soft")


def _due_cell(scene: Scene, due_us: int, standing: Standing) -> Cell:
    if standing.deferred_until_us is None:
        return Cell(due_words(scene, due_us))
    until = from_us(standing.deferred_until_us)
    assert until is not None
    at = scene.when(until)
    back = standing.deferred_until_us <= scene.as_of_us
    return Cell(due_words(scene, due_us), small=scene.say("work.is_back" if back else "work.deferred_until", at=at))
