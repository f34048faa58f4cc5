"""`python -m data account`: the first administrator is made by a command, and passwords are never arguments."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from data.access import passwords
from data.commands.cli import main

YUNYAN = Path(__file__).resolve().parents[3] / "data" / "cities" / "yunyan"
PASSWORD = "a horse, a kingdom"


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    cheap = passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    shutil.copytree(YUNYAN, tmp_path / "city")
    return {"XUNJIE_DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}", "XUNJIE_CITY": str(tmp_path / "city")}


def run(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, *arguments: str, line: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(line))
    return main(["account", *arguments], environ)


def test_an_administrator_is_made_and_managed(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(environ, monkeypatch, "add-administrator", "Li.Wei", line=PASSWORD + "\n") == 0
    assert run(environ, monkeypatch, "add-administrator", "second", "--no-password") == 0
    assert run(environ, monkeypatch, "disable", "li.wei") == 0
    assert run(environ, monkeypatch, "enable", "li.wei") == 0
    assert run(environ, monkeypatch, "set-password", "li.wei", line="quite another one\n") == 0
    assert run(environ, monkeypatch, "revoke-sessions", "li.wei") == 0
    assert run(environ, monkeypatch, "disable", "second") == 0
    capsys.readouterr()
    assert run(environ, monkeypatch, "list") == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(login, roles, state) for login, _, roles, state in lines] == [
        ("li.wei", "administrator", "open"),
        ("second", "administrator", "disabled"),
    ]


@pytest.mark.parametrize(
    ("arguments", "line", "words"),
    [
        (("add-administrator", "Li Wei"), PASSWORD, "login"),
        (("add-administrator", "li.wei"), "short", "10 to 200 characters"),
        (("add-administrator", "li.wei"), "", "10 to 200 characters"),
        (("set-password", "nobody"), PASSWORD, "no account 'nobody'"),
        (("disable", "nobody"), "", "no account 'nobody'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    line: str,
    words: str,
) -> None:
    assert run(environ, monkeypatch, *arguments, line=line) == 1
    [said] = capsys.readouterr().err.splitlines()
    assert words in said
    assert PASSWORD not in said


def test_the_last_administrator_is_not_disabled(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(environ, monkeypatch, "add-administrator", "only", line=PASSWORD) == 0
    assert run(environ, monkeypatch, "disable", "only") == 1
    assert "last administrator" in capsys.readouterr().err
