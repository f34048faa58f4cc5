"""The loops of the lookup grids, as machine code: which cells an edge concerns, and what a point's cell answers.

Cells are numbered row by row from the south-west corner (`west`, `south`). A road edge is a row of nine numbers, see
`geo.road_grid`; the edge of an area is a row of four: ax, ay, bx, by.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.compiled import compiled

Floats = NDArray[np.float64]
Positions = NDArray[np.int32]
Ints = NDArray[np.int64]

ASK: Final = -2
"""Stands for an area that only exact arithmetic can tell."""

_SURE: Final = 1e-15  # of a determinant of differences, the part that rounding can be wrong by; the bound of GEOS
_NEAR_M: Final = 1e-5  # more than a tie and the rounding of `_squared` together, for edges of up to 1,000 km
_BLOCK: Final = 1_024


@compiled
def _columns_of(
    edge: Floats, low: float, high: float, pad: float, west: float, width: float, columns: int
) -> tuple[int, int]:
    """First and last column that the part of `edge` between the heights `low` and `high`, widened by `pad`, touches.

    Last before first where it touches none.
    """
    ax, ay, bx, by = edge[0], edge[1], edge[2], edge[3]
    if ay > by:
        ax, ay, bx, by = bx, by, ax, ay
    if by < low or ay > high:
        return 0, -1
    start = ax + (bx - ax) * ((low - ay) / (by - ay)) if ay < low else ax
    end = ax + (bx - ax) * ((high - ay) / (by - ay)) if by > high else bx
    first = max(math.floor((min(start, end) - pad - west) / width), 0.0)
    last = min(math.floor((max(start, end) + pad - west) / width), columns - 1.0)
    return int(first), int(last)


@compiled
def _rows_of(edge: Floats, pad: float, south: float, height: float, rows: int) -> tuple[int, int]:
    """First and last row that `edge`, widened by `pad`, touches; last before first where it touches none."""
    first = max(math.floor((min(edge[1], edge[3]) - pad - south) / height), 0.0)
    last = min(math.floor((max(edge[1], edge[3]) + pad - south) / height), rows - 1.0)
    return int(first), int(last)


@compiled
def _distance(x: float, y: float, edges: Floats, e: int) -> float:
    """Distance from a point to edge `e`, in the very steps of GEOS: the same bits."""
    dx, dy, square = edges[e, 4], edges[e, 5], edges[e, 6]
    from_x, from_y = x - edges[e, 0], y - edges[e, 1]
    along = from_x * dx + from_y * dy
    if along <= 0.0:
        return math.sqrt(from_x * from_x + from_y * from_y)
    if along >= square:  # exactly where GEOS's rounded quotient of the two is 1 or more
        from_x, from_y = x - edges[e, 2], y - edges[e, 3]
        return math.sqrt(from_x * from_x + from_y * from_y)
    return float(abs((from_x * dy - from_y * dx) / square) * edges[e, 7])


@compiled
def _squared(x: float, y: float, edges: Floats, e: int) -> float:
    """About the square of `_distance`, without a division."""
    from_x, from_y = x - edges[e, 0], y - edges[e, 1]
    along = (from_x * edges[e, 4] + from_y * edges[e, 5]) * edges[e, 8]
    along = along if along > 0.0 else 0.0
    along = along if along < 1.0 else 1.0
    from_x -= along * edges[e, 4]
    from_y -= along * edges[e, 5]
    return float(from_x * from_x + from_y * from_y)


@compiled
def least_distances(
    edges: Floats, reach: float, west: float, south: float, side: float, columns: int, rows: int
) -> Floats:
    """Distance from the centre of each cell to the nearest edge; infinite beyond `reach`."""
    least = np.full(columns * rows, np.inf)
    for e in range(len(edges)):
        first_row, last_row = _rows_of(edges[e], reach, south, side, rows)
        for row in range(first_row, last_row + 1):
            y = south + (row + 0.5) * side
            first, last = _columns_of(edges[e], y - reach, y + reach, reach, west, side, columns)
            for column in range(first, last + 1):
                d = _distance(west + (column + 0.5) * side, y, edges, e)
                if d <= reach and d < least[row * columns + column]:
                    least[row * columns + column] = d
    return least


@compiled
def candidates(
    edges: Floats,
    reach: float,
    within: Floats,
    place: Positions,
    candidate: Positions,
    west: float,
    south: float,
    side: float,
    columns: int,
    rows: int,
) -> None:
    """Count in `place[cell]` the edges no farther than `within[cell]` from the centre; list them if there is room.

    To list them in `candidate`, `place[cell]` must be where the cell's list begins; afterwards it is where it ends.
    """
    for e in range(len(edges)):
        first_row, last_row = _rows_of(edges[e], reach, south, side, rows)
        for row in range(first_row, last_row + 1):
            y = south + (row + 0.5) * side
            first, last = _columns_of(edges[e], y - reach, y + reach, reach, west, side, columns)
            for column in range(first, last + 1):
                cell = row * columns + column
                if _distance(west + (column + 0.5) * side, y, edges, e) <= within[cell]:
                    if len(candidate):
                        candidate[place[cell]] = e
                    place[cell] += 1


@compiled
def _lists_of(
    xs: Floats,
    ys: Floats,
    start: Positions,
    west: float,
    south: float,
    side: float,
    columns: int,
    rows: int,
    first: Positions,
    last: Positions,
) -> None:
    """Where the list of each point's cell begins and ends; nowhere for a point outside the grid.

    A loop of its own, so that the processor waits for many places of memory at once.
    """
    for i in range(len(xs)):
        column, row = math.floor((xs[i] - west) / side), math.floor((ys[i] - south) / side)
        inside = (column >= 0.0) & (column < columns) & (row >= 0.0) & (row < rows)
        cell = int(row) * columns + int(column) if inside else 0
        first[i] = start[cell]
        last[i] = start[cell + 1] if inside else first[i]


@compiled
def _lowest_in_tie(
    x: float, y: float, tie: float, listed: Positions, edges: Floats, segment_of: Ints
) -> tuple[float, int, float]:
    """Of `listed` edges (ascending) the least distance, and the lowest segment within `tie` of it with its own."""
    least = np.inf
    for e in listed:
        least = min(least, _distance(x, y, edges, e))
    segment, own = -1, np.inf
    for e in listed:
        d = _distance(x, y, edges, e)
        if segment < 0 and d <= least + tie:
            segment = segment_of[e]
        if segment_of[e] == segment:
            own = min(own, d)
    return least, segment, own


@compiled
def nearest(
    xs: Floats,
    ys: Floats,
    limit: float,
    tie: float,
    edges: Floats,
    segment_of: Ints,
    start: Positions,
    candidate: Positions,
    west: float,
    south: float,
    side: float,
    columns: int,
    rows: int,
) -> tuple[Positions, Floats]:
    """Nearest segment (the lowest within `tie` of it) and its distance for each point; −1 and NaN beyond `limit`."""
    segment, distance = np.full(len(xs), -1, np.int32), np.full(len(xs), np.nan)
    reach, margin = (limit + _NEAR_M) ** 2, 3.0 * _NEAR_M * (limit + _NEAR_M)
    first, last = np.empty(_BLOCK, np.int32), np.empty(_BLOCK, np.int32)
    for i in range(len(xs)):
        here = i % _BLOCK
        if here == 0:
            block = slice(i, min(i + _BLOCK, len(xs)))
            _lists_of(xs[block], ys[block], start, west, south, side, columns, rows, first, last)
        x, y = xs[i], ys[i]
        about, next_about, champion = np.inf, np.inf, -1
        for k in range(first[here], last[here]):  # no branches: which edge is nearer cannot be foretold
            square = _squared(x, y, edges, candidate[k])
            nearer = square < about
            rival = about if nearer else square
            next_about = rival if rival < next_about else next_about
            champion = candidate[k] if nearer else champion
            about = square if nearer else about
        if not about <= reach:
            continue
        if next_about > about + margin:  # no other edge can be nearest, or in a tie
            found = segment_of[champion]
            least = own = _distance(x, y, edges, champion)
        else:
            least, found, own = _lowest_in_tie(x, y, tie, candidate[first[here] : last[here]], edges, segment_of)
        if least <= limit:
            segment[i], distance[i] = found, own
    return segment, distance


@compiled
def mark_borders(
    edges: Floats,
    pad: float,
    cells: NDArray[np.int16],
    west: float,
    south: float,
    width: float,
    height: float,
    columns: int,
    rows: int,
) -> None:
    """Set `cells` to ASK wherever an edge, widened by `pad`, touches the cell."""
    for e in range(len(edges)):
        first_row, last_row = _rows_of(edges[e], pad, south, height, rows)
        for row in range(first_row, last_row + 1):
            low, high = south + row * height - pad, south + (row + 1) * height + pad
            first, last = _columns_of(edges[e], low, high, pad, west, width, columns)
            for column in range(first, last + 1):
                cells[row * columns + column] = ASK


@compiled
def _covers(x: float, y: float, edges: Floats, first: int, last: int) -> int:
    """1 if the rings of edges `first` … `last` − 1 have (x, y) inside, 0 if outside, ASK if on or next to an edge.

    The crossings of the ray to the east are counted. Each edge that could count must have a determinant whose sign
    is sure.
    """
    inside = 0
    for k in range(first, last):
        ax, ay, bx, by = edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]
        if (ay > y and by > y) or (ay < y and by < y) or (ax < x and bx < x):
            continue
        left, right = (ax - x) * (by - y), (ay - y) * (bx - x)
        if abs(left - right) <= _SURE * (abs(left) + abs(right)):
            return ASK
        if (ay > y) != (by > y) and (left > right) == (by > ay):
            inside = 1 - inside
    return inside


@compiled
def areas_of(
    xs: Floats,
    ys: Floats,
    cells: NDArray[np.int16],
    boxes: Floats,
    edges: Floats,
    first_edge: Ints,
    west: float,
    south: float,
    width: float,
    height: float,
    columns: int,
    rows: int,
) -> Ints:
    """The lowest area that covers each point, −1 outside all, ASK where only exact arithmetic can tell."""
    area = np.full(len(xs), -1, np.int64)
    for i in range(len(xs)):
        x, y = xs[i], ys[i]
        column, row = math.floor((x - west) / width), math.floor((y - south) / height)
        if not (0 <= column < columns and 0 <= row < rows):
            continue
        answer = cells[int(row) * columns + int(column)]
        if answer != ASK:
            area[i] = answer
            continue
        for k in range(len(boxes)):
            if boxes[k, 0] <= x <= boxes[k, 2] and boxes[k, 1] <= y <= boxes[k, 3]:
                found = _covers(x, y, edges, first_edge[k], first_edge[k + 1])
                if found != 0:
                    area[i] = k if found == 1 else ASK
                    break
    return area
