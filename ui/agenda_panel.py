"""The campaign's calendar, and which department stands at which junction today."""

from __future__ import annotations

from datetime import time

import streamlit as st

from data.recording.agenda import WatchDay, meetings_of, watch_on, watch_seen
from geo.agenda import Meeting, MeetingKind, times_held
from ui import figures
from ui.markup import Html, join, tag
from ui.notes import origin
from ui.plain_table import plain_table
from ui.scene import Scene
from ui.who import unit_name


def meetings_panel(scene: Scene) -> None:
    """How many of each kind, then every entry in the order of its day."""
    meetings = meetings_of(scene.snapshot, scene.campaign)
    st.html(tag("div", tag("h2", scene.say("books.meetings_title")), cls="xj-h"))
    held = times_held(meetings)
    counts = [
        f"{kind_name(scene, kind)} {figures.bounded(held[kind][0], held[kind][1], scene.language)}"
        for kind in MeetingKind
        if kind in held
    ]
    st.html(tag("p", " · ".join(counts), cls="xj-sum"))
    head = tag("tr", *(tag("th", scene.say(f"books.head_{name}")) for name in ("day", "meeting", "kind")))
    rows = [_meeting(scene, meeting) for meeting in meetings]
    st.html(plain_table(scene.say("books.meetings_title"), head, rows, cls="small"))


def kind_name(scene: Scene, kind: MeetingKind) -> str:
    """What such an entry of the calendar is called."""
    return scene.say(f"books.kind_{kind.value}")


def _meeting(scene: Scene, meeting: Meeting) -> Html:
    day = scene.say("books.no_day") if meeting.day is None else meeting.day.isoformat()
    times = ""
    if (meeting.times, meeting.bound) != (1, "eq"):
        times = " " + scene.say("books.times", n=figures.bounded(meeting.times, meeting.bound, scene.language))
    title = tag("small", meeting.title, cls="d") if meeting.title else ""
    what = tag("td", kind_name(scene, meeting.kind), times, title)
    return tag("tr", tag("td", day, cls="k"), what, tag("td", origin(scene, meeting.synthetic)))


def junctions_panel(scene: Scene) -> None:
    """The watch of the page's day: departments with their hours; hours without anyone are said."""
    day = scene.as_of.date()
    watch = watch_seen(watch_on(scene.snapshot, day), scene.filter.within, scene.city)
    gaps = sum(bool(entry.day.gaps) for entry in watch)
    checkpoints = sum(entry.junction.checkpoint for entry in watch)
    star = "*" if any(entry.junction.synthetic for entry in watch) else ""
    title = scene.say("books.junctions_title", day=scene.day(day))
    st.html(tag("div", tag("h2", title, star), cls="xj-h"))
    line = scene.say("books.junctions_line", n=len(watch), checkpoints=checkpoints, gaps=gaps)
    st.html(tag("p", line, cls="xj-sum"))
    head = tag("tr", *(tag("th", scene.say(f"books.head_{name}")) for name in ("junction", "duty", "gap")))
    st.html(plain_table(title, head, [_junction(scene, entry) for entry in watch], cls="small"))
    if star:
        st.html(tag("p", scene.say("books.junctions_synthetic"), cls="xj-note"))


def _junction(scene: Scene, entry: WatchDay) -> Html:
    mark = tag("small", scene.say("books.checkpoint"), cls="d") if entry.junction.checkpoint else ""
    duties = [
        tag(
            "div",
            _hours(duty.start, duty.end),
            " ",
            unit_name(scene, duty.department),
            " ",
            scene.say("books.people", n=duty.people),
        )
        for duty in entry.day.duties
    ]
    gaps = ", ".join(_hours(start, end) for start, end in entry.day.gaps)
    shown: object = scene.say("books.covered")
    if gaps:
        shown = tag("span", scene.say("books.uncovered", hours=gaps), cls="off")
    return tag("tr", tag("td", entry.junction.name, mark), tag("td", join(duties) or figures.NONE), tag("td", shown))


def _hours(start: time, end: time) -> str:
    return f"{start:%H:%M}–{end:%H:%M}"
