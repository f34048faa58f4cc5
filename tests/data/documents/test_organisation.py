"""The organisation as a document: checked whole, in force at once; before it the file of the city holds."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from data.city_folder.load import load_city
from data.documents.checking import MOST_BYTES
from data.documents.organisation import COLLECTION, CURRENT, check, read, written
from data.duties import duties_at, duties_in_force
from data.runtime import Runtime
from data.unit_work import unit_work
from geo.clock import NEVER, to_us
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.organisation_edits import Book
from tests.data.test_runtime import draft
from tests.small_city import CLOCK, small_city

CITY = small_city()
YUNYAN = load_city(Path(__file__).parents[3] / "data" / "cities" / "yunyan")
NAME = {"zh": "单位", "en": "Unit"}


def content() -> dict[str, Any]:
    return {
        "units": [
            {"code": "W", "kind": "department", "name": {"zh": "市政", "en": "Works"}, "road_classes": ["major"]},
            {"code": "OA", "kind": "office", "name": NAME, "subdistricts": ["A", "A"]},
            {"code": "L", "kind": "leader", "name": NAME, "part_of": "W", "subdistricts": ["A"]},
        ],
        "rules": [{"code": "all", "unit": "W", "types": ["C0101"]}, {"code": "rest"}],
    }


def test_what_is_left_out_is_filled_in_and_checking_again_changes_nothing() -> None:
    kept = check(content(), CITY)
    assert kept["units"][1]["subdistricts"] == ["A"]
    assert kept["units"][0]["synthetic"] is False
    assert kept["rules"][1] == {"code": "rest", "unit": None, "types": [], "subdistricts": [], "tasks": []}
    assert check(kept, CITY) == kept
    assert written(read(kept)) == kept


def test_a_citys_own_file_can_be_put_as_it_is_and_is_short_enough() -> None:
    book = Book(YUNYAN.organisation, YUNYAN.assignment_rules)
    kept = check(written(book), YUNYAN)
    assert read(kept) == book
    assert len(orjson.dumps(kept)) < MOST_BYTES / 4


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("colour",), "red", "content.colour"),
        (("units",), "none", "units"),
        (("units", 0), "W", "units[1]"),
        (("units", 0, "colour"), "red", "units[1].colour"),
        (("units", 0, "code"), "a b", "units[1].code"),
        (("units", 0, "kind"), "palace", "units[1].kind"),
        (("units", 0, "kind"), [], "units[1].kind"),
        (("units", 0, "name"), {"zh": "市政"}, "units[1].name.en"),
        (("units", 0, "name", "zh"), "长" * 81, "units[1].name.zh"),
        (("units", 0, "synthetic"), 1, "units[1].synthetic"),
        (("units", 1, "code"), "W", "unit"),
        (("units", 1, "subdistricts"), ["Z"], "unit OA subdistricts"),
        (("units", 1, "subdistricts"), "A", "units[2].subdistricts"),
        (("units", 2, "part_of"), "X", "unit L part_of"),
        (("rules", 0, "unit"), "X", "unit"),
        (("rules", 0, "unit"), "L", "unit"),
        (("rules", 0, "types"), ["E9"], "type"),
        (("rules", 1, "code"), "all", "rules[2].code"),
        (("rules", 1), None, "rules[2]"),
    ],
)
def test_what_cannot_be_taken_is_named(path: tuple[Any, ...], value: object, key: str) -> None:
    wrong: Any = content()
    inner = wrong
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(BadValueError) as refused:
        check(wrong, CITY)
    assert refused.value.key == key


def put(live: Runtime, version: int, given: dict[str, Any], **options: bool) -> None:
    live.put_document(COLLECTION, CURRENT, given, version, client_uuid=str(uuid.uuid4()), actor="a-1", **options)


def test_what_is_put_is_in_force_at_once_and_the_file_is_again_when_it_is_retired(live: Runtime) -> None:
    before = duties_in_force(live.snapshot)
    assert (before.version, before.organisation.units) == (None, ())
    assert before.explain(issue_type="C0101", subdistrict="A", task=None).unit is None
    put(live, 0, content())
    after = duties_in_force(live.snapshot)
    assert (after.version, after.organisation.codes) == (1, ("W", "OA", "L"))
    assert after is duties_in_force(live.snapshot), "worked out once"
    assert after.explain(issue_type="C0101", subdistrict="A", task=None).unit == "W"
    assert after.explain(issue_type="E0110", subdistrict="A", task=None).unit == "OA"
    changed = content()
    changed["rules"][0]["unit"] = None
    put(live, 1, changed)
    third = duties_in_force(live.snapshot)
    assert third.version == 2
    assert third.explain(issue_type="C0101", subdistrict="A", task=None).unit == "OA"
    put(live, 2, changed, retired=True)
    assert duties_in_force(live.snapshot).version is None


HOUR = timedelta(hours=1)


def test_a_past_moment_has_the_organisation_of_then(live: Runtime) -> None:
    """A moment's figures are those that were seen at it, whatever rules were made since."""
    [receipt] = live.submit([draft(reported_at=CLOCK - 9 * HOUR)], actor="a")
    for hours, version in ((6, 0), (4, 1), (2, 2)):
        given = content()
        given["rules"][0]["unit"] = "W" if version == 0 else None
        given["units"] = given["units"] if version < 2 else [*given["units"], {**given["units"][0], "code": "W2"}]
        at, retired = CLOCK - hours * HOUR, version == 2
        live.put_document(
            COLLECTION, CURRENT, given, version, client_uuid=str(uuid.uuid4()), actor="a-1", at=at, retired=retired
        )
    versions = {8: None, 6: 1, 5: 1, 4: 2, 3: 2, 2: None, 0: None}
    for hours, version in versions.items():
        duties = duties_at(live.snapshot, CLOCK - hours * HOUR)
        assert duties.version == version, hours
        assert duties is duties_at(live.snapshot, CLOCK - hours * HOUR), "worked out once"
        chosen = IssueFilter("first", "supervision", CLOCK - hours * HOUR)
        work = unit_work(live.snapshot, chosen)
        assert work.duties is duties
        at = {1: 0, 2: 1, None: -1}[version]
        assert work.unit.tolist() == [at]
        if version is not None:
            assert work.figures.open.tolist() == [int(n == at) for n in range(3)] + [0]
    assert duties_in_force(live.snapshot).version is None
    assert receipt.created
    grown = duties_at(live.snapshot, CLOCK - 5 * HOUR)
    live.submit([draft()], actor="a")
    assert duties_at(live.snapshot, CLOCK - 5 * HOUR) is grown, "whatever happens to issues"


def test_what_is_put_now_is_in_force_in_the_questions_of_now(live: Runtime) -> None:
    """Where "now" is taken in steps, it is never before what was put last."""
    assert live.snapshot.heard_us == NEVER
    live.put_document(COLLECTION, CURRENT, content(), 0, client_uuid=str(uuid.uuid4()), actor="a-1", at=CLOCK)
    assert live.snapshot.heard_us == to_us(CLOCK)
