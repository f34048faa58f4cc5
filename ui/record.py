"""Record: every published figure beside what the data says, with its bound and unit; registers are never added."""

from __future__ import annotations

import streamlit as st

from geo.campaign import Bound, Register
from geo.compliance import compliance_at, rate_of_all
from geo.selection import select_points
from geo.summary import IssueTotals, issue_totals
from ui import address, figures
from ui.guard import guarded
from ui.markup import Html, tag
from ui.notes import help_popover
from ui.plain_table import plain_table
from ui.scene import Scene, open_scene

SPLITS = "record-splits"


@guarded
def page() -> None:
    """Registers, points, tallies and facts, one table each."""
    scene = open_scene()
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        heading = tag("h1", scene.say("record.title", campaign=scene.name(scene.campaign.name)))
        st.html(tag("div", heading, cls="xj-h"), width="content")
        st.space("stretch")
        help_popover(scene, "record")
    source = scene.campaign.source
    st.html(tag("p", scene.name(source) if source is not None else scene.say("record.no_record"), cls="xj-cap"))
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        with left:
            _registers(scene)
        with right:
            _points(scene)
            _counts(scene)


def _registers(scene: Scene) -> None:
    hidden = [register for register in scene.campaign.registers if not register.rectified_published]
    with st.container(key="panel-registers"):
        st.html(_heading(scene, "registers"))
        if hidden:
            st.session_state[SPLITS] = address.view("splits") == "1"
            st.toggle(
                scene.say("record.splits"), key=SPLITS, on_change=_splits_changed, help=scene.say("record.splits_help")
            )
        splits = bool(hidden) and address.view("splits") == "1"
        rows = [row for register in scene.campaign.registers for row in _register_rows(scene, register, splits)]
        heads = ("figure", "published", "data", "bound", "agrees")
        st.html(_table(scene, "registers", heads, rows))
        st.html(tag("p", scene.say("record.never_added"), cls="xj-note"))


def _splits_changed() -> None:
    address.go(changes={"splits": "1" if st.session_state[SPLITS] else None})


def _register_rows(scene: Scene, register: Register, splits: bool) -> list[Html]:
    whole = scene.published(register.code)
    totals = issue_totals(scene.counts(whole))
    name = tag("span", tag("b", scene.name(register.name)), tag("small", scene.name(register.note), cls="d"))
    rows = [_row(scene, name, register.published_total, totals.total, register.bound, scene.say("record.unit_issues"))]
    published = register.published_rectified
    left = None if published is None or register.published_total is None else register.published_total - published
    if register.rectified_published and register.published_total is not None:
        rows.append(_row(scene, _part(scene, "rectified"), published, totals.rectified, "eq", ""))
        rows.append(_row(scene, _part(scene, "in_progress"), left, totals.in_progress, "eq", ""))
    elif register.rectified_published:
        rows += _own_split(scene, totals)
    else:
        rows += _hidden_split(scene, totals, splits)
    return rows


def _own_split(scene: Scene, totals: IssueTotals) -> list[Html]:
    """The split of a register without a published record: what the data says, nothing to compare with."""
    return [
        _row(scene, _part(scene, "rectified"), None, totals.rectified, "eq", ""),
        _row(scene, _part(scene, "in_progress"), None, totals.in_progress, "eq", ""),
    ]


def _hidden_split(scene: Scene, totals: IssueTotals, splits: bool) -> list[Html]:
    rows = []
    for key, value in (("rectified", totals.rectified), ("in_progress", totals.in_progress)):
        shown = tag("span", tag("i", cls="xj-hatch"), figures.count(value), "*") if splits else figures.NONE
        rows.append(
            _line(
                _part(scene, key),
                scene.say("core.unpublished"),
                shown,
                "",
                scene.say("record.synthetic_split") if splits else "",
            )
        )
    return rows


