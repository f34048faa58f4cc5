"""How large a photo may be, and what reading one may cost."""

from __future__ import annotations

from typing import Final

MOST_BYTES: Final = 25_000_000
MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 30_000
THUMB_PIXELS: Final = 320
QUALITY: Final = 88
THUMB_QUALITY: Final = 80
HASHED_PIXELS: Final = 32
"""Side of the grey square that the perceptual hash is worked out from."""

MOST_RECTANGLES: Final = 50
MOST_ANSWER_BYTES: Final = 60_000_000
MEMORY_BYTES: Final = 1_500_000_000
CPU_S: Final = 20
WALL_S: Final = 40.0
AT_ONCE: Final = 2
"""Children that read at one time."""
