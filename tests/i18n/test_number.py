"""A word beside a number says one or many: in every English sentence, and alike in Python and in the browser."""

from __future__ import annotations

import re
import string
import subprocess
from pathlib import Path
from typing import Any, Final

import orjson
import playwright
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.text import LANGUAGES, Language
from i18n import section, translate
from i18n.number import FORMS, in_number
from layers.asset_sources import FOLDER
from layers.blur_page import WORDS

ROOT = Path(__file__).parents[2]
SECTIONS = sorted(file.stem for file in (ROOT / "i18n" / "strings").glob("*.toml"))
ENGLISH = {f"{name}.{key}": text for name in SECTIONS for key, text in section(name, "en").items()}
FORMED = {key: text for key, text in ENGLISH.items() if FORMS.search(text)}
NODE = Path(playwright.__file__).parent / "driver" / "node"

MANY: Final = re.compile(
    r"\{(?!(?:who|unit|account|group|address|release|status|what|act|fields)\})\w+\} "
    r"(?:(?!(?:with|without|outside|of|in|on)\b)[a-z]+ ){0,2}?"
    r"(?!(?:is|was|has|as|its|this)\b)(?:[a-z]+s|were|are|do|have|people|strata)\b"
)
"""A value that may be a number, perhaps a word or two, and what is said only of several (or looks like it)."""

NOT_SEVERAL: Final = {
    "inspections.effect_title": "the version does",
    "organisation.units_line": "headquarters, then groups of three kinds together",
    "public.explain": "counts below a bound are withheld",
}


def test_a_word_beside_a_number_has_a_form_for_one() -> None:
    """“1 issues” cannot be said: whoever writes `{n} issues` is told to write `{n} {n|issue|issues}`."""
    found = {key for key, text in ENGLISH.items() if MANY.search(FORMS.sub("|", text))}
    assert found == set(NOT_SEVERAL)
    assert MANY.search("Saved {n} long entries")
    assert len(FORMED) > 100


@pytest.mark.parametrize("key", sorted(FORMED))
def test_both_forms_are_of_a_value_that_is_said_itself(key: str) -> None:
    text = ENGLISH[key]
    said = {name for _, name, _, _ in string.Formatter().parse(FORMS.sub("", text)) if name}
    for name, one, other in FORMS.findall(text):
        assert name in said, f"{{{name}}} is not in it"
        assert one != other
        assert one.strip() == one
        assert other.strip() == other
    values: dict[str, Any] = dict.fromkeys(said, 1)
    assert "|" not in translate(key, "en", **values).replace("|of", "")  # core.matches: where the page parts it
    assert translate(key, "en", **values) != translate(key, "en", **dict.fromkeys(said, 2)).replace("2", "1")


@pytest.mark.parametrize("name", SECTIONS)
def test_chinese_needs_no_forms(name: str) -> None:
    assert not [key for key, text in section(name, "zh-CN").items() if FORMS.search(text)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        *((0, "0 issues"), (1, "1 issue"), (2, "2 issues"), (11, "11 issues"), (101, "101 issues")),
        *(("1", "1 issue"), ("1,001", "1,001 issues"), ("1.0", "1.0 issues"), ("1+", "1+ issues"), (1.5, "1.5 issues")),
    ],
)
def test_what_is_written_as_one_is_one(value: object, said: str) -> None:
    assert in_number("{n} {n|issue|issues}", {"n": value}).format(n=value) == said


@given(st.text(alphabet="ab {}|n1", max_size=40), st.sampled_from(["1", "2", "{n}", "{n|a|b}", "|"]))
def test_what_is_no_form_stays_and_a_value_is_never_read_as_one(text: str, value: str) -> None:
    made = in_number(text, {"n": value, "a": value, "b": value, **dict.fromkeys(_names(text), value)})
    assert FORMS.split(text)[0] == made[: len(FORMS.split(text)[0])]
    if not FORMS.search(text):
        assert made == text
    assert in_number("{x} {n|a|b}", {"x": value, "n": 1}).format(x=value) == f"{value} a"


def _names(text: str) -> list[str]:
    return [name for name, _, _ in FORMS.findall(text)]


def test_a_form_is_never_asked_for_without_its_value() -> None:
    """A sentence handed out without values keeps its writing; what has forms is therefore always given them."""
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ("ui", "api", "data", "layers")
        for pattern in ("*.py", "*.js")
        for file in (ROOT / folder).rglob(pattern)
    )
    bare = set(re.findall(r'\bsay\("([\w.]+)"\)|\btranslate\("([\w.]+)", [\w.]+\)', code))
    named = {key for keys in bare for key in keys if key}
    ours = {key.partition(".")[2]: key for key in FORMED if key.startswith(("map.", "street."))}
    assert not named & (FORMED.keys() | ours.keys())
    assert not [word for word in WORDS if f"photos.blur_{word}" in FORMED], "its page fills in values by itself"


def test_the_browser_says_what_the_server_says() -> None:
    """Every sentence of the maps and of the phone page, with the same values, by the script itself."""
    if not NODE.exists():
        pytest.skip("Playwright's Node.js is not there to run the script with")
    samples: list[object] = [0, 1, 2, 1.5, "1", "1,001", "1.0", "1+", "$1", "{n}"]
    asked, expected = [], []
    for name in ("map", "street"):
        for language in LANGUAGES:
            for key in section(name, language):
                asked.append({"name": name, "language": language, "key": key})
                expected.append([_said(f"{name}.{key}", language, value) for value in samples])
    strings = {name: {language: section(name, language) for language in LANGUAGES} for name in ("map", "street")}
    program = (
        "globalThis.window = { xunjie: { state: {} } };\n"
        + (FOLDER / "js" / "text.js").read_text(encoding="utf-8")
        + """
        const { asked, samples, strings } = JSON.parse(require("fs").readFileSync(0, "utf8"));
        globalThis.document = { documentElement: { getAttribute: () => null } };
        let now = {};
        globalThis.fetch = async () => ({ json: async () => now });
        (async () => {
          const said = [];
          for (const { name, language, key } of asked) {
            now = strings[name][language];
            await window.xunjie.loadStrings(language);
            said.push(samples.map((value) => window.xunjie.say(key, new Proxy({}, { get: () => value }))));
          }
          process.stdout.write(JSON.stringify(said));
        })();
        """
    )
    given_to = orjson.dumps({"asked": asked, "samples": samples, "strings": strings})
    ran = subprocess.run([NODE, "-e", program], input=given_to, capture_output=True, timeout=60, check=True)
    assert orjson.loads(ran.stdout) == expected


def _said(key: str, language: Language, value: object) -> str:
    name, _, entry = key.partition(".")
    text = section(name, language)[entry]
    names = {name for _, name, _, _ in string.Formatter().parse(FORMS.sub("", text)) if name} | {*_names(text)}
    return translate(key, language, **dict.fromkeys(names, value)) if names else text
