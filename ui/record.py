"""Record: every published figure beside what the data says, with its bound and unit; registers are never added."""

from __future__ import annotations

from typing import Final

import streamlit as st

from data.recording.facts import agrees, behind_fact
from data.recording.programmes import programmes_of
from data.recording.tallies import TallyState, tallies_of
from geo.campaign import Bound, Fact, Register
from geo.compliance import compliance_at, rate_of_all
from geo.lifecycle import Stage
from geo.permissions import Action
from geo.selection import select_points
from geo.summary import IssueTotals, issue_totals
from ui import address, figures
from ui.behind import book_link, issues_link, page_link, points_link
from ui.book_panel import BOOKS, book_panel
from ui.guard import guarded
from ui.markup import Html, join, tag
from ui.notes import help_popover
from ui.plain_table import plain_table
from ui.scene import OPEN_STAGES, Scene, open_scene
from ui.tally_panel import bounded_sum

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
    _books(scene)
    book_panel(scene)
    with st.container(key="split"):
        left, right = st.columns([1, 1], gap="small")
        with left:
            _registers(scene)
        with right:
            _points(scene)
            _counts(scene)


def _books(scene: Scene) -> None:
    """Links to the books of the record, those that have anything in them."""
    links = [
        book_link(scene, entry.id, scene.say("books.programme", name=scene.name(entry.name)))
        for entry in programmes_of(scene.snapshot, scene.campaign)
    ]
    collections = {"exposures": "exposures", "meetings": "meetings", "junctions": "junctions"}
    for book in BOOKS if scene.may(Action.SEE_ISSUES) else ():
        if scene.snapshot.documents.of(collections[book]) or scene.may(Action.MANAGE_CAMPAIGN):
            links.append(book_link(scene, book, scene.say(f"books.book_{book}")))
    if links:
        st.html(tag("p", scene.say("books.books"), " ", *(join([link, "　"]) for link in links), cls="xj-books"))


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
    unit, code = scene.say("record.unit_issues"), register.code
    total = issues_link(scene, code, figures.count(totals.total))
    rows = [_row(scene, name, register.published_total, totals.total, register.bound, unit, shown=total)]
    published = register.published_rectified
    left = None if published is None or register.published_total is None else register.published_total - published
    if register.rectified_published and register.published_total is not None:
        rows += _split(scene, code, totals, published, left)
    elif register.rectified_published:
        rows += _split(scene, code, totals, None, None)
    else:
        rows += _hidden_split(scene, code, totals, splits)
    return rows


_PARTS: Final = {"rectified": (Stage.CLOSED,), "in_progress": OPEN_STAGES}


def _split(scene: Scene, register: str, totals: IssueTotals, rectified: int | None, left: int | None) -> list[Html]:
    """Rectified and in rectification, beside what was published of them (None: nothing to compare with)."""
    rows = []
    for key, published, value in (
        ("rectified", rectified, totals.rectified),
        ("in_progress", left, totals.in_progress),
    ):
        link = issues_link(scene, register, figures.count(value), stages=_PARTS[key])
        rows.append(_row(scene, _part(scene, key), published, value, "eq", "", shown=link))
    return rows


def _hidden_split(scene: Scene, register: str, totals: IssueTotals, splits: bool) -> list[Html]:
    rows = []
    for key, value in (("rectified", totals.rectified), ("in_progress", totals.in_progress)):
        shown: object = figures.NONE
        if splits:
            link = issues_link(scene, register, figures.count(value), stages=_PARTS[key])
            shown = tag("span", tag("i", cls="xj-hatch"), link, "*")
        said, word = scene.say("core.unpublished"), scene.say("record.synthetic_split") if splits else ""
        rows.append(_line(_part(scene, key), said, shown, "", word))
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
        _point_row(scene, "points", published, row.n, unit),
        _point_row(scene, "first", first, row.first_compliant, unit),
        _point_row(scene, "first_failed", failed, row.visited - row.first_compliant, unit),
        _point_row(scene, "current", published, row.current_compliant, unit, derived=published is not None),
    ]
    with st.container(key="panel-recordpoints"):
        st.html(_heading(scene, "points"))
        st.html(_table(scene, "points", ("figure", "published", "data", "bound", "agrees"), rows))
        if published is not None:
            st.html(tag("p", scene.say("record.points_note"), cls="xj-note"))


