"""A lookup grid over areas in degrees: a cell that no border touches lies whole in one area, or outside all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]
Exactly = Callable[[Geometries], Ints]
"""The lowest area that covers each point, −1 outside all, decided without a grid."""

MAX_CELLS: Final = 1_000_000
_PAD_DEGREES: Final = 1e-9  # more than rounding can move a border


@dataclass(frozen=True, slots=True, eq=False)
class AreaGrid:
    """Cells of `width` × `height` degrees from (`west`, `south`), each with its answer or the word that it has none.

    Where a border touches the cell, the point's own polygon test decides, by the crossings of a ray with signs of
    determinants that are certain in double precision; where one is not certain, `exactly` decides.
    """

    exactly: Exactly
    west: float
    south: float
    width: float
    height: float
    columns: int
    rows: int
    cells: NDArray[np.int16]
    boxes: Floats  # (areas, 4)
    ends: Floats  # (edges, 4): the edges of all rings, by area
    first_edge: Ints  # of each area, and the end of the last

    @staticmethod
    def of(areas: Geometries, exactly: Exactly) -> AreaGrid:
        """The grid over WGS-84 polygons or multi-polygons (at least one)."""
        from geo.grid_loops import mark_borders

        low_x, low_y, high_x, high_y = shapely.total_bounds(areas)
        side = int(np.sqrt(MAX_CELLS))
        width, height = (high_x - low_x) / (side - 2), (high_y - low_y) / (side - 2)
        grid = (float(low_x - width), float(low_y - height), float(width), float(height), side, side)
        ends, first_edge = _ring_edges(areas)
        cells = np.zeros(side * side, np.int16)
        mark_borders(ends, _PAD_DEGREES, cells, *grid)
        _fill_runs(cells, grid, exactly)
        return AreaGrid(exactly, *grid, cells, shapely.bounds(areas).reshape(-1, 4), ends, first_edge)

    def area_of(self, lon: Floats, lat: Floats) -> Ints:
        """The lowest area that covers each point, border included; −1 outside all."""
        from geo.grid_loops import ASK, areas_of

        grid = (self.west, self.south, self.width, self.height, self.columns, self.rows)
        area: Ints = areas_of(lon, lat, self.cells, self.boxes, self.ends, self.first_edge, *grid)
        asked = np.flatnonzero(area == ASK)
        if len(asked):
            area[asked] = self.exactly(shapely.points(lon[asked], lat[asked]))
        return area


def _ring_edges(areas: Geometries) -> tuple[Floats, Ints]:
    parts, area_of_part = shapely.get_parts(areas, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    ends = np.concatenate([xy[:-1][joined], xy[1:][joined]], axis=1)
    area = area_of_part[part[ring[1:][joined]]]
    return ends, np.searchsorted(area, np.arange(len(areas) + 1)).astype(np.int64)


def _fill_runs(cells: NDArray[np.int16], grid: tuple[float, float, float, float, int, int], exactly: Exactly) -> None:
    """Give every cell without a border its answer: it is the same for all of a run along one row, so ask once a run."""
    from geo.grid_loops import ASK

    west, south, width, height, columns, rows = grid
    table = cells.reshape(rows, columns)
    plain = table != ASK
    begins = plain.copy()
    begins[:, 1:] &= ~plain[:, :-1]
    row, column = np.nonzero(begins)
    answer = exactly(shapely.points(west + (column + 0.5) * width, south + (row + 0.5) * height))
    table[plain] = answer[np.cumsum(begins.ravel())[plain.ravel()] - 1]
