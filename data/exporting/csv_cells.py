"""Text cells of CSV that must not run as formulas: marked with an apostrophe on the way out, unmarked on the way in."""

from __future__ import annotations

import re
from typing import Final

_RUNS: Final = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_MARKED: Final = re.compile("''*[=+\\-@\t\r\n＝＋－＠]")


def guarded(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet could run it (it begins with = + - @, TAB, a new line,
    or a full-width form), or where it already looks so marked: `unguarded` of it is exactly `text`."""
    return "'" + text if _RUNS.match(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` wrote as `cell`; other cells unchanged."""
    return cell[1:] if _MARKED.match(cell) else cell
