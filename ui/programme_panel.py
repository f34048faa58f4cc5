"""A survey or programme: what each round found in which class and subdistrict, and progress against an even pace."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from data.documents.programme_book import Programme
from data.recording.programmes import ProgrammeState, programme_state
from layers.tokens import tokens
from ui import address, figures
from ui.behind import issues_link
from ui.markup import Html, tag
from ui.names import subdistrict_name
from ui.plain_table import plain_table
from ui.scene import Scene


def programme_panel(scene: Scene, programme: Programme) -> None:
    """Rounds, classes, subdistricts; progress where a day is set."""
    state = programme_state(scene.snapshot, programme, scene.campaign, scene.filter.as_of)
    register = scene.campaign.register(programme.register)
    shown = register.rectified_published or address.view("splits") == "1"
    star = "*" if programme.synthetic else ""
    title = tag("h2", scene.name(programme.name), star)
    st.html(tag("div", title, tag("small", scene.name(register.note)), cls="xj-h"))
    _line(scene, state, shown)
    if state.progress and shown:
        _progress(scene, state)
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(_by_type(scene, state, shown))
    with right:
        st.html(_by_subdistrict(scene, state, shown))
    notes = [scene.say("books.programme_note")]
    if star:
        notes.append(scene.say("books.programme_synthetic"))
    if not shown:
        notes.append(scene.say("books.splits_hidden"))
    st.html(tag("p", " ".join(notes), cls="xj-note"))


def _line(scene: Scene, state: ProgrammeState, shown: bool) -> None:
    programme = state.programme
    found = issues_link(scene, programme.register, figures.count(state.found))
    words: list[object] = [scene.say("books.found"), " ", tag("b", found)]
    if shown:
        rate = figures.rate(state.closed, state.found, scene.language)
        words += [" · ", scene.say("books.done", n=figures.count(state.closed), rate=rate)]
        words += [" · ", scene.say("books.left", n=figures.count(state.found - state.closed))]
    rounds = state.table.found.sum(axis=(1, 2))
    for at, entry in enumerate(programme.rounds):
        days = figures.day_range(entry.first, entry.last, scene.language)
        words += [" · ", scene.say("books.round", number=entry.number, days=days, n=figures.count(int(rounds[at])))]
    if rounds[-1]:
        words += [" · ", scene.say("books.outside_rounds", n=figures.count(int(rounds[-1])))]
    st.html(tag("p", *words, cls="xj-sum"))


def _progress(scene: Scene, state: ProgrammeState) -> None:
    colours = (tokens()["sequential"][scene.theme][3], tokens()["color"][scene.theme]["text3"])
    names = (scene.say("books.done_so_far"), scene.say("books.even_pace"))
    rows = [
        {"day": f"{step.day.isoformat()}T00:00:00Z", "n": value, "kind": kind}
        for step in state.progress
        for kind, value in zip(names, (step.done, round(step.even_pace, 1)), strict=True)
    ]
    written = "%-m月%-d日" if scene.language == "zh-CN" else "%-d %b"
    dashes = {"field": "kind", "type": "nominal", "scale": {"domain": names, "range": [[1, 0], [5, 4]]}, "legend": None}
    encoding: dict[str, Any] = {
        "x": {"field": "day", "type": "temporal", "scale": {"type": "utc"}, "title": None, "axis": {"format": written}},
        "y": {"field": "n", "type": "quantitative", "title": None, "scale": {"domain": [0, state.found]}},
        "color": {
            "field": "kind",
            "type": "nominal",
            "scale": {"domain": names, "range": colours},
            "legend": {"title": None, "orient": "top"},
        },
        "strokeDash": dashes,
        "tooltip": [
            {"field": "kind", "type": "nominal", "title": " "},
            {"field": "n", "type": "quantitative", "title": scene.say("record.unit_issues")},
        ],
    }
    chart = {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": encoding,
        "height": 180,
        "background": "transparent",
    }
    last = state.progress[-1]
    sentence = scene.say("books.progress_label", done=last.done, total=last.total, pace=f"{last.even_pace:.0f}")
    st.vega_lite_chart(spec=chart, width="stretch", alt=sentence)
    st.html(tag("p", sentence, cls="xj-cap"))


def _by_type(scene: Scene, state: ProgrammeState, shown: bool) -> Html:
    types = scene.city.catalogue.types
    found, closed = state.table.found.sum(axis=2), state.table.closed.sum(axis=(0, 2))
    order = np.argsort(-found.sum(axis=0), kind="stable")
    rows = []
    for at in order.tolist():
        if found[:, at].sum():
            assumed = tag("small", " ", scene.say("books.assumed_class")) if types[at].assumed else ""
            name = tag("span", scene.name(types[at].name), assumed)
            rows.append(_row(scene, name, found[:, at], int(closed[at]), state, shown))
    return _table(scene, "books.by_class", rows, state, shown)


def _by_subdistrict(scene: Scene, state: ProgrammeState, shown: bool) -> Html:
    found, closed = state.table.found.sum(axis=1), state.table.closed.sum(axis=(0, 1))
    names = [*scene.city.areas.codes, "-"]
    order = np.argsort(-found.sum(axis=0), kind="stable")
    rows = [
        _row(scene, subdistrict_name(scene, names[at]), found[:, at], int(closed[at]), state, shown)
        for at in order.tolist()
        if names[at] != "-" or found[:, at].sum()
    ]
    return _table(scene, "books.by_subdistrict", rows, state, shown)


def _row(scene: Scene, name: object, found: np.ndarray, closed: int, state: ProgrammeState, shown: bool) -> Html:
    rounds = len(state.programme.rounds)
    cells = [tag("td", figures.count(int(found[at])), cls="n") for at in range(rounds)] if rounds > 1 else []
    total = int(found.sum())
    cells.append(tag("td", tag("b", figures.count(total)), cls="n"))
    if shown:
        cells.append(tag("td", figures.count(closed), cls="n"))
    return tag("tr", tag("td", name), *cells)


def _table(scene: Scene, label: str, rows: list[Html], state: ProgrammeState, shown: bool) -> Html:
    rounds = state.programme.rounds
    heads = [scene.say("books.round_head", number=entry.number) for entry in rounds] if len(rounds) > 1 else []
    heads.append(scene.say("books.all_rounds"))
    if shown:
        heads.append(scene.say("books.closed_head"))
    head = tag("tr", tag("th", scene.say(label)), *(tag("th", text, cls="n") for text in heads))
    return plain_table(scene.say(label), head, rows, cls="small")
