"""Random draws: what was announced with which commitment, what was drawn, and what the findings say of the whole."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from data.documents.draw_book import DrawRecord
from data.inspecting.draw_results import findings, result_of
from data.inspecting.drawing import draws_of
from geo.permissions import Action
from geo.sampling import Estimate
from geo.selection import select_points
from ui import address, figures
from ui.draw_forms import WHICH, announcing, checking, drawing, may_draw
from ui.markup import Html, tag
from ui.names import entry_name, subdistrict_name
from ui.record_table import Cell, Column, Record, record_table
from ui.saying import said
from ui.scene import Scene

_FIRST_ROWS = 8


def draw_panel(scene: Scene) -> None:
    """The draws there are, the one that is chosen, and a form for a new one."""
    draws = draws_of(scene.snapshot)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(tag("div", tag("h2", scene.say("inspections.draw_title")), cls="xj-h"), width="content")
        st.space("stretch")
        if may_draw(scene):
            with st.popover(scene.say("inspections.draw_new"), icon=":material/casino:"):
                announcing(scene)
    said("draw")
    if not draws:
        st.html(tag("p", scene.say("inspections.draw_none"), cls="xj-cap", role="status"))
        return
    by_id = {record.id: record for record in draws}
    if st.session_state.get(WHICH) not in by_id:
        st.session_state[WHICH] = draws[0].id
    st.selectbox(
        scene.say("inspections.draw_which"),
        list(by_id),
        key=WHICH,
        label_visibility="collapsed",
        format_func=lambda name: _called(scene, by_id[name]) if name in by_id else name,
    )
    record = by_id[str(st.session_state[WHICH])]
    found = findings(scene.snapshot, record, scene.filter.as_of)
    _facts(scene, record)
    if record.state == "announced":
        if may_draw(scene):
            drawing(scene, record)
        return
    _result(scene, record, result_of(record, found))
    _sample(scene, record, found)
    if record.subject == "issues" and scene.may(Action.INSPECT):
        checking(scene, record, [name for name, _ in _seen(scene, record) if name not in found])


def _called(scene: Scene, record: DrawRecord) -> str:
    at = scene.when(record.as_of)
    state = scene.say(f"inspections.draw_{record.state}")
    return " · ".join(part for part in (record.title or record.id, at, state) if part)


def _facts(scene: Scene, record: DrawRecord) -> None:
    """What anyone needs to repeat the draw."""
    size = figures.count(sum(record.sizes.values()))
    what = scene.say(f"inspections.subject_{record.subject}")
    rows = [
        ("draw_frame", scene.say("inspections.draw_frame_line", what=what, size=size, strata=len(record.sizes),
                                 by=scene.say(f"inspections.by_{record.by}"), n=record.n)),
        ("draw_frame_hash", tag("code", record.frame_hash)),
        ("draw_commitment", tag("code", record.commitment)),
    ]  # fmt: skip
    if record.drawn_at is not None:
        at = figures.table_moment(record.drawn_at.astimezone(scene.zone))
        word = record.word or scene.say("inspections.draw_no_word")
        rows += [("draw_seed", tag("code", record.seed)), ("draw_word", word), ("draw_at", at)]
    cells = (Html(tag("dt", scene.say(f"inspections.{key}")) + tag("dd", value)) for key, value in rows)
    st.html(tag("dl", *cells, cls="xj-facts"))
    link: object = ""
    if scene.filter.within.is_whole:
        link = tag("a", scene.say("inspections.draw_frame_link"), cls="xj-link", href=f"/api/draws/{record.id}/frame")
    st.html(tag("div", link, tag("small", scene.say("inspections.draw_rule")), cls="xj-links left"))


def _result(scene: Scene, record: DrawRecord, found: Estimate) -> None:
    checked = scene.say("inspections.draw_checked", n=found.checked, drawn=found.drawn, good=found.good)
    if found.share is None or found.low is None or found.high is None:
        words: list[object] = [checked, " ", scene.say("inspections.draw_too_few")]
    else:
        share = figures.percent(found.share, 1.0)
        span = scene.say("situation.interval", span=figures.interval(found.low, found.high))
        how = scene.say(f"inspections.method_{found.method}", n=f"{found.effective:.1f}")
        words = [tag("b", share), " ", span, tag("small", checked, " · ", how, cls="d")]
    what = scene.say(f"inspections.share_{record.subject}", size=figures.count(found.size))
    st.html(tag("div", tag("p", what, cls="l"), tag("p", *words, cls="s"), cls="xj-share"))


def _sample(scene: Scene, record: DrawRecord, found: Mapping[str, bool]) -> None:
    unfolded = bool(st.session_state.get("draw-all"))
    mine = _seen(scene, record)
    shown = mine if unfolded else mine[:_FIRST_ROWS]
    columns = [Column(scene.say(f"inspections.column_{name}")) for name in ("drawn", "found", "stratum")]
    record_table(
        "drawn",
        columns,
        [_record(scene, record, name, stratum, found.get(name)) for name, stratum in shown],
        picks="point" if record.subject == "points" else "issue",
        label=scene.say("inspections.drawn_label"),
        selected=address.view("point"),
        dense=True,
    )
    if len(mine) > _FIRST_ROWS:
        label = "core.show_fewer" if unfolded else "core.show_all"
        n = figures.count(_FIRST_ROWS if unfolded else len(mine))
        st.button(scene.say(label, n=n), key="draw-more", type="tertiary", on_click=_unfold)


def _seen(scene: Scene, record: DrawRecord) -> list[tuple[str, str]]:
    """What the reader may see of what was drawn."""
    snapshot = scene.snapshot
    if record.subject == "points":
        mask = select_points(snapshot.points, scene.city, scene.whole)
        return [pair for pair in record.drawn if mask[snapshot.point_row(pair[0])]]
    rows = snapshot.rows_of([name for name, _ in record.drawn])
    mine = rows[scene.sees(rows)] if len(rows) else rows
    known = set(snapshot.records.of(mine).id) if len(mine) else set()
    return [pair for pair in record.drawn if pair[0] in known]


def _unfold() -> None:
    st.session_state["draw-all"] = not st.session_state.get("draw-all")


def _record(scene: Scene, record: DrawRecord, name: str, stratum: str, holds: bool | None) -> Record:
    if holds is None:
        cell = Cell(scene.say("inspections.unchecked"), symbol="unvisited")
    else:
        words = scene.say(f"inspections.good_{record.subject}" if holds else f"inspections.bad_{record.subject}")
        cell = Cell(words, symbol="first_ok" if holds else "failing")
    if record.subject == "points":
        small = str(scene.snapshot.points.name[scene.snapshot.point_row(name)])
        return Record(name, (Cell(name, small=small), cell, Cell(_stratum(scene, record.by, stratum))))
    return Record(name, (Cell(name[:8]), cell, Cell(_stratum(scene, record.by, stratum))))


def _stratum(scene: Scene, by: str, stratum: str) -> str:
    if by == "none":
        return figures.NONE
    if stratum == "-":
        return scene.say("core.outside")
    return subdistrict_name(scene, stratum) if by == "subdistrict" else entry_name(scene, by, stratum)
