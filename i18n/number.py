"""The form of a word beside a number: `{n} {n|issue|issues}` says "1 issue" and "2 issues"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

FORMS: Final = re.compile(r"\{(\w+)\|([^|{}]*)\|([^|{}]*)\}")
"""A value's name, what stands for one, what for any other. `text.js` reads the same writing."""


def in_number(text: str, values: Mapping[str, object]) -> str:
    """`text` with each `{name|one|other}` replaced by `one` where the value of `name` is written as 1, else by `other`:
    "1.0 points", "0 issues", "1,001 rows". Other placeholders stay. Raises KeyError for a name without a value."""
    if "|" not in text:
        return text
    return FORMS.sub(lambda found: found[2] if str(values[found[1]]) == "1" else found[3], text)
