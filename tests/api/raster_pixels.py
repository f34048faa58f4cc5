"""A raster's pixels, read by the rule that the API documents and by nothing else."""

from __future__ import annotations

from typing import Any


def pixels(raster: dict[str, Any]) -> list[int]:
    """Values of `raster` (an answer's), row by row from the north."""
    nx, ny, text = raster["nx"], raster["ny"], raster["values"]
    assert len(text) == nx * ny
    found: list[int] = []
    for at, character in enumerate(text):
        number = ord(character) - 35
        step = -(number + 1) // 2 if number % 2 else number // 2
        row, column = divmod(at, nx)
        left = found[at - 1] if column else 0
        above = found[at - nx] if row else 0
        above_left = found[at - nx - 1] if row and column else 0
        found.append((left + above - above_left + step) % 256)
    return found
