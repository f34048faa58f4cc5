"""A hash of what a picture looks like: near-same pictures differ in few of its 64 bits, others in about 32.

The pHash of Zauner (Implementation and Benchmarking of Perceptual Image Hash Functions, 2010): the discrete cosine
transform of 32 × 32 grey levels, its 8 × 8 lowest frequencies without those that are constant along a side, each above
their median or not.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SIDE: Final = 32
_LOW: Final = slice(1, 9)
NEAR_BITS: Final = 8
"""Up to so many differing bits two photos count as near-same. Docs: decision 0021, where what it finds and how often it
errs was measured."""


def _cosines() -> NDArray[np.float64]:
    k, n = np.arange(SIDE)[:, None], np.arange(SIDE)[None, :]
    return np.asarray(np.cos(np.pi / SIDE * (n + 0.5) * k))


_DCT: Final = _cosines()[_LOW]


def perceptual_hash(grey: bytes) -> int:
    """The hash, 0 to 2^64 − 1, of 32 × 32 grey levels row by row. Raises ValueError for another number of them."""
    if len(grey) != SIDE * SIDE:
        raise ValueError(f"{len(grey)} grey levels; expected {SIDE * SIDE}")
    levels = np.frombuffer(grey, np.uint8).reshape(SIDE, SIDE).astype(np.float64)
    low = (_DCT @ levels @ _DCT.T).ravel()
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes(), "big")


def is_featureless(grey: bytes) -> bool:
    """Whether the picture is as good as one colour (a covered lens, a night): its hash then says nothing."""
    return float(np.frombuffer(grey, np.uint8).std()) < 4


def differing_bits(one: int, others: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """In how many bits `one` differs from each of `others`."""
    return np.bitwise_count(np.bitwise_xor(others, np.uint64(one)))
