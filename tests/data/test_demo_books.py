"""The demo's books: entries add up to every published figure, sheets to every verdict, and what is invented says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.city_folder.load import load_city
from data.demo import load_records
from data.demo.yunyan_books import split
from data.documents.agenda_book import read_duty, read_junction, read_meeting
from data.documents.answer_sheets import read_sheet
from data.documents.checking import checked_put
from data.documents.draw_book import read_draw
from data.documents.exposure_book import read_exposure
from data.documents.programme_book import read_programme
from data.documents.tally_book import read_entry
from data.records import CityRecords
from geo.agenda import MeetingKind, times_held
from geo.checklist import score_of
from geo.city import City
from geo.draw import commitment, draw, frame_of
from geo.lifecycle import Status
from geo.tally import add_up, agrees, overlapping

YUNYAN = Path(__file__).parents[2] / "data" / "cities" / "yunyan"


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(YUNYAN)


@pytest.fixture(scope="module")
def records(city: City) -> CityRecords:
    return load_records(city)


def contents(records: CityRecords, collection: str) -> dict[str, dict]:
    return {put.id: put.content for put in records.documents if put.collection == collection}


def test_every_document_is_taken_by_its_checker_as_it_is(city: City, records: CityRecords) -> None:
    for put in records.documents:
        assert checked_put(put, city, actor="demo").content == put.content
    assert len({(put.collection, put.id, put.version) for put in records.documents}) == len(records.documents)
    assert len({put.client_uuid for put in records.documents}) == len(records.documents)


def test_the_entries_of_every_tally_add_up_to_the_published_figure_and_its_bound(
    city: City, records: CityRecords
) -> None:
    entries = [read_entry(identity, content) for identity, content in contents(records, "tally_entries").items()]
    for tally in city.campaign().tallies:
        found = add_up(entry for entry in entries if entry.code == tally.code)
        assert found.figures == ((tally.value, tally.bound),)
        assert agrees(found, tally)
    assert overlapping(entries) == ()
    assert all(entry.synthetic == (entry.value > 0) for entry in entries)  # what is beyond "more than" is published
    assert len({e.unit for e in entries if e.code == "bikes_towed" and e.value}) == 5  # tow trucks
    checkpoints = {e.unit for e in entries if e.code == "sanche_penalties" and e.value}
    junctions = [read_junction(*pair) for pair in contents(records, "junctions").items()]
    assert checkpoints == {junction.name for junction in junctions if junction.checkpoint}
    assert len(checkpoints) == 7


def test_trees_were_replanted_only_where_places_were(records: CityRecords) -> None:
    entries = [read_entry(identity, content) for identity, content in contents(records, "tally_entries").items()]
    places = {(e.unit, e.first): e.value for e in entries if e.code == "replant_places" and e.value}
    trees = {(e.unit, e.first): e.value for e in entries if e.code == "trees_replanted"}
    assert trees.keys() <= places.keys()
    assert all(5 <= count / places[key] <= 13 for key, count in trees.items())


def test_every_visit_has_a_sheet_that_makes_its_score_and_its_verdict(city: City, records: CityRecords) -> None:
    sheets = contents(records, "answer_sheets")
    assert sheets.keys() == {visit.id for visit in records.visits}
    for visit in records.visits:
        sheet = read_sheet(sheets[visit.id])
        score = score_of(city.checklists.of(sheet.site_class, sheet.version), sheet.answers)
        assert (sheet.point, score.value, score.compliant) == (visit.point, visit.score, visit.compliant)
        assert visit.compliant or score.failed_critical


def test_the_published_meetings_are_real_and_the_dispatches_at_least_ten(records: CityRecords) -> None:
    meetings = [read_meeting(*pair) for pair in contents(records, "meetings").items()]
    held = times_held(meetings)
    assert held[MeetingKind.MEETING] == (6, "eq")
    assert held[MeetingKind.SECTOR_DISPATCH] == (10, "ge")
    published = [m.day for m in meetings if m.kind is MeetingKind.MEETING and not m.synthetic and m.day]
    assert [(day.month, day.day) for day in published] == [(6, 3), (6, 4), (7, 12), (7, 20), (8, 6), (8, 11)]
    assert all(m.synthetic for m in meetings if m.kind is MeetingKind.SECTOR_DISPATCH and m.times)


def test_the_facility_survey_has_two_rounds_that_hold_all_its_issues(city: City, records: CityRecords) -> None:
    programmes = {identity: read_programme(identity, c) for identity, c in contents(records, "programmes").items()}
    assert len(programmes["facility_survey"].rounds) == 2
    for code, programme in programmes.items():
        for draft in records.drafts:
            if draft.register == code and draft.reported_at is not None:
                day = draft.reported_at.astimezone(city.campaign().clock.tzinfo).date()
                assert any(entry.first <= day <= entry.last for entry in programme.rounds)


def test_exposed_issues_are_of_the_supervision_and_were_open_when_they_were_shown(records: CityRecords) -> None:
    drafts = {draft.id: draft for draft in records.drafts}
    exposures = [read_exposure(*pair) for pair in contents(records, "exposures").items()]
    assert len({exposure.issue for exposure in exposures}) == len(exposures) == 24
    for exposure in exposures:
        draft = drafts[exposure.issue]
        closed = [step.at for step in draft.history if step.status == Status.CLOSED]
        assert draft.register == "supervision"
        assert draft.reported_at < exposure.shown_at
        assert not closed or exposure.shown_at < closed[-1]
        assert exposure.synthetic


def test_duties_stand_at_known_junctions(records: CityRecords) -> None:
    junctions = contents(records, "junctions").keys()
    duties = [read_duty(*pair) for pair in contents(records, "junction_duties").items()]
    assert {duty.junction for duty in duties} == junctions
    assert all(duty.synthetic for duty in duties)


def test_the_draw_is_what_its_seed_and_word_draw_from_all_points(records: CityRecords) -> None:
    announced, drawn = (read_draw(p.id, p.content) for p in records.documents if p.collection == "draws")
    assert (announced.state, announced.seed, drawn.state) == ("announced", "", "drawn")
    frame = frame_of((point.code, point.site_class) for point in records.points)
    assert frame.hash == announced.frame_hash == drawn.frame_hash
    assert announced.commitment == commitment(drawn.seed, frame.hash)
    found = draw(frame, drawn.n, seed=drawn.seed, word=drawn.word)
    assert drawn.drawn == tuple((entry.id, entry.stratum) for entry in found)
    since = {visit.point for visit in records.visits if visit.at >= drawn.drawn_at}
    assert len(since & {name for name, _ in drawn.drawn}) >= 37


@pytest.mark.parametrize(("total", "weights"), [(10, [1.0, 1.0, 1.0]), (81106, [0.3, 2.5, 9.9]), (2, [5.0, 1.0, 1.0])])
def test_a_total_is_shared_out_to_the_last_one(total: int, weights: list[float]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    assert all(abs(part - total * w / sum(weights)) < 1 for part, w in zip(parts, weights, strict=True))
