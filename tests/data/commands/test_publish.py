"""`python -m data publish`: one file, and one sentence where there can be none."""

from __future__ import annotations

import json

import pytest

from tests.data.commands.conftest import Run


def ledger(path, rows: int) -> None:
    lines = [f"E0501,106.7{at % 3}1,26.59{at % 5},占道经营 {at}" for at in range(rows)]
    path.write_text("\n".join(["type,lon,lat,description", *lines]), encoding="utf-8")


def test_publishing_says_what_is_in_the_file(run: Run, tmp_path, capsys):
    ledger(tmp_path / "l.csv", 90)
    assert run("import", tmp_path / "l.csv") == 0
    assert run("publish", tmp_path / "p.json", "--delay-hours", 0, XUNJIE_LANG="zh") == 0
    content = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    assert content["issues"]["total"] == 90
    assert "公开视图已写入" in capsys.readouterr().out


def test_an_empty_store_has_nothing_to_publish(run: Run, tmp_path, capsys):
    ledger(tmp_path / "l.csv", 2)
    run("import", tmp_path / "l.csv")
    assert run("publish", tmp_path / "p.json", "--delay-hours", 0) == 1
    assert not (tmp_path / "p.json").exists()
    assert "fewer than 5" in capsys.readouterr().err


@pytest.mark.parametrize("bad", [("--least", 1), ("--cell-m", 10), ("--delay-hours", -1)])
def test_options_that_would_tell_too_much_are_refused(run: Run, tmp_path, bad, capsys):
    assert run("publish", tmp_path / "p.json", *bad) == 2
    assert "expected" in capsys.readouterr().err
