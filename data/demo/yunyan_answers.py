"""The demo's answer sheets: what each invented visit found of each item, so that its score and verdict follow."""

from __future__ import annotations

from dataclasses import replace

from data.demo.dice import Dice
from data.demo.yunyan_points import Site, type_name
from data.documents.answer_sheets import SHEETS, content_for
from data.documents.checking import DocumentPut
from geo.checklist import Answer, Checklist, score_of
from geo.city import City
from geo.errors import CityError
from geo.point import Visit

PASS_MARK, FAIL_BELOW = 80.0, 78.0
ABSENT = 0.25  # how often an item that may not apply does not


def answered(sites: list[Site], city: City, dice: Dice) -> tuple[list[Site], list[DocumentPut]]:
    """The sites with their visits scored by answers, and the sheets. Whether a visit complied stays as it was."""
    found, puts = [], []
    for site in sites:
        visits = []
        for visit in site.visits:
            checklist = city.checklists.in_force(site.point.site_class, visit.at.date())
            if checklist is None:
                raise CityError(f"{city.code} has no checklist for {site.point.site_class}; its demo needs one")
            answers = answers_near(checklist, visit, dice)
            score = score_of(checklist, answers)
            assert score.compliant == visit.compliant
            note = _note(city, site, visit, len(score.failed_critical), len(score.failed) - len(score.failed_critical))
            visits.append(replace(visit, score=score.value, note=note))
            content = content_for(checklist, visit.point, answers)
            puts.append(DocumentPut(SHEETS, visit.id, content, dice.uuid(), at=visit.at))
        found.append(replace(site, visits=tuple(visits)))
    return found, puts


def answers_near(checklist: Checklist, visit: Visit, dice: Dice) -> dict[str, Answer]:
    """Answers whose score comes near the visit's: unmet items are added as long as it stays at or above it."""
    assert visit.score is not None
    answers = {
        item.code: Answer.NOT_APPLICABLE if item.may_not_apply and dice.chance(ABSENT) else Answer.MET
        for item in checklist.items
    }
    if not visit.compliant:
        answers |= {item.code: Answer.UNMET for item in checklist.items if item.critical}
    floor = max(visit.score - 3.0, PASS_MARK) if visit.compliant else visit.score - 3.0
    for item in dice.shuffled([item for item in checklist.items if not item.critical]):
        if answers[item.code] is Answer.MET and dice.chance(0.8):
            tried = answers | {item.code: Answer.UNMET}
            if score_of(checklist, tried).value >= floor:
                answers = tried
    return answers


def _note(city: City, site: Site, visit: Visit, critical: int, general: int) -> str:
    """What the inspector wrote, in the numbers of the sheet."""
    if visit.kind == "recheck":
        return visit.note
    if critical:
        fault = type_name(city, site.faults[0])
        rest = f"；一般项 {general}" if general else ""
        return f"关键项未过 {critical}：{fault}{rest}"
    return f"关键项全过；一般项 {general}，已当场提醒" if general else "各项达标"
