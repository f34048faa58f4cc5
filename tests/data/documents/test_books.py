"""The checkers of the campaign's books: what is sound comes out as it went in, what is not is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.city_folder.load import load_city
from data.documents.checklist_book import book_of, content_of
from data.documents.collections import CHECKERS
from geo.city import City
from geo.errors import BadValueError

YUNYAN = Path(__file__).parents[3] / "data" / "cities" / "yunyan"
ISSUE = "0d6d8a52-5f5e-4c1e-9d53-2f0a6ad4c1de"
HASH = "a" * 64
SEED = "0123456789abcdef"
SOUND: dict[str, dict[str, Any]] = {
    "answer_sheets": {"point": "P001", "site_class": "S01", "version": 1, "answers": {"S01-01": "met"}},
    "draws": {
        "state": "announced",
        "subject": "points",
        "by": "site_class",
        "as_of": "2021-08-24T18:00:00+08:00",
        "n": 3,
        "frame_hash": HASH,
        "commitment": HASH,
        "sizes": {"S01": 28},
        "title": "",
    },
    "draw_checks": {"draw": "D-1", "unit": ISSUE, "holds": False, "note": ""},
    "draw_frames": {"draw": "D-1", "part": 0, "lines": ["S01\tP001"]},
    "visit_plans": {
        "group": "督查组01",
        "day": "2021-08-24",
        "stops": [{"point": "P001", "reason": "drawn", "leg_m": 12.5}],
        "subdistricts": ["520103019"],
        "note": "",
    },
    "tally_entries": {
        "code": "bikes_towed",
        "unit": "拖车 1 号",
        "first": "2021-08-16",
        "last": "2021-08-22",
        "value": 240,
        "bound": "ge",
        "synthetic": False,
        "note": "",
    },
    "programmes": {
        "register": "facility_survey",
        "name": {"zh": "设施排查", "en": "Facility survey"},
        "rounds": [
            {"number": 1, "first": "2021-06-07", "last": "2021-06-27"},
            {"number": 2, "first": "2021-07-22", "last": "2021-08-12"},
        ],
        "due": None,
        "synthetic": True,
        "note": "",
    },
    "exposures": {
        "issue": ISSUE,
        "title": "第 1 期",
        "shown_at": "2021-08-01T20:00:00+08:00",
        "medium": "",
        "synthetic": False,
    },
    "meetings": {
        "kind": "meeting",
        "day": "2021-06-03",
        "title": "",
        "times": 1,
        "bound": "eq",
        "synthetic": False,
    },
    "junctions": {
        "name": "喷水池",
        "lon": 106.709,
        "lat": 26.587,
        "checkpoint": True,
        "watch": [{"start": "07:30", "end": "09:00"}, {"start": "17:30", "end": "19:00"}],
        "synthetic": False,
    },
    "junction_duties": {
        "junction": "J01",
        "department": "云岩交警",
        "first": "2021-06-03",
        "last": "2021-08-24",
        "weekdays": [1, 2, 3, 4, 5],
        "start": "07:30",
        "end": "09:00",
        "people": 2,
        "synthetic": False,
    },
}
REQUIRED = {
    "answer_sheets": ("point", "site_class", "version", "answers"),
    "draws": ("state", "subject", "by", "as_of", "n", "frame_hash", "commitment", "sizes"),
    "draw_checks": ("draw", "unit", "holds"),
    "draw_frames": ("draw", "part", "lines"),
    "visit_plans": ("group", "day", "stops"),
    "tally_entries": ("code", "unit", "first", "last", "value"),
    "programmes": ("register", "name", "rounds"),
    "exposures": ("issue", "title", "shown_at"),
    "meetings": ("kind",),
    "junctions": ("name", "watch"),
    "junction_duties": ("junction", "department", "first", "last", "weekdays", "start", "end"),
}
WRONG = [
    ("answer_sheets", {"site_class": "S99"}, "site_class"),
    ("answer_sheets", {"answers": {"a": "maybe"}}, "answers.a"),
    ("answer_sheets", {"version": True}, "version"),
    ("draws", {"commitment": "short"}, "commitment"),
    ("draws", {"sizes": {"S01": 0}}, "sizes.S01"),
    ("draws", {"as_of": "2021-08-24T18:00:00"}, "as_of"),
    ("draws", {"seed": SEED}, "seed"),
    ("draws", {"state": "drawn", "seed": SEED, "drawn": [], "drawn_at": "2021-08-24T18:00:00+08:00"}, "seed"),
    ("draws", {"subject": "issues", "register": "nothing"}, "register"),
    ("draw_checks", {"holds": "no"}, "holds"),
    ("draw_frames", {"lines": ["S01 P001"]}, "lines[0]"),
    ("visit_plans", {"stops": [{"point": "P1", "reason": "whim", "leg_m": 0}]}, "stops[0].reason"),
    ("visit_plans", {"stops": [{"point": "P1", "reason": "drawn", "leg_m": 0}] * 2}, "stops"),
    ("visit_plans", {"subdistricts": ["X"]}, "subdistricts"),
    ("tally_entries", {"code": "dogs"}, "code"),
    ("tally_entries", {"value": -1}, "value"),
    ("tally_entries", {"value": 1.5}, "value"),
    ("tally_entries", {"bound": "le"}, "bound"),
    ("tally_entries", {"last": "2021-08-15"}, "last"),
    ("tally_entries", {"last": "2024-08-15"}, "last"),
    ("tally_entries", {"first": "2021-02-30"}, "first"),
    ("tally_entries", {"unit": " "}, "unit"),
    ("tally_entries", {"wheels": 2}, "wheels"),
    ("programmes", {"register": "none"}, "register"),
    ("programmes", {"rounds": [{"number": 2, "first": "2021-06-07", "last": "2021-06-27"}]}, "rounds[0].number"),
    ("exposures", {"issue": "YY-00001"}, "issue"),
    ("meetings", {"kind": "party"}, "kind"),
    ("meetings", {"day": "03.06.2021"}, "day"),
    ("junctions", {"lon": 181}, "lon"),
    ("junctions", {"watch": [{"start": "09:00", "end": "07:30"}]}, "watch[0]"),
    ("junction_duties", {"weekdays": [8]}, "weekdays"),
    ("junction_duties", {"weekdays": []}, "weekdays"),
    ("junction_duties", {"weekdays": ["1"]}, "weekdays"),
    ("junction_duties", {"end": "07:00"}, "end"),
    ("junction_duties", {"start": "7:30"}, "start"),
    ("junction_duties", {"people": 0}, "people"),
]


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(YUNYAN)


@pytest.mark.parametrize("collection", SOUND)
def test_what_is_sound_comes_out_as_it_went_in(city: City, collection: str) -> None:
    kept = CHECKERS[collection](SOUND[collection], city)
    assert {name: value for name, value in kept.items() if value is not None} == {
        name: value for name, value in SOUND[collection].items() if value is not None
    }
    assert CHECKERS[collection](kept, city) == kept


@pytest.mark.parametrize("collection", SOUND)
def test_every_field_that_has_no_default_is_asked_for_and_no_other_is_taken(city: City, collection: str) -> None:
    with pytest.raises(BadValueError, match="no such field"):
        CHECKERS[collection]({**SOUND[collection], "another": 1}, city)
    for name in REQUIRED[collection]:
        rest = {key: value for key, value in SOUND[collection].items() if key != name}
        with pytest.raises(BadValueError) as refused:
            CHECKERS[collection](rest, city)
        assert refused.value.key == name


@pytest.mark.parametrize(("collection", "change", "key"), WRONG)
def test_what_is_wrong_is_refused_by_name(city: City, collection: str, change: dict[str, Any], key: str) -> None:
    with pytest.raises(BadValueError) as refused:
        CHECKERS[collection]({**SOUND[collection], **change}, city)
    assert refused.value.key == key


def test_a_checklist_goes_round_and_a_version_that_does_not_follow_is_left_out(city: City) -> None:
    first = city.checklists.of("S06", 1)
    content = content_of(first)
    assert CHECKERS["checklists"](content, city) == content
    second = {**content, "version": 2, "since": "2021-08-01"}
    fourth = {**content, "version": 4, "since": "2021-08-09"}
    book = book_of(city, [second, fourth])
    assert [entry.version for entry in book.versions("S06")] == [1, 2]
    assert len(book) == len(city.checklists) + 1
    for wrong in ({"site_class": "S99"}, {"items": []}, {"items": [{**content["items"][0], "issue_type": "E9"}]}):
        with pytest.raises(BadValueError):
            CHECKERS["checklists"]({**content, **wrong}, city)
