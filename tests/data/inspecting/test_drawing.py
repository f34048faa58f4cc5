"""A draw is announced before, drawn once, and repeated by anyone from what was recorded; visits give its results."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from data.inspecting.checklists import checklist_for
from data.inspecting.draw_results import findings, result_of
from data.inspecting.drawing import announce_draw, draw_of, draws_of, frame_of_draw, make_draw, new_seed, record_check
from data.inspecting.frames import frame_at
from data.inspecting.visiting import VisitDraft
from geo.checklist import Answer
from geo.draw import allocation
from geo.errors import BadValueError, ConflictError, NotFoundError, StaleError


def announce(yunyan, fresh, seed, **changes):
    asked = {"client_uuid": fresh(), "subject": "points", "by": "site_class", "n": 40, "as_of": yunyan.now()} | changes
    return announce_draw(yunyan, yunyan.snapshot, actor="a", seed=seed, **asked)


def drawn(yunyan, fresh, identity, seed, word="", **changes):
    asked = {"client_uuid": fresh(), "at": yunyan.now()} | changes
    return make_draw(yunyan, yunyan.snapshot, identity, actor="a", seed=seed, word=word, **asked)


def test_the_seed_is_not_in_the_announcement_and_anyone_repeats_the_draw_from_its_documents(yunyan, fresh):
    seed = new_seed()
    record, created = announce(yunyan, fresh, seed)
    assert created
    with yunyan.store.reading() as connection:
        written = connection.exec_driver_sql("SELECT group_concat(content) FROM document").scalar()
    assert seed not in written
    result, _ = drawn(yunyan, fresh, record.id, seed, "云岩")
    # From here on without a line of ours: the recorded frame, sizes, seed and word, and SHA-256.
    document = yunyan.document("draws", record.id).content
    parts = [d.content["lines"] for n, d in yunyan.documents("draw_frames").items() if n.startswith(record.id)]
    lines = [line for part in parts for line in part]
    frame_hash = hashlib.sha256("".join(f"{line}\n" for line in sorted(lines)).encode()).hexdigest()
    assert frame_hash == document["frame_hash"]
    assert hashlib.sha256(f"{seed}\n{frame_hash}\n".encode()).hexdigest() == document["commitment"]
    by_stratum: dict[str, list[str]] = {}
    for line in lines:
        stratum, name = line.split("\t")
        by_stratum.setdefault(stratum, []).append(name)
    shares = allocation({stratum: len(names) for stratum, names in by_stratum.items()}, document["n"])
    repeated = {
        name
        for stratum, names in by_stratum.items()
        for name in sorted(
            names, key=lambda n: hashlib.sha256(f"{document['seed']}\n{document['word']}\n{n}\n".encode()).hexdigest()
        )[: shares[stratum]]
    }
    assert repeated == {name for name, _ in result.drawn}
    assert len(repeated) == 40


def test_there_is_one_draw_to_an_announcement_and_only_with_its_seed(yunyan, fresh):
    seed = new_seed()
    record, _ = announce(yunyan, fresh, seed)
    with pytest.raises(ConflictError, match="seed"):
        drawn(yunyan, fresh, record.id, new_seed())
    first, created = drawn(yunyan, fresh, record.id, seed, "one")
    again, created_again = drawn(yunyan, fresh, record.id, seed, "one")
    assert (created, created_again, again.drawn) == (True, False, first.drawn)
    with pytest.raises(ConflictError, match="its sample stands"):
        drawn(yunyan, fresh, record.id, seed, "two")
    with pytest.raises(NotFoundError):
        drawn(yunyan, fresh, "D-nothing", seed)


def test_an_announcement_is_made_once_and_its_uuid_stands_for_nothing_else(yunyan, fresh):
    seed, mine = new_seed(), fresh()
    first, created = announce(yunyan, fresh, seed, client_uuid=mine)
    again, created_again = announce(yunyan, fresh, seed, client_uuid=mine, as_of=yunyan.now() - timedelta(minutes=1))
    assert (created, created_again, again) == (True, False, first)
    for change in ({"n": 41}, {"by": "subdistrict"}, {"title": "x"}):
        with pytest.raises(ConflictError):
            announce(yunyan, fresh, seed, client_uuid=mine, **change)
    with pytest.raises(ConflictError):
        announce(yunyan, fresh, new_seed(), client_uuid=mine)
    assert first in draws_of(yunyan.snapshot)


def test_what_happens_after_the_announcement_does_not_touch_its_frame(yunyan, fresh):
    seed = new_seed()
    record, _ = announce(yunyan, fresh, seed, subject="issues", by="subdistrict", register="supervision", n=60)
    assert sum(record.sizes.values()) == 2_285
    frame = frame_of_draw(yunyan.snapshot, record.id)
    closed_now = frame_at(
        yunyan.snapshot, "issues", "subdistrict", yunyan.now(), register="supervision", campaign="2021"
    )
    assert frame.hash == closed_now.hash == record.frame_hash
    earlier = yunyan.now() - timedelta(days=30)
    assert len(frame_at(yunyan.snapshot, "issues", "type", earlier, register="supervision", campaign="2021")) < 2_285


def test_findings_of_points_are_their_first_visits_since_the_draw(yunyan, fresh):
    seed = new_seed()
    record, _ = announce(yunyan, fresh, seed, by="none", n=3)
    record, _ = drawn(yunyan, fresh, record.id, seed)
    codes = [name for name, _ in record.drawn]
    assert findings(yunyan.snapshot, record, yunyan.now()) == {}  # their visits were before
    later = yunyan.now() + timedelta(minutes=5)
    for number, code in enumerate(codes):
        row = yunyan.snapshot.point_row(code)
        checklist = checklist_for(yunyan.snapshot, row, later.date())
        found = {item.code: Answer.MET for item in checklist.items}
        if number == 0:
            found |= {item.code: Answer.UNMET for item in checklist.items if item.critical}
        yunyan.record_visit(VisitDraft(fresh(), code, "unannounced", at=later, answers=found), actor="a")
    assert findings(yunyan.snapshot, record, later) == {codes[0]: False, codes[1]: True, codes[2]: True}
    result = result_of(record, findings(yunyan.snapshot, record, later))
    assert (result.checked, result.good, result.method) == (3, 2, "hypergeometric")
    assert result.low < 2 / 3 < result.high


def test_findings_of_issues_are_recorded_and_a_second_one_names_the_first(yunyan, fresh):
    seed = new_seed()
    record, _ = announce(yunyan, fresh, seed, subject="issues", by="none", register="cable_phase1", n=5)
    record, _ = drawn(yunyan, fresh, record.id, seed)
    unit = record.drawn[0][0]
    asked = {"holds": False, "note": "又挂上了", "actor": "a"}
    mine = fresh()
    assert record_check(yunyan, yunyan.snapshot, record.id, unit, client_uuid=mine, **asked)
    assert not record_check(yunyan, yunyan.snapshot, record.id, unit, client_uuid=mine, **asked)
    with pytest.raises(StaleError):
        record_check(yunyan, yunyan.snapshot, record.id, unit, client_uuid=fresh(), **asked)
    with pytest.raises(NotFoundError):
        record_check(yunyan, yunyan.snapshot, record.id, fresh(), client_uuid=fresh(), **asked)
    assert findings(yunyan.snapshot, draw_of(yunyan.snapshot, record.id), yunyan.now()) == {unit: False}


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "people"},
        {"by": "type"},
        {"n": 5},
        {"n": 318},
        {"subject": "issues", "by": "type", "register": "nothing"},
        {"subject": "issues", "by": "site_class", "register": "supervision"},
    ],
)
def test_a_draw_that_cannot_be_made_is_not_announced(yunyan, fresh, change):
    before = yunyan.snapshot.revision
    with pytest.raises(BadValueError):
        announce(yunyan, fresh, new_seed(), **change)
    assert yunyan.snapshot.revision == before
