"""The commands end to end: exit codes, one sentence for each refusal, and what is in the store afterwards."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., int]


def ledger(folder: Path, *rows: str) -> Path:
    path = folder / "ledger.csv"
    path.write_text("\n".join(("lon,lat,type,reported_at,description", *rows)), encoding="utf-8")
    return path


GOOD = "106.71,26.6,E0110,2021-08-01,坑"
BAD = "106.71,26.6,nonsense,2021-08-01,=1+1"


def said_one_sentence(capsys: pytest.CaptureFixture[str], *parts: str) -> None:
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1, error
    for part in parts:
        assert part in error


def test_a_good_file_comes_in_and_goes_out(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", ledger(tmp_path, GOOD, GOOD)) == 0
    assert "Imported 2 issues" in capsys.readouterr().out
    assert run("export", tmp_path / "out.geojson") == 0
    assert "Exported 2 records" in capsys.readouterr().out
    found = json.loads((tmp_path / "out.geojson").read_bytes())
    assert [f["properties"]["number"] for f in found["features"]] == ["YY-00001", "YY-00002"]
    assert run("export", tmp_path / "out.csv", "type=E0110", "since=2021-08-02") == 0
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()) == 1
    assert run("export", tmp_path / "points.geojson", "--points") == 0
    assert json.loads((tmp_path / "points.geojson").read_bytes())["features"] == []
    assert run("verify") == 0
    assert sorted(path.name for path in tmp_path.glob(".*")) == [], "no half-written file is left"


def test_the_same_file_again_is_not_written_twice(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", ledger(tmp_path, GOOD)) == 0
    assert run("export", tmp_path / "out.geojson") == 0
    capsys.readouterr()
    assert run("import", tmp_path / "out.geojson") == 1, "known by its id, but as a draft of other content"
    said_one_sentence(capsys, "other content")


def test_one_bad_row_keeps_the_file_out(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", ledger(tmp_path, GOOD, BAD)) == 1
    error = capsys.readouterr().err
    assert "row 3, column type: got 'nonsense'" in error
    assert "nothing was written" in error
    assert run("export", tmp_path / "out.geojson") == 0
    assert json.loads((tmp_path / "out.geojson").read_bytes())["features"] == []


def test_keep_good_writes_the_others_and_lists_the_bad(run: Run, tmp_path: Path) -> None:
    assert run("import", ledger(tmp_path, BAD, GOOD), "--keep-good") == 3
    assert run("export", tmp_path / "out.geojson") == 0
    assert len(json.loads((tmp_path / "out.geojson").read_bytes())["features"]) == 1
    with (tmp_path / "ledger.csv.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        (reject,) = csv.DictReader(file)
    assert (reject["row"], reject["column"], reject["value"]) == ("2", "type", "nonsense")
    assert reject["reason"].startswith("expected ")


def test_keep_good_without_a_good_row_writes_nothing(run: Run, tmp_path: Path) -> None:
    assert run("import", ledger(tmp_path, BAD), "--keep-good") == 1
    assert not (tmp_path / "ledger.csv.rejects.csv").exists()


def test_a_list_of_rejects_that_cannot_be_written_stops_the_import(run: Run, tmp_path: Path) -> None:
    listed = tmp_path / "missing" / "r.csv"
    assert run("import", ledger(tmp_path, BAD, GOOD), "--keep-good", "--rejects", listed) == 1
    assert run("export", tmp_path / "out.geojson") == 0
    assert json.loads((tmp_path / "out.geojson").read_bytes())["features"] == []


def test_an_empty_ledger_is_refused(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", ledger(tmp_path)) == 1
    said_one_sentence(capsys, "no row to import")


def test_many_problems_are_not_all_printed(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", ledger(tmp_path, *[BAD] * 30)) == 1
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 22
    assert "10 more problems" in error


def test_the_tongue_is_chosen_by_the_environment(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", ledger(tmp_path, GOOD), XUNJIE_LANG="zh-CN") == 0
    assert "已导入 1 件" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("export", "out.geojson", "colour=red"), 2, "colour"),
        (("export", "out.geojson", "status"), 2, "KEY=VALUE"),
        (("export", "out.geojson", "since=2021-02-30"), 2, "2021-02-30"),
        (("export", "out.xlsx"), 2, "out.xlsx"),
        (("export", "out.csv", "--points"), 2, "out.csv"),
        (("export", "out.geojson"), 1, "there is no store"),
        (("verify",), 1, "there is no store"),
        (("import", "missing.csv"), 1, "exists"),
        (("import", "ledger.csv", "--datum", "mars"), 1, "mars"),
        (("import", "ledger.csv", "--register", "moon"), 1, "moon"),
        (("import", "ledger.csv", "--campaign", "1984"), 1, "1984"),
        (("demo",), 2, "no [demo]"),
        (("city", "check", "/no/such/folder"), 2, "/no/such/folder"),
    ],
)
def test_a_refusal_is_one_sentence(
    run: Run, arguments: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == code
    said_one_sentence(capsys, said)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("XUNJIE_CITY", "/no/such/folder"), ("XUNJIE_DATABASE_URL", "mysql://host/db"), ("XUNJIE_TILES_URL", "x")],
)
def test_a_setting_that_cannot_be_used_is_code_two(
    run: Run, variable: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", **{variable: value}) == 2
    said_one_sentence(capsys, variable)


@pytest.mark.parametrize("arguments", [(), ("fly",), ("import",), ("city",), ("city", "roads")])
def test_wrong_usage_is_code_two(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments) == 2


def test_help_is_code_zero(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    said = capsys.readouterr().out
    assert all(
        command in said
        for command in ("import", "export", "city", "demo", "migrate", "backup", "restore", "verify", "Exit codes")
    )


def test_a_city_folder_is_described(run: Run, city_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("city", "check", city_folder) == 0
    said = capsys.readouterr().out
    assert "subdistricts: 18" in said
    assert "schematic" in said


def real_roads(folder: Path) -> Path:
    """One road through the district under other property names, as a file from elsewhere has them."""
    features = [
        {
            "type": "Feature",
            "properties": {"ref": f"R{n}", "street": f"真路{n}"},
            "geometry": {"type": "LineString", "coordinates": [[106.70 + n / 100, 26.58], [106.70 + n / 100, 26.62]]},
        }
        for n in range(3)
    ]
    path = folder / "roads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_a_real_layer_takes_the_place_of_a_schematic_one(
    run: Run, tmp_path: Path, city_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", ledger(tmp_path, GOOD)) == 0
    names = ("--road-property", "ref", "--name-property", "street")
    assert run("city", "roads", real_roads(tmp_path), *names) == 0
    assert "roads: 3 in 3 segments" in capsys.readouterr().out
    assert run("verify") == 1
    said_one_sentence(capsys, "layers of the city were replaced")
    assert run("import", ledger(tmp_path, "106.7101,26.6,E0110,2021-08-02,x")) == 0
    assert run("verify") == 0
    assert run("export", tmp_path / "out.geojson") == 0
    found = json.loads((tmp_path / "out.geojson").read_bytes())
    assert found["quality"]["roads"] == "real"
    assert [f["properties"]["road"] for f in found["features"]] == ["R1", "R1"]
    assert (city_folder / "city.toml").read_text(encoding="utf-8").count("[layers.roads]") == 1


def test_a_layer_that_the_city_lacks_is_added(run: Run, tmp_path: Path, city_folder: Path) -> None:
    toml = city_folder / "city.toml"
    section = '[layers.roads]\nfile = "roads.geojson"\nquality = "schematic"\n'
    text = toml.read_text(encoding="utf-8")
    assert section in text
    without_names = text.replace(section, "").replace('names = "names.toml"\n', "")
    toml.write_text(without_names, encoding="utf-8")
    names = ("--road-property", "ref", "--name-property", "street", "--quality", "approximate")
    assert run("city", "roads", real_roads(tmp_path), *names) == 0
    assert run("city", "check", city_folder) == 0


def test_a_bad_layer_changes_nothing(
    run: Run, tmp_path: Path, city_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in city_folder.iterdir()}
    assert run("city", "subdistricts", real_roads(tmp_path)) == 2
    said_one_sentence(capsys, str(city_folder), "LineString")
    assert {path.name: path.read_bytes() for path in city_folder.iterdir()} == before
    assert run("city", "boundary", tmp_path / "missing.geojson") == 2
    said_one_sentence(capsys, "missing.geojson")
