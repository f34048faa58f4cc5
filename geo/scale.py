"""From which size on work goes to the compiled kernels (`geo.kernels`) rather than to numpy."""

from __future__ import annotations

from typing import Final

LARGE: Final = 50_000
"""Below it numpy is as fast, and a small city starts without the compiler (a third of a second)."""


def is_large(rows: int) -> bool:
    """Whether so many rows are worth a compiled pass. Both ways give the same answers, and are tested to."""
    return rows >= LARGE
