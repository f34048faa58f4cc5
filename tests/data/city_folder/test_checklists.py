"""A city's file of checklists: read strictly, and every class of Yunyan's points has one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from data.city_folder.checklists import read_checklists
from data.city_folder.load import load_city
from geo.city import City
from geo.errors import CityError

YUNYAN = Path(__file__).parents[3] / "data" / "cities" / "yunyan"
SOUND = """
[[checklists]]
site_class = "S06"
version = 1
since = 2021-06-01
pass_mark = 80
recheck_days = 5
items = [{ code = "a", weight = 60, critical = true, issue_type = "E0404", text = { zh = "甲", en = "A" } }, \
{ code = "b", weight = 40, may_not_apply = true, text = { zh = "乙", en = "B" } }]
"""


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(YUNYAN)


def test_every_class_of_yunyan_has_a_checklist_of_100_in_weights_with_a_critical_item(city: City) -> None:
    assert city.checklists.site_classes == tuple(entry.code for entry in city.catalogue.site_classes)
    for code in city.checklists.site_classes:
        checklist = city.checklists.in_force(code, city.campaign().start)
        assert checklist is not None
        assert checklist.assumed  # the wording and weights were not published
        assert sum(item.weight for item in checklist.items) == 100
        assert any(item.critical for item in checklist.items)


def test_a_sound_file_is_read(tmp_path: Path, city: City) -> None:
    path = tmp_path / "checklists.toml"
    path.write_text(SOUND, encoding="utf-8")
    checklist = read_checklists(path, city.catalogue).of("S06", 1)
    assert (checklist.since, checklist.pass_mark, len(checklist.items)) == (date(2021, 6, 1), 80, 2)
    assert (checklist.items[0].issue_type, checklist.items[1].may_not_apply) == ("E0404", True)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"S06"', '"S99"', "site_class"),
        ('"E0404"', '"E9999"', "issue_type"),
        ('"b"', '"a"', "a second time|stands twice"),
        ("weight = 40", "weight = 0", "weight"),
        ("version = 1", "version = 2", "version 1 next"),
        ("pass_mark = 80", "pass_mark = 101", "pass_mark"),
        ("critical", "critcal", "critcal"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_by_name(
    tmp_path: Path, city: City, old: str, new: str, named: str
) -> None:
    path = tmp_path / "checklists.toml"
    path.write_text(SOUND.replace(old, new), encoding="utf-8")
    with pytest.raises(CityError, match=named) as refused:
        read_checklists(path, city.catalogue)
    assert str(path) in str(refused.value)
