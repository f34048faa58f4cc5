"""The inbox: what concerns a viewer and lies within reach; each notice is unread until it was seen; it has an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.notices.inbox import Inbox, inbox_of
from data.notices.tail import NoticeTail
from data.notices.waiting import waiting_for
from data.overdue_list import overdue_issues
from data.runtime import Runtime
from data.unit_work import unit_work
from geo.access import WHOLE, Role, Scope, Viewer
from geo.city import City
from geo.crs import metric_to_lonlat
from geo.escalation import Escalation, EscalationLevel
from geo.filter import IssueFilter
from geo.lifecycle import Status
from geo.notices import Code
from geo.text import Text
from tests.data.conftest import runtime_of
from tests.data.notices.conftest import fresh, report
from tests.data.test_acts import brought_to, viewer
from tests.data.test_changes import change
from tests.small_city import CLOCK, CRS, ORIGIN, small_city
from tests.stores import Stores, made_store

AREAS = {"A": (500, 300), "B": (1500, 300), "C": (500, 1200)}
ALL = viewer(Role.COMMANDER, account="a-boss")


def at(area: str) -> shapely.Point:
    x, y = AREAS[area]
    lon, lat = metric_to_lonlat(np.array([ORIGIN[0] + x]), np.array([ORIGIN[1] + y]), CRS)
    return shapely.Point(float(lon[0]), float(lat[0]))


def inbox(live: Runtime, who: Viewer, *, seen: int = 0, most: int = 100) -> Inbox:
    return inbox_of(live.snapshot, live.notices._tail, who, seen=seen, most=most)


def told(live: Runtime, who: Viewer) -> list[tuple[Code, str]]:
    """Codes and issues, the oldest first."""
    return [(row.code, row.issue_id) for row in reversed(inbox(live, who).rows)]


def test_a_life_is_told_to_whom_each_step_concerns(live: Runtime) -> None:
    issue = report(live, geometry=at("A"), reporter="a-rep")
    versions = iter(range(1, 99))
    change(live, issue, next(versions), Status.ACCEPTED, actor="boss")
    live.amend(issue, next(versions), "assign", {"department": "D01"}, actor="boss", client_uuid=fresh())
    change(live, issue, next(versions), Status.FILED, actor="boss")
    change(live, issue, next(versions), Status.DISPATCHED, actor="boss")
    change(live, issue, next(versions), Status.HANDLING, actor="works")
    change(live, issue, next(versions), Status.VERIFYING, actor="works", evidence="photo")
    change(live, issue, next(versions), Status.DISPATCHED, actor="insp", note="still broken")
    unit = viewer(Role.DEPARTMENT, account="a-unit", departments=frozenset({"D01"}))
    other = viewer(Role.DEPARTMENT, account="a-other", departments=frozenset({"D02"}))
    inspector = viewer(Role.INSPECTOR, account="a-insp", subdistricts=frozenset({"A"}))
    reporter = viewer(Role.PLANNER, account="a-rep")
    c = Code
    assert [code for code, _ in told(live, unit)] == [c.ASSIGNED, c.DISPATCHED, c.REWORK]
    assert told(live, other) == []
    assert [code for code, _ in told(live, inspector)] == [
        *(c.REPORTED, c.ASSIGNED, c.DISPATCHED, c.HANDLING, c.RECTIFIED, c.REWORK),
    ]
    assert [code for code, _ in told(live, reporter)] == [
        *(c.ACCEPTED, c.FILED, c.DISPATCHED, c.HANDLING, c.RECTIFIED, c.REWORK),
    ]
    assert [code for code, _ in told(live, ALL)] == [c.REPORTED, c.HANDLING, c.RECTIFIED, c.REWORK]
    newest = inbox(live, unit).rows[0]
    assert (newest.note, newest.status, newest.number) == ("still broken", Status.DISPATCHED, "SC-00001")


def test_nobody_is_told_of_what_they_did_themselves(live: Runtime) -> None:
    issue = report(live, actor="a-boss")
    change(live, issue, 1, Status.ACCEPTED, actor="a-boss")
    assert told(live, ALL) == []
    assert told(live, viewer(Role.COMMANDER, account="a-2")) == [(Code.REPORTED, issue)]


def test_nothing_from_beyond_the_reach_is_in_it(live: Runtime, city: City) -> None:
    """Canaries of every place and unit: not one of another's stands in any inbox, in any form."""
    words: dict[str, tuple[str, str]] = {}
    for n, area in enumerate(AREAS):
        for unit in ("D01", "D02"):
            word = f"canary{area}{unit}"
            issue = report(live, geometry=at(area), description=word, reporter=word)
            live.amend(issue, 1, "assign", {"department": unit}, actor="c", client_uuid=fresh(), note=word)
            change(live, issue, 2, Status.REJECTED, actor="c", note=f"{word} {n}")
            words |= {word: (area, unit), issue: (area, unit)}
    for area in AREAS:
        for role in (Role.INSPECTOR, Role.DEPARTMENT):
            for units in (None, frozenset({"D01"})):
                scope = {"subdistricts": frozenset({area})} | ({} if units is None else {"departments": units})
                who = viewer(role, account="a-1x", **scope)
                seen = str(inbox(live, who)) + str(waiting_for(live.snapshot, who, city.campaign(), most=50))
                rows = inbox(live, who).rows
                assert rows
                for word, (place, unit) in words.items():
                    allowed = place == area and (units is None or unit in units)
                    assert allowed or word not in seen, (word, who)
    public = viewer(Role.PUBLIC, account="a-p")
    assert inbox(live, public) == Inbox((), 0, 0, more_unread=False, head=live.snapshot.seq)


