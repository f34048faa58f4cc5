"""Which counts of a published table are withheld, so that nobody can work out a small one from the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def withheld(counts: ArrayLike, least: int) -> NDArray[np.bool_]:
    """Mask of the counts (whole, shape (n,)) that are not shown beside their total.

    Every count below `least`, zero too, is withheld; then, while the total would give away what the withheld ones
    are, the smallest that is still shown as well (complementary suppression; Hundepool et al., Statistical
    Disclosure Control, 2012, ch. 4). It gives them away where only one is withheld, or where all of them can only be
    at their greatest. A total of zero withheld says that nothing is there, which concerns nobody. Where all are
    withheld nothing more can be done: such a table is not published with its total. Raises ValueError for a `least`
    below 1 or a negative count.
    """
    values = np.asarray(counts, np.int64)
    if least < 1 or (values < 0).any():
        raise ValueError(f"least {least}, smallest count {values.min(initial=0)}: expected 1 or more, and no negative")
    hidden = values < least
    shown = iter(np.argsort(np.where(hidden, np.iinfo(np.int64).max, values), kind="stable")[: int((~hidden).sum())])
    while _given_away(values[hidden], least):
        more = next(shown, None)
        if more is None:
            break
        hidden[more] = True
    return hidden


def _given_away(hidden: NDArray[np.int64], least: int) -> bool:
    total = int(hidden.sum())
    return total > 0 and (len(hidden) == 1 or total == len(hidden) * (least - 1))
