"""The shape of the house: imports run one way, every file says its job, every sentence exists in both languages."""

from __future__ import annotations

import ast
import string
import tomllib
from functools import cache
from pathlib import Path

import pytest

from i18n.number import FORMS

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "geo": set(),
    "i18n": {"geo"},
    "layers": {"geo", "i18n"},
    "data": {"geo", "i18n"},
    "api": {"geo", "i18n", "layers", "data"},
    "ui": {"geo", "i18n", "layers", "data"},
    "streamlit_app": {"ui", "api"},
}
IMPURE = {
    *("streamlit", "folium", "branca", "sqlalchemy", "sqlite3", "starlette", "uvicorn", "requests", "httpx", "urllib"),
    *("socket", "subprocess", "os", "io", "pathlib", "tempfile", "shutil", "time", "random", "pyogrio", "geopandas"),
}
IMPURE_CALLS = {
    "open",
    "print",
    "input",
    "now",
    "utcnow",
    "today",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
}
ROOMS_WITHOUT_PURPOSE = {"utils", "util", "helpers", "helper", "common", "misc"}
OURS = sorted(
    path for folder in MAY_IMPORT for path in [ROOT / f"{folder}.py", *(ROOT / folder).rglob("*.py")] if path.is_file()
)
SUPPORT = sorted(path for folder in ("tests", "bench", "scripts") for path in (ROOT / folder).rglob("*.py"))
STRINGS = sorted((ROOT / "i18n" / "strings").glob("*.toml"))


def name_of(path: Path) -> str:
    """The path inside the project: what a failing test shows."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> set[str]:
    """First part of every module that a file imports, wherever in the file it does."""
    roots = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno} imports by dots; write the full name"
            roots.add((node.module or "").split(".")[0])
    return roots


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0].removesuffix(".py")
    wrong = (imported(path) & MAY_IMPORT.keys()) - MAY_IMPORT[package] - {package}
    assert not wrong, f"{package} may import {sorted(MAY_IMPORT[package])}, not {sorted(wrong)}"
    assert not imported(path) & {"tests", "bench", "scripts"}


@pytest.mark.parametrize("path", sorted((ROOT / "geo").rglob("*.py")), ids=name_of)
def test_geo_is_pure(path: Path) -> None:
    assert not imported(path) & IMPURE
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            is_argument = isinstance(node.func, ast.Name) and called == "now"  # a clock handed in as an argument
            assert called not in IMPURE_CALLS or is_argument, f"{name_of(path)}:{node.lineno} calls {called}()"


@pytest.mark.parametrize("path", OURS + SUPPORT, ids=name_of)
def test_a_file_begins_with_one_sentence_that_says_its_job(path: Path) -> None:
    docstring = ast.get_docstring(tree_of(path))
    assert docstring, "no docstring on the first line"
    first_line = docstring.splitlines()[0]
    assert 15 <= len(first_line) <= 160
    assert path.stem not in ROOMS_WITHOUT_PURPOSE, "name the file after what it holds"


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_files_and_functions_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = (node.end_lineno or 0) - node.body[0].lineno + 1
            assert body <= 60, f"{node.name}: a body of {body} lines"


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_no_error_is_swallowed_in_silence(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"}
            silent = len(node.body) == 1 and isinstance(node.body[0], ast.Pass | ast.Continue)
            assert not (broad and silent), f"line {node.lineno}"


def test_folders_of_tests_are_no_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py")), "tests/geo would shadow geo"


def test_no_page_shadows_a_package_or_a_route() -> None:
    shadowing = {path.stem for path in (ROOT / "ui").rglob("*.py")} & (MAY_IMPORT.keys() | {"map", "wall", "healthz"})
    assert not shadowing


# The catalogue of sentences.


def placeholders(text: str) -> set[str]:
    """Names in braces; a month is one thing, written as a number in Chinese and as a name in English. Forms of a word
    beside a number (i18n.number) are English only."""
    plain = FORMS.sub("", text)
    names = {name for _, name, _, _ in string.Formatter().parse(plain) if name is not None}
    return {name.removesuffix("_name") if name == "month_name" else name for name in names}


def test_the_catalogue_has_sections() -> None:
    assert STRINGS


@pytest.mark.parametrize("path", STRINGS, ids=name_of)
def test_every_sentence_exists_in_both_languages_with_the_same_placeholders(path: Path) -> None:
    for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        assert set(entry) == {"zh", "en"}, key
        assert entry["zh"].strip(), key
        assert entry["en"].strip(), key
        assert placeholders(entry["zh"]) == placeholders(entry["en"]), key
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in entry["en"]) or key.endswith("_bilingual"), (
            f"{key}: Chinese in the English text"
        )


def literal_keys() -> set[tuple[str, str]]:
    """(file, key) of every `translate("section.key", …)` whose key is written out."""
    found = set()
    for path in OURS:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in {"translate", "t", "tr"} and isinstance(node.args[0].value, str):
                    found.add((name_of(path), node.args[0].value))
    return found


def test_keys_used_in_the_code_exist() -> None:
    known = {f"{path.stem}.{key}" for path in STRINGS for key in tomllib.loads(path.read_text(encoding="utf-8"))}
    missing = sorted(f"{file}: {key}" for file, key in literal_keys() if key not in known)
    assert not missing