def test_what_is_taken_from_a_department_goes_from_its_inbox(live: Runtime) -> None:
    issue = report(live)
    live.amend(issue, 1, "assign", {"department": "D01"}, actor="c", client_uuid=fresh())
    units = [viewer(Role.DEPARTMENT, account=f"a-{n}", departments=frozenset({f"D0{n}"})) for n in (1, 2)]
    assert [len(told(live, unit)) for unit in units] == [1, 0]
    live.amend(issue, 2, "assign", {"department": "D02"}, actor="c", client_uuid=fresh())
    assert [len(told(live, unit)) for unit in units] == [0, 2]


def test_an_import_is_no_news(live: Runtime) -> None:
    from tests.data.test_runtime import draft

    live.submit([draft(), draft()], actor="a-1", imported=True)
    assert told(live, ALL) == []


def test_what_was_seen_stays_seen_and_the_cursor_never_goes_back(live: Runtime) -> None:
    for _ in range(3):
        report(live)
    notices = live.notices
    first = notices.inbox(live.snapshot, ALL, most=10)
    assert (first.unread, first.total, first.head) == (3, 3, 3)
    assert notices.see("a-boss", 2) == 2
    assert notices.see("a-boss", 1) == 2
    second = notices.inbox(live.snapshot, ALL, most=10)
    assert [row.unread for row in second.rows] == [True, False, False]
    assert notices.see("a-boss", 10**15) == live.snapshot.seq, "nobody has seen what has not happened"
    report(live)
    assert notices.inbox(live.snapshot, ALL, most=0).unread == 1
    assert notices.inbox(live.snapshot, replace(ALL, account="a-2"), most=1).unread == 4, "each has their own cursor"


def test_it_looks_no_further_back_than_agreed(live: Runtime) -> None:
    for _ in range(8):
        report(live)
    tail = NoticeTail(live.store, most_events=5)
    found = inbox_of(live.snapshot, tail, ALL, seen=0, most=3)
    assert ([row.seq for row in found.rows], found.total, found.unread) == ([8, 7, 6], 5, 5)
    assert found.more_unread
    assert not inbox_of(live.snapshot, tail, ALL, seen=3, most=3).more_unread
    report(live)
    assert [t.seq for t in tail.of(live.snapshot)] == [5, 6, 7, 8, 9]


STEPS = st.lists(st.sampled_from(["report", "accept", "see", "look"]) | st.integers(0, 30), max_size=25)


