"""A city folder is read exactly, and whatever is wrong with one is told in a single sentence."""

from __future__ import annotations

import gzip
import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.city_folder.load import load_city
from geo.city import City
from geo.errors import CityError

CITIES = Path(__file__).parents[3] / "data" / "cities"

CITY_TOML = """
code = "tiny"
name = { zh = "小城", en = "Tiny" }
time_zone = "Asia/Shanghai"
metric_crs = "EPSG:4545"
mainland_china = true
number_prefix = "TN"
snap_limit_m = 60
catalogue = "catalogue.toml"
current_campaign = "c1"

[layers.subdistricts]
file = "areas.geojson"
quality = "approximate"

[layers.roads]
file = "roads.geojson"
quality = "schematic"

[[campaigns]]
code = "c1"
name = { zh = "一", en = "One" }
start = 2021-06-03
end = 2021-08-24
default_register = "r1"

[[campaigns.registers]]
code = "r1"
name = { zh = "台账", en = "Register" }
note = { zh = "说明", en = "Note" }
"""

CATALOGUE_TOML = """
groups = [{ code = "g", letter = "A", name = { zh = "组", en = "Group" } }]
types = [{ code = "t", group = "g", name = { zh = "类", en = "Type" } }]
"""


def square(west: float, south: float, size: float) -> list[list[list[float]]]:
    east, north = west + size, south + size
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def feature(kind: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def collection(*features: object) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features)}


