"""A lookup grid over road edges: every cell lists the edges that can be nearest to any point in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.nearest_split import TIE_M
from geo.road_edges import RoadEdges

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_CELLS: Final = 1_000_000
"""A larger city gets larger cells: what the grid costs in memory is bounded."""

MAX_CANDIDATES: Final = 8_000_000
"""Where cells list more than this in all, cells twice as large are tried."""

_SMALLEST_M: Final = 15.0
_REACH_IN_CELLS: Final = 8.0  # an edge is looked at in the cells within the limit: the limit spans no more than this
_SLACK_M: Final = 1e-3  # more than rounding and ties can move a distance


@dataclass(frozen=True, slots=True, eq=False)
class RoadGrid:
    """Square cells of `side` metres from (`west`, `south`); good for any limit up to `limit_m`.

    The distance to an edge changes by no more than one moves. In a cell whose corners are h from its centre and
    whose centre is D from the nearest edge, no edge farther than D + 2h from the centre can be nearest, and none
    farther than limit + h can be within the limit. What is left is stored; the nearest is then decided exactly.
    """

    limit_m: float
    west: float
    south: float
    side: float
    columns: int
    rows: int
    start: NDArray[np.int32]  # of each cell's list in `candidate`, and the end of the last
    candidate: NDArray[np.int32]
    edges: Floats  # (n, 9): ax, ay, bx, by, bx − ax, by − ay, length², length, 1 / length² (0 without a length)
    segment: Ints  # of each edge, ascending

    @staticmethod
    def of(edges: RoadEdges, limit_m: float) -> RoadGrid:
        """The grid over `edges` (at least one), for limits up to `limit_m`."""
        along = edges.b - edges.a
        square = along[:, 0] * along[:, 0] + along[:, 1] * along[:, 1]
        inverse = np.divide(1.0, square, out=np.zeros(len(square)), where=square > 0)
        table = np.column_stack([edges.a, edges.b, along, square, np.sqrt(square), inverse])
        low = np.minimum(edges.a, edges.b).min(axis=0) - limit_m
        high = np.maximum(edges.a, edges.b).max(axis=0) + limit_m
        side = max(_SMALLEST_M, limit_m / _REACH_IN_CELLS, float(np.sqrt(np.prod(high - low) / MAX_CELLS)))
        while True:
            columns, rows = (int(n) for n in np.ceil((high - low) / side) + 1)
            shape = (float(low[0]), float(low[1]), side, columns, rows)
            lists = _lists(table, limit_m + 2 * TIE_M, shape)
            if lists is not None:
                return RoadGrid(limit_m, *shape, *lists, table, edges.segment)
            side *= 2

    def nearest(self, x_m: Floats, y_m: Floats, within_m: float) -> tuple[NDArray[np.int32], Floats]:
        """The segment nearest to each metric point and its distance; −1 and NaN farther than `within_m`.

        Of segments within TIE_M of the nearest the lowest. `within_m` is at most `limit_m`.
        """
        from geo.grid_loops import nearest

        grid = (self.start, self.candidate, self.west, self.south, self.side, self.columns, self.rows)
        segment, distance = nearest(x_m, y_m, within_m, TIE_M, self.edges, self.segment, *grid)
        return segment, distance


def _lists(
    edges: Floats, limit_m: float, shape: tuple[float, float, float, int, int]
) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
    """Where each cell's list starts, and the lists; None if they are too long, unless one cell has them all."""
    from geo.grid_loops import candidates, least_distances

    side, cells = shape[2], shape[3] * shape[4]
    half_diagonal = side * np.sqrt(0.5)
    reach = limit_m + half_diagonal + _SLACK_M
    least = least_distances(edges, reach, *shape)
    within = np.where(np.isfinite(least), np.minimum(least + 2 * half_diagonal + _SLACK_M, reach), -1.0)
    count = np.zeros(cells, np.int32)
    candidates(edges, reach, within, count, np.empty(0, np.int32), *shape)
    total = int(count.sum(dtype=np.int64))
    if total > MAX_CANDIDATES and cells > _FEW_CELLS:
        return None
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    candidate = np.empty(total, np.int32)
    candidates(edges, reach, within, start[:-1].copy(), candidate, *shape)
    return start, candidate


_FEW_CELLS: Final = 1_000
