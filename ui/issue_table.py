"""The planner's table: the issues of the filter, a page at a time, with what a row needs to be judged."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from data.issue_records import Details
from geo.clock import NEVER, from_us
from geo.counting import first_by
from geo.history import endings_at
from geo.selection import OVERDUE, STAGES
from ui import address, figures
from ui.case_link import case_link
from ui.kept import kept
from ui.markup import tag
from ui.names import road_name, subdistrict_name, two_names
from ui.record_table import Cell, Column, Record, group_cell, record_table
from ui.scene import Scene

PAGE_ROWS = 20
ORDERS = ("newest", "oldest", "overdue", "number")
_DAY_US = 86_400_000_000


def issue_table(scene: Scene) -> None:
    """Order, table, page numbers, and which rows of how many are shown."""
    total = scene.meant
    if not total:
        return
    order = st.session_state.get("table-order") or ORDERS[0]
    filter_hash = sha256(repr((scene.pairs(), order)).encode()).hexdigest()[:12]
    pages = -(-total // PAGE_ROWS)
    page = min(int(st.session_state.get(f"page-{filter_hash}", 1)), pages)
    shown = _ordered(scene, order, page)
    record_table(
        "issues",
        _columns(scene),
        _records(scene, shown),
        picks="issue",
        label=scene.say("explore.table_label"),
        selected=address.view("issue"),
    )
    with st.container(key="tablefoot", horizontal=True, vertical_alignment="center"):
        first = (page - 1) * PAGE_ROWS + 1
        line = scene.say(
            "explore.rows",
            first=figures.count(first),
            last=figures.count(first + len(shown) - 1),
            n=figures.count(total),
        )
        st.html(tag("p", line, cls="xj-cap"), width="content")
        st.selectbox(
            scene.say("explore.order"),
            ORDERS,
            key="table-order",
            label_visibility="collapsed",
            width=180,
            format_func=lambda code: scene.say(f"explore.order_{code}"),
        )
        st.space("stretch")
        if pages > 1:
            st.pagination(pages, key=f"page-{filter_hash}")


def _ordered(scene: Scene, order: str, page: int) -> NDArray[np.intp]:
    """The rows of one page."""
    stop = page * PAGE_ROWS
    first = kept(scene.snapshot, ("page", scene.filter, order, stop), lambda: _first(scene, order, stop))
    return first[stop - PAGE_ROWS :]


def _first(scene: Scene, order: str, stop: int) -> NDArray[np.intp]:
    """The first `stop` rows in an order, without putting the others in order."""
    rows, table = np.flatnonzero(scene.mask), scene.table
    if order == "number":
        ordered = scene.snapshot.by_number
        return ordered[scene.mask[ordered]][:stop]
    reported = table.reported_us[rows]
    if order == "oldest":  # the reverse of the newest, those of one moment too
        return first_by(reported[::-1], rows[::-1], stop)
    if order == "overdue":
        late = np.flatnonzero(scene.stages[rows] == OVERDUE)
        late = late[np.argsort(-reported[late], kind="stable")]
        overdue = rows[late[np.argsort(table.due_us[rows[late]], kind="stable")]][:stop]
        others = np.flatnonzero(scene.stages[rows] != OVERDUE)
        rest = first_by(reported[others], rows[others], stop - len(overdue), descending=True)
        return np.concatenate([overdue, rest])
    return first_by(reported, rows, stop, descending=True)


def _columns(scene: Scene) -> list[Column]:
    names = ["issue", "reported", "type", "code", "subdistrict"]
    if scene.city.roads is not None:
        names += ["road", "to_road"]
    names += ["status", "age", "datum", "record", "case"]
    right = {"to_road", "age"}
    return [Column(scene.say(f"explore.column_{name}"), "right" if name in right else "") for name in names]


def _records(scene: Scene, rows: NDArray[np.intp]) -> list[Record]:
    details = scene.snapshot.records.of(rows)
    closed_us = endings_at(scene.snapshot.history, rows, scene.as_of_us).closed_us
    return [
        Record(str(details.id[at]), _cells(scene, row, details, at, int(closed_us[at])))
        for at, row in enumerate(rows.tolist())
    ]


def _cells(scene: Scene, row: int, details: Details, at: int, closed_us: int) -> tuple[Cell, ...]:
    table, city = scene.table, scene.city
    stage = STAGES[int(scene.stages[row])]
    kind = city.catalogue.types[int(table.type[row])]
    reported = from_us(int(table.reported_us[row]))
    area = int(table.subdistrict[row])
    cells = [
        Cell(str(details.number[at])),
        Cell(figures.table_moment(reported and reported.astimezone(scene.zone))),
        group_cell(scene, kind.group, scene.name(kind.name)),
        Cell(kind.code),
        Cell(*two_names(subdistrict_name(scene, city.areas.codes[area] if area >= 0 else "-", both=True))),
    ]
    if city.roads is not None:
        segment = int(table.segment[row])
        if segment >= 0:
            code = city.roads.road_codes[int(city.roads.road[segment])]
            cells += [Cell(*two_names(road_name(scene, code, both=True))), Cell(f"{details.distance_m[at]:.0f}")]
        else:
            cells += [Cell(figures.NONE), Cell(f"> {city.snap_limit_m:.0f}")]
    duplicate = scene.say("explore.duplicate") if table.duplicate[row] else ""
    cells += [
        Cell(scene.say(f"core.stage_{stage.value}"), symbol=stage.value, small=duplicate),
        Cell(_age(scene, int(table.reported_us[row]), closed_us)),
        Cell(_datum(str(details.source_datum[at]))),
        Cell(scene.say("core.synthetic"), hatch=True) if table.synthetic[row] else Cell(scene.say("core.real")),
        Cell(scene.say("case.open_case"), href=case_link(scene, str(details.id[at]))),
    ]
    return tuple(cells)


def _age(scene: Scene, reported: int, closed: int) -> str:
    """Days from the report until now, or until it was closed."""
    days = ((closed if closed != NEVER else scene.as_of_us) - reported) / _DAY_US
    text = f"{days:,.0f}" if days >= 1 else f"{max(days, 0):.1f}"
    return scene.say("explore.closed_in", n=text) if closed != NEVER else text


def _datum(source: str) -> str:
    names = {"wgs84": "WGS-84", "gcj02": "GCJ-02", "bd09": "BD-09", "cgcs2000": "CGCS2000"}
    name = names.get(source, source.upper())
    return name if name == "WGS-84" else f"{name} → WGS-84"
