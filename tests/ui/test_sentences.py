"""The pages' sentences: every key the code names exists, both languages take the same values, none is left over."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import get_args

import pytest

from geo.city import Quality
from i18n import section
from i18n.number import FORMS

UI = Path(__file__).resolve().parents[2] / "ui"
SECTIONS = (
    *("core", "situation", "explore", "points", "record", "about", "report", "inspections", "books"),
    "organisation",
)
CODE = "\n".join(file.read_text(encoding="utf-8") for file in sorted(UI.glob("*.py")))
NAMED = {match for match in re.findall(r"""["']([a-z]+\.[A-Za-z0-9_]+)["']""", CODE) if match.split(".")[0] in SECTIONS}
STEMS = {match for match in re.findall(r"""f["']([a-z]+\.[A-Za-z0-9_]*)\{""", CODE) if match.split(".")[0] in SECTIONS}


@pytest.mark.parametrize("key", sorted(NAMED))
def test_a_named_sentence_exists(key: str) -> None:
    name, _, entry = key.partition(".")
    assert entry in section(name, "zh-CN")


@pytest.mark.parametrize("name", SECTIONS)
def test_both_languages_say_something_with_the_same_values(name: str) -> None:
    zh, en = section(name, "zh-CN"), section(name, "en")
    for key in zh:
        assert zh[key].strip(), key
        assert en[key].strip(), key
        optional = {"name"} if key == "register" else set()  # the card's label names the register in English
        optional |= {"unit"} if key == "tally" else set()
        assert _values(zh[key]) - optional == _values(en[key]) - optional, key


@pytest.mark.parametrize("name", SECTIONS)
def test_no_sentence_is_left_over(name: str) -> None:
    left_over = []
    for key in section(name, "en"):
        full = f"{name}.{key}"
        made = any(full.startswith(stem) for stem in STEMS if not stem.endswith("."))
        stem = re.sub(r"_(title|note|name)$", "", key)
        told = f'"{key}"' in CODE or f'"{stem}"' in CODE  # handed over as a bare name: rows, headings
        if not (full in NAMED or made or told or key == "help_text" or stem in get_args(Quality)):
            left_over.append(full)
    assert not left_over


def _values(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(FORMS.sub("", text)) if field is not None}
