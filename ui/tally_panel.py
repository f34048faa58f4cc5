"""One tally as its entries: their sum beside the published figure, by period, by unit, each entry; and one more."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from data.documents.tally_book import BOUNDS, TALLIES, entry_id
from data.recording.tallies import TallyState, enter_tally
from geo.campaign import Bound
from geo.permissions import Action
from geo.tally import Sum, TallyEntry, by_unit, overlapping, trend
from layers.tokens import tokens
from ui import figures
from ui.markup import Html, tag
from ui.names import subdistrict_name
from ui.notes import origin
from ui.plain_table import plain_table
from ui.saying import said, say, tried, who
from ui.scene import Scene, open_scene

_ID = "entry-id"
_FIRST_ROWS = 12


def tally_panel(scene: Scene, state: TallyState) -> None:
    """Sum, trend, units and entries on the left; the form of an entry on the right."""
    star = "*" if state.synthetic else ""
    title = tag("h2", scene.name(state.published.name), star)
    st.html(tag("div", title, tag("small", scene.name(state.published.note)), cls="xj-h"))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _sum(scene, state)
        if not state.entries:
            st.html(tag("p", scene.say("books.no_entries"), cls="xj-cap", role="status"))
        else:
            _trend(scene, state)
            _entries(scene, state)
    with right:
        if state.entries:
            _units(scene, state)
        if scene.may(Action.MANAGE_CAMPAIGN):
            _form(scene, state)


def bounded_sum(scene: Scene, found: Sum) -> Html:
    """A sum in published words: one figure, or two side by side."""
    parts = (figures.bounded(value, bound, scene.language) for value, bound in found.figures)
    return tag("b", scene.say("core.and").join(parts))


def unit_name(scene: Scene, unit: str) -> str:
    """What a unit is called: the city and its subdistricts by their names, any other by its own."""
    if unit == scene.city.code:
        return scene.name(scene.city.name)
    return subdistrict_name(scene, unit) if unit in scene.city.areas.index else unit


def _sum(scene: Scene, state: TallyState) -> None:
    published = figures.bounded(state.published.value, state.published.bound, scene.language)
    words: list[object] = [scene.say("books.published", figure=published, unit=scene.name(state.published.unit))]
    if state.entries:
        words += [
            " · ",
            scene.say("books.sum_of", n=figures.count(len(state.entries))),
            " ",
            bounded_sum(scene, state.sum),
        ]
        verdict = scene.say("record.same" if state.agrees else "books.disagrees")
        words += [" ", tag("span", "✓ " if state.agrees else "", verdict, cls="ok" if state.agrees else "off")]
    st.html(tag("p", *words, cls="xj-sum"))
    st.html(tag("p", scene.say("books.adding_rule"), cls="xj-cap"))
    twice = overlapping(state.entries)
    if twice:
        st.html(tag("p", scene.say("books.twice", n=len(twice), unit=twice[0][0].unit), cls="xj-say bad", role="alert"))


def _trend(scene: Scene, state: TallyState) -> None:
    rows = [
        {
            "day": f"{period.first.isoformat()}T00:00:00Z",
            "n": period.sum.total,
            "says": figures.day_range(period.first, period.last, scene.language),
        }
        for period in trend(state.entries)
        if period.sum.total
    ]
    if not rows:
        return
    mark = {"type": "bar", "color": tokens()["sequential"][scene.theme][2], "width": {"band": 0.7}}
    written = "%-m月%-d日" if scene.language == "zh-CN" else "%-d %b"
    encoding: dict[str, Any] = {
        "x": {
            "field": "day",
            "type": "ordinal",
            "timeUnit": {"unit": "utcyearmonthdate"},
            "title": None,
            "axis": {"format": written, "labelOverlap": True, "labelAngle": 0},
        },
        "y": {"field": "n", "type": "quantitative", "title": None, "axis": {"tickCount": 4, "format": ",d"}},
        "tooltip": [
            {"field": "says", "type": "nominal", "title": scene.say("books.period")},
            {"field": "n", "type": "quantitative", "format": ",d", "title": scene.name(state.published.unit)},
        ],
    }
    chart = {"data": {"values": rows}, "mark": mark, "encoding": encoding, "height": 180, "background": "transparent"}
    sentence = scene.say("books.trend_label", name=scene.name(state.published.name))
    st.vega_lite_chart(spec=chart, width="stretch", alt=sentence)
    st.html(tag("p", scene.say("books.trend_note"), cls="xj-cap"))


def _units(scene: Scene, state: TallyState) -> None:
    value = scene.say("books.value", unit=scene.name(state.published.unit))
    head = tag("tr", tag("th", scene.say("books.unit")), tag("th", value, cls="n"))
    rows = [
        tag("tr", tag("td", unit_name(scene, unit)), tag("td", bounded_sum(scene, found), cls="n"))
        for unit, found in by_unit(state.entries)
    ]
    st.html(plain_table(scene.say("books.by_unit"), head, rows, cls="small"))


def _entries(scene: Scene, state: TallyState) -> None:
    ordered = sorted(state.entries, key=lambda entry: (entry.last, entry.first, entry.unit), reverse=True)
    unfolded = bool(st.session_state.get("entries-all"))
    shown = ordered if unfolded else ordered[:_FIRST_ROWS]
    heads = ("unit", "period", "reported", "kind")
    head = tag(
        "tr", *(tag("th", scene.say(f"books.head_{name}"), cls="n" if name == "reported" else "") for name in heads)
    )
    st.html(plain_table(scene.say("books.entries"), head, [_entry(scene, entry) for entry in shown], cls="small"))
    if len(ordered) > _FIRST_ROWS:
        label = "core.show_fewer" if unfolded else "core.show_all"
        n = figures.count(_FIRST_ROWS if unfolded else len(ordered))
        st.button(scene.say(label, n=n), key="entries-more", type="tertiary", on_click=_unfold)


def _unfold() -> None:
    st.session_state["entries-all"] = not st.session_state.get("entries-all")


def _entry(scene: Scene, entry: TallyEntry) -> Html:
    note = tag("small", entry.note, cls="d") if entry.note else ""
    return tag(
        "tr",
        tag("td", unit_name(scene, entry.unit), note),
        tag("td", figures.day_range(entry.first, entry.last, scene.language)),
        tag("td", figures.bounded(entry.value, entry.bound, scene.language), cls="n"),
        tag("td", origin(scene, entry.synthetic)),
    )


def _form(scene: Scene, state: TallyState) -> None:
    st.html(tag("div", tag("h3", scene.say("books.enter")), cls="xj-h"))
    said("entry")
    st.session_state.setdefault(_ID, str(uuid.uuid4()))
    units: Sequence[str] = sorted({entry.unit for entry in state.entries} - {scene.city.code}) or list(
        scene.city.areas.codes
    )
    st.selectbox(
        scene.say("books.unit"),
        units,
        index=None,
        key="entry-unit",
        accept_new_options=True,
        placeholder=scene.say("books.unit_hint"),
        format_func=lambda unit: unit_name(scene, unit),
    )
    today = scene.moment.date()
    first, last = st.columns(2, gap="small")
    first.date_input(scene.say("books.first"), today, key="entry-first", format="YYYY-MM-DD")
    last.date_input(scene.say("books.last"), today, key="entry-last", format="YYYY-MM-DD")
    value, bound = st.columns(2, gap="small")
    value.number_input(scene.say("books.value", unit=scene.name(state.published.unit)), 0, 10**9, 0, key="entry-value")
    bound.selectbox(
        scene.say("books.bound"),
        BOUNDS,
        key="entry-bound",
        format_func=lambda code: scene.say(f"core.bound_{code}_word"),
    )
    st.text_input(scene.say("books.note"), key="entry-note", max_chars=400)
    st.button(scene.say("books.send"), key="entry-send", type="primary", on_click=_send, args=(state.published.code,))
    st.html(tag("p", scene.say("books.enter_note"), cls="xj-cap"))


def _send(code: str) -> None:
    """Put the entry once: the UUID in the session makes a second click the same entry; one of the same unit and first
    day is corrected."""
    scene, state = open_scene(), st.session_state
    unit, first, last = state.get("entry-unit"), state.get("entry-first"), state.get("entry-last")
    if not unit or not isinstance(first, date) or not isinstance(last, date):
        say("entry", scene.say("books.missing"), good=False)
        return
    if last < first:
        say("entry", scene.say("books.backwards"), good=False)
        return
    chosen: Bound = next(known for known in BOUNDS if known == state["entry-bound"])
    entry = TallyEntry(
        "", code, str(unit), first, last, int(state["entry-value"]), chosen, note=state["entry-note"] or ""
    )
    before = scene.snapshot.documents.document(TALLIES, entry_id(code, entry.unit, first))
    version = 0 if before is None else before.version
    receipt = tried(
        scene,
        "entry",
        lambda: enter_tally(
            scene.runtime, scene.snapshot, entry, version=version, client_uuid=str(state[_ID]), actor=who(scene)
        ),
        action=Action.MANAGE_CAMPAIGN,
    )
    if receipt is None:
        state.pop(_ID, None)
        return
    figure = figures.bounded(entry.value, entry.bound, scene.language)
    say("entry", scene.say("books.entered" if version == 0 else "books.corrected", unit=unit_name(scene, entry.unit),
                           figure=figure))  # fmt: skip
    for key in (_ID, "entry-value", "entry-note"):
        state.pop(key, None)
