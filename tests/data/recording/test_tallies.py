"""Tallies are the sums of their entries: one more entry is one more in every figure, and days are reported once."""

from __future__ import annotations

from datetime import date

import pytest

from data.recording.facts import agrees, behind_fact
from data.recording.tallies import enter_tally, tallies_of
from geo.errors import BadValueError, StaleError
from geo.tally import TallyEntry


def state(yunyan, code):
    return next(s for s in tallies_of(yunyan.snapshot, yunyan.city.campaign()) if s.published.code == code)


def enter(yunyan, fresh, entry, version=0, **options):
    asked = {"client_uuid": fresh()} | options
    return enter_tally(yunyan, yunyan.snapshot, entry, version=version, actor="a", **asked)


def test_the_demos_tallies_are_the_published_figures(yunyan):
    for found in tallies_of(yunyan.snapshot, yunyan.city.campaign()):
        assert found.figures == ((found.published.value, found.published.bound),)
        assert (found.agrees, found.synthetic) == (True, True)


def test_facts_are_what_the_books_give_for_them(yunyan):
    campaign = yunyan.city.campaign()
    behind = {f.code: behind_fact(yunyan.snapshot, campaign, f, yunyan.now()) for f in campaign.facts}
    assert {f.code for f in campaign.facts if behind[f.code] and agrees(f, behind[f.code])} == {
        *("subdistricts", "tasks", "meetings", "sector_dispatches", "facility_classes", "facility_rounds"),
        *("tow_trucks", "checkpoints", "first_visit_failed"),
        *("sector_groups", "site_groups", "headquarters_groups", "departments"),
    }
    assert (behind["sector_dispatches"].value, behind["sector_dispatches"].bound) == (10, "ge")


def test_an_entry_is_added_once_and_moves_its_sum_and_whether_it_agrees(yunyan, fresh):
    entry = TallyEntry("", "vending_cleared", "督查组", date(2021, 8, 24), date(2021, 8, 24), 7)
    mine = fresh()
    assert enter(yunyan, fresh, entry, client_uuid=mine).created
    assert not enter(yunyan, fresh, entry, client_uuid=mine).created
    found = state(yunyan, "vending_cleared")
    assert (found.figures, found.agrees) == (((81_113, "eq"),), False)
    with pytest.raises(StaleError):
        enter(yunyan, fresh, entry)
    changed = TallyEntry("", "vending_cleared", "督查组", date(2021, 8, 24), date(2021, 8, 24), 0)
    assert enter(yunyan, fresh, changed, version=1).version == 2
    assert state(yunyan, "vending_cleared").agrees


def test_a_unit_reports_a_day_once(yunyan, fresh):
    first = TallyEntry("", "overflow_cleared", "执法队", date(2021, 8, 20), date(2021, 8, 22), 5)
    enter(yunyan, fresh, first)
    for start, end in ((22, 23), (19, 20), (21, 21), (19, 24)):
        twice = TallyEntry("", "overflow_cleared", "执法队", date(2021, 8, start), date(2021, 8, end), 5)
        with pytest.raises(BadValueError, match="not reported yet"):
            enter(yunyan, fresh, twice)
    enter(yunyan, fresh, TallyEntry("", "overflow_cleared", "执法队", date(2021, 8, 23), date(2021, 8, 23), 5))
    enter(yunyan, fresh, TallyEntry("", "vending_cleared", "执法队", date(2021, 8, 20), date(2021, 8, 20), 5))


def test_a_name_too_long_for_an_id_is_refused(yunyan, fresh):
    entry = TallyEntry("", "vending_cleared", "很" * 70, date(2021, 8, 24), date(2021, 8, 24), 7)
    with pytest.raises(BadValueError, match="shorter"):
        enter(yunyan, fresh, entry)
