"""backup, restore and verify from the command line: exit codes, and one sentence for each refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., int]


@pytest.fixture
def backup(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A backup of a store with two issues, in a folder of its own."""
    rows = ["lon,lat,type,reported_at,description", "106.71,26.6,E0110,2021-08-01,坑", "106.72,26.6,E0110,2021-08-02,b"]
    (tmp_path / "ledger.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "backups").mkdir()
    assert run("import", tmp_path / "ledger.csv") == 0
    assert run("backup", tmp_path / "backups") == 0
    said = capsys.readouterr().out
    (path,) = (tmp_path / "backups").iterdir()
    assert str(path) in said
    assert "revision 1, 2 events; SHA-256" in said
    return path


def said_one_sentence(capsys: pytest.CaptureFixture[str], part: str) -> None:
    error = capsys.readouterr().err
    assert len(error.strip().splitlines()) == 1, error
    assert part in error


def test_there_and_back(run: Run, backup: Path, other: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = {"XUNJIE_DATABASE_URL": other}
    assert run("verify", "--backup", backup) == 0
    assert run("restore", backup, **elsewhere) == 0
    assert run("verify", **elsewhere) == 0
    assert run("backup", tmp_path / "again.zip", **elsewhere) == 0
    assert "verify" not in capsys.readouterr().err
    assert run("export", tmp_path / "a.geojson") == 0
    assert run("export", tmp_path / "b.geojson", **elsewhere) == 0
    assert (tmp_path / "a.geojson").read_bytes() == (tmp_path / "b.geojson").read_bytes()


def test_what_cannot_be_is_code_one(run: Run, backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged, other = tmp_path / "damaged.zip", tmp_path / "other.db"
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 4
    damaged.write_bytes(content)
    elsewhere = {"XUNJIE_DATABASE_URL": f"sqlite:///{other}"}
    for arguments, environ, said in [
        (("restore", backup), {}, "is not empty"),
        (("restore", damaged), elsewhere, "its hash does not fit"),
        (("restore", tmp_path / "missing.zip"), elsewhere, "No such file"),
        (("verify", "--backup", damaged), {}, "its hash does not fit"),
        (("backup", backup), {}, "exists already"),
        (("backup", tmp_path / "x.zip"), elsewhere, "there is no store"),
    ]:
        capsys.readouterr()
        assert run(*arguments, **environ) == 1, arguments
        said_one_sentence(capsys, said)
    assert not other.exists(), "nothing was written"
    assert not (tmp_path / "x.zip").exists()


def test_a_restore_that_fails_leaves_no_store_behind(
    run: Run, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.backup.restoring.hashes", lambda _connection: {"issue": (9, "")})
    assert run("restore", backup, XUNJIE_DATABASE_URL=f"sqlite:///{tmp_path / 'other.db'}") == 1
    assert [path.name for path in tmp_path.glob("other.db*")] == ["other.db.lock"]


def test_a_flipped_bit_is_code_one(run: Run, backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "restored.db"
    here = {"XUNJIE_DATABASE_URL": f"sqlite:///{file}"}
    assert run("restore", backup, **here) == 0
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    capsys.readouterr()
    assert run("verify", **here) == 1
    said_one_sentence(capsys, "was changed since the program closed it")


@pytest.mark.parametrize("arguments", [("backup",), ("restore",), ("verify", "--backup"), ("verify", "x")])
def test_wrong_usage_is_code_two(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments) == 2
