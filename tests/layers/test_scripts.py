"""Tests of our scripts as files: one job each, no dangerous call, every sentence in the catalogue."""

from __future__ import annotations

import re

import pytest

from i18n import section
from layers.asset_sources import FOLDER, SCRIPTS, STYLES

FILES = sorted((FOLDER / "js").glob("*.js"))
FORBIDDEN = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    'setAttribute("style"',
)


def test_every_script_and_style_is_in_the_bundle_or_is_of_its_own():
    assert {file.stem for file in FILES} == {*SCRIPTS, "live_worker", "blur"}
    assert {file.stem for file in (FOLDER / "css").glob("*.css")} == {*STYLES, "blur", "public"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_script_begins_with_its_job_is_strict_and_short(file):
    text = file.read_text(encoding="utf-8")
    assert re.match(r"// [A-Z].+[.:].*\n", text)
    assert '"use strict";' in text
    assert text.count("\n") <= 350
    assert not [word for word in FORBIDDEN if word in text]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_sentences_come_from_the_catalogue_in_both_languages(file):
    text = file.read_text(encoding="utf-8")
    keys = set(re.findall(r'(?:\bsay\(\s*|=> \[)"(\w+)"', text))
    for language in ("zh-CN", "en"):
        known = section("map", language)
        assert keys <= set(known), keys - set(known)
        assert all(known[key].strip() for key in keys)


def test_no_script_holds_a_chinese_sentence():
    for file in FILES:
        assert not re.search(r"[\u4e00-\u9fff]", file.read_text(encoding="utf-8")), file.name


def test_placeholders_are_the_same_in_both_languages_unless_a_language_needs_fewer():
    chinese, english = section("map", "zh-CN"), section("map", "en")
    for key, text in chinese.items():
        if not key.startswith("day"):  # "8月24日" has the number of the month, "24 Aug" its name
            assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", english[key])), key
