"""The documents keep their word: links lead somewhere, commands exist, decisions are listed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests" / "data").glob("*.md")])


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_no_machine_path_is_written_down(path: Path) -> None:
    assert not re.search(r"(?<![\w.}])/(home|root|work|tmp)/", path.read_text(encoding="utf-8"))


def test_make_targets_in_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(re.findall(r"```\n(.*?)```", readme, re.DOTALL))))
    assert {"run", "test"} <= named <= known


def test_make_alone_lists_what_it_can_do() -> None:
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(f"make {target} " in listed for target in ("run", "test", "soak", "bench", "check"))


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    for record in folder.glob("0*.md"):
        first_line = record.read_text(encoding="utf-8").splitlines()[0]
        assert first_line.startswith(f"# {record.name[:4]} ")
        assert f"({record.name})" in index
