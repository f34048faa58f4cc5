"""Pieces of a line or a polygon: straight intervals and triangles, their size, nodes, halves and straight cuts.

Everywhere `corners` has shape (n, 2, 2) for intervals or (n, 3, 2) for triangles, in metres of one metric CRS.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TRIANGLE: Final = 3
"""Corners of a triangle; an interval has 2."""


def measure_of(corners: Floats) -> Floats:
    """Lengths of intervals (m) or areas of triangles (m²)."""
    first = corners[:, 1] - corners[:, 0]
    if corners.shape[1] < TRIANGLE:
        return np.asarray(np.hypot(first[:, 0], first[:, 1]), np.float64)
    second = corners[:, 2] - corners[:, 0]
    return np.asarray(np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / 2, np.float64)


def radius_of(corners: Floats) -> Floats:
    """Distance of the farthest corner from the centre."""
    off = corners - corners.mean(axis=1, keepdims=True)
    return np.asarray(np.sqrt((off * off).sum(axis=2)).max(axis=1), np.float64)


def nodes_of(corners: Floats) -> Floats:
    """Corners, then middles of sides, then (last) the centre: shape (n, 2 + 1 + 1 or 3 + 3 + 1, 2)."""
    centre = corners.mean(axis=1, keepdims=True)
    if corners.shape[1] < TRIANGLE:
        return np.concatenate([corners, centre, centre], axis=1)
    return np.concatenate([corners, (corners + np.roll(corners, -1, axis=1)) / 2, centre], axis=1)


def bisected(corners: Floats) -> Floats:
    """Halves of pieces, the two of one piece side by side."""
    n, k = corners.shape[:2]
    if k >= TRIANGLE:
        sides = np.roll(corners, -1, axis=1) - corners
        longest = (sides * sides).sum(axis=2).argmax(axis=1)
        turned = (longest[:, None] + np.arange(k)) % k  # the longest side runs from the first corner to the second
        corners = corners[np.arange(n)[:, None], turned]
    middle = corners[:, :2].mean(axis=1)
    halves = np.repeat(corners[:, None], 2, axis=1)
    halves[:, 0, 1] = middle
    halves[:, 1, 0] = middle
    return halves.reshape(2 * n, k, 2)


def share_below_zero(at_corners: Floats) -> Floats:
    """Share of each piece on which a linear function, given at the corners (n, 2 or 3), is negative.

    An interval is cut at the root. In a triangle one corner stands alone; the small triangle there has the share
    g₁² / ((g₁ − g₂)(g₁ − g₃)). A function that is nowhere negative gives 0, one that is nowhere positive 1.
    """
    g = np.where(at_corners == 0, 0.0, at_corners)
    negative = g < 0
    count = negative.sum(axis=1)
    share = np.where(count == 0, 0.0, 1.0)
    cut = negative.any(axis=1) & (g > 0).any(axis=1)
    alone_is_negative = count[cut] == 1
    g, negative = g[cut], negative[cut]
    alone = np.where(alone_is_negative, negative.argmax(axis=1), (~negative).argmax(axis=1))
    first = np.take_along_axis(g, alone[:, None], axis=1)[:, 0]
    part = np.ones(len(g))
    for step in range(1, g.shape[1]):
        other = np.take_along_axis(g, ((alone + step) % g.shape[1])[:, None], axis=1)[:, 0]
        part *= first / (first - other)
    share[cut] = np.where(alone_is_negative, part, 1 - part)
    return share
