"""Splitting lines by length and polygons by area over areas that may touch or overlap: the first area wins."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry_check import POLYGON
from geo.tables import Shares

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]

_DUST = 1e-12  # a smaller share is a rounding of the overlay, not a part of the issue


def gathered(row: NDArray[np.integer], place: NDArray[np.integer], weight: Floats) -> Shares:
    """Shares from parts in any order: parts of one place added up, sorted by (row, place), at most 1 a row.

    Parts with place −1 (outside, unsnapped) are dropped: what is missing to 1 is the remainder.
    """
    kept = (place >= 0) & (weight > _DUST)
    row, place, weight = row[kept], place[kept], weight[kept]
    if not len(row):
        return Shares.empty()
    keys, position = np.unique(np.stack([row, place]).astype(np.int64), axis=1, return_inverse=True)
    total = np.bincount(position.ravel(), weights=weight)
    of_row = np.bincount(keys[0], weights=total)
    # Parts measured one by one can exceed the whole by a rounding.
    total = total / np.maximum(of_row, 1.0)[keys[0]]
    return Shares(keys[0].astype(np.int32), keys[1].astype(np.int32), total)


def largest(shares: Shares, n: int) -> NDArray[np.int64]:
    """For each of `n` rows the place of its largest share, the lowest index in a tie; −1 without one."""
    best = np.full(n, -1, np.int64)
    # The last write of a row stays: heaviest last, and among equals the lowest place last. Rounded, so that equal
    # parts measured differently in the last bits are a tie.
    order = np.lexsort((-shares.place, np.round(shares.weight, 9), shares.row))
    best[shares.row[order]] = shares.place[order]
    return best


def split_over_areas(rows: NDArray[np.integer], parts: Geometries, areas: Geometries, tree: shapely.STRtree) -> Shares:
    """Shares of rows over `areas` by the measure of their parts, all in one metric CRS; exact overlay.

    `parts` are straight pieces of line (split by length) or polygons (split by area), never both; `rows` gives the
    row of each. `tree` is the STRtree of `areas`. Where areas overlap, or a line runs along their common border, the
    area with the lowest index has it.
    """
    if not len(parts):
        return Shares.empty()
    measure = shapely.area if shapely.get_dimensions(parts[0]) == POLYGON else shapely.length
    whole = np.bincount(rows, weights=measure(parts))
    part, area = tree.query(parts, predicate="intersects")
    order = np.lexsort((area, part))
    part, area = part[order], area[order]
    turn = np.arange(len(part)) - np.searchsorted(part, part)  # 0 for a part's first area, 1 for its second …
    rest = parts.copy()
    weight = np.zeros(len(part))
    for round_ in range(int(turn.max(initial=-1)) + 1):
        now = np.flatnonzero(turn == round_)
        piece, polygon = rest[part[now]], areas[area[now]]
        weight[now] = measure(shapely.intersection(piece, polygon)) / whole[rows[part[now]]]
        rest[part[now]] = shapely.difference(piece, polygon)
    return gathered(rows[part], area, weight)
