"""Yunyan's organisation holds the published numbers, covers everything, and a wrong line of such a file is named."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from data.city_folder.load import load_city
from data.city_folder.organisation import Duties, read_organisation
from geo.errors import CityError
from geo.organisation import UnitKind, stray_places
from geo.responsibility import OwnerState, road_duties, subdistrict_duties, task_duties
from geo.rule_table import rule_table
from tests.small_city import small_city

FOLDER = Path(__file__).parents[3] / "data" / "cities" / "yunyan"
YUNYAN = load_city(FOLDER)
CITY = small_city()
GOOD = """
units = [
  { code = "W", kind = "department", synthetic = true, road_classes = ["major"], name = { zh = "市政", en = "Works" } },
  { code = "OA", kind = "office", subdistricts = ["A"], name = { zh = "甲办", en = "Office A" } },
  { code = "L", kind = "task_lead", part_of = "W", tasks = ["T01"], name = { zh = "牵头", en = "Lead" } },
]
rules = [
  { code = "covers", unit = "W", types = ["C0101"] },
  { code = "rest", subdistricts = ["A"] },
]
[escalation]
due_soon_hours = 12
levels = [{ code = "one", from_working_days = 0, name = { zh = "一", en = "One" }, to = { zh = "谁", en = "Who" } }]
"""


def read(folder: Path, text: str) -> Duties:
    path = folder / "organisation.toml"
    path.write_text(text, encoding="utf-8")
    return read_organisation(path, catalogue=CITY.catalogue)


def test_the_published_numbers_are_met() -> None:
    facts = {fact.code: int(fact.value) for fact in YUNYAN.campaign().facts if fact.value.isdigit()}
    count = {kind: len(YUNYAN.organisation.of_kind(kind)) for kind in UnitKind}
    assert count[UnitKind.DEPARTMENT] == facts["departments"] == 54
    assert count[UnitKind.SECTOR_GROUP] == facts["sector_groups"] == 6
    assert count[UnitKind.SITE_GROUP] == facts["site_groups"] == 8
    assert count[UnitKind.HEADQUARTERS_GROUP] == facts["headquarters_groups"] == 3
    assert count[UnitKind.TASK_LEAD] == facts["tasks"] == 13
    assert count[UnitKind.LEADER] == count[UnitKind.OFFICE] == facts["subdistricts"] == 18


def test_every_unit_is_flagged_synthetic_and_no_post_names_a_person() -> None:
    units = YUNYAN.organisation.units
    assert all(unit.synthetic for unit in units)
    posts = YUNYAN.organisation.of_kind(UnitKind.LEADER, UnitKind.TASK_LEAD)
    assert all("（示例）" in post.name.zh and "(example)" in post.name.en for post in posts)
    assert len({unit.name.zh for unit in units}) == len({unit.name.en for unit in units}) == len(units)


def test_every_subdistrict_and_task_has_one_owner_and_two_roads_show_what_is_wrong() -> None:
    organisation = YUNYAN.organisation
    assert {duty.state for duty in subdistrict_duties(organisation, YUNYAN)} == {OwnerState.ONE}
    assert {duty.state for duty in task_duties(organisation, YUNYAN)} == {OwnerState.ONE}
    wrong = {d.code: d.state for d in road_duties(organisation, YUNYAN) if d.state is not OwnerState.ONE}
    assert wrong == {"YR30": OwnerState.SEVERAL, "YR39": OwnerState.NONE}


def test_the_groups_share_out_all_tasks_and_site_classes() -> None:
    tasks = [code for unit in YUNYAN.organisation.of_kind(UnitKind.SECTOR_GROUP) for code in unit.tasks]
    classes = [code for unit in YUNYAN.organisation.of_kind(UnitKind.SITE_GROUP) for code in unit.site_classes]
    assert sorted(tasks) == [entry.code for entry in YUNYAN.catalogue.tasks]
    assert sorted(classes) == [entry.code for entry in YUNYAN.catalogue.site_classes]


def test_every_issue_that_can_be_has_a_rule_and_every_rule_can_be_reached() -> None:
    table = rule_table(YUNYAN.assignment_rules, YUNYAN.organisation, YUNYAN.catalogue, YUNYAN.areas.codes)
    assert table.gaps == ()
    assert table.unreached == ()


def test_a_good_file_is_read(tmp_path: Path) -> None:
    duties = read(tmp_path, GOOD)
    assert duties.organisation.codes == ("W", "OA", "L")
    assert duties.organisation.units[0].synthetic
    assert not duties.organisation.units[1].synthetic
    assert [rule.unit for rule in duties.rules] == ["W", None]
    assert duties.escalation.due_soon_hours == 12


def test_places_that_the_layers_lack_are_read_and_told(tmp_path: Path) -> None:
    """`python -m data city` may have put other layers under the organisation."""
    text = GOOD.replace('subdistricts = ["A"], name', 'subdistricts = ["A", "Z"], roads = ["R9"], name', 1)
    duties = read(tmp_path, text)
    places = {"subdistricts": CITY.areas.codes, "roads": ("R1",)}
    assert stray_places(duties.organisation, **places) == (("OA", "Z"), ("OA", "R9"))
    assert stray_places(read(tmp_path, GOOD).organisation, **places) == ()


def test_yunyan_names_only_places_that_it_has() -> None:
    assert YUNYAN.roads is not None
    strays = stray_places(YUNYAN.organisation, subdistricts=YUNYAN.areas.codes, roads=YUNYAN.roads.road_codes)
    assert strays == ()
    assert all(code in YUNYAN.areas.index for rule in YUNYAN.assignment_rules for code in rule.subdistricts)


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ('kind = "office"', 'kind = "palace"', "kind"),
        ('code = "OA"', 'code = "W"', "second time"),
        ('part_of = "W"', 'part_of = "X"', "part_of"),
        ('part_of = "W"', 'part_of = "L"', "part_of"),
        ('subdistricts = ["A"], name', "subdistricts = [3], name", "subdistricts"),
        ('["major"]', '["motorway"]', "road_classes"),
        ('unit = "W"', 'unit = "X"', "unit"),
        ('unit = "W"', 'unit = "L"', "department"),
        ('types = ["C0101"]', 'types = ["C9"]', "type"),
        ('code = "rest"', 'code = "covers"', "second time"),
        ("from_working_days = 0", "from_working_days = 1", "from_working_days"),
        ("due_soon_hours = 12", "due_soon_hours = -1", "due_soon_hours"),
        ('{ code = "rest"', '{ colour = "red", code = "rest"', "colour"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, hint: str) -> None:
    assert old in GOOD
    with pytest.raises(CityError, match=hint) as refused:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert "organisation.toml" in str(refused.value)


def test_the_file_says_which_numbers_are_published() -> None:
    text = (FOLDER / "organisation.toml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert all(entry["synthetic"] for entry in tomllib.loads(text)["units"])
