"""What a fresh clone relies on: locked requirements, the search for a Python, and a clear word when a port is taken."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres_server

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ["requirements.txt", "requirements-dev.txt", "requirements-uv.txt"]
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)


def pins(file: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / file).read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", LOCKED)
def test_every_requirement_is_pinned_and_hashed(file: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / file).read_text(encoding="utf-8"))[1:]
    assert blocks
    for block in blocks:
        assert PIN.match(block), block.splitlines()[0]
        assert "--hash=sha256:" in block, block.splitlines()[0]


@pytest.mark.parametrize("file", [*LOCKED, "Makefile", "pyproject.toml", "scripts/venv", "scripts/postgis", ".ci/run"])
def test_no_address_or_machine_path_is_written_down(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "--index-url" not in text
    assert "--find-links" not in text
    assert not re.search(r"https?://(?!127\.0\.0\.1|localhost|\$)", text)
    assert not re.search(r"(?<![\w.$}])/(home|root|work|opt|tmp)/", text)


def test_tests_run_against_the_very_versions_that_users_get() -> None:
    run, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_a_port_in_use_is_told_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = preflight(port=str(port))
    assert outcome.returncode == 2
    assert f"Port {port} of 127.0.0.1 is in use" in outcome.stderr
    assert outcome.stderr.count("\n") == 1
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("port", ["", "http", "0", "65536", "-1", "８５０１"])
def test_a_port_that_is_none_is_told_in_one_sentence(port: str) -> None:
    outcome = preflight(port=port)
    assert outcome.returncode == 2
    assert "is not a port" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_a_free_port_passes_in_silence() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    outcome = preflight(port=str(port))
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")


def test_without_a_fitting_python_the_installer_says_which_are_needed(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "dirname"):
        found = next(Path(folder, name) for folder in os.environ["PATH"].split(":") if Path(folder, name).is_file())
        (tools / name).symlink_to(found)
    clone = tmp_path / "clone" / "scripts"
    clone.mkdir(parents=True)
    (clone / "venv").write_bytes((ROOT / "scripts" / "venv").read_bytes())
    outcome = subprocess.run(
        [str(tools / "bash"), str(clone / "venv"), "requirements.txt"],
        env={"PATH": str(tools), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert outcome.returncode == 2
    assert "Xunjie needs Python 3.11, 3.12 or 3.13" in outcome.stderr


def preflight(*, port: str, host: str = "127.0.0.1") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "preflight.py")],
        env={**os.environ, "HOST": host, "PORT": port},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_an_address_beyond_this_machine_is_refused_before_anything_starts(host):
    outcome = preflight(port="8501", host=host)
    assert outcome.returncode == 2
    assert "this machine only" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_a_folder_without_postgresql_is_told(tmp_path: Path) -> None:
    outcome = subprocess.run(
        [str(ROOT / "scripts" / "postgis")],
        env={**os.environ, "POSTGRES_BIN": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert outcome.returncode == 2
    assert "holds no initdb" in outcome.stderr


@pytest.mark.parametrize(("in_ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_postgis_its_tests_are_left_out_but_never_in_ci(
    monkeypatch: pytest.MonkeyPatch, in_ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(postgres_server, "programs", lambda: None)
    monkeypatch.setenv("CI", in_ci)
    with pytest.raises(outcome, match="not installed"), postgres_server.running_postgres():
        pass
