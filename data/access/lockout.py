"""How long an account is locked after wrong passwords: nothing at first, then longer each time."""

from __future__ import annotations

from typing import Final

FREE: Final = 5
"""So many wrong passwords in a row cost nothing but the work; from then on each locks the account."""

FIRST_S: Final = 30
LONGEST_S: Final = 30 * 60


def lock_s(failures: int) -> int:
    """Seconds for which an account is locked after that many wrong passwords in a row: 0, …, 0, 30, 60, 120, … 1800."""
    if failures < FREE:
        return 0
    return int(min(LONGEST_S, FIRST_S * 2 ** min(failures - FREE, 20)))
