"""Programmes count their registers, exposures follow their issues, the calendar and the watch say what they hold."""

from __future__ import annotations

import numpy as np
import pytest

from data.documents.exposure_book import Exposure
from data.recording.agenda import junctions_of, meetings_of, watch_on
from data.recording.exposures import column_at, expose, exposures_of
from data.recording.programmes import programme_of, programme_state, programmes_of
from geo.access import Scope
from geo.clock import NEVER
from geo.errors import NotFoundError
from geo.filter import IssueFilter
from geo.history import endings_at


def test_the_surveys_and_phase_1_are_counted_from_their_registers(yunyan):
    campaign = yunyan.city.campaign()
    states = {
        p.id: programme_state(yunyan.snapshot, p, campaign, yunyan.now())
        for p in programmes_of(yunyan.snapshot, campaign)
    }
    assert {code: s.found for code, s in states.items()} == {
        "facility_survey": 1_058,
        "cable_survey": 980,
        "cable_phase1": 180,
    }
    assert states["cable_phase1"].closed == 83
    last = states["cable_phase1"].progress[-1]
    assert (last.done, last.total, last.day) == (83, 180, yunyan.now().date())
    rounds = states["facility_survey"].table.found.sum(axis=(1, 2))
    assert rounds[:2].sum() == 1_058
    assert rounds[2] == 0
    assert np.count_nonzero(states["facility_survey"].table.found.sum(axis=(0, 2))) == 9
    with pytest.raises(NotFoundError):
        programme_of(yunyan.snapshot, "nothing")


def test_every_exposed_issue_is_followed_and_compared_with_open_ones_of_its_type(yunyan, fresh):
    chosen = IssueFilter("2021", "supervision", yunyan.now())
    column = column_at(yunyan.snapshot, chosen)
    assert (len(column.items), column.comparison.exposed.n) == (24, 24)
    table, snapshot = yunyan.snapshot.issues, yunyan.snapshot
    for item in column.items:
        assert snapshot.records.of(np.array([item.row])).id[0] == item.exposure.issue
        closed = int(endings_at(snapshot.history, np.array([item.row]), int(1e18)).closed_us[0])
        assert item.compared.closed == (closed != NEVER)
        assert all(table.type[row] == table.type[item.row] for row in item.compared.like)
    other = IssueFilter("2021", "cable_phase1", yunyan.now())
    assert all(item.compared is None for item in column_at(snapshot, other).items)


def test_within_a_scope_only_its_items_are_told_and_compared_with_its_own_issues(yunyan):
    city, snapshot = yunyan.city, yunyan.snapshot
    everything = column_at(snapshot, IssueFilter("2021", "supervision", yunyan.now()))
    area = int(snapshot.issues.subdistrict[everything.items[0].row])
    mine = Scope(subdistricts=frozenset({city.areas.codes[area]}))
    column = column_at(snapshot, IssueFilter("2021", "supervision", yunyan.now(), within=mine))
    assert 0 < len(column.items) < len(everything.items)
    for item in column.items:
        assert int(snapshot.issues.subdistrict[item.row]) == area
        assert all(int(snapshot.issues.subdistrict[row]) == area for row in item.compared.like)


def test_an_item_needs_an_issue_that_exists(yunyan, fresh):
    item = Exposure("e-new", fresh(), "第 25 期", yunyan.now())
    with pytest.raises(NotFoundError):
        expose(yunyan, yunyan.snapshot, item, version=0, client_uuid=fresh(), actor="a")
    free = Exposure("e-new", str(yunyan.snapshot.records.of(np.array([3])).id[0]), "第 25 期", yunyan.now())
    assert expose(yunyan, yunyan.snapshot, free, version=0, client_uuid=fresh(), actor="a").created
    assert len(exposures_of(yunyan.snapshot)) == 25


def test_the_calendar_is_in_order_and_an_evening_without_a_department_is_seen(yunyan):
    meetings = meetings_of(yunyan.snapshot, yunyan.city.campaign())
    days = [m.day for m in meetings if m.day]
    assert days == sorted(days)
    assert (len(meetings), meetings[-1].day) == (17, None)
    watch = watch_on(yunyan.snapshot, yunyan.now().date())  # a Tuesday
    assert sum(len(entry.day.gaps) for entry in watch) == 1
    assert sum(junction.checkpoint for junction in junctions_of(yunyan.snapshot)) == 7