@pytest.fixture(scope="module")
def running(stores: Stores) -> object:
    with made_store(stores, small_city()) as url:
        opened = runtime_of(small_city(), url)
        yield opened
        opened.close()


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=STEPS, number=st.integers(0, 10**9))
def test_every_notice_is_unread_until_it_is_seen_and_never_again(
    running: Runtime, steps: list[str | int], number: int
) -> None:
    """Whatever happens in which order: the inbox carried on is the inbox read anew, in the order of the log, and unread
    is what is newer than the furthest that was said to be seen."""
    who = viewer(Role.COMMANDER, account=f"a-{number}-{fresh()}")
    open_ones: list[str] = []
    furthest = 0
    for step in steps:
        if step == "report":
            open_ones.append(report(running, reporter=who.account))
        elif step == "accept" and open_ones:
            change(running, open_ones.pop(), 1, Status.ACCEPTED, actor="c")
        elif isinstance(step, int) or step == "see":
            seq = running.snapshot.seq if step == "see" else max(0, running.snapshot.seq - int(step))
            furthest = max(furthest, seq)
            assert running.notices.see(who.account, seq) == furthest
        found = running.notices.inbox(running.snapshot, who, most=10_000)
        anew = inbox_of(running.snapshot, NoticeTail(running.store), who, seen=furthest, most=10_000)
        assert found == anew
        seqs = [row.seq for row in found.rows]
        assert seqs == sorted(set(seqs), reverse=True)
        assert [row.unread for row in found.rows] == [seq > furthest for seq in seqs]
        assert found.unread == sum(seq > furthest for seq in seqs)


LEVELS = Escalation(
    (
        EscalationLevel("one", Text("一", "One"), Text("甲", "First"), 0),
        EscalationLevel("two", Text("二", "Two"), Text("乙", "Second"), 2),
    ),
    due_soon_hours=24,
)


def test_what_waits_is_what_the_list_of_overdue_issues_says(url: str) -> None:
    city = replace(small_city(), escalation=LEVELS)
    live = runtime_of(city, url)
    try:
        for hours in (1, 30, 60, 200):
            for area in ("A", "B"):
                report(live, geometry=at(area), reported_at=CLOCK - timedelta(hours=hours))
        assigned, version = brought_to(live, Status.HANDLING, geometry=at("A"), reported_at=CLOCK - timedelta(hours=40))
        live.amend(assigned, version, "assign", {"department": "D01"}, actor="c", client_uuid=fresh())
        campaign = city.campaign()
        scopes = {
            Scope(): viewer(Role.COMMANDER),
            Scope(frozenset({"A"})): viewer(Role.INSPECTOR, subdistricts=frozenset({"A"})),
            Scope(departments=frozenset({"D01"})): viewer(Role.DEPARTMENT, departments=frozenset({"D01"})),
        }
        for scope, who in scopes.items():
            chosen = IssueFilter(campaign.code, "supervision", CLOCK, within=scope)
            work = unit_work(live.snapshot, chosen)
            listed, total = overdue_issues(live.snapshot, chosen, work, most=50, soon=True)
            waiting = waiting_for(live.snapshot, who, campaign, most=50)
            assert waiting.first == tuple(listed)
            assert waiting.due_soon == int(work.figures.by_level[:, 0].sum())
            assert waiting.overdue == int(work.figures.overdue.sum())
            assert waiting.due_soon + waiting.overdue == total
            assert waiting.by_level == tuple(work.figures.by_level[:, 1:].sum(axis=0).tolist())
        assert waiting_for(live.snapshot, scopes[Scope()], campaign, most=3).overdue == 7
        nobody_s = waiting_for(live.snapshot, viewer(Role.AUDITOR), campaign, most=50)
        assert (nobody_s.due_soon, nobody_s.overdue, nobody_s.first) == (0, 0, ())
        both = Viewer("a-b", "n", frozenset({Role.INSPECTOR, Role.AUDITOR}), Scope(frozenset({"A"})))
        assert waiting_for(live.snapshot, both, campaign, most=50) == waiting_for(
            live.snapshot, scopes[Scope(frozenset({"A"}))], campaign, most=50
        )
        assert WHOLE.is_whole
    finally:
        live.close()
