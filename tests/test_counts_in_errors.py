"""What an error counts it says in the right number: never "1 rows"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from geo.plural import numbered
from i18n.number import in_number
from tests.test_architecture import OURS, name_of, tree_of

SAID = tuple(path for path in OURS if name_of(path).split("/")[0] in ("geo", "data", "api"))
PLURAL = re.compile(r" (?!has |have )(?:\w+ )?(\w*[^\Ws])s\b")
MAY_BE = re.compile(r"\} (?:\w+ )?\w+s\b")
VERBS = {"a", "i", "ha", "wa", "thi", "it", "doe", "say", "take", "need", "name", "hold", "lie", "stand", "exist",
         "belong", "come", "encrypt", "lack", "mean", "already"}  # fmt: skip
"""With an s they are no plurals: "{city} has no roads"."""

NEVER_ONE = {
    "geo/checklist.py": "recheck_days",  # a field
    "geo/compliance.py": "successes",  # a defect of ours, no answer to anyone
    "geo/draw.py": "ids",
    "data/photos/perceptual_hash.py": "levels",
    "api/gzip_pieces.py": "bytes",
    "data/city_folder/layers.py": "subdistricts",
    "data/documents/checking.py": "bytes",
    "data/documents/organisation.py": "objects",
    "data/intake/draft_checks.py": "characters",
    "api/json_body.py": "bytes",
    "api/operation.py": "characters",
    "geo/filter_query.py": "characters",
}


def plurals(path: Path) -> Iterator[tuple[int, str]]:
    """Words in the plural behind a number that is worked out, in what is raised."""
    if not MAY_BE.search(path.read_text(encoding="utf-8")):
        return
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Raise):
            continue
        for text in ast.walk(node):
            if not isinstance(text, ast.JoinedStr):
                continue
            for value, after in zip(text.values, text.values[1:], strict=False):
                if isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant):
                    found = PLURAL.match(str(after.value))
                    constant = re.fullmatch(r"[\w.]*_?[A-Z_]{3,}[\w :,/]*", ast.unparse(value.value))
                    if found and found[1] not in VERBS and not constant:
                        yield node.lineno, f"{found[1]}s"


def test_no_error_says_one_with_a_plural() -> None:
    found = {(name_of(path), line, word) for path in SAID for line, word in plurals(path)}
    assert {one for one in found if one[2] not in NEVER_ONE.get(one[0], "").split()} == set()
    assert {path for path, _, _ in found} >= NEVER_ONE.keys(), "an excuse for nothing"


@given(n=st.integers(0, 10**9), one=st.sampled_from(["row", "write waits", "of the acts is"]))
def test_a_count_agrees_with_its_noun_as_the_catalogue_s_do(n: int, one: str) -> None:
    other = {"row": "rows", "write waits": "writes wait", "of the acts is": "of the acts are"}[one]
    assert numbered(n, one, other) == in_number(f"{{n}} {{n|{one}|{other}}}", {"n": n}).format(n=n)
    assert numbered(n, "row") == numbered(n, "row", "rows")
