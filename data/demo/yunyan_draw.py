"""The demo's random draw: forty points by class, announced one day, drawn the next, all but three visited since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from data.demo.dice import Dice
from data.demo.yunyan_answers import answers_near
from data.demo.yunyan_calendar import CHINA, Calendar, utc
from data.demo.yunyan_points import Site
from data.documents.answer_sheets import SHEETS, content_for
from data.documents.checking import DocumentPut
from data.documents.draw_book import DRAW_FRAMES, DRAWS, DrawRecord, draw_content
from geo.checklist import score_of
from geo.city import City
from geo.draw import commitment, draw, frame_of
from geo.point import Visit

DRAW_ID: Final = "D-2021-08"
N: Final = 40
LEFT: Final = 3
ANNOUNCED, DRAWN = datetime(2021, 8, 16, 9, 0, tzinfo=CHINA), datetime(2021, 8, 17, 9, 0, tzinfo=CHINA)
FIRST, LAST = date(2021, 8, 18), date(2021, 8, 23)
SEED_TEXT: Final = "yunyan-demo-2021-08-16"
WORD: Final = "演示"


def drawn_visits(
    sites: Sequence[Site], city: City, calendar: Calendar, dice: Dice
) -> tuple[list[Visit], list[DocumentPut]]:
    """The unannounced visits that followed from the draw, and its documents with the visits' answer sheets."""
    frame = frame_of((site.point.code, site.point.site_class) for site in sites)
    announced = DrawRecord(
        id=DRAW_ID,
        state="announced",
        subject="points",
        register=None,
        by="site_class",
        as_of=ANNOUNCED,
        n=N,
        frame_hash=frame.hash,
        commitment=commitment(SEED_TEXT, frame.hash),
        sizes=frame.sizes,
        title="8 月暗访抽查（演示）",
    )
    found = draw(frame, N, seed=SEED_TEXT, word=WORD)
    drawn = replace(
        announced,
        state="drawn",
        seed=SEED_TEXT,
        word=WORD,
        drawn=tuple((entry.id, entry.stratum) for entry in found),
        drawn_at=DRAWN,
    )
    part = {"draw": DRAW_ID, "part": 0, "lines": frame.lines.decode().splitlines()}
    puts = [
        DocumentPut(DRAWS, DRAW_ID, draw_content(announced), dice.uuid(), at=utc(ANNOUNCED)),
        DocumentPut(DRAW_FRAMES, f"{DRAW_ID}.000", part, dice.uuid(), at=utc(ANNOUNCED)),
        DocumentPut(DRAWS, DRAW_ID, draw_content(drawn), dice.uuid(), version=1, at=utc(DRAWN)),
    ]
    visits = []
    for site in _visited(sites, drawn, dice):
        visit = _visit(site, city, calendar, dice)
        visits.append(visit[0])
        puts.append(visit[1])
    return visits, puts


def _visited(sites: Sequence[Site], drawn: DrawRecord, dice: Dice) -> list[Site]:
    """The sites of the draw but LEFT of them, which are of strata that have others."""
    strata = [stratum for _, stratum in drawn.drawn]
    spare = dice.shuffled([name for name, stratum in drawn.drawn if strata.count(stratum) > 2])
    left = set(spare[:LEFT])
    chosen = {name for name, _ in drawn.drawn} - left
    return [site for site in sites if site.point.code in chosen]


def _visit(site: Site, city: City, calendar: Calendar, dice: Dice) -> tuple[Visit, DocumentPut]:
    """A passed visit (the record says that all points comply now) and its sheet."""
    at = calendar.on(FIRST + timedelta(days=dice.whole(0, (LAST - FIRST).days)))
    checklist = city.checklists.in_force(site.point.site_class, at.date())
    assert checklist is not None
    code = site.point.code
    sketch = Visit(f"V{code[1:]}-{len(site.visits) + 1}", code, utc(at), "unannounced", True, float(dice.whole(84, 98)))
    answers = answers_near(checklist, sketch, dice)
    score = score_of(checklist, answers)
    note = "抽查点位，达标（演示）" if not score.failed else f"抽查点位，一般项 {len(score.failed)}（演示）"
    visit = replace(sketch, score=score.value, note=note)
    return visit, DocumentPut(SHEETS, visit.id, content_for(checklist, code, answers), dice.uuid(), at=visit.at)
