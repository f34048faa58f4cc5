"""A visit is recorded once with its answers; score, verdict, reports and the compliance of its point follow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from data.documents.checklist_book import CHECKLISTS, checklist_id, content_of
from data.inspecting.checklists import checklist_for, checklists_of, rechecks_at
from data.inspecting.visit_meanwhile import visits_of
from data.inspecting.visiting import VisitDraft, VisitReceipt
from data.store.verify import problems
from geo.checklist import Answer, Checklist
from geo.clock import to_us
from geo.compliance import compliance_at
from geo.errors import BadValueError, BusyError, ConflictError, NotFoundError, StaleError
from geo.recheck import DAY_US


def checklist_at(yunyan, point):
    found = checklist_for(yunyan.snapshot, yunyan.snapshot.point_row(point), yunyan.now().date())
    assert found is not None
    return found


def answers(checklist: Checklist, *, unmet=()):
    return {item.code: Answer.UNMET if item.code in unmet else Answer.MET for item in checklist.items}


def rates(yunyan):
    snapshot = yunyan.snapshot
    found = compliance_at(snapshot.points, snapshot.visits, to_us(yunyan.now()))
    return int((found.first == 1).sum()), int((found.current == 1).sum())


def test_a_failed_visit_moves_the_figures_makes_a_recheck_due_and_is_ended_by_a_passed_one(yunyan, fresh):
    assert rates(yunyan) == (298, 317)
    checklist = checklist_at(yunyan, "P100")
    critical = next(item.code for item in checklist.items if item.critical)
    draft = VisitDraft(fresh(), "P100", "unannounced", answers=answers(checklist, unmet=[critical]), note="暗访")
    receipt = yunyan.record_visit(draft, actor="inspector-1")
    assert (receipt.compliant, receipt.failed_critical, receipt.created) == (False, (critical,), True)
    assert receipt.score == 100 - next(item.weight for item in checklist.items if item.code == critical)
    assert rates(yunyan) == (298, 316)  # the first visit stays what it was
    row = yunyan.snapshot.point_row("P100")
    [due] = [entry for entry in rechecks_at(yunyan.snapshot, yunyan.now()) if entry.point == row]
    assert due.due_us == to_us(yunyan.now()) + checklist.recheck_days * DAY_US
    later = yunyan.now() + timedelta(hours=1)
    passed = VisitDraft(fresh(), "P100", "recheck", at=later, answers=answers(checklist))
    assert yunyan.record_visit(passed, actor="inspector-2").score == 100.0
    assert [entry.point for entry in rechecks_at(yunyan.snapshot, later)] == []


def test_a_visit_is_the_newest_thing_that_was_heard_of(yunyan, fresh):
    """On a wall clock a step of it would otherwise hide the visit from who asks because of it."""
    later = yunyan.now() + timedelta(hours=2)
    draft = VisitDraft(fresh(), "P101", "announced", at=later, answers=answers(checklist_at(yunyan, "P101")))
    yunyan.record_visit(draft, actor="inspector-1")
    assert yunyan.snapshot.newest_us < yunyan.snapshot.heard_us == to_us(later)


def test_the_same_visit_is_recorded_once_from_any_number_of_threads(yunyan, fresh):
    checklist = checklist_at(yunyan, "P010")
    draft = VisitDraft(fresh(), "P010", "announced", answers=answers(checklist, unmet=[checklist.items[1].code]))
    before = len(yunyan.snapshot.visits)
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: yunyan.record_visit(draft, actor="a"), range(16)))
    assert sum(receipt.created for receipt in receipts) == 1
    assert len({(r.score, r.compliant, r.failed) for r in receipts}) == 1
    assert len(yunyan.snapshot.visits) == before + 1
    with pytest.raises(ConflictError):
        yunyan.record_visit(replace(draft, note="other words"), actor="a")
    with pytest.raises(ConflictError):
        yunyan.record_visit(replace(draft, answers=answers(checklist)), actor="a")


def test_a_visit_that_knew_of_no_other_is_not_recorded_over_one_and_is_told_where_they_differ(yunyan, fresh):
    checklist = checklist_at(yunyan, "P020")
    first, second = checklist.items[0].code, checklist.items[1].code
    seen = visits_of(yunyan.snapshot, "P020")
    theirs = VisitDraft(fresh(), "P020", "unannounced", answers=answers(checklist, unmet=[first]), visits_seen=seen)
    receipt = yunyan.record_visit(theirs, actor="inspector-1")
    assert receipt.visits == seen + 1
    mine = VisitDraft(fresh(), "P020", "unannounced", answers=answers(checklist, unmet=[second]), visits_seen=seen)
    with pytest.raises(StaleError) as stale:
        yunyan.record_visit(mine, actor="inspector-2")
    error = stale.value
    assert (error.issue, error.expected, error.version, error.changed_by) == ("P020", seen, seen + 1, "inspector-1")
    score = 100 - checklist.items[1].weight
    assert error.difference == {
        "verdict": ("compliant", "non_compliant"),
        "score": (f"{score}.0", f"{receipt.score:.1f}"),
        f"answers.{first}": ("met", "unmet"),
        f"answers.{second}": ("unmet", "met"),
    }
    assert visits_of(yunyan.snapshot, "P020") == seen + 1
    assert yunyan.record_visit(replace(theirs), actor="inspector-1").created is False  # a lost answer is no conflict
    assert yunyan.record_visit(replace(mine, visits_seen=seen + 1), actor="inspector-2").visits == seen + 2


def test_of_visits_that_come_at_one_time_and_know_of_no_other_one_is_recorded(yunyan, fresh):
    """Refused or told to come again, never both recorded: also where they meet in one transaction."""
    checklist = checklist_at(yunyan, "P030")
    seen = visits_of(yunyan.snapshot, "P030")

    def send(_):
        draft = VisitDraft(fresh(), "P030", "announced", answers=answers(checklist), visits_seen=seen)
        try:
            return yunyan.record_visit(draft, actor="a")
        except (StaleError, BusyError) as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(send, range(16)))
    assert sum(isinstance(outcome, VisitReceipt) for outcome in outcomes) == 1
    assert visits_of(yunyan.snapshot, "P030") == seen + 1


def test_unmet_items_are_reported_as_issues_of_their_types_at_the_point_with_the_visit(yunyan, fresh):
    checklist = checklist_at(yunyan, "P001")
    unmet = [item for item in checklist.items if item.issue_type][:2]
    codes = tuple(item.code for item in unmet)
    draft = VisitDraft(fresh(), "P001", "announced", answers=answers(checklist, unmet=codes), report=codes)
    receipt = yunyan.record_visit(draft, actor="inspector-1")
    assert len(receipt.issues) == 2
    snapshot = yunyan.snapshot
    rows = np.array([snapshot.row(number) for number in receipt.issues])
    assert list(snapshot.records.of(rows).visit) == [draft.id] * 2
    types = [snapshot.city.catalogue.types[at].code for at in snapshot.issues.type[rows]]
    assert types == [item.issue_type for item in unmet]
    point = snapshot.point_row("P001")
    assert snapshot.issues.lonlat(rows)[0] == pytest.approx([snapshot.points.lon[point]] * 2, abs=1e-6)
    again = yunyan.record_visit(draft, actor="inspector-1")
    assert (again.created, again.issues) == (False, receipt.issues)


def test_a_later_version_of_a_checklist_leaves_earlier_visits_as_they_were(yunyan, fresh):
    first = checklist_at(yunyan, "P200")
    draft = VisitDraft(fresh(), "P200", "announced", answers=answers(first))
    yunyan.record_visit(draft, actor="a")
    second = replace(first, version=2, since=yunyan.now().date(), items=first.items[:-1], assumed=False)
    name = checklist_id(second.site_class, 2)
    yunyan.put_document(CHECKLISTS, name, content_of(second), client_uuid=fresh(), actor="a")
    assert checklist_at(yunyan, "P200").version == 2
    assert checklists_of(yunyan.snapshot).of(first.site_class, 1) == first
    assert yunyan.record_visit(draft, actor="a").checklist_version == 1  # answered then, told again
    with pytest.raises(BadValueError):  # an item that the version in force no longer has
        yunyan.record_visit(VisitDraft(fresh(), "P200", "announced", answers=answers(first)), actor="a")
    offline = VisitDraft(fresh(), "P200", "announced", answers=answers(first), version=1)
    assert yunyan.record_visit(offline, actor="a").checklist_version == 1
    old_day = yunyan.now() - timedelta(days=3)
    with pytest.raises(BadValueError, match="version"):
        yunyan.record_visit(replace(offline, id=fresh(), at=old_day, version=2), actor="a")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"point": "P999"}, NotFoundError),
        ({"kind": "secret"}, BadValueError),
        ({"id": "not a uuid"}, BadValueError),
        ({"answers": {}}, BadValueError),
        ({"compliant": True}, BadValueError),
        ({"score": 99.0}, BadValueError),
        ({"version": 9}, NotFoundError),
        ({"note": "x" * 2_001}, BadValueError),
        ({"report": ("S01-01",)}, BadValueError),
    ],
)
def test_what_cannot_be_taken_writes_nothing(yunyan, fresh, change, error):
    checklist = checklist_at(yunyan, "P002")
    before = yunyan.snapshot.revision
    draft = VisitDraft(fresh(), "P002", "announced", answers=answers(checklist))
    with pytest.raises(error):
        yunyan.record_visit(replace(draft, **change), actor="a")
    assert yunyan.snapshot.revision == before


def test_a_visit_from_the_future_is_refused(yunyan, fresh):
    checklist = checklist_at(yunyan, "P002")
    draft = VisitDraft(fresh(), "P002", "announced", at=yunyan.now() + timedelta(days=2), answers=answers(checklist))
    with pytest.raises(BadValueError, match="at: got"):
        yunyan.record_visit(draft, actor="a")


def test_everything_written_here_is_what_the_log_says(yunyan):
    with yunyan.store.reading() as connection:
        assert problems(connection, yunyan.city) == []
