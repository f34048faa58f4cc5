"""The exposure column: each item and its issue, days until it was put right, beside like issues that were not shown."""

from __future__ import annotations

import numpy as np
import streamlit as st

from data.recording.exposures import Column, ExposureState, column_at
from geo.survival import Median
from ui import figures
from ui.behind import issues_link
from ui.markup import Html, tag
from ui.plain_table import plain_table
from ui.scene import Scene


def exposure_panel(scene: Scene) -> None:
    """The comparison first, then the items."""
    column = column_at(scene.snapshot, scene.whole)
    star = "*" if any(item.exposure.synthetic for item in column.items) else ""
    st.html(tag("div", tag("h2", scene.say("books.exposures_title", n=len(column.items)), star), cls="xj-h"))
    if not column.items:
        st.html(tag("p", scene.say("books.exposures_none"), cls="xj-cap", role="status"))
        return
    boxes = (
        _median(scene, "books.exposed", column.comparison.exposed),
        _median(scene, "books.like", column.comparison.like),
    )
    st.html(tag("div", *boxes, cls="xj-rates"))
    st.html(tag("p", scene.say("books.like_note"), cls="xj-cap"))
    _items(scene, column)
    if star:
        st.html(tag("p", scene.say("books.exposures_synthetic"), cls="xj-note"))


def _median(scene: Scene, name: str, found: Median) -> Html:
    value = figures.NONE if found.median is None else scene.say("books.days", n=f"{found.median:.1f}")
    low = figures.NONE if found.low is None else f"{found.low:.1f}"
    high = scene.say("books.open_end") if found.high is None else f"{found.high:.1f}"
    n = scene.say("books.median_n", n=figures.count(found.n), done=figures.count(found.done))
    return tag(
        "div",
        tag("p", scene.say(name), cls="l"),
        tag("p", value, tag("em", scene.say("books.median_span", low=low, high=high)), cls="v"),
        tag("p", n, cls="s"),
    )


def _items(scene: Scene, column: Column) -> None:
    rows = np.array([item.row for item in column.items if item.row >= 0], np.int64)
    numbers = dict(zip(rows.tolist(), map(str, scene.snapshot.records.of(rows).number), strict=True))
    heads = ("item", "shown", "issue", "days", "like")
    head = tag("tr", *(tag("th", scene.say(f"books.head_{name}"), cls="n" if name in ("days", "like") else "")
                       for name in heads))  # fmt: skip
    body = [_item(scene, item, numbers.get(item.row, figures.NONE)) for item in column.items]
    st.html(plain_table(scene.say("books.exposures_label"), head, body, cls="small"))


def _item(scene: Scene, item: ExposureState, number: str) -> Html:
    shown = figures.table_moment(item.exposure.shown_at.astimezone(scene.zone))
    compared = item.compared
    days: object = figures.NONE
    like: object = figures.NONE
    if compared is not None:
        days = f"{compared.days:.1f}" if compared.closed else scene.say("books.still_open", n=f"{compared.days:.1f}")
        like = scene.say("books.like_n", n=len(compared.like), near=compared.near)
    return tag(
        "tr",
        tag("td", item.exposure.title),
        tag("td", shown, cls="k"),
        tag("td", issues_link(scene, scene.whole.register, number, issue=item.exposure.issue), cls="k"),
        tag("td", days, cls="n"),
        tag("td", like, cls="n"),
    )