def _point_row(scene: Scene, key: str, published: int | None, found: int, unit: str, *, derived: bool = False) -> Html:
    shown = points_link(scene, figures.count(found))
    return _row(scene, _part(scene, key), published, found, "eq", unit, derived=derived, shown=shown)


def _counts(scene: Scene) -> None:
    tallies = [_tally(scene, state) for state in tallies_of(scene.snapshot, scene.campaign)]
    facts = [_fact(scene, fact) for fact in scene.campaign.facts]
    for key, rows in (("tallies", tallies), ("facts", facts)):
        if rows:
            with st.container(key=f"panel-{key}"):
                st.html(_heading(scene, key))
                st.html(_table(scene, key, ("figure", "published", "data", "bound", "agrees"), rows))
                st.html(tag("p", scene.say(f"record.{key}_note"), cls="xj-note"))


def _tally(scene: Scene, state: TallyState) -> Html:
    """A tally: published, the sum of its entries (a link to them), how to read it, and whether they agree."""
    published, unit = state.published, scene.name(state.published.unit)
    name = _named(scene.name(published.name), scene.name(published.note))
    said = tag("span", _bounded(scene, published.value, published.bound), " ", unit)
    word = scene.say(f"core.bound_{published.bound}_word")
    if not state.entries:
        return _line(name, said, book_link(scene, published.code, scene.say("record.no_entries")), word, "")
    entries = tag("small", scene.say("record.entries_n", n=figures.count(len(state.entries))), cls="d")
    star = "*" if state.synthetic else ""
    shown = tag("span", book_link(scene, published.code, tag("span", bounded_sum(scene, state.sum), star)), entries)
    return _line(name, said, shown, word, _verdict(scene, bool(state.agrees)))


def _fact(scene: Scene, fact: Fact) -> Html:
    name = _named(scene.name(fact.name), scene.name(fact.note))
    said = tag("span", tag("b", scene.say(f"core.bound_{fact.bound}", value=fact.value)), " ", scene.name(fact.unit))
    word = scene.say(f"core.bound_{fact.bound}_word")
    behind = behind_fact(scene.snapshot, scene.campaign, fact, scene.filter.as_of)
    if behind is None:
        return _line(name, said, figures.NONE, word, "")
    shown = _source(scene, behind.source, figures.bounded(behind.value, behind.bound, scene.language))
    return _line(name, said, shown, word, _verdict(scene, agrees(fact, behind)))


def _source(scene: Scene, source: str, shown: str) -> Html:
    """`shown` as a link to where its rows are."""
    if source == "points":
        return points_link(scene, shown)
    if source == "facility_survey":
        return issues_link(scene, source, shown)
    if source == "subdistricts":
        return page_link(scene, "situation", shown)
    if source == "organisation":
        return page_link(scene, source, shown)
    if source == "tasks":
        return page_link(scene, "about", shown)
    return book_link(scene, "facility_survey" if source == "programmes" else source, shown)


def _verdict(scene: Scene, same: bool) -> Html:
    if same:
        return tag("span", "✓ ", scene.say("record.same"), cls="ok")
    return tag("span", scene.say("record.not_same"), cls="off")


def _row(
    scene: Scene,
    name: Html,
    published: int | None,
    found: int,
    bound: Bound,
    unit: str,
    *,
    derived: bool = False,
    shown: object = "",
) -> Html:
    """A figure, what was published, what the data says, how to read it, and whether they agree."""
    said = scene.say("core.unpublished") if published is None else _bounded(scene, published, bound)
    if derived:
        said = tag("span", said, " ", tag("small", scene.say("record.derived")))
    if published is None:
        verdict: object = ""
    elif published == found:
        verdict = _verdict(scene, True)
    else:
        verdict = tag("span", scene.say("record.differs", n=f"{found - published:+,}"), cls="off")
    word = scene.say("record.derived_word") if derived else scene.say(f"core.bound_{bound}_word")
    data = tag("span", shown or figures.count(found), " ", unit) if unit else tag("span", shown or figures.count(found))
    return _line(name, said, data, word if published is not None else "", verdict)


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


def _line(name: Html, published: object, data: object, word: object, verdict: object) -> Html:
    return tag(
        "tr",
        tag("td", name),
        tag("td", published, cls="n"),
        tag("td", data, cls="n"),
        tag("td", word),
        tag("td", verdict),
    )
