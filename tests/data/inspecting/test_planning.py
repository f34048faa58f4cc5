"""A day's plan names why each point is on it, leaves other groups their points, and is kept once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.documents.plan_book import PLANS, DayPlan, plan_content, plan_id
from data.inspecting.checklists import checklist_for
from data.inspecting.drawing import announce_draw, make_draw, new_seed
from data.inspecting.groups import groups_of
from data.inspecting.planning import candidates_at, keep_plan, plans_of, propose_plan
from data.inspecting.visiting import VisitDraft
from geo.checklist import Answer
from geo.errors import BadValueError, StaleError
from geo.visit_plan import Reason


def fail(yunyan, fresh, code):
    checklist = checklist_for(yunyan.snapshot, yunyan.snapshot.point_row(code), yunyan.now().date())
    found = {item.code: Answer.UNMET if item.critical else Answer.MET for item in checklist.items}
    yunyan.record_visit(VisitDraft(fresh(), code, "unannounced", answers=found), actor="a")
    return checklist.recheck_days


def propose(yunyan, moment, k, **options):
    return propose_plan(yunyan.snapshot, moment, k, day=moment.date(), group=options.pop("group", "1"), **options)


def test_a_recheck_heads_the_candidates_and_is_overdue_after_its_term(yunyan, fresh):
    now = yunyan.now()
    reasons = [c.reason for c in candidates_at(yunyan.snapshot, now)]
    assert (reasons.count(Reason.DRAWN), set(reasons)) == (3, {Reason.OTHER, Reason.DRAWN})  # left of the demo's draw
    days = fail(yunyan, fresh, "P050")
    reasons = {c.code: c.reason for c in candidates_at(yunyan.snapshot, now)}
    assert reasons["P050"] is Reason.RECHECK_DUE
    later = now + timedelta(days=days, minutes=1)
    assert {c.code: c.reason for c in candidates_at(yunyan.snapshot, later)}["P050"] is Reason.RECHECK_OVERDUE
    plan = propose(yunyan, later, 6)
    assert plan[0].code == "P050"
    assert len({stop.code for stop in plan}) == 6
    assert plan == propose(yunyan, later, 6)


def test_before_the_campaign_every_point_is_unvisited(yunyan):
    early = yunyan.now() - timedelta(days=100)
    assert {c.reason for c in candidates_at(yunyan.snapshot, early)} == {Reason.UNVISITED}


def test_points_of_a_draw_are_candidates_until_they_are_visited(yunyan, fresh):
    now, seed = yunyan.now(), new_seed()
    before = {c.code for c in candidates_at(yunyan.snapshot, now) if c.reason is Reason.DRAWN}
    record, _ = announce_draw(
        *(yunyan, yunyan.snapshot),
        client_uuid=fresh(),
        actor="a",
        seed=seed,
        subject="points",
        by="none",
        n=4,
        as_of=now,
    )
    record, _ = make_draw(
        yunyan, yunyan.snapshot, record.id, client_uuid=fresh(), actor="a", seed=seed, word="", at=now
    )
    drawn = {c.code for c in candidates_at(yunyan.snapshot, now) if c.reason is Reason.DRAWN}
    assert drawn == ({name for name, _ in record.drawn} | before) - {"P050"}


def test_a_plan_stays_within_its_subdistricts_and_away_from_other_groups(yunyan, fresh):
    now, area = yunyan.now(), yunyan.city.areas.codes[0]
    mine = propose(yunyan, now, 5, subdistricts=[area], group="P01")
    rows = [yunyan.snapshot.point_row(stop.code) for stop in mine]
    assert {int(yunyan.snapshot.points.subdistrict[row]) for row in rows} == {0}
    plan = DayPlan("P01", now.date(), mine, (area,))
    request = fresh()
    first = keep_plan(yunyan, yunyan.snapshot, plan, version=0, client_uuid=request, actor="a")
    assert (
        first.created,
        keep_plan(yunyan, yunyan.snapshot, plan, version=0, client_uuid=request, actor="a").created,
    ) == (True, False)
    assert [kept.group for kept in plans_of(yunyan.snapshot, now.date())] == ["P01"]
    with pytest.raises(StaleError):
        keep_plan(yunyan, yunyan.snapshot, plan, version=0, client_uuid=fresh(), actor="b")
    others = propose(yunyan, now, 5, subdistricts=[area], group="P02")
    assert not {stop.code for stop in others} & {stop.code for stop in mine}
    assert propose(yunyan, now, 5, subdistricts=[area], group="P01") == mine  # its own plan may be made anew


def test_a_plan_holds_only_points_that_its_maker_may_see(yunyan):
    mask = yunyan.snapshot.points.subdistrict == 3
    plan = propose(yunyan, yunyan.now(), 8, mask=mask, group="P03")
    assert plan
    assert all(mask[yunyan.snapshot.point_row(stop.code)] for stop in plan)


@pytest.mark.parametrize("change", [{"k": 0}, {"k": 61}, {"subdistricts": ["nowhere"]}])
def test_a_plan_that_cannot_be_is_refused(yunyan, change):
    with pytest.raises(BadValueError):
        propose(yunyan, yunyan.now(), **({"k": 5} | change))


def test_a_first_plan_needs_a_group_of_the_organisation_and_an_older_name_stays_readable(yunyan, fresh):
    day, stops = yunyan.now().date() + timedelta(days=40), propose(yunyan, yunyan.now(), 2)
    codes = [unit.code for unit in groups_of(yunyan.snapshot)]
    assert (codes[0], codes[8], codes[-1], len(codes)) == ("P01", "G01", "H03", 17)
    for wrong in ("01", "督查组01", "D01", "P99"):
        plan = DayPlan(wrong, day, stops)
        with pytest.raises(BadValueError, match="organisation in force") as refused:
            keep_plan(yunyan, yunyan.snapshot, plan, version=0, client_uuid=fresh(), actor="a")
        assert refused.value.key == "group"
    old = DayPlan("01", day, stops)
    yunyan.put_document(PLANS, plan_id("01", day), plan_content(old), client_uuid=fresh(), actor="a")
    assert [plan.group for plan in plans_of(yunyan.snapshot, day)] == ["01"]
    shorter = DayPlan("01", day, stops[:1])
    assert keep_plan(yunyan, yunyan.snapshot, shorter, version=1, client_uuid=fresh(), actor="a").version == 2