def _points(scene: Scene) -> None:
    snapshot = scene.snapshot
    mask = select_points(snapshot.points, scene.city, scene.published(scene.filter.register))
    row = rate_of_all(compliance_at(snapshot.points, snapshot.visits, scene.as_of_us), mask)
    if not row.n:
        return
    published, first = scene.campaign.published_points, scene.campaign.published_first_visit_compliant
    failed = None if published is None or first is None else published - first
    unit = scene.say("record.unit_points")
    rows = [
        _row(scene, _part(scene, "points"), published, row.n, "eq", unit),
        _row(scene, _part(scene, "first"), first, row.first_compliant, "eq", unit),
        _row(scene, _part(scene, "first_failed"), failed, row.visited - row.first_compliant, "eq", unit),
        _row(
            scene, _part(scene, "current"), published, row.current_compliant, "eq", unit, derived=published is not None
        ),
    ]
    with st.container(key="panel-recordpoints"):
        st.html(_heading(scene, "points"))
        st.html(_table(scene, "points", ("figure", "published", "data", "bound", "agrees"), rows))
        if published is not None:
            st.html(tag("p", scene.say("record.points_note"), cls="xj-note"))


def _counts(scene: Scene) -> None:
    tallies = [
        _line(
            _named(scene.name(tally.name), scene.name(tally.note)),
            _bounded(scene, tally.value, tally.bound),
            scene.name(tally.unit),
            scene.say(f"core.bound_{tally.bound}_word"),
        )
        for tally in scene.campaign.tallies
    ]
    facts = [
        _line(
            _named(scene.name(fact.name), scene.name(fact.note)),
            scene.say(f"core.bound_{fact.bound}", value=fact.value),
            scene.name(fact.unit),
            scene.say(f"core.bound_{fact.bound}_word"),
        )
        for fact in scene.campaign.facts
    ]
    for key, rows in (("tallies", tallies), ("facts", facts)):
        if rows:
            with st.container(key=f"panel-{key}"):
                st.html(_heading(scene, key))
                st.html(_table(scene, key, ("figure", "published", "unit", "bound"), rows))
                st.html(tag("p", scene.say(f"record.{key}_note"), cls="xj-note"))


def _row(
    scene: Scene, name: Html, published: int | None, found: int, bound: Bound, unit: str, *, derived: bool = False
) -> Html:
    """A figure, what was published, what the data says, how to read it, and whether they agree."""
    said = scene.say("core.unpublished") if published is None else _bounded(scene, published, bound)
    if derived:
        said = tag("span", said, " ", tag("small", scene.say("record.derived")))
    if published is None:
        verdict: object = ""
    elif published == found:
        verdict = tag("span", "✓ ", scene.say("record.same"), cls="ok")
    else:
        verdict = tag("span", scene.say("record.differs", n=f"{found - published:+,}"), cls="off")
    word = scene.say("record.derived_word") if derived else scene.say(f"core.bound_{bound}_word")
    return _line(name, said, f"{figures.count(found)} {unit}".strip(), word if published is not None else "", verdict)


def _bounded(scene: Scene, value: int, bound: Bound) -> Html:
    title = scene.say("core.bound_ge_help", value=figures.count(value)) if bound == "ge" else None
    return tag("b", figures.bounded(value, bound, scene.language), title=title)


def _part(scene: Scene, key: str) -> Html:
    return tag("span", scene.say(f"record.{key}"))


def _named(name: str, note: str) -> Html:
    return tag("span", tag("b", name), tag("small", note, cls="d"))


def _heading(scene: Scene, key: str) -> Html:
    return tag("div", tag("h2", scene.say(f"record.{key}_title")), cls="xj-h")


def _table(scene: Scene, label: str, heads: tuple[str, ...], rows: list[Html]) -> Html:
    numbers = {"published", "data"}
    cells = (
        tag("th", scene.say(f"record.head_{name}"), scope="col", cls="n" if name in numbers else "") for name in heads
    )
    return plain_table(scene.say(f"record.{label}_title"), tag("tr", *cells), rows, cls="record")


def _line(name: Html, published: object, third: object, fourth: object, fifth: object | None = None) -> Html:
    cells = [tag("td", name), tag("td", published, cls="n")]
    if fifth is None:
        cells += [tag("td", third), tag("td", fourth)]
    else:
        cells += [tag("td", third, cls="n"), tag("td", fourth), tag("td", fifth)]
    return tag("tr", *cells)
