"""Whole columns of moments as ISO 8601 text in a city's time zone, as `geo.iso_time.local_iso` writes single ones."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER, from_us
from geo.iso_time import local_iso

_BUCKET_US: Final = 900_000_000
"""Since 1972 every change of an offset falls on a quarter of an hour UTC, and every offset is of whole minutes."""
_FIRST_US: Final = 94_694_400_000_000  # 1973-01-01T00:00Z


def local_iso_column(us: NDArray[np.int64], time_zone: str) -> list[str | None]:
    """Text of each moment (microseconds, geo.clock) with the zone's offset; None for NEVER."""
    easy = (us >= _FIRST_US) & (us % 1_000_000 == 0)
    out: list[str | None] = [None] * len(us)
    for at in np.flatnonzero(~easy & (us != NEVER)).tolist():
        out[at] = _one(int(us[at]), time_zone)
    buckets, of = np.unique(us[easy] // _BUCKET_US, return_inverse=True)
    texts = [_one(int(bucket) * _BUCKET_US, time_zone) for bucket in buckets]
    offsets = np.array([_offset_us(text) for text in texts], np.int64)
    local = np.datetime_as_string((us[easy] + offsets[of]).astype("datetime64[us]"), unit="s").tolist()
    for at, wall, bucket in zip(np.flatnonzero(easy).tolist(), local, of.tolist(), strict=True):
        out[at] = wall + texts[bucket][19:]
    return out


def _one(us: int, time_zone: str) -> str:
    moment = from_us(us)
    assert moment is not None
    return local_iso(moment, time_zone)


def _offset_us(text: str) -> int:
    """The offset at the end of an ISO time such as 2021-08-24T18:00:00+08:00, in microseconds."""
    sign = -1 if text[19] == "-" else 1
    return sign * (int(text[20:22]) * 60 + int(text[23:25])) * 60_000_000
