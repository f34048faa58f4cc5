"""The inbox: what has happened that concerns the viewer, what of it is unread, and what waits for them by deadline."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from data.notices.inbox import Inbox, InboxRow
from data.notices.waiting import Waiting, stepped, waiting_for
from geo.clock import from_us
from geo.errors import StoreError
from geo.notices import Code
from geo.permissions import Action
from ui import address, figures
from ui.following import follow
from ui.guard import guarded
from ui.issue_card import issue_card
from ui.markup import Html, tag
from ui.names import subdistrict_name
from ui.notes import help_popover
from ui.record_table import Cell, Column, Record, group_cell, record_table
from ui.scene import Scene, open_scene

_LISTED: Final = 60
_WAITING: Final = 10
_SYMBOLS: Final = {
    Code.CLOSED: "closed",
    Code.RECTIFIED: "verifying",
    Code.FIXED_ON_SIGHT: "verifying",
    Code.REJECTED: "rejected",
    Code.WITHDRAWN: "rejected",
    Code.REWORK: "failing",
    Code.REOPENED: "failing",
}


@st.fragment
@guarded
def page() -> None:
    """Notices on the left; the issue that was picked, or what is due, on the right."""
    scene = open_scene()
    if not scene.may(Action.SEE_ISSUES):
        return
    found = scene.runtime.notices.inbox(scene.snapshot, scene.viewer, most=_LISTED)
    _head(scene, found)
    with st.container(key="split"):
        left, right = st.columns([3, 2], gap="small")
        with left, st.container(key="panel-news"):
            _news(scene, found)
        with right, st.container(key="panel-waiting"):
            if issue_card(scene):
                _link(scene)
            else:
                _waiting(scene)
    follow(scene)


def _head(scene: Scene, found: Inbox) -> None:
    count = figures.count(found.unread)
    words = scene.say("notices.unread_more" if found.more_unread else "notices.unread", n=count)
    words = words if found.unread else scene.say("notices.all_read")
    with st.container(key="filterrow", horizontal=True, vertical_alignment="center"):
        title = tag("div", tag("h1", scene.say("notices.title")), tag("small", words, role="status"), cls="xj-h")
        st.html(title, width="content")
        st.space("stretch")
        label = scene.say("notices.mark")
        st.button(label, key="inbox-mark", disabled=not found.unread, on_click=_mark, args=(found.head,))
        help_popover(scene, "notices")
    if st.session_state.pop("inbox-failed", False):
        st.html(tag("p", scene.say("notices.mark_failed"), cls="xj-say bad", role="alert"))


def _mark(head: int) -> None:
    """Everything that the page showed was read; what came since was not."""
    scene = open_scene()
    try:
        scene.runtime.notices.see(scene.viewer.account, head)
    except StoreError:
        st.session_state["inbox-failed"] = True


def _news(scene: Scene, found: Inbox) -> None:
    title = scene.say("notices.news_title", n=figures.count(found.total))
    st.html(tag("div", tag("h2", title), tag("small", scene.say("notices.news_note")), cls="xj-h"))
    if not found.rows:
        st.html(tag("p", scene.say("notices.none"), cls="xj-cap", role="status"))
        return
    record_table(
        "inbox-news",
        [Column(scene.say(f"notices.column_{name}")) for name in ("what", "issue", "place", "at", "note")],
        [Record(row.issue_id, _cells(scene, row)) for row in found.rows],
        picks="issue",
        label=title,
        selected=address.view("issue"),
        reveal="panel-waiting",
    )
    if found.total > len(found.rows):
        words = scene.say("notices.of_all", n=len(found.rows), all=figures.count(found.total))
        st.html(tag("p", words, cls="xj-cap"))


def _cells(scene: Scene, row: InboxRow) -> tuple[Cell, ...]:
    table, city = scene.snapshot.issues, scene.city
    kind, area = city.catalogue.types[int(table.type[row.row])], int(table.subdistrict[row.row])
    at = datetime.fromisoformat(row.at).astimezone(scene.zone)
    what = Cell(
        scene.say(f"notices.code_{row.code}"),
        small=scene.say("notices.new") if row.unread else "",
        symbol=_SYMBOLS.get(row.code, "handling"),
    )
    issue = group_cell(scene, kind.group, f"{row.number} {scene.name(kind.name)}")
    place = Cell(subdistrict_name(scene, city.areas.codes[area] if area >= 0 else "-"))
    return (what, issue, place, Cell(figures.table_moment(at)), Cell(row.note[:60]))


def _link(scene: Scene) -> None:
    identity = address.view("issue")
    row = np.array([scene.snapshot.row(identity)])
    number = str(scene.snapshot.records.of(row).number[0])
    kept = [("lang", scene.language)] if "lang" in st.query_params else []
    there = "/explore?" + urlencode([*kept, ("issue", identity)])
    words = scene.say("notices.explore", number=number)
    st.html(tag("p", tag("a", words, href=there, target="_self", cls="xj-link"), cls="xj-links"))


def _waiting(scene: Scene) -> None:
    snapshot, campaign = scene.snapshot, scene.city.campaign()
    waiting = waiting_for(snapshot, scene.viewer, campaign, most=_WAITING)
    at = scene.when(stepped(snapshot, campaign))
    heading = tag("h2", scene.say("notices.waiting_title"))
    st.html(tag("div", heading, tag("small", scene.say("notices.waiting_note", at=at)), cls="xj-h"))
    if not waiting.first:
        st.html(tag("p", scene.say("notices.waiting_none"), cls="xj-say good", role="status"))
        return
    st.html(tag("div", _levels(scene, waiting), cls="xj-card"))
    details = snapshot.records.of(np.array([entry.row for entry in waiting.first], np.int64))
    records = []
    for number, identity, entry in zip(details.number, details.id, waiting.first, strict=True):
        kind = scene.city.catalogue.types[int(snapshot.issues.type[entry.row])]
        due = from_us(entry.due_us)
        level = scene.say("notices.soon" if not entry.is_overdue else "notices.overdue")
        if entry.level is not None:
            level = scene.name(entry.level.name)
        cells = (
            Cell(str(number), symbol="overdue" if entry.is_overdue else "handling"),
            group_cell(scene, kind.group, scene.name(kind.name)),
            Cell(level),
            Cell(figures.table_moment(due and due.astimezone(scene.zone))),
        )
        records.append(Record(str(identity), cells))
    record_table(
        "inbox-waiting",
        [
            Column(words)
            for words in (
                scene.say("notices.column_issue"),
                scene.say("notices.column_what"),
                scene.say("notices.column_level"),
                scene.say("notices.column_due"),
            )
        ],
        records,
        picks="issue",
        label=scene.say("notices.waiting_title"),
        reveal="panel-waiting",
    )


def _levels(scene: Scene, waiting: Waiting) -> Html:
    escalation = scene.city.escalation
    told = [
        (scene.say("notices.due_soon", n=escalation.due_soon_hours), waiting.due_soon),
        (scene.say("notices.overdue_all"), waiting.overdue),
    ]
    told += [(scene.name(level.name), n) for level, n in zip(escalation.levels, waiting.by_level, strict=True)]
    return tag("div", *(tag("div", tag("small", name), tag("b", figures.count(n))) for name, n in told), cls="pair")