AREAS = collection(
    feature("Polygon", square(106.70, 26.58, 0.01), code="A1", name="甲街道"),
    feature("Polygon", square(106.71, 26.58, 0.01), code="A2", name="乙街道"),
)
ROADS = collection(
    feature("LineString", [[106.701, 26.585], [106.709, 26.585]], segment_id="S1", road_id="R1", name="路"),
    feature("LineString", [[106.709, 26.585], [106.730, 26.585]], segment_id="S2", road_id="R1", name="路"),
    feature("LineString", [[106.711, 26.581], [106.711, 26.589]], name="无号路", highway="primary"),
    feature("LineString", [[106.712, 26.581], [106.712, 26.589]], highway="tertiary"),
    feature("LineString", [[106.800, 26.581], [106.800, 26.589]], name="远路"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def write(folder: Path, **files: str) -> None:
    contents = {
        "city.toml": CITY_TOML,
        "catalogue.toml": CATALOGUE_TOML,
        "areas.geojson": json.dumps(AREAS),
        "roads.geojson": json.dumps(ROADS),
    }
    for name, text in contents.items():
        (folder / name).write_text(files.get(name.partition(".")[0], text), encoding="utf-8")


@pytest.fixture(scope="module")
def yunyan() -> City:
    return load_city(CITIES / "yunyan")


def test_yunyan_has_the_published_units_and_lengths(yunyan: City) -> None:
    assert (len(yunyan.areas.codes), len(yunyan.roads.road_codes), len(yunyan.roads.segment_codes)) == (18, 40, 65)
    assert yunyan.areas.area_km2.sum() == pytest.approx(90.916, abs=0.001)
    assert yunyan.roads.inside_m[yunyan.roads.segment_codes.index("YS003")] == pytest.approx(664.9, abs=0.1)
    assert (yunyan.boundary_quality, yunyan.areas.quality, yunyan.roads.quality) == ("real", "approximate", "schematic")
    inside = shapely.length(shapely.intersection(yunyan.roads.geometry, yunyan.boundary))
    assert np.all(inside > 0)


def test_yunyan_states_every_published_figure(yunyan: City) -> None:
    campaign = yunyan.campaign()
    registers = {r.code: (r.published_total, r.bound, r.published_rectified) for r in campaign.registers}
    assert registers == {
        "supervision": (2366, "eq", 2285),
        "facility_survey": (1058, "eq", None),
        "cable_survey": (980, "ge", None),
        "cable_phase1": (180, "eq", 83),
    }
    assert not campaign.register("facility_survey").rectified_published
    assert not campaign.register("cable_survey").rectified_published
    assert {t.code: (t.value, t.bound, t.unit.zh) for t in campaign.tallies} == {
        "bikes_towed": (12000, "ge", "辆"),
        "sanche_penalties": (15000, "ge", "起"),
        "vending_cleared": (81106, "eq", "起"),
        "overflow_cleared": (41760, "eq", "起"),
        "replant_places": (120, "ge", "处"),
        "trees_replanted": (1000, "approx", "棵"),
    }
    facts = {fact.code: (fact.value, fact.bound) for fact in campaign.facts}
    assert facts["sector_dispatches"] == ("10", "ge")
    assert [facts[c][0] for c in ("sector_groups", "site_groups", "headquarters_groups", "departments")] == [
        "6",
        "8",
        "3",
        "54",
    ]
    assert (facts["tow_trucks"][0], facts["checkpoints"][0], facts["facility_classes"][0]) == ("5", "7", "9")
    meetings = next(fact.note.zh for fact in campaign.facts if fact.code == "meetings")
    assert all(
        day in meetings for day in ("6 月 3 日", "6 月 4 日", "7 月 12 日", "7 月 20 日", "8 月 6 日", "8 月 11 日")
    )
    assert (campaign.published_points, campaign.published_first_visit_compliant) == (317, 298)
    assert campaign.clock is not None
    assert campaign.clock.isoformat() == "2021-08-24T18:00:00+08:00"


def test_yunyan_has_pinyin_for_every_area_and_road(yunyan: City) -> None:
    names = [*yunyan.areas.names, *yunyan.areas.short_names, *yunyan.roads.road_names]
    assert all(name.en.isascii() and name.en != name.zh for name in names)
    pinyin = {name.zh: name.en for name in (*yunyan.areas.short_names, *yunyan.roads.road_names)}
    assert (pinyin["文昌阁"], pinyin["陕西路"], pinyin["渔安"]) == ("Wenchangge", "Shaanxi Lu", "Yu'an")
    assert (pinyin["中华中路"], pinyin["黔灵镇"], pinyin["延安西路"]) == (
        "Zhonghua Zhonglu",
        "Qianling Town",
        "Yan'an Xilu",
    )
    assert not any(name.zh.endswith("街道") for name in yunyan.areas.short_names)


def test_yunyan_marks_the_four_assumed_facility_classes(yunyan: City) -> None:
    assumed = {entry.name.zh for entry in yunyan.catalogue.types if entry.assumed}
    assert {"路灯不亮", "人行道盲道破损", "标志标线缺损", "行道树缺株绿地裸露"} <= assumed
    assert not {"井盖破损", "路面坑洼", "护栏损坏缺失", "蜘蛛网线缆", "下水道堵塞", "占道经营", "出店经营"} & assumed
    assert len(yunyan.catalogue.tasks) == len(yunyan.catalogue.site_classes) == 13


def test_the_version_follows_the_bytes_of_the_layers(folder: Path) -> None:
    first = load_city(folder).layer_version
    assert load_city(folder).layer_version == first
    (folder / "areas.geojson").write_text(json.dumps(AREAS) + "\n", encoding="utf-8")
    assert load_city(folder).layer_version != first


def test_roads_are_grouped_by_id_then_name_then_segment_and_cut_at_the_boundary(folder: Path) -> None:
    city = load_city(folder)
    assert city.roads is not None
    assert city.roads.road_codes == ("R1", "无号路", "S4")
    assert city.roads.road_names[2].zh == ""
    assert city.roads.segment_codes == ("S1", "S2", "S3", "S4")  # the far one has no length inside
    assert city.roads.road.tolist() == [0, 0, 1, 2]
    assert city.roads.road_class == ("minor", "minor", "major", "secondary")
    assert city.roads.inside_m[1] == pytest.approx(city.roads.metric[1].length * 11 / 21, rel=1e-4)


def test_without_a_boundary_file_the_union_of_the_areas_stands_in(folder: Path) -> None:
    city = load_city(folder)
    assert city.boundary.equals(shapely.box(106.70, 26.58, 106.72, 26.59))
    assert city.boundary_quality == "approximate"


def test_without_roads_the_city_has_none(folder: Path) -> None:
    text = CITY_TOML.replace('[layers.roads]\nfile = "roads.geojson"\nquality = "schematic"\n', "")
    (folder / "city.toml").write_text(text, encoding="utf-8")
    assert load_city(folder).roads is None


def test_a_multi_line_becomes_segments_of_their_own(folder: Path) -> None:
    parts = [[[106.701, 26.585], [106.709, 26.585]], [[106.711, 26.585], [106.719, 26.585]]]
    write(folder, roads=json.dumps(collection(feature("MultiLineString", parts, osm_id=7, name="路"))))
    roads = load_city(folder).roads
    assert roads is not None
    assert roads.segment_codes == ("7", "7~2")
    assert roads.road.tolist() == [0, 0]


def test_a_gzipped_layer_is_the_same_layer(folder: Path) -> None:
    plain = load_city(folder)
    (folder / "areas.geojson.gz").write_bytes(gzip.compress((folder / "areas.geojson").read_bytes()))
    (folder / "city.toml").write_text(CITY_TOML.replace("areas.geojson", "areas.geojson.gz"), encoding="utf-8")
    zipped = load_city(folder)
    assert zipped.layer_version == plain.layer_version
    assert zipped.areas.codes == plain.areas.codes


def test_properties_may_be_named_otherwise(folder: Path) -> None:
    areas = json.dumps(AREAS).replace('"code"', '"NUMBER"')
    write(folder, areas=areas, city=CITY_TOML.replace('"approximate"', '"approximate"\ncode_property = "NUMBER"'))
    assert load_city(folder).areas.codes == ("A1", "A2")


def refusal(folder: Path) -> str:
    """The sentence of the CityError that loading `folder` raises: one line, naming a file of the folder."""
    with pytest.raises(CityError) as caught:
        load_city(folder)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert str(folder) in sentence
    assert ";" in sentence  # what is wrong; what to do
    return sentence


@pytest.mark.parametrize("name", ["city.toml", "catalogue.toml", "areas.geojson", "roads.geojson"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    sentence = refusal(folder)
    assert name in sentence
    assert "missing" in sentence


@pytest.mark.parametrize("name", ["city.toml", "catalogue.toml", "areas.geojson", "roads.geojson"])
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[[[", b'{"type": "FeatureCollection"}', b"null"])
def test_a_malformed_file_is_named(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    assert name in refusal(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "not a folder" in refusal(tmp_path / "nowhere")


CITY_KEYS = sorted(tomllib.loads(CITY_TOML))


@pytest.mark.parametrize("key", CITY_KEYS)
def test_a_missing_key_is_named(folder: Path, key: str) -> None:
    lines = CITY_TOML.replace("[layers.", f"[{'layer' if key == 'layers' else 'layers'}.")
    lines = lines.replace("campaigns", "campaign" if key == "campaigns" else "campaigns")
    kept = [line for line in lines.splitlines() if not line.startswith(f"{key} =")]
    if key in ("code", "name"):  # the first such line is the city's, later ones belong to tables
        index = next(i for i, line in enumerate(lines.splitlines()) if line.startswith(f"{key} ="))
        kept = [line for i, line in enumerate(lines.splitlines()) if i != index]
    (folder / "city.toml").write_text("\n".join(kept), encoding="utf-8")
    sentence = refusal(folder)
    assert key in sentence
    assert "missing" in sentence


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ('"EPSG:4545"', '"EPSG:999999"', "metric_crs"),
        ('"EPSG:4545"', '"EPSG:4326"', "metres"),
        ('"EPSG:4545"', '"EPSG:3857"', "metres are not metres"),
        ('"EPSG:4545"', '"EPSG:26916"', "area of EPSG:26916"),
        ('"EPSG:4545"', '"+proj=utm +zone=48"', "metric_crs"),
        ('"EPSG:4545"', "4545", "metric_crs"),
        ('"Asia/Shanghai"', '"Asia/Guiyang"', "time_zone"),
        ('"Asia/Shanghai"', '"../../etc/passwd"', "time_zone"),
        ("mainland_china = true", 'mainland_china = "yes"', "true or false"),
        ("mainland_china = true", "mainland_china = 1", "true or false"),
        ("snap_limit_m = 60", "snap_limit_m = true", "snap_limit_m"),
        ("snap_limit_m = 60", "snap_limit_m = nan", "snap_limit_m"),
        ("snap_limit_m = 60", "snap_limit_m = -1", "snap_limit_m"),
        ('"TN"', '"T N"', "number_prefix"),
        ('"tiny"', '""', "code"),
        ('name = { zh = "小城", en = "Tiny" }', 'name = "小城"', "name"),
        ('name = { zh = "小城", en = "Tiny" }', 'name = { zh = "小城" }', "name.en is missing"),
        ('en = "Tiny" }', 'en = "Tiny", fr = "Petite" }', "fr is not a known key"),
        ('current_campaign = "c1"', 'current_campaign = "c2"', "current_campaign"),
        ('default_register = "r1"', 'default_register = "r2"', "default_register"),
        ("end = 2021-08-24", "end = 2021-06-02", "before the start"),
        ("end = 2021-08-24", 'end = "2021-08-24"', "a date"),
        ("start = 2021-06-03", "start = 2021-06-03T00:00:00", "without a time"),
        ("end = 2021-08-24", "end = 2021-08-24\nclock = 2021-08-24T18:00:00", "offset"),
        ('"areas.geojson"', '"../areas.geojson"', "bare name"),
        ('"areas.geojson"', '"/etc/hostname"', "bare name"),
        ('"areas.geojson"', '"\\u0000"', "bare name"),
        ('"approximate"', '"guessed"', "real, approximate, schematic"),
        ('code = "tiny"', 'code = "tiny"\ncolour = "red"', "colour is not a known key"),
        ('current_campaign = "c1"', 'current_campaign = "c1"\n[demo]\nloader = "paris"', "loader"),
        ('current_campaign = "c1"', 'current_campaign = "c1"\n[panel_corners]\nlegend = "middle"', "legend"),
        ('code = "r1"', 'code = "r1"\npublished_total = 3\npublished_rectified = 4', "published_rectified"),
        ('code = "r1"', 'code = "r1"\nbound = "about"', "bound"),
        ('current_campaign = "c1"', 'current_campaign = "c1"\n[working_days]\ncountry = "XX"', "country"),
        ('current_campaign = "c1"', 'current_campaign = "c1"\n[working_days]\nsubdivision = "IL"', "country"),
        ('current_campaign = "c1"', 'current_campaign = "c1"\n[working_days]\nholidays = ["2021-01-01"]', "dates"),
    ],
)
def test_a_wrong_value_in_city_toml_is_named(folder: Path, old: str, new: str, hint: str) -> None:
    assert old in CITY_TOML
    (folder / "city.toml").write_text(CITY_TOML.replace(old, new, 1), encoding="utf-8")
    assert hint in refusal(folder)


def test_two_registers_of_one_code_are_refused(folder: Path) -> None:
    register = CITY_TOML[CITY_TOML.index("[[campaigns.registers]]") :]
    (folder / "city.toml").write_text(CITY_TOML + register, encoding="utf-8")
    assert "'r1' a second time" in refusal(folder)


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ('group = "g"', 'group = "h"', "group"),
        ('letter = "A"', 'letter = "Z"', "letter"),
        ('letter = "A"', 'letter = "A", size = 3', "size"),
        ('group = "g"', 'group = "g", due_hours = -4', "due_hours"),
        ('group = "g"', 'group = "g", due_hours = 0', "due_hours"),
        ('group = "g"', 'group = "g", due_working_days = 0', "due_working_days"),
        ('group = "g"', 'group = "g", due_working_days = 3, due_hours = 3', "one of the two"),
        ('types = [{ code = "t"', 'types = [{ code = "t t"', "code"),
        ("types = [", "types = [3, ", "place 1"),
        (
            'types = [{ code = "t"',
            'types = [{ code = "t", group = "g", name = { zh = "类", en = "Type" } }, { code = "t"',
            "second time",
        ),
        (
            'en = "Type" } }]',
            'en = "Type" } }]\nsite_classes = [{ code = "s", task = "T9", name = { zh = "点", en = "S" } }]',
            "T9",
        ),
    ],
)
def test_a_wrong_entry_in_the_catalogue_is_named(folder: Path, old: str, new: str, hint: str) -> None:
    assert old in CATALOGUE_TOML
    (folder / "catalogue.toml").write_text(CATALOGUE_TOML.replace(old, new, 1), encoding="utf-8")
    sentence = refusal(folder)
    assert hint in sentence
    assert "catalogue.toml" in sentence


BOWTIE = [[[106.70, 26.58], [106.71, 26.59], [106.71, 26.58], [106.70, 26.59], [106.70, 26.58]]]


@pytest.mark.parametrize(
    ("layer", "hint"),
    [
        (collection(), "no features"),
        ({"type": "Feature"}, "FeatureCollection"),
        (collection(None), "feature 1"),
        (collection({"type": "Feature", "properties": [], "geometry": None}), "properties"),
        (collection({"type": "Feature", "properties": {"code": "A1", "name": "甲"}, "geometry": None}), "no geometry"),
        (collection(feature("Point", [106.7, 26.6], code="A1", name="甲")), "Polygon"),
        (collection(feature("GeometryCollection", [], code="A1", name="甲")), "Polygon"),
        (collection(feature("Polygon", [], code="A1", name="甲")), "malformed"),
        (collection(feature("Polygon", [[[106.7, 26.5], [106.8, 26.5]]], code="A1", name="甲")), "malformed"),
        (collection(feature("Polygon", [[["a", "b"]] * 4], code="A1", name="甲")), "malformed"),
        (collection(feature("Polygon", {"a": 1}, code="A1", name="甲")), "malformed"),
        (collection(feature("MultiPolygon", [], code="A1", name="甲")), "malformed"),
        (collection(feature("Polygon", BOWTIE, code="A1", name="甲")), "not sound"),
        (collection(feature("Polygon", square(26.58, 106.70, 0.01), code="A1", name="甲")), "WGS-84"),
        (collection(feature("Polygon", square(359_556, 2_938_744, 1000), code="A1", name="甲")), "WGS-84"),
        (collection(feature("Polygon", square(-87.6, 41.8, 0.01), code="A1", name="甲")), "area of EPSG:4545"),
        (collection(feature("Polygon", square(106.7, 26.58, 0.01), name="甲")), "no code"),
        (collection(feature("Polygon", square(106.7, 26.58, 0.01), code="A1")), "no name"),
        (collection(feature("Polygon", square(106.7, 26.58, 0.01), code="-", name="甲")), "code '-'"),
        (collection(feature("Polygon", square(106.7, 26.58, 0.01), code="A1", name="甲" * 10_000)), "10000 characters"),
        (collection(feature("Polygon", square(106.7, 26.58, 0.01), code="A1", name={"a": 1})), "as a text"),
        (collection(*AREAS["features"], AREAS["features"][0]), "of feature 1"),
        ({**AREAS, "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4545"}}}, "its crs"),
        ({**AREAS, "crs": "EPSG:3857"}, "its crs"),
    ],
)
def test_a_bad_area_layer_is_named(folder: Path, layer: object, hint: str) -> None:
    write(folder, areas=json.dumps(layer))
    sentence = refusal(folder)
    assert hint in sentence
    assert "areas.geojson" in sentence


@pytest.mark.parametrize(
    ("layer", "hint"),
    [
        (collection({"type": "Feature", "properties": {"name": "路"}, "geometry": None}), "no geometry"),
        (collection(feature("Polygon", square(106.7, 26.58, 0.01))), "LineString"),
        (collection(feature("LineString", [[106.701, 26.585]])), "malformed"),
        (collection(feature("LineString", [[106.701, 26.585], [106.701, 26.585]])), "not sound"),
        (collection(feature("LineString", [[106.8, 26.585], [106.9, 26.585]])), "no road lies within"),
        (collection(feature("LineString", [[106.701, 26.585], [106.702, 26.585]], name="—")), "a name with letters"),
        (collection(ROADS["features"][0], ROADS["features"][0]), "second time"),
        (
            collection(
                ROADS["features"][0],
                feature(
                    "LineString", [[106.701, 26.586], [106.702, 26.586]], segment_id="S2", road_id="R1", name="他路"
                ),
            ),
            "one road one name",
        ),
    ],
)
def test_a_bad_road_layer_is_named(folder: Path, layer: object, hint: str) -> None:
    write(folder, roads=json.dumps(layer))
    sentence = refusal(folder)
    assert hint in sentence
    assert "roads.geojson" in sentence


def test_a_boundary_elsewhere_is_refused(folder: Path) -> None:
    elsewhere = collection(feature("Polygon", square(106.60, 26.50, 0.01)))
    (folder / "boundary.geojson").write_text(json.dumps(elsewhere), encoding="utf-8")
    section = '[layers.boundary]\nfile = "boundary.geojson"\nquality = "real"\n'
    (folder / "city.toml").write_text(CITY_TOML + section, encoding="utf-8")
    assert "A1 lies outside" in refusal(folder)


def test_a_cut_or_foreign_gzip_is_refused(folder: Path) -> None:
    whole = gzip.compress((folder / "areas.geojson").read_bytes())
    (folder / "city.toml").write_text(CITY_TOML.replace("areas.geojson", "areas.geojson.gz"), encoding="utf-8")
    for content in (whole[:-20], b"PK\x03\x04 not gzip"):
        (folder / "areas.geojson.gz").write_bytes(content)
        assert "areas.geojson.gz" in refusal(folder)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    geometry=st.fixed_dictionaries({"type": st.sampled_from(["Polygon", "MultiPolygon"]), "coordinates": json_values})
)
def test_no_geometry_brings_a_traceback(folder: Path, geometry: dict[str, object]) -> None:
    broken = {"type": "Feature", "properties": {"code": "A1", "name": "甲"}, "geometry": geometry}
    write(folder, areas=json.dumps(collection(broken)))
    refusal(folder)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_cut_of_a_file_brings_a_traceback(folder: Path, data: st.DataObject) -> None:
    write(folder)
    name = data.draw(st.sampled_from(["city.toml", "catalogue.toml", "areas.geojson", "roads.geojson"]))
    content = (folder / name).read_bytes()
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start + 1, len(content)))
    (folder / name).write_bytes(content[:start] + content[end:])
    sentence = ""
    try:
        load_city(folder)  # a cut within a name may leave a city that holds
    except CityError as error:
        sentence = str(error)
    assert "\n" not in sentence


def test_a_copied_city_loads_from_anywhere(tmp_path: Path, yunyan: City) -> None:
    shutil.copytree(CITIES / "yunyan", tmp_path / "copy")
    assert load_city(tmp_path / "copy").layer_version == yunyan.layer_version
