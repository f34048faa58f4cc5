"""Every refusal of ours has its sentence in the catalogue, and the English there is what the error itself says."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from geo.access import Role
from geo.errors import (
    BadGeometryError,
    BadValueError,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    TransitionError,
    Word,
)
from geo.lifecycle import AMENDMENTS, CHANGES, Act, Status
from geo.permissions import Action
from geo.text import LANGUAGES
from i18n import section
from i18n.number import FORMS
from i18n.refusals import kind_word, reason_of
from tests.test_architecture import OURS, name_of, tree_of

REASONED = {"ConflictError", "TransitionError", "NotAllowedError"}
VALUED = {"BadValueError", "BadGeometryError", "TooLargeError"}
PASSED_ON = {"data/commands/through_server.py"}  # what another program said already, in the reader's language
TOLD_ELSEWHERE = {"geo/catalogue.py"}  # a city that cannot be read is told to its operator, as a CityError
EN, ZH = section("refusals", "en"), section("refusals", "zh-CN")
FOLDERS = tuple(path for path in OURS if name_of(path).split("/")[0] in ("geo", "data", "api"))


@dataclass(frozen=True)
class Raised:
    """An error that is made somewhere with a code, and its English with `{}` for what is filled in."""

    where: str
    code: str | None
    english: str | None
    values: frozenset[str]


def template(node: ast.expr, body: ast.AST) -> str | None:
    """Text with `{}` for each value; a name is what was last assigned to it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(p.value if isinstance(p, ast.Constant) else "{}" for p in parts)  # type: ignore[misc]
        case ast.Name(id=name):
            found = [
                one.value
                for one in ast.walk(body)
                if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None and one.lineno < node.lineno
                if name in [ast.unparse(t) for t in (one.targets if isinstance(one, ast.Assign) else [one.target])]
            ]
            return template(max(found, key=lambda one: one.lineno), body) if found else None
    return None


def raised(path: Path) -> Iterator[Raised]:
    for function in ast.walk(tree_of(path)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            at = 0 if node.func.id in REASONED else 2 if node.func.id in VALUED else None
            if at is None or any(isinstance(one, ast.Starred) for one in node.args) or len(node.args) <= at:
                continue
            given = node.args[at + 1] if len(node.args) > at + 1 else None
            code = given.value if isinstance(given, ast.Constant) else None
            if code is None and at == 2:
                continue  # a value that no act brings: told by its field
            english = template(node.args[at], function) or template(node.args[at], tree_of(path))
            names = frozenset(keyword.arg or "" for keyword in node.keywords)
            yield Raised(f"{name_of(path)}:{node.lineno}", code if isinstance(code, str) else None, english, names)


@cache
def all_raised() -> list[Raised]:
    names = re.compile(rf"({'|'.join(REASONED | VALUED)})\(")
    paths = [path for path in FOLDERS if names.search(path.read_text(encoding="utf-8"))]
    return [one for path in paths if name_of(path) not in PASSED_ON for one in raised(path)]


def fields_of(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(FORMS.sub("", text)) if name]


def test_there_is_something_to_look_at():
    assert len(all_raised()) > 50


def test_every_refusal_has_a_sentence_in_the_catalogue():
    assert [one.where for one in all_raised() if one.code is None or one.code not in ZH] == []


def test_the_english_of_the_catalogue_is_what_the_error_says():
    wrong = {
        one.where: (one.english, EN[one.code or ""])
        for one in all_raised()
        if one.english != re.sub(r"\{\w+\}", "{}", FORMS.sub(lambda found: found[3], EN[one.code or ""]))
    }
    assert wrong == {}


def test_the_chinese_needs_no_value_that_the_error_does_not_bring():
    wrong = {one.where: one.code for one in all_raised() if not set(fields_of(ZH[one.code or ""])) <= one.values}
    assert wrong == {}


def test_every_kind_of_record_that_is_not_found_has_a_word():
    calls = {"NotFoundError": 0, "whole_must_be_seen": 1}
    kinds = set()
    for path in FOLDERS:
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(tree_of(path)) if any(f"{name}(" in text for name in calls) else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in calls:
                given = template(node.args[calls[node.func.id]], node)
                kinds |= {given} if given else set()
    assert len(kinds) > 15
    for kind in sorted(kinds):
        assert re.search("[\u4e00-\u9fff]", kind_word(kind, "zh-CN"))


def test_whatever_a_sentence_names_has_a_chinese_word():
    for value in (*Role, *Action, *Act, *Status, *CHANGES, *AMENDMENTS):
        found = reason_of(NotAllowedError("x", "outsider", what=value), "zh-CN")
        assert found.startswith("“")
        assert not re.search("[A-Za-z]", found), found


def test_a_reason_is_told_in_the_reader_s_language():
    stale = TransitionError("a", "no_step", before=Status.FILED, after=Status.CLOSED, allowed=(Status.DEFERRED,))
    assert reason_of(stale, "zh-CN") == "“立案”不能直接变为“结案”；下一步可以是：缓办"
    mine = NotAllowedError("a", "role", what=Act.ASK, whose=frozenset({Role.DEPARTMENT}), mine=Word("no_role", ""))
    assert reason_of(mine, "zh-CN") == "“申请延期”由责任单位进行，您是没有角色的人"
    nothing = BadValueError("evidence", "", "a photo", "proof", step=CHANGES[-1])
    assert reason_of(nothing, "zh-CN") == "现场情况未填写：“结案 → 派遣”须有照片或写明现场情况"
    assert reason_of(BadGeometryError("geometry", "x", "a point"), "zh-CN") == "位置“x”不能接受"
    large = BadValueError("body", Word("large", "more than 9 bytes"), "at most 9 bytes", "body_size", n=9)
    assert reason_of(large, "zh-CN") == "body“过大”不能接受：请求最多 9 字节"
    assert large.value == "more than 9 bytes"
    assert reason_of(BadValueError("point", Word("nothing", "nothing"), "a code"), "zh-CN") == "point未填写"
    assert reason_of(NotFoundError("document in plans", "p"), "zh-CN") == "没有这个文档 plans（p）"


def test_an_error_without_a_sentence_is_told_without_its_english():
    assert reason_of(ConflictError("said elsewhere"), "zh-CN") == "未能完成"
    assert reason_of(ConflictError("said elsewhere."), "en") == "said elsewhere"


def test_no_value_that_was_not_taken_is_english_of_ours():
    """What came is quoted; where it is put into words, they are of the catalogue."""
    ours = []
    for path in FOLDERS:
        if "BadValueError(" not in path.read_text(encoding="utf-8") or name_of(path) in TOLD_ELSEWHERE:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in VALUED:
                value = template(node.args[1], node) if len(node.args) > 1 else None
                ours += [f"{name_of(path)}:{node.lineno} {value}"] if re.search("[A-Za-z]{3}", value or "") else []
    assert ours == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_a_reason_ends_with_a_stop(language):
    assert [key for key, text in section("refusals", language).items() if text.endswith((".", "。"))] == []
