"""How many issues there are of each type, task or place, of those that a filter means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.scale import is_large
from geo.selection import REJECTED, Stages


def counts_by(
    value: NDArray[np.signedinteger[Any]], stages: Stages, size: int, *, below: int = REJECTED
) -> NDArray[np.int64]:
    """How many issues have each `value` (a position in a list of `size` entries, −1 for none of them).

    `stages` is what a filter means (geo.selection.chosen_stages); those from `below` on are left out, which leaves out
    the rejected where nothing else is said. Shape (size + 1,): the issues without a value first, then entry by entry.
    """
    if is_large(len(stages)):
        from geo import kernels

        counts: NDArray[np.int64] = kernels.value_counts(stages, value, below, size)
        return counts
    met = value[(stages >= 0) & (stages < below)]
    return np.bincount(met.astype(np.int64) + 1, minlength=size + 1).astype(np.int64)


def first_by(
    key: NDArray[np.int64], rows: NDArray[np.intp], stop: int, *, descending: bool = False
) -> NDArray[np.intp]:
    """The first `stop` of `rows` in the order of their `key`, which has a value for each of them.

    Equal keys stand in the order of `rows`, also where `descending`. The same as a stable sort cut off at `stop`, at
    the cost of what is kept and one pass over the rest.
    """
    signed = -key if descending else key
    if stop < len(rows):
        edge = np.partition(signed, stop)[stop]
        before, equal = np.flatnonzero(signed < edge), np.flatnonzero(signed == edge)
        kept = np.sort(np.concatenate([before, equal[: stop - len(before)]]))
        rows, signed = rows[kept], signed[kept]
    return rows[np.argsort(signed, kind="stable")]
