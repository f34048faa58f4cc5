"""Tests of the phone page's scripts as files: one job each, no dangerous call, every sentence in the catalogue."""

from __future__ import annotations

import re

import pytest

from geo.text import LANGUAGES
from i18n import section
from layers.asset_sources import FOLDER
from layers.street_sources import FROM_MAP, ICONS, PAGE, SHARED, STREET, STYLES
from tests.layers.test_scripts import FORBIDDEN

FILES = sorted((STREET / "js").glob("*.js"))
SAID = [*FILES, *(FOLDER / "js" / f"{name}.js" for name in FROM_MAP)]
BUILT = re.compile(r"say\(`(\w*)\$\{")


def test_every_script_style_and_icon_is_used():
    assert {file.stem for file in FILES} == {*SHARED, *PAGE, "look", "worker"}
    assert {file.stem for file in (STREET / "css").glob("*.css")} == set(STYLES)
    assert {file.stem for file in (STREET / "icons").glob("*.png")} == set(ICONS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_script_begins_with_its_job_is_strict_and_short(file):
    text = file.read_text(encoding="utf-8")
    assert re.match(r"// [A-Z].+[.:;].*\n", text)
    assert '"use strict";' in text
    assert text.count("\n") <= 350
    assert not [word for word in FORBIDDEN if word in text]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_script_holds_a_chinese_sentence(file):
    text = file.read_text(encoding="utf-8").replace('"中文"', "")  # the name of a language in that language
    assert not re.search(r"[\u4e00-\u9fff]", text.replace("\\u2e80-\\u9fff", ""))


def test_every_sentence_that_is_said_is_in_the_catalogue():
    known = set(section("street", "zh-CN"))
    for file in SAID:
        text = file.read_text(encoding="utf-8")
        for key in re.findall(r'\bsay\(\s*"(\w+)"', text):
            assert key in known, f"{file.stem}: {key}"
        for start in BUILT.findall(text):
            assert any(key.startswith(start) for key in known), f"{file.stem}: {start}…"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_returned_is_called_as_the_page_of_work_calls_it(language):
    assert section("street", language)["status_returned"] == section("work", language)["queue_returned"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_time_is_spoken_of_in_the_words_of_the_page_of_a_case(language):
    street, case, notices = (section(name, language) for name in ("street", "case", "notices"))
    for key in ("asking", "asked_for", "asking_answers", "asking_lapsed"):
        assert street[key] == case[key]
    for key in ("code_asked", "code_granted", "code_refused"):
        assert street[key] == notices[key]
    assert street["ask_extension"] == case["act_ask_extension"]
    assert street["asked_until"] == case["field_asked_until"] + " {until}"
    assert street["ask_reason"] == case["field_note"]


def test_what_the_worker_sends_it_knows_how_to_prepare():
    """Each kind of step has its request and, but for a photo, its words in the files that the worker runs too."""
    read = {name: (STREET / "js" / f"{name}.js").read_text(encoding="utf-8") for name in SHARED}
    requests = set(re.findall(r"^    (\w+): \(", read["routes"], re.M))
    bodies = set(re.findall(r"^      (\w+): \(\) =>", read["sender"], re.M))
    assert "ask" in requests
    assert requests == bodies | {"upload"}


def test_every_sentence_of_the_catalogue_is_said():
    said = "\n".join(file.read_text(encoding="utf-8") for file in SAID)
    starts = tuple(filter(None, BUILT.findall(said)))
    ours = {"app_short", "app_description", "no_script"}  # said by the server: page and manifest
    for key in set(section("street", "zh-CN")) - ours:
        assert f'"{key}"' in said or key.startswith(starts), key
