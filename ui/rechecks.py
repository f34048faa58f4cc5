"""Which points are due for a recheck, how failed visits were followed, and whether surprise makes a difference."""

from __future__ import annotations

import numpy as np
import streamlit as st

from data.inspecting.checklists import recheck_terms
from geo.clock import from_us
from geo.recheck import Recheck, in_time, rechecks_due
from geo.selection import select_points
from geo.surprise import Gap, Mean, gaps_of_visits
from ui import address, figures
from ui.markup import Html, tag
from ui.plain_table import plain_table
from ui.record_table import Cell, Column, Record, record_table
from ui.scene import Scene

_MOST = 50


def rechecks(scene: Scene) -> None:
    """The points due, the most pressing first."""
    snapshot = scene.snapshot
    terms = recheck_terms(snapshot, scene.as_of.date())
    mask = select_points(snapshot.points, scene.city, scene.whole)
    due = [entry for entry in rechecks_due(snapshot.visits, scene.as_of_us, terms) if mask[entry.point]]
    late = sum(entry.overdue(scene.as_of_us) for entry in due)
    title = tag("h2", scene.say("inspections.rechecks_title", n=figures.count(len(due))))
    st.html(
        tag(
            "div",
            title,
            tag("small", scene.say("inspections.rechecks_late", n=figures.count(late))) if late else "",
            cls="xj-h",
        )
    )
    timely, too_late, waiting = in_time(snapshot.visits, scene.as_of_us, terms, among=mask)
    counts = {"timely": timely, "late": too_late, "waiting": waiting, "n": timely + too_late + waiting}
    line = scene.say("inspections.followed", **{name: figures.count(value) for name, value in counts.items()})
    if due and any(entry.due_us is None for entry in due):
        line = scene.say("inspections.no_terms")
    st.html(tag("p", line, cls="xj-cap"))
    if not due:
        st.html(tag("p", scene.say("inspections.rechecks_none"), cls="xj-say good", role="status"))
        return
    columns = [Column(scene.say(f"inspections.column_{name}")) for name in ("point", "failed", "due")]
    record_table(
        "rechecks",
        [*columns, Column(scene.say("inspections.column_score"), "right")],
        [_record(scene, entry) for entry in due[:_MOST]],
        picks="point",
        label=scene.say("inspections.rechecks_label"),
        selected=address.view("point"),
    )
    if len(due) > _MOST:
        st.html(tag("p", scene.say("points.capped", n=_MOST, all=figures.count(len(due))), cls="xj-cap"))


def _record(scene: Scene, entry: Recheck) -> Record:
    points = scene.snapshot.points
    code = str(points.code[entry.point])
    failed, due = from_us(entry.failed_us), None if entry.due_us is None else from_us(entry.due_us)
    return Record(
        code,
        (
            Cell(
                code,
                small=str(points.name[entry.point]),
                symbol="overdue" if entry.overdue(scene.as_of_us) else "failing",
            ),
            Cell(figures.table_moment(failed and failed.astimezone(scene.zone))),
            Cell(figures.table_moment(due and due.astimezone(scene.zone))),
            Cell(figures.NONE if np.isnan(entry.score) else f"{entry.score:.1f}"),
        ),
    )


def surprise(scene: Scene) -> None:
    """Announced and unannounced means with their n, and the gap with its interval: over all, and at the same points."""
    snapshot = scene.snapshot
    mask = select_points(snapshot.points, scene.city, scene.whole)
    every, same = gaps_of_visits(snapshot.visits, mask, scene.as_of_us)
    star = "*" if bool(snapshot.points.synthetic[mask].any()) else ""
    st.html(tag("div", tag("h2", scene.say("inspections.surprise_title"), star), cls="xj-h"))
    heads = ("compared", "announced", "unannounced", "gap")
    cells = (tag("th", scene.say(f"inspections.head_{name}"), scope="col", cls="n" if at else "") for at, name in
             enumerate(heads))  # fmt: skip
    rows = [_row(scene, "all_visits", every), _row(scene, "same_points", same)]
    st.html(plain_table(scene.say("inspections.surprise_title"), tag("tr", *cells), rows, cls="gaps"))
    note = [scene.say("inspections.surprise_note")]
    if star:
        note.append(scene.say("core.synthetic_register_note"))
    st.html(tag("p", " ".join(note), cls="xj-note"))


def _row(scene: Scene, key: str, gap: Gap) -> Html:
    if gap.gap is None:
        shown: object = figures.NONE
    else:
        span = scene.say("inspections.gap_few")
        if gap.low is not None and gap.high is not None:
            span = scene.say("inspections.gap_span", low=_signed(gap.low), high=_signed(gap.high))
        shown = tag("span", tag("b", _signed(gap.gap)), tag("small", span, cls="d"))
    name = tag(
        "span", scene.say(f"inspections.{key}"), tag("small", scene.say(f"inspections.by_{gap.method}"), cls="d")
    )
    return tag(
        "tr",
        tag("td", name),
        tag("td", _mean(scene, gap.announced), cls="n"),
        tag("td", _mean(scene, gap.unannounced), cls="n"),
        tag("td", shown, cls="n"),
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _mean(scene: Scene, mean: Mean) -> Html:
    value = figures.NONE if mean.mean is None else f"{mean.mean:.1f}"
    return tag("span", value, tag("small", scene.say("inspections.n", n=figures.count(mean.n)), cls="d"))
