"""A number with what it counts, as English says it: "1 row", "2 rows"."""

from __future__ import annotations


def numbered(n: int, one: str, many: str | None = None) -> str:
    """`n` and its noun: `one` for 1, else `many` (`one` with an s, where none is given).

    >>> numbered(1, "row"), numbered(0, "row"), numbered(2, "index", "indexes")
    ('1 row', '0 rows', '2 indexes')
    """
    return f"{n} {one if n == 1 else many or one + 's'}"
