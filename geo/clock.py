"""Moments as the tables hold them: whole microseconds since 1970-01-01T00:00Z, in int64."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

NEVER: Final = int(np.iinfo(np.int64).min)
"""Stands where there is no moment (no deadline, not closed)."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_us(moment: datetime | None) -> int:
    """Microseconds of an aware datetime; NEVER for None. Raises ValueError for a naive one."""
    if moment is None:
        return NEVER
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_us(us: int) -> datetime | None:
    """The aware UTC datetime of `us`; None for NEVER."""
    return None if us == NEVER else moment_of(us)


def moment_of(us: int) -> datetime:
    """The aware UTC datetime of `us`, which is not NEVER."""
    return _EPOCH + timedelta(microseconds=int(us))
